import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_contract", {
    steps: () => [
        {
            trigger: ".o_list_view .o_list_button_add, .o_list_view .o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=partner_id] input",
            run: "edit Customer",
        },
        {
            trigger: ".ui-menu-item > a:contains('Customer'):first",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=line_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=product_id] input",
            run: "edit Cable",
        },
        {
            trigger: ".ui-menu-item > a:contains('Cable')",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=price_unit] input:value(100.00)",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 30",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=price_unit] input",
            run: "edit 88",
        },
        {
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            content: "It runs, and quotations can be made of it",
            trigger: "button[name=action_new_quotation]",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains('Cable'):contains('30.00') td[name=quantity]",
            run: "click",
        },
        {
            trigger: ".modal .o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 12",
        },
        {
            content: "The total follows",
            trigger: ".modal .o_field_widget[name=currency_id], .modal .modal-body",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains('1,056')",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=order_line] .o_data_row:contains('Cable'):contains('88.00')",
        },
        {
            content: "The quotation shows its contract",
            trigger: ".oe_stat_button[name=action_view_contracts]",
        },
    ],
});

registry.category("web_tour.tours").add("sales_contract_phone", {
    steps: () => [
        {
            trigger: ".o_form_view .o_field_widget[name=order_line]:contains('Cable')",
        },
        {
            trigger: ".o_statusbar_buttons .dropdown-toggle",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu button:contains('Lines from Contract')",
            run: "click",
        },
        {
            content: "Rows are cards; one opens to change what is taken",
            trigger: ".modal .o_kanban_record:contains('Cable'):contains('20.00')",
            run: "click",
        },
        {
            trigger: ".modal .o_form_view .o_field_widget[name=quantity] input:only-child",
            run: "edit 4",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) .o_form_button_save",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=amount]:contains('342')",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_field_widget[name=order_line]:contains('4.00')",
        },
    ],
});
