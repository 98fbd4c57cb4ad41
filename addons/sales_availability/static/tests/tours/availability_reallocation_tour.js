import { registry } from "@web/core/registry";

const line = (number) => `.o_field_widget[name='line_ids'] .o_data_row:eq(${number - 1})`;

registry.category("web_tour.tours").add("sales_availability_reallocation", {
    steps: () => [
        {
            content: "Choose the order of the promised dates: it is shown at once",
            trigger: ".o_field_widget[name='order_by'] input[data-value='promised']",
            run: "click",
        },
        {
            trigger: `${line(1)} td[name='quantity']:contains('30')`,
        },
        {
            content: "By promised date the third order in the list loses all",
            trigger: `${line(3)} td[name='change']:contains('-30')`,
        },
        {
            content: "Let it win",
            trigger: `${line(3)} td[name='strategy']`,
            run: "click",
        },
        {
            trigger: `${line(3)} td[name='strategy'] input`,
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Win')",
            run: "click",
        },
        {
            content: "The others lose at once, before anything is saved",
            trigger: `${line(1)} td[name='quantity']:contains('10')`,
        },
        {
            content: "Take from the first what the second asks for",
            trigger: `${line(1)} td[name='strategy']`,
            run: "click",
        },
        {
            trigger: `${line(1)} td[name='strategy'] input`,
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Lose')",
            run: "click",
        },
        {
            trigger: `${line(2)} td[name='change']:contains('10')`,
        },
        {
            content: "Apply",
            trigger: "button[name='action_apply']",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current[data-value='applied']",
        },
    ],
});
