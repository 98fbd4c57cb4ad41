import { Component, markRaw, onWillStart, useState } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { OverviewChart } from "./overview_chart";

const SHOWN = 12;
const PARTNERS = "res.partner";
const CHANGES = "sales.customer.ownership";
const CARDS = "sales.customer.pool.card";

/** How customers are spread, how full people are, how long they keep them, what the rules did. */
export class CustomerOverview extends Component {
    static template = "sales_customer_pool.Overview";
    static components = { Layout, OverviewChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.display = { controlPanel: {} };
        this.state = useState({ days: 1, showAll: false, data: null, charts: null });
        onWillStart(() => this.load());
    }

    async load() {
        const request = {};
        this.request = request;
        const data = await this.orm.call("sales.customer.overview", "get_overview", [], {
            days: this.state.days,
        });
        if (this.request === request) {
            // otherwise the user has asked for something else meanwhile
            this.state.data = markRaw(data);
            this.state.charts = markRaw(this.makeCharts());
        }
    }

    get data() {
        return this.state.data;
    }

    get periods() {
        return [
            { days: 1, label: _t("24 Hours") },
            { days: 7, label: _t("7 Days") },
            { days: 30, label: _t("30 Days") },
        ];
    }

    setPeriod(days) {
        this.state.days = days;
        return this.load();
    }

    // ---- figures ------------------------------------------------------------------------------

    get pooled() {
        return this.data.pools.reduce((sum, pool) => sum + pool.count, 0);
    }

    get due() {
        return this.data.people.reduce((sum, person) => sum + person.due, 0);
    }

    get never() {
        return this.data.people.reduce((sum, person) => sum + person.never, 0);
    }

    get tiles() {
        return [
            {
                name: "owned",
                label: _t("With Salespeople"),
                value: this.data.owned,
                icon: "fa-user-o",
            },
            { name: "pooled", label: _t("In Pools"), value: this.pooled, icon: "fa-users" },
            {
                name: "nobody",
                label: _t("Nobody's"),
                value: this.data.nobody,
                icon: "fa-question-circle-o",
            },
            {
                name: "due",
                label: _t("Due within 7 Days"),
                value: this.due,
                icon: "fa-hourglass-half",
                isWarning: Boolean(this.due),
            },
            {
                name: "never",
                label: _t("Never Followed Up"),
                value: this.never,
                icon: "fa-phone",
                isWarning: Boolean(this.never),
            },
        ];
    }

    get people() {
        return this.state.showAll ? this.data.people : this.data.people.slice(0, SHOWN);
    }

    get parts() {
        const pools = this.data.pools.map((pool) => ({
            label: pool.name,
            count: pool.count,
            open: () => this.openPool(pool),
        }));
        return [
            {
                label: _t("With Salespeople"),
                count: this.data.owned,
                open: () => this.openTile("owned"),
            },
            ...pools,
            { label: _t("Nobody's"), count: this.data.nobody, open: () => this.openTile("nobody") },
        ];
    }

    get lastRun() {
        return this.data.last_run && formatDateTime(deserializeDateTime(this.data.last_run));
    }

    formatDays(days) {
        return days === false ? "" : formatFloat(days, { digits: [16, 1] });
    }

    formatAge({ from, to }) {
        if (!from) {
            return _t("up to %s days", to);
        }
        return to ? _t("%(from)s to %(to)s days", { from, to }) : _t("over %s days", from);
    }

    getBarClass(limit) {
        if (limit.share >= 100) {
            return "bg-danger";
        }
        return limit.share >= 80 ? "bg-warning" : "bg-success";
    }

    // ---- charts -------------------------------------------------------------------------------

    makeCharts() {
        return { spread: this.makeSpread(), load: this.makeLoad(), ages: this.makeAges() };
    }

    color(index) {
        return getColor(index, cookie.get("color_scheme"), "md");
    }

    makeSpread() {
        const { parts } = this;
        return {
            type: "doughnut",
            data: {
                labels: parts.map((part) => part.label),
                datasets: [
                    {
                        data: parts.map((part) => part.count),
                        backgroundColor: parts.map((_part, index) => this.color(index * 2)),
                    },
                ],
            },
            options: { cutout: "62%", plugins: { legend: { position: "right" } } },
        };
    }

    makeLoad() {
        const people = this.data.people.slice(0, SHOWN);
        return {
            type: "bar",
            data: {
                labels: people.map((person) => person.name),
                datasets: [
                    {
                        label: _t("Others"),
                        data: people.map(({ held, due }) => held - due),
                        backgroundColor: this.color(0),
                    },
                    {
                        label: _t("Due within 7 Days"),
                        data: people.map((person) => person.due),
                        backgroundColor: this.color(6),
                    },
                ],
            },
            options: {
                indexAxis: "y",
                plugins: { legend: { position: "bottom" } },
                scales: {
                    x: { stacked: true, ticks: { precision: 0 } },
                    y: { stacked: true, grid: { display: false } },
                },
            },
        };
    }

    makeAges() {
        return {
            type: "bar",
            data: {
                labels: this.data.ages.map((age) => this.formatAge(age)),
                datasets: [
                    {
                        label: _t("Customers"),
                        data: this.data.ages.map((age) => age.count),
                        backgroundColor: this.color(2),
                    },
                ],
            },
            options: {
                plugins: { legend: { display: false } },
                scales: { x: { grid: { display: false } }, y: { ticks: { precision: 0 } } },
            },
        };
    }

    // ---- lists behind the figures -------------------------------------------------------------

    open(name, model, domain, context = {}) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: this.data.views[model],
            domain,
            context,
        });
    }

    openCustomers(name, domain, title) {
        return this.open(title || name, PARTNERS, domain, { res_partner_search_mode: "customer" });
    }

    openTile(name) {
        const { label } = this.tiles.find((tile) => tile.name === name);
        if (name === "pooled") {
            return this.open(label, CARDS, [], { search_default_group_pool: 1 });
        }
        return this.openCustomers(label, this.data.domains[name]);
    }

    openPool(pool) {
        return this.open(pool.name, CARDS, [["pool_id", "=", pool.id]]);
    }

    openPerson(person, figure) {
        const domain = [...this.data.domains[figure], ["user_id", "=", person.id]];
        return this.openCustomers(person.name, domain);
    }

    openLimit(person) {
        const domain = [...person.limit.domain, ["user_id", "=", person.id]];
        return this.open(person.name, PARTNERS, domain, { active_test: false });
    }

    openDwell(field, source) {
        const domain = [...this.data.domains.dwell, [field, "=", source.id]];
        return this.open(source.name, CHANGES, domain);
    }

    openAge(age) {
        const domain = [...this.data.domains.owned, ...age.domain];
        return this.openCustomers(this.formatAge(age), domain);
    }

    openLoad(index) {
        return this.openPerson(this.data.people[index], "owned");
    }

    openRule(rule, what) {
        const model = what === "warn" ? PARTNERS : CHANGES;
        const field = {
            warn: "recycle_rule_id",
            recycle: "rule_id",
            allocate: "allocation_rule_id",
        }[what];
        return this.open(rule.name, model, [...this.data.domains[what], [field, "=", rule.id]]);
    }
}

registry.category("actions").add("sales_customer_pool.overview", CustomerOverview);
