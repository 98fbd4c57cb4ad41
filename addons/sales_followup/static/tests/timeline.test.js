import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mockService,
    mountWebClient,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { CustomerTimeline } from "@sales_followup/timeline/timeline";

describe.current.tags("desktop");
defineMailModels();

const HEADER = {
    id: 7,
    name: "Langsu Trading",
    currency_id: 1,
    kinds: [
        { kind: "followup", label: "Follow-ups", icon: "fa-comments-o" },
        { kind: "order", label: "Orders", icon: "fa-shopping-cart" },
    ],
    figures: [
        {
            name: "revenue",
            label: "Revenue 12 Months",
            type: "monetary",
            value: 1200,
            action: { type: "ir.actions.act_window", res_model: "account.move" },
        },
        { name: "contact", label: "Last Proven Contact", type: "datetime", value: false },
    ],
};

function event(id, values = {}) {
    return {
        key: `followup-${id}`,
        kind: "followup",
        res_model: "sales.followup",
        res_id: id,
        date: "2026-11-20 08:00:00",
        is_day: false,
        is_open: false,
        title: `Call ${id}`,
        body: "Talked",
        user: "Li Na",
        state: "",
        amount: false,
        currency_id: false,
        ...values,
    };
}

function serve(pages) {
    onRpc("res.partner", "get_timeline_header", () => HEADER);
    onRpc("res.partner", "get_timeline", ({ kwargs }) => {
        expect.step(JSON.stringify([kwargs.cursor, kwargs.kinds, kwargs.text]));
        return pages(kwargs);
    });
}

test("pages follow each other until the end while the end is in sight", async () => {
    serve(({ cursor }) =>
        cursor
            ? { items: [event(1, { date: "2026-10-02 08:00:00" })], next: false }
            : { items: [event(2)], next: ["2026-11-20T08:00:00", "followup", 2] }
    );
    await mountWithCleanup(CustomerTimeline, { props: { customerId: 7 } });
    await waitFor(".o_timeline_item:contains(Call 1)");
    expect(queryAllTexts(".o_timeline_month")).toEqual(["November 2026", "October 2026"]);
    expect(".o_timeline_end").toHaveCount(0);
    expect.verifySteps(['[null,null,""]', '[["2026-11-20T08:00:00","followup",2],null,""]']);
});

test("kinds and text filter on the server, and are added to each other", async () => {
    serve(() => ({ items: [event(1)], next: false }));
    await mountWithCleanup(CustomerTimeline, { props: { customerId: 7 } });
    await contains(".o_timeline_kind[data-kind=order]").click();
    await contains(".o_timeline_search").edit("pump", { confirm: false });
    await runAllTimers();
    await contains(".o_timeline_kind[data-kind=order]").click();
    expect.verifySteps([
        '[null,null,""]',
        '[null,["order"],""]',
        '[null,["order"],"pump"]',
        '[null,null,"pump"]',
    ]);
});

test("an answer that comes too late does not overwrite a newer one", async () => {
    const { promise, resolve } = Promise.withResolvers();
    serve(({ kinds }) => (kinds ? promise : { items: [event(kinds ? 9 : 1)], next: false }));
    await mountWithCleanup(CustomerTimeline, { props: { customerId: 7 } });
    await contains(".o_timeline_kind[data-kind=order]").click();
    await contains(".o_timeline_kind[data-kind=order]").click();
    resolve({ items: [event(9)], next: false });
    await animationFrame();
    expect(queryAllTexts(".o_timeline_item .fw-bold")).toEqual(["Call 1"]);
    expect.verifySteps(['[null,null,""]', '[null,["order"],""]', '[null,null,""]']);
});

test("figures lead to their documents; an event to its own", async () => {
    mockService("action", {
        doAction: (action) => expect.step(`${action.res_model} ${action.res_id || ""}`),
    });
    serve(() => ({ items: [event(3)], next: false }));
    await mountWithCleanup(CustomerTimeline, { props: { customerId: 7 } });
    expect(queryOne("[data-name=revenue]")).toHaveText(/1,200/);
    expect(queryOne("[data-name=contact]")).toHaveText(/None/);
    await contains("[data-name=revenue]").click();
    await contains(".o_timeline_text").click();
    expect.verifySteps(['[null,null,""]', "account.move ", "sales.followup 3"]);
});

test("what the customer wrote is text, never markup", async () => {
    serve(() => ({ items: [event(1, { body: "<b class='evil'>x</b>" })], next: false }));
    await mountWithCleanup(CustomerTimeline, { props: { customerId: 7 } });
    expect(".evil").toHaveCount(0);
    expect(".o_timeline_body").toHaveText("<b class='evil'>x</b>");
    expect.verifySteps(['[null,null,""]']);
});

test("the board finishes a reminder and counts anew", async () => {
    let left = 2;
    onRpc("mail.activity", "get_followup_board", ({ kwargs }) => {
        expect.step(`board ${kwargs.scope} ${kwargs.type_id}`);
        return {
            scope: "me",
            has_team: false,
            people: [],
            has_more: false,
            categories: [
                {
                    id: 1,
                    name: "To Contact",
                    icon: "fa-phone",
                    overdue: left,
                    today: 0,
                    planned: 0,
                },
            ],
            items: Array.from({ length: left }, (_, index) => ({
                id: index + 1,
                category: "To Contact",
                icon: "fa-phone",
                summary: "Ask",
                date: "2026-11-20",
                days: -1,
                customer: "Langsu Trading",
                customer_id: 7,
                phone: "",
                snoozed: 0,
                recurrent: false,
            })),
        };
    });
    onRpc("mail.activity", "action_feedback", ({ args }) => {
        expect.step(`done ${args[0]}`);
        left--;
        return true;
    });
    await mountWebClient();
    await getService("action").doAction({ type: "ir.actions.client", tag: "sales_followup.today" });
    expect(".o_followup_count").toHaveText("2");
    await contains(".o_followup_done:first").click();
    await animationFrame();
    expect(".o_followup_count").toHaveText("1");
    expect(".o_followup_item").toHaveCount(1);
    await contains(".o_followup_category").click();
    expect.verifySteps(["board me null", "done 1", "board me null", "board me 1"]);
});
