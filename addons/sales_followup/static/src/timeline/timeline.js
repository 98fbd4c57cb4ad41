import { _t } from "@web/core/l10n/translation";
import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import {
    formatDate,
    formatDateTime,
    deserializeDate,
    deserializeDateTime,
} from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { formatMonetary } from "@web/views/fields/formatters";

/** Everything that happened with a customer, the newest first, page by page while one scrolls. */
export class CustomerTimeline extends Component {
    static template = "sales_followup.CustomerTimeline";
    static props = { customerId: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.end = useRef("end");
        this.state = useState({
            header: null,
            items: [],
            next: false,
            loading: false,
            kinds: [],
            text: "",
        });
        this.search = useDebounced(() => this.reload(), 300);
        onWillStart(() => this.refresh());
        this.observer = new IntersectionObserver((entries) => {
            if (entries.some((entry) => entry.isIntersecting)) {
                this.loadMore();
            }
        });
        useEffect(
            (element) => {
                if (element) {
                    this.observer.observe(element);
                    return () => this.observer.unobserve(element);
                }
            },
            // observed anew after each page: a short page may leave the end in sight
            () => [this.end.el, this.state.items.length]
        );
        onWillUnmount(() => this.observer.disconnect());
    }

    async refresh() {
        const header = this.orm.call("res.partner", "get_timeline_header", [
            [this.props.customerId],
        ]);
        await this.reload();
        this.state.header = await header;
    }

    reload() {
        this.state.next = false;
        return this.loadPage(false);
    }

    async loadMore() {
        if (this.state.next && !this.state.loading) {
            await this.loadPage(this.state.next);
        }
    }

    async loadPage(cursor) {
        const request = {};
        this.request = request;
        this.state.loading = true;
        const page = await this.orm.call("res.partner", "get_timeline", [[this.props.customerId]], {
            cursor: cursor || null,
            kinds: this.state.kinds.length ? this.state.kinds : null,
            text: this.state.text,
        });
        if (this.request !== request) {
            return; // a filter was changed meanwhile
        }
        this.state.items = cursor ? [...this.state.items, ...page.items] : page.items;
        this.state.next = page.next;
        this.state.loading = false;
    }

    // ---- what is shown ----------------------------------------------------------------------

    /** Events by month: a heading each, so that one knows where one is while scrolling. */
    get months() {
        const months = [];
        for (const item of this.state.items) {
            const label = this.getDate(item).toFormat("LLLL yyyy");
            if (months.at(-1)?.label !== label) {
                months.push({ label, key: `${label}-${item.key}`, items: [] });
            }
            months.at(-1).items.push(item);
        }
        return months;
    }

    getDate(item) {
        return item.is_day
            ? deserializeDate(item.date.slice(0, 10))
            : deserializeDateTime(item.date);
    }

    formatDate(item) {
        const date = this.getDate(item);
        return item.is_day ? formatDate(date) : formatDateTime(date, { showSeconds: false });
    }

    formatAmount(item) {
        return formatMonetary(item.amount, { currencyId: item.currency_id });
    }

    formatFigure(figure) {
        if (figure.type === "monetary") {
            return formatMonetary(figure.value, { currencyId: this.state.header.currency_id });
        }
        if (!figure.value) {
            return _t("None");
        }
        const date =
            figure.type === "date"
                ? deserializeDate(figure.value)
                : deserializeDateTime(figure.value);
        return figure.type === "text" ? figure.value : formatDate(date);
    }

    getKind(item) {
        const kinds = this.state.header?.kinds || [];
        return kinds.find((kind) => kind.kind === item.kind) || { label: "", icon: "fa-circle-o" };
    }

    // ---- what one does ----------------------------------------------------------------------

    toggleKind(kind) {
        const kinds = this.state.kinds;
        this.state.kinds = kinds.includes(kind)
            ? kinds.filter((k) => k !== kind)
            : [...kinds, kind];
        return this.reload();
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.search();
    }

    open(item) {
        if (item.kind === "message") {
            return this.orm
                .call("res.partner", "get_timeline_document", [[this.props.customerId]], {
                    message_id: item.res_id,
                })
                .then((action) => this.action.doAction(action));
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: item.res_model,
            res_id: item.res_id,
            views: [[false, "form"]],
        });
    }

    openFigure(figure) {
        return this.action.doAction(figure.action);
    }

    async openDialog(method) {
        const action = await this.orm.call("res.partner", method, [[this.props.customerId]]);
        await this.action.doAction(action, { onClose: () => this.refresh() });
    }

    openCustomer() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: this.props.customerId,
            views: [[false, "form"]],
        });
    }

    async finish(item) {
        await this.orm.call("mail.activity", "action_feedback", [[item.res_id]]);
        await this.refresh();
    }
}
