"""Any two rounds as a file, for us: what the screen shows, and only what its reader may see."""

import base64
from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.sales_document.models.sales_document_mixin import FORMATS, make_file_name
from odoo.addons.sales_document.tools.values import Number, clean_text
from odoo.addons.sales_quotation_document.tools.quotation_xlsx import make_workbook

from ..tools.round_sheets import ComparisonSheet
from ..tools.round_word import make_comparison


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_export_rounds(self, before_id, after_id, kind="xlsx", only_changes=False):
        """Download the comparison of two rounds, as the screen shows it.

        :param int before_id: the round to compare with
        :param int after_id: the round that is compared
        :param str kind: ``xlsx`` or ``docx``
        :param bool only_changes: leave out lines that are the same
        :return: action that downloads the file
        :raise AccessError: the quotation may not be read
        :raise UserError: a round is not one of this quotation, or not for the user to see
        """
        self.ensure_one()
        if kind not in FORMATS:
            raise UserError(self.env._("Documents are xlsx or docx."))
        page = self.get_rounds_page(before_id, after_id)
        before, after = self.browse(page["before"]), self.browse(page["after"])
        values = after._prepare_round_comparison_document(page, before, only_changes)
        name = make_file_name(after._get_comparison_name(before), Counter())
        export = self.env["sales.document.export"].create(
            {
                "res_model": self._name,
                "res_ids": after.ids,
                "kind": kind,
                "file": base64.b64encode(after._make_round_comparison(kind, values)),
                "file_name": f"{name}.{kind}",
            }
        )
        return export._download()

    def _get_comparison_name(self, before):
        return self.env._(
            "%(number)s round %(before)s - round %(after)s",
            number=self.name,
            before=before.round_number,
            after=self.round_number,
        )

    def _make_round_comparison(self, kind, values):
        if kind == "xlsx":
            return make_workbook(values, self.env.lang or "en_US", [ComparisonSheet])
        return self._render_document("docx", make_comparison(values["has_margin"]), values)

    def _prepare_round_comparison_document(self, page, before, only_changes):
        """Return the values of the file of a comparison, of which this is the later round."""
        rows = [row for row in page["rows"] if not only_changes or row["status"] != "same"]
        totals = self._prepare_comparison_totals(page, before)
        return {
            "title": self.type_name,
            "labels": self._get_comparison_labels(),
            "number": clean_text(self.name),
            "has_margin": page["has_margin"],
            "changes": self._convert_round_rows(rows, before),
            "total": totals["totals_after"]["total"],
            **self._prepare_changes_heads(before),
            **totals,
            "changes_title": f"{before._get_round_label()} → {self._get_round_label()}",
        }

    def _prepare_comparison_totals(self, page, before):
        totals = {
            "totals_before": before._prepare_document_totals(),
            "totals_after": self._prepare_document_totals(),
            "totals_difference": self._prepare_totals_difference(before),
        }
        if page["has_margin"]:
            old, new = (page["totals"][side]["margin"] for side in ("before", "after"))
            digits = self.currency_id.decimal_places
            totals["totals_before"]["margin"] = Number(old, before.currency_id.decimal_places)
            totals["totals_after"]["margin"] = Number(new, digits)
            if totals["totals_difference"]:
                totals["totals_difference"]["margin"] = Number(new - old, digits)
        return totals

    @api.model
    def _get_comparison_labels(self):
        return {
            **self._get_labels(),
            "internal": self.env._("For us only: not for the customer"),
            "margin": self.env._("Margin"),
            "margin_percent": self.env._("Margin %"),
        }
