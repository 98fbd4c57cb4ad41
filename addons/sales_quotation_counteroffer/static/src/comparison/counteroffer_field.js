import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
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

    get more() {
        return _t("… and %s more lines that change.", this.comparison.more);
    }

    get unchanged() {
        return _t("%s lines stay as they are.", this.comparison.unchanged);
    }

    get given() {
        const { given, given_percent, totals } = this.comparison;
        const amount = formatMonetary(given, { currencyId: totals.after.currency_id });
        const share = formatPercentage(given_percent, { digits: [16, 1] });
        return _t("Given away on lines that stay: %(amount)s (%(share)s).", { amount, share });
    }
}

registry.category("fields").add("sales_counteroffer", {
    component: CounterofferField,
    supportedTypes: ["json"],
});
