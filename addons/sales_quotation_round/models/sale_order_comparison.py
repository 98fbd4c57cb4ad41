from odoo import api, models
from odoo.exceptions import UserError

from ..tools.round_comparison import compare_lines, get_concession, get_net_price


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # ---- the screen ---------------------------------------------------------------------------

    @api.readonly
    def get_rounds_page(self, before_id=False, after_id=False):
        """Return what the screen of the rounds of a quotation shows.

        :param int before_id: the round to compare with, by default the one before the last
        :param int after_id: the round that is compared, by default the last one
        :return: dict of ``rounds`` (with the concession of each), ``before``, ``after`` (ids),
            ``rows`` and ``totals``; margins only for those who may see them
        :raise UserError: a round is not one of this quotation, or not for the user to see
        """
        self.ensure_one()
        self.check_access("read")
        rounds = self._get_readable_rounds() or self
        before, after = rounds._choose_rounds(before_id, after_id)
        lines = rounds._get_round_lines()
        return {
            "name": self.name,
            "rounds": rounds._get_curve(lines),
            "before": before.id,
            "after": after.id,
            "has_margin": rounds._may_see_margin(),
            **before._compare_with(after, lines),
        }

    def _choose_rounds(self, before_id, after_id):
        if {before_id, after_id} - {False, None, *self.ids}:
            raise UserError(
                self.env._(
                    "This round is not one of %s, or not for you to see. Choose another one.",
                    self[:1].name,
                )
            )
        after = self.browse(after_id) if after_id else self[-1:]
        earlier = self.filtered(lambda one: one.round_number < after.round_number)
        before = self.browse(before_id) if before_id else earlier[-1:] or after
        return before, after

    def _compare_with(self, after, lines):
        return {
            "rows": compare_lines(lines[self.id], lines[after.id], self._get_round_digits()),
            "totals": {"before": self._get_round_amounts(), "after": after._get_round_amounts()},
        }

    def _get_round_digits(self):
        get_digits = self.env["decimal.precision"].precision_get
        money = self.currency_id[:1].decimal_places or 2
        return {
            "quantity": get_digits("Product Unit"),
            "price": get_digits("Product Price"),
            "discount": get_digits("Discount"),
            "subtotal": money,
            "margin": money,
        }

    # ---- margins ------------------------------------------------------------------------------

    def _may_see_margin(self):
        """Whether there are margins (``sale_margin``) and the user may see them and the cost."""
        lines = self.env["sale.order.line"]
        return not self.env.su and all(
            name in lines._fields and lines._has_field_access(lines._fields[name], "read")
            for name in ("margin", "purchase_price")
        )

    # ---- lines and amounts as dicts -----------------------------------------------------------

    def _get_round_lines(self):
        """Return the lines of each of these rounds as :mod:`..tools.round_comparison` wants them.

        :return: dict of lists by id of the round
        """
        with_margin = self._may_see_margin()
        return {
            order.id: [line._prepare_round_comparison(with_margin) for line in order.order_line]
            for order in self
        }

    def _get_round_amounts(self):
        self.ensure_one()
        amounts = {
            "currency_id": self.currency_id.id,
            "undiscounted": self.amount_undiscounted,
            "untaxed": self.amount_untaxed,
            "total": self.amount_total,
        }
        if self._may_see_margin():
            margin = sum(self.order_line.mapped("margin"))
            amounts["margin"] = margin
            amounts["margin_percent"] = margin / self.amount_untaxed if self.amount_untaxed else 0
        return amounts

    # ---- the concession curve -----------------------------------------------------------------

    def _get_curve(self, lines):
        """Return the rounds with their totals, and what was given away in each and by whom."""
        return [{**order._get_round_facts(), **order._get_given(self, lines)} for order in self]

    def _get_round_facts(self):
        reasons = dict(self._fields["round_reason"]._description_selection(self.env))
        states = dict(self._fields["round_state"]._description_selection(self.env))
        full = self.amount_undiscounted
        return {
            **self._get_round_link(),
            "state_label": states.get(self.round_state, ""),
            "date": self.create_date,
            "author": self.create_uid.name,
            "reason": reasons.get(self.round_reason, ""),
            "note": self.round_note or "",
            **self._get_round_amounts(),
            "discount": (full - self.amount_untaxed) / full if full else 0,
        }

    def _get_given(self, rounds, lines):
        """Return what this round gave away against its base; the first one has none."""
        base = self.base_round_id
        if base not in rounds or base.currency_id != self.currency_id:
            return {"base": False, "given": 0, "given_percent": 0}
        given, share = get_concession(lines[base.id], lines[self.id])
        return {"base": base.round_number, "given": given, "given_percent": share}

    # ---- documents ----------------------------------------------------------------------------

    def _get_sent_rounds(self):
        """Return the rounds that the customer has got, the first at first."""
        self.ensure_one()
        # reason: what the customer has got may be told in a document to the same customer
        rounds = self.negotiation_id.sudo().round_ids
        return rounds.filtered("round_sent").sorted("round_number")

    def _get_printed_round(self):
        """Return the round that documents compare this one with: the last one that was sent.

        Empty if there is none, or changes are not to be printed.
        """
        self.ensure_one()
        earlier = self._get_sent_rounds().filtered(lambda one: one.round_number < self.round_number)
        return earlier[-1:] if self.print_round_changes else earlier.browse()

    def _get_round_changes(self):
        """Return what a document says about changes since the round that was sent before.

        :return: None, or a dict of ``title`` and ``rows`` that changed
        """
        earlier = self._get_printed_round()
        if not earlier:
            return None
        # reason: the customer has got both; margins are left out for whoever is not a user
        lines = (earlier | self.sudo())._get_round_lines()
        compared = compare_lines(lines[earlier.id], lines[self.id], self._get_round_digits())
        rows = [row for row in compared if row["status"] != "same" and not _is_text(row)]
        title = self.env._("Changes since round %s", earlier.round_number)
        return {"title": title, "rows": rows}


def _is_text(row):
    return bool((row["after"] or row["before"])["kind"])


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_round_comparison(self, with_margin):
        self.ensure_one()
        values = {
            "id": self.id,
            "key": self._get_round_key(),
            "kind": self.display_type or "",
            "label": self.product_id.display_name or (self.name or "").partition("\n")[0],
            "product": self.product_id.id,
            "name": self.name or "",
            "uom": self.product_uom_id.id,
            "uom_name": self.product_uom_id.name or "",
            "quantity": self.product_uom_qty,
            "price": self.price_unit,
            "discount": self.discount,
            "subtotal": self.price_subtotal,
        }
        values["net_price"] = get_net_price(values)
        if with_margin:
            values["margin"] = self.margin
            values["margin_percent"] = self.margin_percent
        return values
