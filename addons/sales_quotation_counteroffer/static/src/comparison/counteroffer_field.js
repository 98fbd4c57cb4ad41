import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { RoundComparison } from "@sales_quotation_round/rounds/round_comparison";

/** What the customer's file asks for: what is wrong with it, and what would change. */
export class CounterofferField extends Component {
    static template = "sales_quotation_counteroffer.CounterofferField";
    static components = { RoundComparison };
    static props = { ...standardFieldProps };

    get comparison() {
        return this.props.record.data[this.props.name];
    }

    get given() {
        const { given, given_percent, totals } = this.comparison;
        const amount = formatMonetary(given, { currencyId: totals.after.currency_id });
        return `${amount} (${formatPercentage(given_percent, { digits: [16, 1] })})`;
    }
}

registry.category("fields").add("sales_counteroffer", {
    component: CounterofferField,
    supportedTypes: ["json"],
});
