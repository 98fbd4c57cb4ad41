import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_availability_refusal", {
    steps: () => [
        {
            content: "Start a quotation",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Enter the customer",
            trigger: ".o_field_res_partner_many2one[name='partner_id'] input",
            run: "edit Langsu Trading",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Langsu Trading')",
            run: "click",
        },
        {
            content: "Add a line",
            trigger: ".o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_template_id'] input",
            run: "edit Pump",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Pump')",
            run: "click",
        },
        {
            content: "Ask for one more than there is",
            trigger: ".o_selected_row .o_field_widget[name='product_uom_qty'] input",
            run: "edit 41",
        },
        {
            content: "Leave the line",
            trigger: ".o_form_sheet .oe_title",
            run: "click",
        },
        {
            content: "The order warns while it is typed",
            trigger: "div[name='availability_warning']:contains('Pump')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saving is refused and says why, in the user's language",
            trigger: ".modal .modal-body:contains('41'):contains('40'):contains('Pump')",
        },
        {
            trigger: ".modal .modal-footer button.btn-primary",
            run: "click",
        },
        {
            content: "What was typed is still there: correct it",
            trigger: ".o_data_row .o_data_cell[name='product_uom_qty']",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_uom_qty'] input",
            run: "edit 40",
        },
        {
            trigger: ".o_form_sheet .oe_title",
            run: "click",
        },
        {
            content: "The warning is gone",
            trigger: ".o_form_view:not(:has(div[name='availability_warning']))",
        },
        {
            content: "Confirm",
            trigger: ".o_statusbar_buttons button[name='action_confirm']:not(.d-none)",
            run: "click",
        },
        {
            trigger: ".o_form_saved .o_statusbar_status .o_arrow_button_current[data-value='sale']",
        },
    ],
});
