import { registry } from "@web/core/registry";

/** A customer from the pool on the phone: claim on the card, log, be reminded, give back. */
registry.category("web_tour.tours").add("sales_followup_cards", {
    steps: () => [
        {
            content: "Claim on the card",
            trigger: ".o_kanban_record:contains('Hongda Machinery') [name='action_claim']",
            run: "click",
        },
        {
            content: "It is no longer in the pool, and it says what to do about an empty one",
            trigger: ".o_view_nocontent:contains('ask a sales manager')",
        },
        {
            content: "Close what says that it is mine now",
            trigger: ".o_notification:contains('yours now') .o_notification_close",
            run: "click",
        },
        {
            content: "Open the menu of the phone",
            trigger: "body:not(:has(.o_notification)) .o_menu_toggle",
            run: "click",
        },
        {
            trigger: ".o_app_menu_sidebar .o_sidebar_topbar",
        },
        {
            content: "My customers",
            trigger: "[data-menu-xmlid='sales_customer_pool.menu_crm_my_customers']",
            run: "click",
        },
        {
            content: "Log on the card",
            trigger: ".o_kanban_record:contains('Hongda Machinery') [name='action_log_followup']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='content'] textarea",
            run: "edit Called, no answer",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The card knows of it",
            trigger:
                "body:not(:has(.modal)) .o_kanban_record:contains('Hongda Machinery'):not(:contains('Never followed up'))",
        },
        {
            content: "Remind on the card",
            trigger: ".o_kanban_record:contains('Hongda Machinery') [name='action_add_reminder']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='summary'] input",
            run: "edit Call again",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Give it back",
            trigger:
                "body:not(:has(.modal)) .o_kanban_record:contains('Hongda Machinery') [name='action_release_customer']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason_id'] label:contains('No need')",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_release']",
            run: "click",
        },
        {
            content: "It is gone from the list, which says what to do next",
            trigger: "body:not(:has(.modal)) .o_view_nocontent:contains('Claim some')",
        },
    ],
});
