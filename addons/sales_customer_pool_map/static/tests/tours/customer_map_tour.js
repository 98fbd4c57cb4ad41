import { registry } from "@web/core/registry";

const OPEN_ON_DESKTOP = [
    {
        content: "The map is one of the views of my customers",
        trigger: ".o_switch_view.o_sales_map",
        run: "click",
    },
];

const OPEN_ON_PHONE = [
    {
        content: "On the phone the views are in a menu",
        trigger: ".o_cp_switch_buttons button",
        run: "click",
    },
    {
        trigger: ".o-dropdown-item:has(.fa-map-marker)",
        run: "click",
    },
];

function getSteps(open) {
    return [
        ...open,
        {
            content: "The one without a place is counted, the colleague's is not there",
            trigger: ".o_sales_map_unplaced:contains('1')",
        },
        {
            content: "The other stands on the map",
            trigger: ".o_sales_map_pin[title='Langsu Trading']",
            run: "click",
        },
        {
            content: "Its popup tells more, as text",
            trigger:
                ".o_sales_map_popup:contains('Langsu Trading'):contains('<b>Nanjing Road</b>')",
        },
        {
            trigger: ".o_sales_map_popup .o_sales_map_open",
            run: "click",
        },
        {
            content: "It is open, and breadcrumbs lead back to the map",
            trigger: ".o_form_view .o_field_widget[name='name'] :value('Langsu Trading')",
        },
        {
            trigger: ".o_breadcrumb .o_back_button, .o_breadcrumb .breadcrumb-item a",
            run: "click",
        },
        {
            trigger: ".o_sales_map_pin[title='Langsu Trading']",
        },
        {
            content: "List those without a place",
            trigger: ".o_sales_map_unplaced",
            run: "click",
        },
        {
            trigger:
                ".o_list_view .o_data_row:contains('Nowhere'), .o_list_view:contains('Nowhere')",
        },
    ];
}

const tours = registry.category("web_tour.tours");
tours.add("sales_customer_pool_map_desktop", { steps: () => getSteps(OPEN_ON_DESKTOP) });
tours.add("sales_customer_pool_map_phone", { steps: () => getSteps(OPEN_ON_PHONE) });
