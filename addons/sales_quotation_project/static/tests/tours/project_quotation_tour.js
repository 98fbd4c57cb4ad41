import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_quotation_project", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_new_quotation]",
            run: "click",
        },
        {
            content: "Tasks are ticked, with hours as days",
            trigger: ".modal .o_data_row:contains('Plan'):contains('2.00')",
        },
        {
            content: "Leave out one task",
            trigger: ".modal .o_data_row:contains('Paint') td[name=is_taken]",
            run: "click",
        },
        {
            content: "The total follows",
            trigger: ".modal .o_field_widget[name=amount]:contains('5,600')",
        },
        {
            trigger: ".modal .o_data_row:contains('Handover') td[name=is_taken]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains('10,600')",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The quotation has its lines below a section",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=order_line] .o_is_line_section",
        },
        {
            trigger: ".o_field_widget[name=order_line] .o_data_row:nth-child(4):contains('Wire')",
        },
    ],
});

registry.category("web_tour.tours").add("sales_quotation_project_phone", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_new_quotation]",
            run: "click",
        },
        {
            content: "Rows are cards, as a table would be wider than the screen",
            trigger: ".modal .o_kanban_record:contains('Plan'):contains('1,600')",
        },
        {
            trigger: ".modal .o_kanban_record:contains('Paint') .o_boolean_toggle input:checked",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains('5,600')",
        },
        {
            content: "A card opens to change what stands on it",
            trigger: ".modal .o_kanban_record:contains('Plan') main",
            run: "click",
        },
        {
            trigger: ".modal .o_form_view .o_field_widget[name=quantity] input:only-child",
            run: "edit 3",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) .o_form_button_save",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains('6,400')",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=order_line]:contains('Build')",
        },
    ],
});
