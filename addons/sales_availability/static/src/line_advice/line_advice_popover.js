import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { applyRemedy, getRemedies } from "./line_remedies";

const MAX_ROWS = 5;

/** Asked, available and missing of a line, who has it, and what can be done with one click. */
export class LineAdvicePopover extends Component {
    static template = "sales_availability.LineAdvicePopover";
    static props = {
        advice: Object,
        record: Object,
        closeAdvice: Function,
        isInDialog: { type: Boolean, optional: true },
        close: { type: Function, optional: true },
    };

    setup() {
        this.notification = useService("notification");
        this.remedies = getRemedies(this.props.record, this.props.advice, {
            isInDialog: this.props.isInDialog,
        });
    }

    get terms() {
        const { advice } = this.props;
        return [
            { name: "on_hand", label: _t("On hand"), sign: "", value: advice.on_hand },
            { name: "frozen", label: _t("Frozen"), sign: "-", value: advice.frozen },
            { name: "held", label: _t("Held by other documents"), sign: "-", value: advice.held },
            {
                name: "held_of_any_lot",
                label: _t("Promised without naming a lot"),
                sign: "-",
                value: advice.held_of_any_lot,
            },
            {
                name: "incoming",
                label: _t("Incoming that counts"),
                sign: "+",
                value: advice.incoming,
            },
        ].filter((term) => term.name === "on_hand" || term.value);
    }

    get holders() {
        return this.props.advice.holders.slice(0, MAX_ROWS);
    }

    get moreHolders() {
        const count = this.props.advice.holders.length - MAX_ROWS;
        return count > 0 ? _t("and %s more", count) : "";
    }

    get warehouses() {
        return this.props.advice.missing ? this.props.advice.warehouses.slice(0, MAX_ROWS) : [];
    }

    get lots() {
        return this.props.advice.lots.slice(0, MAX_ROWS);
    }

    get enoughDate() {
        const date = this.props.advice.enough_date;
        return date ? formatDate(deserializeDateTime(date)) : "";
    }

    getHolderDetails(holder) {
        return [holder.user, this.getUntil(holder)].filter(Boolean).join(", ");
    }

    getUntil(holder) {
        if (!holder.until) {
            return "";
        }
        const until = deserializeDateTime(holder.until);
        return holder.is_quotation
            ? _t("until %s", formatDateTime(until, { showSeconds: false }))
            : _t("due %s", formatDate(until));
    }

    getExpiration(lot) {
        return lot.expiration ? formatDate(deserializeDateTime(lot.expiration)) : "";
    }

    format(quantity) {
        const { digits } = this.props.record.fields.availability_quantity;
        return formatFloat(quantity, { digits, trailingZeros: false });
    }

    async apply(name, choice) {
        this.props.closeAdvice();
        const text = await applyRemedy(this.props.record, this.props.advice, name, choice);
        if (text) {
            this.notification.add(text, { type: "success" });
        }
    }
}
