import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat, formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ConcessionCurve } from "./concession_curve";

/** Two rounds of a quotation side by side, and what was given away from round to round. */
export class RoundsAction extends Component {
    static template = "sales_quotation_round.RoundsAction";
    static components = { ConcessionCurve, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.orderId = this.props.action.context.active_id;
        this.state = useState({ page: null, onlyChanges: false });
        onWillStart(() => this.load());
    }

    async load(before = false, after = false) {
        this.state.page = await this.orm.call("sale.order", "get_rounds_page", [
            [this.orderId],
            before,
            after,
        ]);
    }

    get page() {
        return this.state.page;
    }

    get columns() {
        const columns = [
            { name: "quantity", label: _t("Quantity") },
            { name: "price", label: _t("Unit Price") },
            { name: "discount", label: _t("Discount") },
            { name: "subtotal", label: _t("Subtotal") },
        ];
        if (this.page.has_margin) {
            columns.push({ name: "margin_percent", label: _t("Margin"), of: "margin" });
        }
        return columns;
    }

    /** Heads of the curve; on a phone each cell has its own beside it. */
    get labels() {
        return {
            round: _t("Round"),
            date: _t("Date"),
            author: _t("By"),
            untaxed: _t("Untaxed"),
            discount: _t("Discount"),
            given: _t("Given Away"),
            why: _t("Why"),
        };
    }

    get rows() {
        return this.page.rows.filter((row) => !this.state.onlyChanges || row.status !== "same");
    }

    get totals() {
        const totals = [
            { name: "undiscounted", label: _t("Before Discount") },
            { name: "untaxed", label: _t("Untaxed Amount") },
            { name: "total", label: _t("Total") },
        ];
        if (this.page.has_margin) {
            totals.push({ name: "margin", label: _t("Margin") });
        }
        return totals;
    }

    get hasOneCurrency() {
        const { before, after } = this.page.totals;
        return before.currency_id === after.currency_id;
    }

    getLine(row) {
        return row.after || row.before;
    }

    getStatus(row) {
        return {
            added: _t("Added"),
            dropped: _t("Dropped"),
            changed: _t("Changed"),
            same: "",
        }[row.status];
    }

    getRowClass(row) {
        return {
            added: "o_round_added table-success",
            dropped: "o_round_dropped table-danger",
            changed: "o_round_changed table-warning",
            same: "",
        }[row.status];
    }

    isChanged(row, column) {
        return row.changes.includes(column.of || column.name);
    }

    format(line, column, side) {
        if (!line || (line.kind && column.name !== "subtotal")) {
            return "";
        }
        const currencyId = this.page.totals[side].currency_id;
        const value = line[column.name];
        switch (column.name) {
            case "quantity":
                return `${formatFloat(value, { trailingZeros: false })} ${line.uom_name}`;
            case "discount":
                return value ? formatPercentage(value / 100) : "";
            case "margin_percent":
                return formatPercentage(value);
            default:
                return line.kind ? "" : formatMonetary(value, { currencyId });
        }
    }

    formatTotal(side, name) {
        const amounts = this.page.totals[side];
        return formatMonetary(amounts[name], { currencyId: amounts.currency_id });
    }

    formatDifference(name) {
        if (!this.hasOneCurrency) {
            return "";
        }
        const { before, after } = this.page.totals;
        const difference = after[name] - before[name];
        const text = formatMonetary(difference, { currencyId: after.currency_id });
        return difference > 0 ? `+${text}` : text;
    }

    formatMoney(round, name) {
        return formatMonetary(round[name], { currencyId: round.currency_id });
    }

    formatGiven(round) {
        const amount = this.formatMoney(round, "given");
        return _t("(%(amount)s since round %(round)s)", { amount, round: round.base });
    }

    formatShare(share) {
        return formatPercentage(share, { digits: [16, 1] });
    }

    formatDay(round) {
        return formatDate(deserializeDateTime(round.date));
    }

    async choose(side, ev) {
        const chosen = { before: this.page.before, after: this.page.after };
        chosen[side] = parseInt(ev.target.value, 10);
        await this.load(chosen.before, chosen.after);
    }

    async openRound(round) {
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "sale.order",
            res_id: round.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("sales_quotation_round.rounds", RoundsAction);
