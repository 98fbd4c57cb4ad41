import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, getService, mountWebClient, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

const AMOUNTS = { currency_id: 1, undiscounted: 10, untaxed: 10, total: 10 };

function round(id) {
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
    };
}

test("the two rounds on screen are exported as they are shown", async () => {
    onRpc("sale.order", "get_rounds_page", ({ args }) => ({
        name: "S00012",
        rounds: [round(1), round(2), round(3)],
        before: args[1] || 2,
        after: args[2] || 3,
        has_margin: false,
        rows: [],
        totals: { before: AMOUNTS, after: AMOUNTS },
    }));
    onRpc("sale.order", "action_export_rounds", ({ args }) => {
        expect.step(args);
        return { type: "ir.actions.act_window_close" };
    });
    await mountWebClient();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "sales_quotation_round.rounds",
        context: { active_id: 3 },
    });
    await contains("select[name='before']").select("1");
    await contains("button[name='export_xlsx']").click();
    await contains("input[name='only_changes']").click();
    await contains("button[name='export_docx']").click();
    expect.verifySteps([
        [[3], 1, 3, "xlsx", false],
        [[3], 1, 3, "docx", true],
    ]);
});
