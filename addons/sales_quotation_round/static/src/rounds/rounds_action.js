import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ConcessionCurve } from "./concession_curve";
import { RoundComparison } from "./round_comparison";

/** Two rounds of a quotation side by side, and what was given away from round to round. */
export class RoundsAction extends Component {
    static template = "sales_quotation_round.RoundsAction";
    static components = { ConcessionCurve, Layout, RoundComparison };
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
