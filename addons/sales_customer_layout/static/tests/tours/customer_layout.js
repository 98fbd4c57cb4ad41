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
