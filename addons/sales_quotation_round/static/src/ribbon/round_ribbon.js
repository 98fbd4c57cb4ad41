import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const COLORS = { open: "primary", won: "success", lost: "danger", superseded: "secondary" };

/** The rounds of a quotation; a click jumps to one. */
export class RoundRibbon extends Component {
    static template = "sales_quotation_round.RoundRibbon";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get rounds() {
        return this.props.record.data[this.props.name] || [];
    }

    getClass(round) {
        const color = COLORS[round.state] || "secondary";
        return this.isShown(round) ? `btn-${color}` : `btn-outline-${color}`;
    }

    getTitle(round) {
        return round.sent ? _t("Round %s, sent", round.round) : _t("Round %s", round.round);
    }

    isShown(round) {
        return round.id === this.props.record.resId;
    }

    async open(round) {
        if (this.isShown(round) || !(await this.props.record.save())) {
            return;
        }
        await this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.props.record.resModel,
            res_id: round.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("sales_round_ribbon", {
    component: RoundRibbon,
    displayName: _t("Rounds"),
    supportedTypes: ["json"],
});
