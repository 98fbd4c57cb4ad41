from odoo import api, models

from odoo.addons.sales_document.tools.schema import Placeholder
from odoo.addons.sales_document.tools.values import Number, clean_text

from ..tools.changes import add_difference, prepare_change
from ..tools.round_sheets import ChangesSheet
from ..tools.round_word import add_changes

TOTALS = {"untaxed": "amount_untaxed", "tax": "amount_tax", "total": "amount_total"}
FIELDS = {"quantity": "product_uom_qty", "price": "price_unit", "discount": "discount"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # === WHAT TEMPLATES MAY USE === #

    @api.model
    def _get_document_schema(self):
        """Extend: the round, and what changed since the one that the customer got before."""
        return {
            **super()._get_document_schema(),
            "round": Placeholder(
                "round_number",
                compute="_get_document_rounds",
                label=self.env._("Round"),
                children={
                    "number": Placeholder(label=self.env._("Number of the round")),
                    "label": Placeholder(label=self.env._("“Round 2”, empty without rounds")),
                    "name": Placeholder(label=self.env._("Number with its round")),
                },
            ),
            "changes": self._get_document_changes_schema(),
            "changes_since": Placeholder(
                "round_number",
                compute="_get_document_changes_since",
                label=self.env._("The round compared with; empty if there are no changes to print"),
            ),
            **{
                f"totals_{name}": self._get_document_totals_schema(name, label)
                for name, label in self._get_document_total_labels().items()
            },
        }

    @api.model
    def _get_document_changes_schema(self):
        labels = self._get_labels()
        names = {
            "kind": self.env._("added, dropped or changed"),
            "status": labels["status"],
            "name": labels["description"],
            "old_name": self.env._("Description before"),
            "unit": labels["unit"],
            "difference": labels["difference"],
        }
        for name in ("quantity", "price", "discount", "subtotal"):
            label = labels["amount" if name == "subtotal" else name]
            names[f"old_{name}"] = self.env._("%s before", label)
            names[f"new_{name}"] = self.env._("%s now", label)
        return Placeholder(
            "order_line",
            compute="_get_document_changes",
            item="change",
            label=labels["changes"],
            children={name: Placeholder(label=label) for name, label in names.items()},
        )

    @api.model
    def _get_document_total_labels(self):
        return {
            "before": self.env._("Totals of the round compared with"),
            "after": self.env._("Totals of this round"),
            "difference": self.env._("Differences of the totals"),
        }

    @api.model
    def _get_document_totals_schema(self, name, label):
        labels = self._get_labels()
        children = {"untaxed": labels["untaxed"], "tax": labels["taxes"], "total": labels["total"]}
        return Placeholder(
            "amount_total",
            compute=f"_get_document_totals_{name}",
            label=label,
            children={key: Placeholder(label=text) for key, text in children.items()},
        )

    @api.model
    def _get_labels(self):
        return {
            **super()._get_labels(),
            "changes": self.env._("Changes"),
            "no_changes": self.env._("No line has changed."),
            "status": self.env._("Change"),
            "difference": self.env._("Difference"),
        }

    @api.model
    def _get_change_labels(self):
        return {
            "added": self.env._("New"),
            "dropped": self.env._("No longer offered"),
            "changed": self.env._("Changed"),
        }

    # === READING === #

    def _get_document_rounds(self):
        return {
            order.id: {
                "number": order.round_number,
                "label": order._get_round_label() if order.negotiation_id else "",
                "name": order._get_round_name(),
            }
            for order in self
        }

    def _get_document_changes_since(self):
        return {order.id: order._get_printed_label() for order in self}

    def _get_printed_label(self):
        earlier = self._get_printed_round()
        return earlier._get_round_label() if earlier else ""

    def _get_document_changes(self):
        return {order.id: order._prepare_document_changes() for order in self}

    def _prepare_document_changes(self):
        changes = self._get_round_changes()
        if not changes:
            return []
        return self._convert_round_rows(changes["rows"], self._get_printed_round())

    def _convert_round_rows(self, rows, before):
        """Return compared lines as documents want them.

        :param rows: what ``compare_lines`` gave
        :param before: the round that this one is compared with, whose money may be another
        """
        convert, labels = self._get_round_convert(before), self._get_change_labels()
        changes = [prepare_change(row, convert, labels) for row in rows]
        if before.currency_id == self.currency_id:
            changes = [add_difference(change, "subtotal", convert) for change in changes]
        return changes

    def _get_round_convert(self, before):
        """Return a function that makes a number which knows its digits."""
        fields = self.env["sale.order.line"]._fields
        digits = {
            name: (fields[source].get_digits(self.env), fields[source])
            for name, source in FIELDS.items()
        }
        digits = {
            name: (found[1] if found else 6, field.get_min_display_digits(self.env) or 0)
            for name, (found, field) in digits.items()
        }
        money = {"before": before.currency_id, "after": self.currency_id}
        money = {side: currency.decimal_places for side, currency in money.items()}

        def convert(name, value, side):
            if name == "margin_percent":
                return Number(value * 100, 1)
            if name in digits:
                most, least = digits[name]
                return Number(value, max(most, least), least)
            return Number(value, money[side])

        return convert

    def _get_document_totals_before(self):
        return {
            order.id: earlier._prepare_document_totals() if earlier else {}
            for order in self
            for earlier in [order._get_printed_round()]
        }

    def _get_document_totals_after(self):
        return {order.id: order._prepare_document_totals() for order in self}

    def _get_document_totals_difference(self):
        return {
            order.id: order._prepare_totals_difference(order._get_printed_round()) for order in self
        }

    def _prepare_document_totals(self):
        digits = self.currency_id.decimal_places
        return {name: Number(self[source], digits) for name, source in TOTALS.items()}

    def _prepare_totals_difference(self, before):
        """Return by how much the totals differ; nothing if their money is not the same."""
        if not before or before.currency_id != self.currency_id:
            return {}
        digits = self.currency_id.decimal_places
        return {
            name: Number(self[source] - before[source], digits) for name, source in TOTALS.items()
        }

    # === DOCUMENTS === #

    def _get_document_title(self):
        return super()._get_document_title().replace(self.name, self._get_round_name())

    def _get_default_document_data(self):
        """Extend: the default layouts name the round, and head the changes."""
        values = {
            **super()._get_default_document_data(),
            "number": clean_text(self._get_round_name()),
        }
        if values.get("changes_since"):
            values |= self._prepare_changes_heads(self._get_printed_round())
        return values

    def _prepare_changes_heads(self, before):
        """Return what stands above the changes; the money only where it is not the same."""
        rounds = {"round_before": before, "round_after": self}
        heads = {name: one._get_round_label() for name, one in rounds.items()}
        if before.currency_id != self.currency_id:
            heads = {
                name: f"{heads[name]} ({one.currency_id.name})" for name, one in rounds.items()
            }
        title = self.env._("Changes since round %s", before.round_number)
        return {**heads, "changes_title": title}

    def _get_more_sheets(self, values):
        sheets = super()._get_more_sheets(values)
        return [*sheets, ChangesSheet] if "changes_title" in values else sheets

    def _get_default_word_template(self, values):
        content = super()._get_default_word_template(values)
        return add_changes(content) if "changes_title" in values else content
