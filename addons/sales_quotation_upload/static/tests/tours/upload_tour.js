import { registry } from "@web/core/registry";

const CSV = "数量,编码,单价\n5,CAB,99\n2,UNKNOWN,\n7,PLG,\n";

registry.category("web_tour.tours").add("sales_quotation_upload_lines", {
    steps: () => [
        {
            trigger: ".o_form_view button:contains('Paste Lines')",
            run: "click",
        },
        {
            content: "Drop a file",
            trigger: ".modal .o_line_file",
            run() {
                const transfer = new DataTransfer();
                transfer.items.add(new File([CSV], "lines.csv", { type: "text/csv" }));
                const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
                this.anchor.dispatchEvent(new DragEvent("drop", options));
            },
        },
        {
            content: "The file is there",
            trigger: ".modal .o_line_file:has(input.o_input)",
        },
        {
            trigger: ".modal button[name=action_check]",
            run: "click",
        },
        {
            content: "The row with a problem names its place",
            trigger: ".modal .o_data_row:contains('UNKNOWN'):contains('No product has this code')",
        },
        {
            trigger: ".modal .o_data_row:contains('UNKNOWN') .o_list_record_remove button",
            run: "click",
        },
        {
            trigger: ".modal:not(:has(.o_data_row:contains('UNKNOWN'))) button[name=action_add]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_data_row:nth-child(3)",
        },
    ],
});
