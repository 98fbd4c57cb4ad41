import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFloat, formatMonetary, formatPercentage } from "@web/views/fields/formatters";

/** What changed between two rounds, line by line, and the totals of both. */
export class RoundComparison extends Component {
    static template = "sales_quotation_round.RoundComparison";
    static props = {
        rows: Array,
        totals: { type: Object, shape: { before: Object, after: Object } },
        hasMargin: { type: Boolean, optional: true },
    };

    get columns() {
        const columns = [
            { name: "quantity", label: _t("Quantity") },
            { name: "price", label: _t("Unit Price") },
            { name: "discount", label: _t("Discount") },
            { name: "subtotal", label: _t("Subtotal") },
        ];
        if (this.props.hasMargin) {
            columns.push({ name: "margin_percent", label: _t("Margin"), of: "margin" });
        }
        return columns;
    }

    get totals() {
        const totals = [
            { name: "undiscounted", label: _t("Before Discount") },
            { name: "untaxed", label: _t("Untaxed Amount") },
            { name: "total", label: _t("Total") },
        ];
        if (this.props.hasMargin) {
            totals.push({ name: "margin", label: _t("Margin") });
        }
        return totals;
    }

    get hasOneCurrency() {
        const { before, after } = this.props.totals;
        return before.currency_id === after.currency_id;
    }

    getLine(row) {
        return row.after || row.before;
    }

    getStatus(row) {
        return {
            added: _t("Added"),
            dropped: _t("Dropped"),
            changed: _t("Changed"),
            same: "",
        }[row.status];
    }

    getRowClass(row) {
        return {
            added: "o_round_added table-success",
            dropped: "o_round_dropped table-danger",
            changed: "o_round_changed table-warning",
            same: "",
        }[row.status];
    }

    isChanged(row, column) {
        return row.changes.includes(column.of || column.name);
    }

    format(line, column, side) {
        if (!line || (line.kind && column.name !== "subtotal")) {
            return "";
        }
        const currencyId = this.props.totals[side].currency_id;
        const value = line[column.name];
        switch (column.name) {
            case "quantity":
                return `${formatFloat(value, { trailingZeros: false })} ${line.uom_name}`;
            case "discount":
                return value ? formatPercentage(value / 100) : "";
            case "margin_percent":
                return formatPercentage(value);
            default:
                return line.kind ? "" : formatMonetary(value, { currencyId });
        }
    }

    formatTotal(side, name) {
        const amounts = this.props.totals[side];
        return formatMonetary(amounts[name], { currencyId: amounts.currency_id });
    }

    formatDifference(name) {
        if (!this.hasOneCurrency) {
            return "";
        }
        const { before, after } = this.props.totals;
        const difference = after[name] - before[name];
        const text = formatMonetary(difference, { currencyId: after.currency_id });
        return difference > 0 ? `+${text}` : text;
    }
}
