import { _t } from "@web/core/l10n/translation";
import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What is to be done today: counts by category, and the reminders with what one does to them. */
export class FollowupToday extends Component {
    static template = "sales_followup.Today";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({
            scope: "me",
            typeId: false,
            userId: false,
            board: { categories: [], people: [], items: [], has_more: false, has_team: false },
        });
        onWillStart(() => this.load());
    }

    async load(offset = 0) {
        const { scope, typeId, userId } = this.state;
        const request = {};
        this.request = request;
        const board = await this.orm.call("mail.activity", "get_followup_board", [], {
            scope,
            type_id: typeId || null,
            user_id: userId || null,
            offset,
        });
        if (this.request !== request) {
            return; // the user asked for something else meanwhile
        }
        if (offset) {
            board.items = [...this.state.board.items, ...board.items];
        }
        this.state.board = board;
    }

    get groups() {
        const labels = [
            ["overdue", _t("Overdue"), (item) => item.days < 0],
            ["today", _t("Today"), (item) => item.days === 0],
            ["planned", _t("Next Days"), (item) => item.days > 0],
        ];
        return labels
            .map(([name, label, holds]) => ({
                name,
                label,
                items: this.state.board.items.filter(holds),
            }))
            .filter((group) => group.items.length);
    }

    get person() {
        return this.state.board.people.find((row) => row.id === this.state.userId);
    }

    formatDay(item) {
        return formatDate(deserializeDate(item.date));
    }

    setScope(scope) {
        Object.assign(this.state, { scope, userId: false, typeId: false });
        return this.load();
    }

    toggleType(typeId) {
        this.state.typeId = this.state.typeId === typeId ? false : typeId;
        return this.load();
    }

    toggleUser(userId) {
        this.state.userId = this.state.userId === userId ? false : userId;
        return this.load();
    }

    loadMore() {
        return this.load(this.state.board.items.length);
    }

    async finish(item) {
        await this.orm.call("mail.activity", "action_feedback", [[item.id]]);
        await this.load();
    }

    async openDialog(model, method, id) {
        const action = await this.orm.call(model, method, [[id]]);
        await this.action.doAction(action, { onClose: () => this.load() });
    }

    snooze(item) {
        return this.openDialog("mail.activity", "action_snooze", item.id);
    }

    log(item) {
        const model = item.customer_id ? "res.partner" : item.res_model;
        return this.openDialog(model, "action_log_followup", item.customer_id || item.res_id);
    }

    canLog(item) {
        return item.customer_id || item.res_model === "crm.lead";
    }

    open(item) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: item.customer_id ? "res.partner" : item.res_model,
            res_id: item.customer_id || item.res_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("sales_followup.today", FollowupToday);
