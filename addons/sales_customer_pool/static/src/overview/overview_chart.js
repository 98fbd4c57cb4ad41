import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

/** A chart of Odoo's own library; whoever clicks on a part of it gets what is behind it. */
export class OverviewChart extends Component {
    static template = "sales_customer_pool.OverviewChart";
    static props = {
        config: Object,
        label: String,
        height: { type: Number, optional: true },
        onSelect: { type: Function, optional: true },
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.config]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get style() {
        return `height: ${this.props.height || 220}px`;
    }

    draw() {
        this.chart?.destroy();
        const { options, ...config } = this.props.config;
        this.chart = new Chart(this.canvas.el, {
            ...config,
            options: {
                responsive: true,
                maintainAspectRatio: false,
                animation: false,
                onClick: (_event, parts) => parts.length && this.props.onSelect?.(parts[0].index),
                onHover: (event, parts) => {
                    event.native.target.style.cursor = parts.length ? "pointer" : "default";
                },
                ...options,
            },
        });
    }
}
