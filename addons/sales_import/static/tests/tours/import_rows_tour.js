import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

async function uploadFile(name) {
    const [attachmentId] = await rpc("/web/dataset/call_kw/ir.attachment/search", {
        model: "ir.attachment",
        method: "search",
        args: [[["name", "=", name]]],
        kwargs: { limit: 1 },
    });
    const response = await fetch(`/web/content/${attachmentId}`);
    const file = new File([await response.blob()], name, {
        type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    });
    await inputFiles(".o_control_panel input.o_input_file", [file]);
}

/** A salesperson tests a file, reads what is wrong, loads the good rows and keeps the rest. */
registry.category("web_tour.tours").add("sales_import_rows", {
    steps: () => [
        {
            content: "the template is offered before a file is there",
            trigger: ".o_view_nocontent a[href*='template']",
        },
        {
            content: "upload the file",
            trigger: ".o_control_panel .o_import_file",
            run: () => uploadFile("tour-customers.xlsx"),
        },
        {
            content: "wait for the mapping, then test",
            trigger: ".o_import_data_content td:contains('Country')",
        },
        {
            trigger: ".o_control_panel button:contains('Test')",
            run: "click",
        },
        {
            content: "all problems are listed, by row and column",
            trigger: ".o_import_row_report_summary:contains('2 rows have a problem')",
        },
        {
            trigger:
                ".o_import_row_report_table tr:contains('4'):contains('C'):contains('Atlantis')",
        },
        {
            trigger: ".o_import_row_report_table tr:contains('6'):contains('A'):contains('300')",
        },
        {
            content: "load the good rows",
            trigger: ".o_import_skip_invalid_rows input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button:contains('Import')",
            run: "click",
        },
        {
            trigger:
                ".o_import_row_report_summary:contains('3 records were loaded, 2 rows were rejected')",
        },
        {
            content: "the same file cannot be imported once more",
            trigger: ".o_control_panel:not(:has(button:contains('Test')))",
        },
        {
            trigger: ".o_import_download_rejected",
        },
        {
            trigger: ".o_import_open_loaded",
            run: "click",
        },
        {
            trigger:
                ".o_list_view .o_data_row:contains('Tour Cid'), .o_kanban_record:contains('Tour Cid')",
        },
    ],
});
