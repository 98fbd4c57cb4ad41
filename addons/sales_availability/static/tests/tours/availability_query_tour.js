import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_availability_query", {
    steps: () => [
        {
            content: "The list shows what is available; ask why",
            trigger: ".o_data_row:contains('PUMP'):contains('25') td[name='available']",
            run: "click",
        },
        {
            content: "The order that holds is named; open it",
            trigger:
                ".o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains('15'):has(.fa-external-link) button",
            run: "click",
        },
        {
            content: "The order is open",
            trigger: ".o_form_view .o_field_widget[name='order_line'] .o_data_row:contains('PUMP')",
        },
    ],
});
