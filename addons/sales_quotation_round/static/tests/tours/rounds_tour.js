import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("sales_quotation_round_story", {
    steps: () => [
        { trigger: "button[name='action_new_round']:visible", run: "click" },
        { trigger: ".o_round_ribbon button[aria-current='true']:contains('2')" },
        { trigger: ".o_round_ribbon button:contains('1')", run: "click" },
        { trigger: "[name='round_superseded']:contains('newer round')" },
        { trigger: "button:contains('New Round from'):visible", run: "click" },
        { trigger: ".modal [name='reason'] input", run: "click" },
        { trigger: ".o_select_menu_item:contains('Competitor')", run: "click" },
        { trigger: ".modal button[name='action_create_round']", run: "click" },
        { trigger: ".o_round_ribbon button[aria-current='true']:contains('3')" },
        { trigger: "button[name='action_view_rounds']", run: "click" },
        { trigger: ".o_rounds select[name='before']:contains('2')" },
        { trigger: ".o_rounds .o_round_curve:contains('Competitor')" },
        { trigger: ".o_rounds .o_concession_curve canvas" },
        { trigger: ".o_rounds .o_round_curve button:contains('1')", run: "click" },
        { trigger: "[name='round_superseded'] button[name='action_open_current_round']" },
    ],
});

registry.category("web_tour.tours").add("sales_quotation_round_phone", {
    steps: () => [
        { trigger: ".o_round_ribbon button:contains('2')" },
        { trigger: ".o-form-buttonbox button, .o_form_button_box_more", run: "click" },
        { trigger: "button[name='action_view_rounds']", run: "click" },
        { trigger: ".o_rounds .o_round_dropped:contains('Hose')" },
        { trigger: ".o_rounds .o_round_changed:contains('Pump'):contains('10%')" },
    ],
});
