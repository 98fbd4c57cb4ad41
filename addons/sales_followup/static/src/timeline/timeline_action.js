import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { CustomerTimeline } from "./timeline";

export class CustomerTimelineAction extends Component {
    static template = "sales_followup.CustomerTimelineAction";
    static components = { CustomerTimeline, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.display = { controlPanel: {} };
        this.customerId = this.props.action.context.active_id;
    }
}

registry.category("actions").add("sales_followup.timeline", CustomerTimelineAction);
