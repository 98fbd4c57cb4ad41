import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("sales_quotation_fast_hands", {
    steps: () => [
        {
            content: "Take the price of last time",
            trigger: ".o_data_row:first .o_line_price",
            run: "click",
        },
        {
            content: "The floor is explained",
            trigger: ".o_line_price_popover .o_line_price_limit:contains('rule')",
        },
        {
            trigger: ".o_line_price_popover table:first .o_line_price_take:first",
            run: "click",
        },
        {
            content: "The price is taken, and it is below the floor",
            trigger: ".o_data_row:first .o_line_price .fa-exclamation-triangle",
        },
        ...stepUtils.saveForm(),
        {
            content: "Open the box by keyboard",
            trigger: ".o_form_saved button:contains('Paste Lines')",
            run: "press alt+shift+v",
        },
        {
            trigger: ".modal .o_field_widget[name=text] textarea",
            run: (helpers) => helpers.edit("CAB\t5\t99\nUNKNOWN\t2\nPLG\t7"),
        },
        {
            trigger: ".modal button[name=action_check]",
            run: "press alt+q",
        },
        {
            content: "The unknown row is named, and taken out",
            trigger: ".modal .o_data_row:contains('UNKNOWN'):contains('No product has this code')",
        },
        {
            trigger: ".modal .o_data_row:contains('UNKNOWN') .o_list_record_remove button",
            run: "click",
        },
        {
            trigger: ".modal:not(:has(.o_data_row:contains('UNKNOWN'))) button[name=action_add]",
            run: "press alt+q",
        },
        {
            trigger: "body:not(:has(.modal)) .o_data_row:nth-child(3)",
        },
    ],
});
