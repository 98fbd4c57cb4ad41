import { registry } from "@web/core/registry";

/** On the desktop and on the phone alike: log, see it on the timeline, finish the reminder. */
registry.category("web_tour.tours").add("sales_followup_story", {
    steps: () => [
        {
            content: "Log a follow-up from the customer: one tap",
            trigger: "button[name='action_log_followup']",
            run: "click",
        },
        {
            content: "Type what was said",
            trigger: ".modal .o_field_widget[name='content'] textarea",
            run: "edit Wants ten pumps by May",
        },
        {
            trigger: ".modal .o_field_widget[name='next_step'] input",
            run: "edit Send the offer",
        },
        {
            content: "Save: the second tap",
            trigger: ".modal footer .o_form_button_save, .modal .o_form_button_save",
            run: "click",
        },
        {
            content: "Open the timeline",
            trigger: "body:not(:has(.modal)) button[name='action_open_timeline']",
            run: "click",
        },
        {
            content: "It stands there",
            trigger: ".o_timeline_item[data-kind='followup']:contains('Wants ten pumps by May')",
        },
        {
            content: "Search in it",
            trigger: ".o_timeline_search",
            run: "edit ten pumps",
        },
        {
            trigger: ".o_customer_timeline:not(:has(.o_timeline_item[data-kind='activity']))",
        },
        {
            trigger: ".o_timeline_search",
            run: "clear",
        },
        {
            content: "Only the reminders",
            trigger: ".o_timeline_kind[data-kind='activity']",
            run: "click",
        },
        {
            content: "Finish the one that waits",
            trigger:
                ".o_customer_timeline:not(:has(.o_timeline_item[data-kind='followup'])) .o_timeline_item:contains('Ask for the order') .o_timeline_done",
            run: "click",
        },
        {
            content: "It is done, and stays in the history",
            trigger: ".o_timeline_item:contains('Ask for the order'):not(:has(.o_timeline_done))",
        },
    ],
});

registry.category("web_tour.tours").add("sales_followup_today", {
    steps: () => [
        {
            content: "The board counts what is due",
            trigger: ".o_followup_category:contains('1') .o_followup_count:contains('1')",
        },
        {
            content: "Snooze with a reason",
            trigger: ".o_followup_item:contains('Ask for the order') .o_followup_snooze",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit At the fair",
        },
        {
            trigger: ".modal button[name='action_snooze']",
            run: "click",
        },
        {
            content: "It moved to the days to come",
            trigger: ".o_followup_item:contains('Ask for the order') .badge",
        },
        {
            content: "Then it is done after all",
            trigger: ".o_followup_item:contains('Ask for the order') .o_followup_done",
            run: "click",
        },
        {
            content: "Nothing is left",
            trigger: ".o_followup_nothing",
        },
    ],
});
