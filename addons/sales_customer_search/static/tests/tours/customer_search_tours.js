import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_customer_search_quotation", {
    steps: () => [
        {
            content: "Begin a quotation",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Type the initials of the customer",
            trigger: ".o_field_widget[name='partner_id'] input",
            run: "edit cdls",
        },
        {
            content: "The customer is offered first",
            trigger:
                ".o-autocomplete--dropdown-item:first-child:contains('成都朗速科技有限公司') a",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The quotation is saved",
            trigger: ".o_form_saved",
        },
    ],
});

registry.category("web_tour.tours").add("sales_customer_search_list", {
    steps: () => [
        {
            content: "Type the last digits of a number into the search box",
            trigger: ".o_searchview_input",
            run: "edit 5678",
        },
        {
            content: "What comes first searches by everything",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {
            content: "The customer is there",
            trigger: ".o_data_row:contains('成都朗速科技有限公司')",
        },
    ],
});
