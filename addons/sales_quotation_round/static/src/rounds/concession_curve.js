import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";

/** Total and discount by round: bars and a line. */
export class ConcessionCurve extends Component {
    static template = "sales_quotation_round.ConcessionCurve";
    static props = { rounds: Array };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.rounds]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get config() {
        const rounds = this.props.rounds;
        const scheme = cookie.get("color_scheme");
        return {
            data: {
                labels: rounds.map((round) => _t("Round %s", round.round)),
                datasets: [
                    {
                        type: "line",
                        label: _t("Discount (%)"),
                        data: rounds.map((round) => Math.round(round.discount * 1000) / 10),
                        yAxisID: "share",
                        borderColor: getColor(0, scheme, "odoo"),
                        backgroundColor: getColor(0, scheme, "odoo"),
                    },
                    {
                        type: "bar",
                        label: _t("Untaxed Amount"),
                        data: rounds.map((round) => round.untaxed),
                        backgroundColor: getColor(5, scheme, "odoo"),
                    },
                ],
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: {
                    y: { beginAtZero: true },
                    share: { position: "right", beginAtZero: true, grid: { display: false } },
                },
            },
        };
    }

    draw() {
        this.chart?.destroy();
        this.chart = new window.Chart(this.canvas.el, this.config);
    }
}
