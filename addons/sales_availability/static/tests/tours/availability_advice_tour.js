import { registry } from "@web/core/registry";

const LINE = ".o_selected_row .o_field_widget";
const TITLE = ".o_form_sheet .oe_title";

function startQuotation() {
    return [
        {
            content: "Start a quotation",
            trigger: ".o_list_button_add, .o_form_button_create",
            run: "click",
        },
        {
            content: "Enter the customer",
            trigger: ".o_form_view .o_field_res_partner_many2one[name='partner_id'] input",
            run: "edit Langsu Trading",
        },
        {
            trigger: ".ui-autocomplete > li > a:contains('Langsu Trading')",
            run: "click",
        },
    ];
}

function addLine(product, quantity) {
    return [
        {
            content: `Add ${quantity} of ${product}`,
            trigger: ".o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: `${LINE}[name='product_template_id'] input`,
            run: `edit ${product}`,
        },
        {
            trigger: `.ui-autocomplete > li > a:contains('${product}')`,
            run: "click",
        },
        {
            content: "The product is known: its answer cannot take the line back any more",
            trigger: ".o_selected_row button[data-availability]",
        },
        {
            trigger: `${LINE}[name='product_uom_qty'] input`,
            run: `edit ${quantity}`,
        },
        {
            content: "Leave the line",
            trigger: TITLE,
            run: "click",
        },
    ];
}

function openAdvice(state) {
    return [
        {
            content: "Ask what to do about the line",
            trigger: `.o_data_row:not(.o_selected_row) button[data-availability='${state}']`,
            run: "click",
        },
        {
            trigger: ".o_popover [data-advice]",
        },
    ];
}

function applyRemedy(remedy) {
    return [
        {
            content: `Apply the remedy ${remedy}`,
            trigger: `.o_popover [data-remedy='${remedy}']`,
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_popover))",
        },
    ];
}

function save() {
    return [
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ];
}

const QUIET = { trigger: ".o_form_view:not(:has(div[name='availability_warning']))" };

registry.category("web_tour.tours").add("sales_availability_advice", {
    steps: () => [
        ...startQuotation(),
        ...addLine("Pump", 41),
        ...openAdvice("missing"),
        {
            trigger: ".o_popover [data-figure='missing']:contains('1')",
        },
        ...applyRemedy("take"),
        QUIET,
        ...addLine("Valve", 12),
        ...openAdvice("missing"),
        ...applyRemedy("split"),
        {
            trigger: ".o_data_row:eq(2)",
        },
        QUIET,
        ...addLine("Grease", 5),
        {
            trigger: ".o_data_row:eq(3) button[data-availability='enough']",
            run: "click",
        },
        ...applyRemedy("lot"),
        ...save(),
    ],
});

registry.category("web_tour.tours").add("sales_availability_queue", {
    steps: () => [
        ...startQuotation(),
        ...addLine("Pump", 60),
        ...openAdvice("missing"),
        ...applyRemedy("queue"),
        {
            content: "It is saved although it asks for too much, and says that it waits",
            trigger: ".o_form_saved div[name='availability_queue']",
        },
    ],
});
