import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    mockService,
    models,
    mountView,
    mountWebClient,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

class Quotation extends models.Model {
    _name = "test.quotation";
    name = fields.Char();
    round_links = fields.Json();
    _records = [
        {
            id: 2,
            name: "S00012",
            round_links: [
                { id: 1, round: 1, state: "superseded", sent: true },
                { id: 2, round: 2, state: "open", sent: false },
            ],
        },
    ];
    _views = {
        form: `<form><field name="name"/><field name="round_links" widget="sales_round_ribbon"/></form>`,
    };
}
defineModels([Quotation]);

const AMOUNTS = { currency_id: 1, undiscounted: 1300, untaxed: 1300, total: 1300 };

function line(id, values = {}) {
    return {
        id,
        key: id,
        kind: "",
        label: `Product ${id}`,
        product: id,
        name: `Product ${id}`,
        uom: 1,
        uom_name: "Units",
        quantity: 10,
        price: 100,
        discount: 0,
        subtotal: 1000,
        ...values,
    };
}

function round(id, values = {}) {
    return {
        id,
        round: id,
        state: "superseded",
        state_label: "Replaced",
        date: "2026-11-20 08:00:00",
        author: "Li Na",
        reason: "",
        note: "",
        base: false,
        given: 0,
        given_percent: 0,
        discount: 0,
        ...AMOUNTS,
        ...values,
    };
}

function page(values = {}) {
    return {
        name: "S00012",
        rounds: [
            round(1),
            round(2, { state: "open", base: 1, given: 100, given_percent: 0.1, reason: "Budget" }),
        ],
        before: 1,
        after: 2,
        has_margin: false,
        rows: [
            { status: "same", before: line(1), after: line(1), changes: [] },
            {
                status: "changed",
                before: line(2),
                after: line(2, { discount: 10, subtotal: 900 }),
                changes: ["discount", "subtotal"],
            },
            { status: "dropped", before: line(3), after: null, changes: [] },
            { status: "added", before: null, after: line(4), changes: [] },
        ],
        totals: { before: AMOUNTS, after: { ...AMOUNTS, untaxed: 1200, total: 1200 } },
        ...values,
    };
}

async function openRounds(values) {
    onRpc("sale.order", "get_rounds_page", ({ args }) => {
        expect.step(JSON.stringify(args));
        return page(values);
    });
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "sales_quotation_round.rounds",
        context: { active_id: 2 },
    });
    await animationFrame();
}

test("the ribbon shows each round, and a click opens one", async () => {
    mockService("action", {
        doAction(action) {
            expect.step(`open ${action.res_model} ${action.res_id}`);
        },
    });
    await mountView({ type: "form", resModel: "test.quotation", resId: 2 });
    expect(queryAllTexts(".o_round_ribbon button")).toEqual(["1", "2"]);
    expect(".o_round_ribbon button[aria-current='true']").toHaveText("2");
    expect(".o_round_ribbon button:first .fa-paper-plane-o").toHaveCount(1);
    await contains(".o_round_ribbon button[aria-current='true']").click();
    await contains(".o_round_ribbon button:first").click();
    expect.verifySteps(["open test.quotation 1"]);
});

test("what changed is coloured, old beside new", async () => {
    await openRounds();
    expect.verifySteps(["[[2],false,false]"]);
    expect(".o_round_comparison tbody tr").toHaveCount(4);
    expect(".o_round_added").toHaveText(/Product 4/);
    expect(".o_round_dropped").toHaveText(/Product 3/);
    expect(".o_round_changed s").toHaveCount(2);
    expect(".o_round_changed").toHaveText(/10%/);
    expect(queryFirst(".o_round_totals tr:eq(1)")).toHaveText(/-100\.00/);
});

test("only what changed", async () => {
    await openRounds();
    await contains("input[name='only_changes']").click();
    expect(".o_round_comparison tbody tr").toHaveCount(3);
    expect.verifySteps(["[[2],false,false]"]);
});

test("another pair of rounds is asked for", async () => {
    await openRounds();
    await contains("select[name='before']").select("2");
    expect.verifySteps(["[[2],false,false]", "[[2],2,2]"]);
});

test("margins are shown to those who may see them only", async () => {
    await openRounds();
    expect(".o_rounds").not.toHaveText(/Margin/);
    expect.verifySteps(["[[2],false,false]"]);
});

test("margins", async () => {
    const rows = [
        {
            status: "changed",
            before: line(1, { margin: 400, margin_percent: 0.4 }),
            after: line(1, { margin: 300, margin_percent: 0.3 }),
            changes: ["margin"],
        },
    ];
    await openRounds({ has_margin: true, rows });
    expect(".o_round_changed").toHaveText(/40%/);
    expect(".o_round_changed").toHaveText(/30%/);
    expect.verifySteps(["[[2],false,false]"]);
});

test("amounts in two currencies have no difference", async () => {
    await openRounds({ totals: { before: AMOUNTS, after: { ...AMOUNTS, currency_id: 2 } } });
    expect(queryAllTexts(".o_round_totals td:last-child").join("")).toBe("");
    expect.verifySteps(["[[2],false,false]"]);
});

test("the concession of each round", async () => {
    await openRounds();
    expect(".o_concession_curve canvas").toHaveCount(1);
    expect(".o_round_curve tbody tr:eq(1)").toHaveText(/10%/);
    expect(".o_round_curve tbody tr:eq(1)").toHaveText(/Li Na/);
    expect(".o_round_curve tbody tr:eq(0)").not.toHaveText(/since/);
    expect.verifySteps(["[[2],false,false]"]);
});
