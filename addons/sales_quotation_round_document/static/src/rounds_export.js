import { RoundsAction } from "@sales_quotation_round/rounds/rounds_action";
import { patch } from "@web/core/utils/patch";

patch(RoundsAction.prototype, {
    /** Download the two rounds on screen as they are shown. */
    async exportRounds(kind) {
        const { before, after } = this.page;
        const action = await this.orm.call("sale.order", "action_export_rounds", [
            [this.orderId],
            before,
            after,
            kind,
            this.state.onlyChanges,
        ]);
        await this.action.doAction(action);
    },
});
