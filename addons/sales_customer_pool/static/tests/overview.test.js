import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mountWebClient,
    onRpc,
    patchWithCleanup,
    preloadBundle,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();
preloadBundle("web.chartjs_lib");

function person(id, values = {}) {
    return {
        id,
        name: `Seller ${id}`,
        active: true,
        held: 3,
        due: 0,
        never: 1,
        dwell: false,
        limit: false,
        ...values,
    };
}

function overview(values = {}) {
    return {
        domains: {
            owned: [["user_id", "!=", false]],
            nobody: [["user_id", "=", false]],
            due: [["recycle_due_date", "<", "2026-12-01 00:00:00"]],
            never: [["last_followup_date", "=", false]],
            dwell: [["date", ">=", "2025-11-24 00:00:00"]],
            warn: [["recycle_warned_date", ">=", "2026-11-23 00:00:00"]],
            recycle: [["kind", "=", "recycle"]],
            allocate: [["kind", "=", "allocate"]],
        },
        views: {
            "res.partner": [[false, "list"]],
            "sales.customer.pool.card": [[false, "list"]],
            "sales.customer.ownership": [[false, "list"]],
        },
        owned: 5,
        nobody: 1,
        pools: [{ id: 4, name: "East", count: 2, dwell: 12.5 }],
        people: [person(1, { due: 2, dwell: 30.25 }), person(2, { active: false })],
        ages: [{ from: 0, to: 7, count: 5, domain: [["ownership_date", ">", "x"]] }],
        rules: [
            { kind: "recycle", id: 8, name: "30 days", warn: 3, recycle: 0 },
            { kind: "allocate", id: 9, name: "In turn", allocate: 6 },
        ],
        last_run: "2026-11-24 01:00:00",
        ...values,
    };
}

async function show(values) {
    onRpc("sales.customer.overview", "get_overview", ({ kwargs }) => {
        expect.step(`days ${kwargs.days}`);
        return overview(values);
    });
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "sales_customer_pool.overview",
    });
}

/** From now on, actions are noted instead of opened. */
function noteActions() {
    patchWithCleanup(getService("action"), {
        doAction: (action) =>
            expect.step(`${action.name} ${action.res_model} ${JSON.stringify(action.domain)}`),
    });
}

test("figures, and what is worth a look", async () => {
    await show();
    expect(queryAllTexts(".o_overview_tile .fs-2")).toEqual(["5", "2", "1", "2", "2"]);
    expect("[data-name=due] .text-warning-emphasis").toHaveCount(1);
    expect(".o_overview_person[data-id='1']").toHaveText(/30\.3|30\.2/);
    expect(".o_overview_person[data-id='2'] .badge").toHaveText("Gone");
    expect("canvas").toHaveCount(3);
    expect.verifySteps(["days 1"]);
});

test("each figure opens the list behind it", async () => {
    await show();
    noteActions();
    for (const figure of [
        ".o_overview_tile[data-name=nobody]",
        ".o_overview_tile[data-name=pooled]",
        ".o_overview_spread td a",
        ".o_overview_person[data-id='1'] [data-figure=due]",
        ".o_overview_rule [data-what=warn]",
        ".o_overview_rule [data-what=allocate]",
    ]) {
        await contains(`${figure}:first`).click();
    }
    expect.verifySteps([
        "days 1",
        'Nobody\'s res.partner [["user_id","=",false]]',
        "In Pools sales.customer.pool.card []",
        'East sales.customer.pool.card [["pool_id","=",4]]',
        'Seller 1 res.partner [["recycle_due_date","<","2026-12-01 00:00:00"],["user_id","=",1]]',
        '30 days res.partner [["recycle_warned_date",">=","2026-11-23 00:00:00"],["recycle_rule_id","=",8]]',
        'In turn sales.customer.ownership [["kind","=","allocate"],["allocation_rule_id","=",9]]',
    ]);
});

test("another period asks anew", async () => {
    await show();
    await contains(".o_overview_period[data-days='7']").click();
    await animationFrame();
    expect(".o_overview_period.active").toHaveText("7 Days");
    expect.verifySteps(["days 1", "days 7"]);
});

test("nothing yet: it says what to do", async () => {
    await show({ pools: [], people: [], rules: [], last_run: false, owned: 0 });
    expect(".o_overview_spread").toHaveText(/There is no pool yet/);
    expect(".o_overview_rules").toHaveText(/No rule is active/);
    expect(".o_overview_rules").toHaveText(/have not run yet/);
    expect(".o_overview_people").toHaveText(/Nobody holds a customer/);
    expect.verifySteps(["days 1"]);
});

test("many people: the first ones, then all", async () => {
    await show({ people: Array.from({ length: 30 }, (_, index) => person(index + 1)) });
    expect(".o_overview_person").toHaveCount(12);
    await contains(".o_overview_all").click();
    expect(".o_overview_person").toHaveCount(30);
    expect.verifySteps(["days 1"]);
});
