import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_customer_layout_form", {
    steps: () => [
        {
            content: "The form has the new section, with the label of the layout",
            trigger: ".o_group:contains('Sourcing') label:contains('Found At')",
        },
        {
            content: "What is hidden does not show",
            trigger: ".o_form_view:not(:has(.o_field_widget[name='function']))",
        },
        {
            content: "What is read-only cannot be typed into",
            trigger: ".o_form_view:not(:has(.o_field_widget[name='wechat'] input))",
        },
        {
            content: "Name the customer",
            trigger: ".o_field_widget[name='name'] textarea, .o_field_widget[name='name'] input",
            run: "edit 成都朗速软件有限公司",
        },
        {
            content: "Save without what the layout asks for",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The form says what is missing",
            trigger: ".o_field_widget.o_field_invalid[name='website']",
        },
        {
            content: "Fill it in",
            trigger: ".o_field_widget[name='website'] input",
            run: "edit https://langsu.example.com",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The customer is saved",
            trigger: ".o_form_saved",
        },
    ],
});

registry.category("web_tour.tours").add("sales_customer_layout_editor", {
    steps: () => [
        {
            content: "Begin a layout",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Salespeople",
        },
        {
            content: "Load the form",
            trigger: "button[name='action_load_form']",
            run: "click",
        },
        {
            content: "Its parts are listed; give the website another label",
            trigger: ".o_data_row:has(td[name='title']:contains('Website')) td[name='label']",
            run: "click",
        },
        {
            content: "Type the label",
            trigger: ".o_selected_row td[name='label'] input",
            run: "edit Home Page",
        },
        {
            content: "Let it only be read",
            trigger: ".o_selected_row td[name='is_readonly'] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved",
        },
        {
            content: "Preview it",
            trigger: "button[name='action_preview']",
            run: "click",
        },
        {
            content: "The customer form has the label",
            trigger: ".o_form_view label:contains('Home Page')",
        },
    ],
});
