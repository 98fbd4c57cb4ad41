import { Component, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { LineAdvicePopover } from "./line_advice_popover";

/**
 * What the order can still take of a line's product, and a button that says who has the rest and
 * what to do about it: beside the line, on a phone as a sheet from below.
 */
export class LineAdviceField extends Component {
    static template = "sales_availability.LineAdviceField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.button = useRef("button");
        this.popover = usePopover(LineAdvicePopover, {
            position: "bottom-end",
            popoverClass: "o_availability_advice_popover",
            useBottomSheet: useService("ui").isSmall,
        });
    }

    get formattedValue() {
        const { record, name } = this.props;
        return formatFloat(record.data[name], { digits: record.fields[name].digits });
    }

    get isShort() {
        return this.props.record.data.availability_missing > 0;
    }

    get title() {
        return this.isShort
            ? _t("More is asked than is available: see what to do")
            : _t("Why this number");
    }

    get canAdvise() {
        const { availability_checked, product_id, warehouse_id } = this.props.record.data;
        return Boolean(availability_checked && product_id && warehouse_id);
    }

    /** What all lines of the order ask for, where it is more than there is. */
    get asked() {
        const { data } = this.props.record;
        return this.isShort
            ? data.availability_quantity + data.availability_missing
            : data.product_uom_qty;
    }

    async onClick() {
        if (this.popover.isOpen) {
            this.popover.close();
            return;
        }
        const { record } = this.props;
        await record.isDirty(); // what is just being typed counts
        await record.model.mutex.getUnlockedDef();
        const advice = await this.loadAdvice();
        if (this.button.el) {
            this.popover.open(this.button.el, {
                advice,
                record,
                isInDialog: Boolean(this.env.inDialog),
                closeAdvice: () => this.popover.close(),
            });
        }
    }

    loadAdvice() {
        const { data, resId, model } = this.props.record;
        return this.orm.call("sales.availability", "get_line_advice", [], {
            product_id: data.product_id.id,
            warehouse_id: data.warehouse_id.id,
            quantity: this.asked,
            uom_id: data.product_uom_id?.id || false,
            lot_id: data.lot_id?.id || false,
            line_id: resId || false,
            order_id: (model.root.resModel === "sale.order" && model.root.resId) || false,
        });
    }
}

export const lineAdviceField = {
    component: LineAdviceField,
    supportedTypes: ["float"],
    fieldDependencies: [
        { name: "availability_checked", type: "boolean" },
        { name: "availability_missing", type: "float" },
        { name: "product_id", type: "many2one" },
        { name: "product_uom_id", type: "many2one" },
        { name: "product_uom_qty", type: "float" },
        { name: "warehouse_id", type: "many2one" },
    ],
};

registry.category("fields").add("availability_advice", lineAdviceField);
