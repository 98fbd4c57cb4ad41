import { Component, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const REFRESH = 15_000; // milliseconds
const { DateTime } = luxon;

/** How much time is left until a date and time, counted down while one looks at it. */
export class TimeLeftField extends Component {
    static template = "sales_availability.TimeLeftField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useState({ now: DateTime.now() });
        const timer = setInterval(() => {
            this.clock.now = DateTime.now();
        }, REFRESH);
        onWillUnmount(() => clearInterval(timer));
    }

    get minutes() {
        const end = this.props.record.data[this.props.name];
        return end ? Math.floor(end.diff(this.clock.now, "minutes").minutes) : 0;
    }

    get text() {
        const minutes = this.minutes;
        if (minutes < 0) {
            return _t("over");
        }
        const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
        if (days) {
            return _t("%(days)s d %(hours)s h left", { days, hours });
        }
        return hours
            ? _t("%(hours)s h %(minutes)s min left", { hours, minutes: minutes % 60 })
            : _t("%s min left", minutes);
    }

    get isShort() {
        return this.minutes < 60;
    }
}

export const timeLeftField = {
    component: TimeLeftField,
    supportedTypes: ["datetime"],
};

registry.category("fields").add("availability_time_left", timeLeftField);
