import { registry } from "@web/core/registry";

const QUANTITY_INPUT = ".o_selected_row .o_field_widget[name='product_uom_qty'] input";

function leaveLine() {
    return { content: "Leave the line", trigger: ".o_form_sheet .oe_title", run: "click" };
}

function editLine(field, value, subtotal) {
    return [
        { trigger: `.o_data_row .o_data_cell[name='${field}']`, run: "click" },
        {
            trigger: `.o_selected_row .o_field_widget[name='${field}'] input`,
            run: `edit ${value}`,
        },
        leaveLine(),
        {
            content: "The server has answered: what it says cannot undo the next entry",
            trigger: `.o_data_row:not(.o_selected_row) .o_data_cell[name='price_subtotal']:contains('${subtotal}')`,
        },
    ];
}

function saveForm() {
    return [
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
    ];
}

function startQuotation() {
    return [
        { content: "Start a quotation", trigger: ".o_list_button_add", run: "click" },
        {
            content: "For the customer",
            trigger: ".o_field_res_partner_many2one[name='partner_id'] input",
            run: "edit Chengdu Langsu",
        },
        { trigger: ".ui-autocomplete > li > a:contains('Chengdu Langsu')", run: "click" },
    ];
}

function addGrease(quantity) {
    return [
        {
            content: `${quantity} of grease, more than there is`,
            trigger: ".o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='product_template_id'] input",
            run: "edit Bearing grease",
        },
        { trigger: ".ui-autocomplete > li > a:contains('Bearing grease')", run: "click" },
        {
            content: "The product is known: its answer cannot take the line back any more",
            trigger: ".o_selected_row button[data-availability]",
        },
        { trigger: QUANTITY_INPUT, run: `edit ${quantity}` },
        leaveLine(),
    ];
}

registry.category("web_tour.tours").add("test_sales_cycle_claim", {
    steps: () => [
        {
            content: "Claim the customer from its card",
            trigger: ".o_data_row:contains('Chengdu Langsu') button[name='action_claim']",
            run: "click",
        },
        { content: "It worked", trigger: ".o_notification:has(.bg-success)" },
        {
            content: "The customer is no longer in the pool",
            trigger: ".o_list_view:not(:has(.o_data_row)) .o_view_nocontent",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_tier", {
    steps: () => [
        {
            content: "The customer's tier stands on its form, with the reason",
            trigger: ".o_notebook a[name='customer']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='customer_tier_id']:contains('Newcomers')",
        },
        { trigger: ".o_field_widget[name='customer_tier_reason']:contains('180')" },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_quote", {
    steps: () => [
        ...startQuotation(),
        ...addGrease(41),
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "Refused: 40 are available",
            trigger: ".modal .modal-body:contains('41'):contains('40')",
        },
        { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
        {
            content: "The price is that of the customer's tier",
            trigger: ".o_data_row .o_data_cell[name='discount']:contains('2')",
        },
        ...editLine("product_uom_qty", 30, "2,793.00"),
        ...editLine("discount", 20, "2,280.00"),
        {
            content: "The line says that this is below the floor: 76 are less than 81.65",
            trigger: ".o_data_row .o_line_price .fa-exclamation-triangle",
        },
        ...saveForm(),
        {
            content: "Ask for approval",
            trigger: ".o_statusbar_buttons button[name='action_approval_open_ask']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='comment'] textarea",
            run: "edit They buy again in spring",
        },
        { trigger: ".modal button[name='action_confirm']:visible", run: "click" },
        {
            content: "It waits, and cannot be asked about twice",
            trigger:
                "body:not(:has(.modal)) .o_form_saved:has(button[name='action_approval_withdraw'])" +
                ":not(:has(button[name='action_approval_open_ask']))",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_approve", {
    steps: () => [
        {
            content: "Approve on the card, which says what is below which floor, and why",
            trigger:
                ".o_kanban_record:contains('76.00'):contains('81.65'):contains('in spring') " +
                "button[name='action_open_decide']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='comment'] textarea",
            run: "edit Once",
        },
        { trigger: ".modal button[name='action_confirm']:visible", run: "click" },
        {
            content: "Nothing waits any more",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record button)) .o_view_nocontent",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_round", {
    steps: () => [
        {
            content: "It is approved: no button to ask any more. They want to pay later instead",
            trigger:
                ".o_form_view:has(.alert-success):not(:has(button[name='action_approval_open_ask']))",
        },
        {
            content: "Make the next round",
            trigger: ".o_statusbar_buttons button[name='action_new_round']",
            run: "click",
        },
        {
            content: "It has its number, and the price of the round before",
            trigger: ".o_round_ribbon button[aria-current='true']:contains('2')",
        },
        ...editLine("discount", 10, "2,565.00"),
        ...saveForm(),
        {
            content: "Compare the rounds",
            trigger: ".o-form-buttonbox button[name='action_view_rounds']",
            run: "click",
        },
        {
            content: "The discount was 20 and is 10",
            trigger:
                ".o_rounds .o_round_changed:contains('Bearing grease')" +
                ":has(.o_round_before:contains('20%')):has(.o_round_after:contains('10%'))",
        },
        { trigger: ".o_rounds .o_round_curve:contains('Li Na')" },
        { trigger: ".o_back_button", run: "click" },
        {
            content: "The customer gets it in Excel",
            trigger: ".o_statusbar_buttons button[name='action_export_xlsx']",
            run: "click",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_story", {
    steps: () => [
        {
            content: "Confirm",
            trigger: ".o_statusbar_buttons button[name='action_confirm']",
            run: "click",
        },
        {
            content: "It is an order: go to its delivery",
            trigger: ".o_form_saved .o_arrow_button_current[data-value='sale']",
        },
        { trigger: "button[name='action_view_delivery']", run: "click" },
        {
            content: "The lot is reserved: validate",
            trigger: ".o_statusbar_buttons button[name='button_validate']",
            run: "click",
        },
        {
            content: "Delivered: back to the order",
            trigger: ".o_arrow_button_current[data-value='done']",
        },
        { trigger: ".o_back_button", run: "click" },
        {
            content: "Invoice it",
            trigger: ".o_statusbar_buttons button#create_invoice",
            run: "click",
        },
        {
            trigger: ".modal button[name='create_invoices']",
            run: "click",
        },
        {
            content: "Post the invoice",
            trigger: ".o_statusbar_buttons button[name='action_post']",
            run: "click",
        },
        {
            content: "The invoice is posted",
            trigger: ".o_form_saved .o_arrow_button_current[data-value='posted']",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_waiting", {
    steps: () => [
        ...startQuotation(),
        ...addGrease(15),
        {
            content: "Of 15, only 10 are left: ask what to do about the line",
            trigger: ".o_data_row:not(.o_selected_row) button[data-availability='missing']",
            run: "click",
        },
        { trigger: ".o_popover [data-figure='missing']:contains('5')" },
        {
            content: "Wait for the next receipt",
            trigger: ".o_popover [data-remedy='queue']",
            run: "click",
        },
        {
            content: "The quotation is saved and says that it waits",
            trigger: ".o_form_saved div[name='availability_queue']",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_why", {
    steps: () => [
        {
            content: "Ten were promised to the order that waited: ask why none is available",
            trigger: ".o_data_row:contains('STORY-GREASE') td[name='available']:contains('0')",
            run: "click",
        },
        {
            content: "The order that holds them is named: open it",
            trigger: ".o_form_view .o_data_row:contains('15'):has(.fa-external-link) button",
            run: "click",
        },
        {
            content: "It was confirmed by itself",
            trigger: ".o_form_view .o_arrow_button_current[data-value='sale']",
        },
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_followup", {
    steps: () => [
        {
            content: "Log a follow-up",
            trigger: "button[name='action_log_followup']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='content'] textarea",
            run: "edit The grease has arrived",
        },
        {
            content: "And what is next",
            trigger: ".modal .o_field_widget[name='next_step'] input",
            run: "edit Ask for the yearly need",
        },
        {
            trigger: ".modal .o_field_widget[name='next_date'] input",
            run: "edit +3d && press Enter",
        },
        {
            content: "The day is understood: save",
            trigger: ".modal:has(.o_field_widget[name='next_date'] button) .o_form_button_save",
            run: "click",
        },
        {
            content: "Saved: open the timeline",
            trigger: "body:not(:has(.modal)) button[name='action_open_timeline']",
            run: "click",
        },
        ...[
            "[data-kind='activity']:contains('Ask for the yearly need'):has(.o_timeline_done)",
            "[data-kind='followup']:contains('The grease has arrived')",
            "[data-kind='invoice']",
            "[data-kind='order']",
            "[data-kind='delivery']",
            "[data-kind='ownership']:contains('Chengdu Pool \u2192 Li Na')",
        ].map((item) => ({
            content: `The timeline tells: ${item}`,
            trigger: `.o_timeline_item${item}`,
        })),
    ],
});

registry.category("web_tour.tours").add("test_sales_cycle_today", {
    steps: () => [
        {
            content: "The next step stands on the board, with its customer",
            trigger:
                ".o_followup_item:contains('Ask for the yearly need'):contains('Chengdu Langsu')",
        },
    ],
});
