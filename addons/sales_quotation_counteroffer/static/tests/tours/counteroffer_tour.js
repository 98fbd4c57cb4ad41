import { registry } from "@web/core/registry";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Drag a file over the page as a browser does; whoever wants it shows where to drop it. */
function drag(file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    const sheet = document.querySelector(".o_form_sheet");
    const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
    sheet.dispatchEvent(new DragEvent("dragenter", options));
    return (target) => target.dispatchEvent(new DragEvent("drop", options));
}

async function fetchFile() {
    const response = await fetch("/web/content/sales_quotation_counteroffer.tour_file");
    return new File([await response.blob()], "offer.xlsx", { type: XLSX });
}

let dropFile;
const dropSteps = [
    {
        trigger: ".o_form_sheet",
        async run() {
            dropFile = drag(await fetchFile());
        },
    },
    {
        trigger: ".o_counteroffer_dropzone:contains('Drop the customer')",
        run() {
            dropFile(this.anchor);
        },
    },
];

registry.category("web_tour.tours").add("sales_quotation_counteroffer_drop", {
    steps: () => [
        { trigger: "button[name='action_counteroffer']:visible" },
        {
            content: "a picture is not ours: the chatter takes it, and the sheet does not",
            trigger: ".o_form_sheet",
            run() {
                dropFile = drag(new File(["x"], "photo.png", { type: "image/png" }));
            },
        },
        { trigger: ".o-mail-Chatter-dropzone" },
        {
            trigger: "body:not(:has(.o_counteroffer_dropzone))",
            run() {
                dropFile(document.body);
            },
        },
        { trigger: "body:not(:has(.o-Dropzone))" },
        ...dropSteps,
        { trigger: ".modal .o_counteroffer .o_round_changed:contains('Pump'):contains('92.50')" },
        { trigger: ".modal .o_counteroffer .o_round_dropped:contains('Hose')" },
        { trigger: ".modal button[name='action_make_round']:contains('2')", run: "click" },
        { trigger: ".o_round_ribbon button[aria-current='true']:contains('2')" },
        { trigger: ".o_data_row:contains('Pump'):contains('92.50')" },
    ],
});

registry.category("web_tour.tours").add("sales_quotation_counteroffer_problem", {
    steps: () => [
        { trigger: "button[name='action_counteroffer']:visible" },
        ...dropSteps,
        { trigger: ".modal .o_counteroffer_problems:contains('this is a formula')" },
        { trigger: ".modal:not(:has(button[name='action_make_round']:visible))" },
        { trigger: ".modal button[name='action_back']", run: "click" },
        { trigger: ".modal [name='file']" },
        { trigger: ".modal button:contains('Discard')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("sales_quotation_counteroffer_phone", {
    steps: () => [
        {
            trigger:
                ".o_statusbar_buttons button.dropdown-toggle, .o_cp_action_menus button, button[name='action_counteroffer']:visible",
            run: "click",
        },
        { trigger: "button[name='action_counteroffer']:visible", run: "click" },
        { trigger: ".modal [name='attachment_id'] input", run: "click" },
        {
            trigger:
                ".o_kanban_record:contains('reply.xlsx'), .o-autocomplete--dropdown-item:contains('reply.xlsx')",
            run: "click",
        },
        { trigger: ".modal button[name='action_compare']:visible", run: "click" },
        { trigger: ".modal .o_counteroffer .o_round_changed:contains('Pump')" },
        { trigger: ".modal button[name='action_make_round']:visible", run: "click" },
        { trigger: ".o_round_ribbon button[aria-current='true']:contains('2')" },
    ],
});
