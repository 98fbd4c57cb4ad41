import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { ImportReport } from "@sales_import/import_report/import_report";

describe.current.tags("desktop");
defineMailModels();

function makeReport(values = {}) {
    return {
        importId: 7,
        isTest: false,
        isDone: true,
        skipsInvalidRows: true,
        loaded: 12,
        rejected: 1,
        problems: 1,
        ids: [1, 2],
        messages: [
            {
                type: "error",
                row: 14,
                column: "C",
                column_title: "Country",
                value: "Atlantis",
                message: "Not found",
            },
        ],
        ...values,
    };
}

function mountReport(values, openRecords = () => {}) {
    return mountWithCleanup(ImportReport, {
        props: { report: makeReport(values), openRecords },
        noMainContainer: true,
    });
}

test("a problem is shown by row, column, value and reason", async () => {
    await mountReport();
    expect(".o_import_row_report_summary").toHaveText(
        "12 records were loaded, 1 rows were rejected."
    );
    expect(queryAllTexts(".o_import_row_report_table tbody td")).toEqual([
        "14",
        "C Country",
        "Atlantis",
        "Not found",
    ]);
});

test("the loaded records can be opened", async () => {
    await mountReport({}, (ids) => expect.step(ids));
    await click(".o_import_open_loaded");
    expect.verifySteps([[1, 2]]);
});

test("a test says what would happen and opens nothing", async () => {
    await mountReport({ isTest: true, isDone: false });
    expect(".o_import_row_report_summary").toHaveText(
        "12 records can be loaded, 1 rows would be rejected."
    );
    expect(".o_import_open_loaded").toHaveCount(0);
});

test("without the option nothing was written", async () => {
    await mountReport({ isDone: false, skipsInvalidRows: false, loaded: 0, ids: [] });
    expect(".o_import_row_report_summary").toHaveText(
        "1 rows have a problem. Nothing was written."
    );
});

test("a long list is shown in parts", async () => {
    const [message] = makeReport().messages;
    const messages = Array.from({ length: 120 }, (_, index) => ({ ...message, row: index + 2 }));
    await mountReport({ messages, rejected: 120, problems: 120 });
    expect(".o_import_row_report_table tbody tr").toHaveCount(50);
    await click("button:contains(Show more)");
    await animationFrame();
    expect(".o_import_row_report_table tbody tr").toHaveCount(120);
});
