import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** Floor and last prices of one line; asked for when somebody looks. */
export class LinePricePopover extends Component {
    static template = "sales_quotation.LinePricePopover";
    static props = {
        record: Object,
        order: Object,
        close: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ texts: [], mine: [], others: [] });
        onWillStart(async () => Object.assign(this.state, await this.loadPrices()));
    }

    get data() {
        return this.props.record.data;
    }

    get canTake() {
        return ["draft", "sent"].includes(this.props.order.data.state);
    }

    get groups() {
        return [
            { key: "mine", title: _t("This customer"), prices: this.state.mine },
            { key: "others", title: _t("Other customers"), prices: this.state.others },
        ];
    }

    loadPrices() {
        const { data } = this;
        return this.orm.call("sale.order.line", "get_last_prices", [
            {
                id: this.props.record.resId || false,
                product_id: data.product_id.id,
                product_uom_qty: data.product_uom_qty,
                partner_id: this.props.order.data.partner_id.id,
                order_id: this.props.order.resId || false,
                currency_id: this.props.order.data.currency_id?.id || false,
                product_uom_id: data.product_uom_id?.id || false,
            },
        ]);
    }

    formatDate(date) {
        return formatDate(deserializeDate(date));
    }

    formatQuantity(price) {
        return `${formatFloat(price.quantity, { trailingZeros: false })} ${price.uom}`;
    }

    async take(price) {
        const changes = { price_unit: price.price_unit };
        if ("discount" in this.props.record.activeFields) {
            changes.discount = price.discount;
        } else {
            changes.price_unit = price.price_unit * (1 - price.discount / 100);
        }
        await this.props.record.update(changes);
        this.props.close?.();
    }
}

export class LinePrice extends Component {
    static template = "sales_quotation.LinePrice";
    static props = { ...standardWidgetProps };

    setup() {
        this.popover = usePopover(LinePricePopover, { position: "left" });
    }

    get data() {
        return this.props.record.data;
    }

    get order() {
        return this.props.record.model.root;
    }

    get isShown() {
        return Boolean(this.data.product_id && this.order.data.partner_id);
    }

    get title() {
        return this.data.price_mark
            ? _t("Below the floor price or above the discount ceiling")
            : _t("Floor and last prices");
    }

    get mark() {
        const marks = {
            stop: "fa-ban text-danger",
            approve: "fa-exclamation-triangle text-warning",
            warn: "fa-exclamation-circle text-warning",
        };
        return marks[this.data.price_mark] || "fa-tag text-muted";
    }

    open(ev) {
        this.popover.open(ev.currentTarget, { record: this.props.record, order: this.order });
    }
}

export const linePrice = {
    component: LinePrice,
    fieldDependencies: [{ name: "price_mark", type: "selection" }],
};
registry.category("view_widgets").add("sales_quotation_price", linePrice);
