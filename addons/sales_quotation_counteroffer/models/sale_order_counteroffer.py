import hashlib
import json
from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.sales_document.tools.problems import DocumentProblem
from odoo.addons.sales_quotation_round.tools.round_comparison import (
    compare_lines,
    get_concession,
    get_net_price,
)

from ..tools.keys import FileKey, parse_key
from ..tools.offer import read_offer
from ..tools.workbook import read_workbook

MOST_ROWS = 500  # rows of a comparison on the screen
VALUES = {
    "price_unit": "price",
    "product_uom_qty": "quantity",
    "discount": "discount",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_counteroffer(self):
        """Open the dialog that takes the file of the customer.

        :return: action that opens it
        :raise UserError: the round is not open
        :raise AccessError: the quotation is not the user's to write
        """
        self.ensure_one()
        self.check_access("write")
        self._check_counteroffer_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counter-Offer"),
            "res_model": "sales.quotation.counteroffer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    # ---- may this file become a round ---------------------------------------------------------

    def _read_counteroffer(self, content, file_name):
        """Return what the file of a customer asks for.

        :raise UserError: the file cannot be read, or is not of this open round
        :raise AccessError: the quotation is not the user's to write
        """
        self.ensure_one()
        self.check_access("write")
        try:
            sheet = read_workbook(content, file_name)
            return read_offer(self, sheet, self._check_file_key(sheet.file_key))
        except DocumentProblem as problem:
            raise UserError(
                self.env._(
                    "%(file)s cannot be used. %(problem)s",
                    file=file_name,
                    problem=problem.describe(self.env),
                )
            ) from problem

    def _check_file_key(self, text):
        key = parse_key(text, FileKey)
        order = self.browse(key.order) if key else self
        if not key or not order._get_counteroffer_signer().is_mine(text):
            raise UserError(
                self.env._(
                    "The key of the file is none of this database: it was changed, or the file was"
                    " exported from another one. Export the quotation again."
                )
            )
        self._check_file_order(key)
        self._check_counteroffer_open()
        self._check_file_terms(key)
        return key

    def _check_file_order(self, key):
        if key.order == self.id:
            if self.is_superseded:
                raise UserError(self._get_other_round_message(key.round))
            return
        # reason: which rounds there are of this number is said to all who may read one of them
        if key.order in self.negotiation_id.sudo().round_ids.ids:
            raise UserError(self._get_other_round_message(key.round))
        raise UserError(
            self.env._(
                "This file is of another quotation, not of %s. Drop it there.",
                self._get_round_name(),
            )
        )

    def _get_other_round_message(self, number):
        return self.env._(
            "%(number)s round %(current)s is open, this file is of round %(round)s. Export round"
            " %(current)s, and let the customer edit that file.",
            number=self.name,
            current=self._get_current_number(),
            round=number,
        )

    def _check_counteroffer_open(self):
        if self.is_superseded:
            raise UserError(self._get_closed_message())
        if self.state not in ("draft", "sent"):
            raise UserError(
                self.env._(
                    "%(order)s is no open quotation any more (%(state)s): a counter-offer comes too"
                    " late. Make a new round or a new quotation by hand.",
                    order=self._get_round_name(),
                    state=dict(self._fields["state"]._description_selection(self.env))[self.state],
                )
            )

    def _check_file_terms(self, key):
        if key.company != self.company_id.id:
            raise UserError(
                self.env._("The file is of another company than %s.", self._get_round_name())
            )
        if key.currency != self.currency_id.name:
            raise UserError(
                self.env._(
                    "The file is in %(old)s, and %(order)s is in %(new)s by now. Export it again.",
                    old=key.currency,
                    order=self._get_round_name(),
                    new=self.currency_id.name,
                )
            )

    # ---- products and units that the file names -----------------------------------------------

    def _find_counteroffer_products(self, codes, names):
        """Return {text in small letters: products that it may mean}, a code before a name."""
        if not codes and not names:
            return {}
        coded = self._search_counteroffer_products(
            Domain("default_code", "in", _spell(codes)) | Domain("barcode", "in", list(codes))
        )
        named = self._search_counteroffer_products(Domain("name", "in", _spell(names | codes)))
        found = defaultdict(coded.browse)
        for product in named:
            found[(product.name or "").casefold()] |= product
        by_key = defaultdict(coded.browse)
        for product in coded:
            for text in filter(None, (product.default_code, product.barcode)):
                by_key[text.casefold()] |= product
        return {**found, **by_key}

    def _search_counteroffer_products(self, domain):
        sold = Domain("sale_ok", "=", True) & Domain(
            "company_id", "in", [False, self.company_id.id]
        )
        return self.env["product.product"].search(domain & sold)

    def _find_counteroffer_unit(self, product, text):
        """Return the unit that is called so, in the language of the file or in the user's."""
        units = (
            product.uom_id
            | product.uom_ids
            | self.order_line.product_uom_id.filtered(
                lambda unit: unit._has_common_reference(product.uom_id)
            )
        )
        wanted = text.casefold()
        for each in (units, units.with_context(lang=self._get_document_lang())):
            named = each.filtered(lambda unit: unit.display_name.casefold() == wanted)
            if named:
                return named[:1].with_env(self.env)
        return units.browse()

    def _get_currency_names(self, names):
        """Return which of these are currencies at all."""
        if not names:
            return []
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "in", names)]).mapped("name")

    # ---- the comparison -----------------------------------------------------------------------

    def _compare_counteroffer(self, offer):
        """Return what the screen shows of an offer: rows that change, totals and concession."""
        before = [line._prepare_round_comparison(False) for line in self.order_line]
        after, amounts = self._prepare_offered_lines(offer, before)
        rows = compare_lines(before, after, self._get_round_digits())
        changed = [row for row in rows if row["status"] != "same"]
        given, share = get_concession(before, after)
        return {
            "rows": changed[:MOST_ROWS],
            "more": len(changed[MOST_ROWS:]),
            "unchanged": len(rows) - len(changed),
            "totals": {"before": self._get_open_amounts(), "after": amounts},
            "given": given,
            "given_percent": share,
        }

    def _get_open_amounts(self):
        return {
            "currency_id": self.currency_id.id,
            "undiscounted": self.amount_undiscounted,
            "untaxed": self.amount_untaxed,
            "total": self.amount_total,
        }

    def _prepare_offered_lines(self, offer, before):
        """Return the lines and amounts that a round of this offer would have."""
        after, base_lines = [], []
        behind = defaultdict(list)
        for place, values in offer.added:
            behind[place].append(values)
        for values in behind[0]:
            self._add_offered_line(after, base_lines, values)
        for line, old in zip(self.order_line, before, strict=True):
            if line.id not in offer.dropped:
                self._add_kept_line(after, base_lines, line, old, offer.edits.get(line.id, {}))
            for values in behind[line.id]:
                self._add_offered_line(after, base_lines, values)
        return after, self._get_offered_amounts(after, base_lines)

    def _add_kept_line(self, after, base_lines, line, old, edits):
        if "product_id" in edits or "product_uom_id" in edits:
            values = {**self._prepare_exchanged_line(line), **edits}
            self._add_offered_line(after, base_lines, values, line._get_round_key())
            return
        kept = dict(old, **{VALUES[name]: edits[name] for name in VALUES if name in edits})
        kept["name"] = edits.get("name", old["name"])
        kept["net_price"] = get_net_price(kept)
        if not line.display_type:
            numbers = {name: kept[name] for name in ("quantity", "discount")}
            base = line._prepare_base_line_for_taxes_computation(
                price_unit=kept["price"], **numbers
            )
            self._add_base_line(kept, base_lines, base)
        after.append(kept)

    def _prepare_exchanged_line(self, line):
        """Return what stays of a line whose product or unit the customer exchanged."""
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "product_uom_qty": line.product_uom_qty,
            "price_unit": line.price_unit,
            "discount": line.discount,
        }

    def _add_offered_line(self, after, base_lines, values, key=None):
        line = self.env["sale.order.line"].new({**values, "order_id": self.id})
        offered = line._prepare_round_comparison(False)
        offered |= {"id": False, "key": key or f"new-{len(after)}"}
        if not line.display_type:
            base = line._prepare_base_line_for_taxes_computation()
            self._add_base_line(offered, base_lines, base)
        after.append(offered)

    def _add_base_line(self, values, base_lines, base):
        alone, taxes = dict(base), self.env["account.tax"]
        taxes._add_tax_details_in_base_line(alone, self.company_id)
        taxes._round_base_lines_tax_details([alone], self.company_id)
        values["subtotal"] = alone["tax_details"]["total_excluded_currency"]
        base_lines.append(base)

    def _get_offered_amounts(self, after, base_lines):
        taxes = self.env["account.tax"]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        totals = taxes._get_tax_totals_summary(
            base_lines=base_lines, currency=self.currency_id, company=self.company_id
        )
        return {
            "currency_id": self.currency_id.id,
            "undiscounted": sum(map(_get_undiscounted, after)),
            "untaxed": totals["base_amount_currency"],
            "total": totals["total_amount_currency"],
        }

    def _get_counteroffer_digest(self, offer):
        """Return what tells whether an offer, and what it is compared with, are still the same."""
        before = [line._prepare_round_comparison(False) for line in self.order_line]
        facts = [before, self._get_open_amounts(), repr(offer.edits), repr(offer.added)]
        facts += [sorted(offer.dropped), self.round_count]
        return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()

    # ---- the round ----------------------------------------------------------------------------

    def _make_counteroffer_round(self, offer, expected, note=False):
        """Make the next round as the customer wants it: a draft, like any other round.

        :return: the new round
        :raise UserError: somebody was faster, or there may be no more rounds
        """
        return self._make_round(
            expected=expected,
            reason="counteroffer",
            note=note,
            edit=lambda values: self._edit_counteroffer_round(values, offer),
        )

    def _edit_counteroffer_round(self, values, offer):
        lines = {line._get_round_key(): line for line in self.order_line}
        behind = defaultdict(list)
        for place, added in offer.added:
            behind[place].append(Command.create(dict(added)))
        commands = list(behind[0])
        for command in values["order_line"]:
            line = lines.get(command[2].get("round_key"))
            if not line:
                raise UserError(self._get_unknown_lines_message())
            if line.id not in offer.dropped:
                commands.append(self._edit_round_line(command, line, offer.edits.get(line.id)))
            commands += behind[line.id]
        if offer.added:
            for number, command in enumerate(commands, 10):
                command[2]["sequence"] = number
        values["order_line"] = commands

    def _get_unknown_lines_message(self):
        return self.env._(
            "The lines of %s are copied by another app, and nobody can say which is which. Make a"
            " new round and enter the offer by hand.",
            self._get_round_name(),
        )

    def _edit_round_line(self, command, line, edits):
        if not edits:
            return command
        values = command[2]
        if "product_id" in edits:
            kept = {name: values.get(name) for name in ("round_key", "sequence")}
            values = {**kept, **self._prepare_exchanged_line(line)}
        return Command.create({**values, **edits})


def _spell(texts):
    """Return texts in the letters that they may have been written in."""
    ways = (str, str.upper, str.lower, str.capitalize, str.title)
    return list({way(text) for way in ways for text in texts})


def _get_undiscounted(line):
    if line["kind"]:
        return 0.0
    if line["discount"] == 100:
        return line["price"] * line["quantity"]
    return line["subtotal"] * 100 / (100 - line["discount"])
