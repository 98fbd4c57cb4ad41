import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { queueOrder } from "../line_advice/line_remedies";

/** Lets a quotation wait for goods, also one that cannot be saved otherwise. */
export class QueueButton extends Component {
    static template = "sales_availability.QueueButton";
    static props = { ...standardWidgetProps };

    setup() {
        this.notification = useService("notification");
    }

    async onClick() {
        const text = await queueOrder(this.props.record);
        if (text) {
            this.notification.add(text, { type: "success" });
        }
    }
}

registry.category("view_widgets").add("availability_queue_button", {
    component: QueueButton,
    fieldDependencies: [{ name: "availability_queue_state", type: "selection" }],
});
