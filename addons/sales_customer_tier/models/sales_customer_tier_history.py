from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import format_amount

from .sales_customer_tier_condition import MONEY

SIGNS = {"min": ("\u2265", "<"), "max": ("\u2264", ">")}


class SalesCustomerTierExplained(models.AbstractModel):
    """What says why a customer is in a tier. As secret as the customer it is about."""

    _name = "sales.customer.tier.explained"
    _description = "Reason of a Customer Tier"
    _inherit = "sales.customer.access.mixin"

    reason = fields.Json(readonly=True)
    note = fields.Char(string="Reason Given", readonly=True)
    why = fields.Char(compute="_compute_why", exportable=True)

    @api.depends("reason", "note")
    @api.depends_context("lang")
    def _compute_why(self):
        """Tell the conditions with the figures of the day, in the language of the reader."""
        for record in self:
            reason = record.reason or {}
            texts = [record._explain(item, 0) for item in reason.get("holds", ())]
            lost = [record._explain(item, 1) for item in reason.get("lost", ())]
            lost = [text for text in lost if text]
            if lost:
                texts.append(self.env._("no longer: %s", ", ".join(lost)))
            record.why = "; ".join(filter(None, [record.note, ", ".join(filter(None, texts))]))

    def _explain(self, item, is_lost):
        """Return one condition as text, or nothing if it was not lost."""
        if item["kind"] in ("grade", "domain"):
            return "" if is_lost else self._get_other_text(item)
        if is_lost and self._is_held(item):
            return ""
        return self._get_condition_text(item, SIGNS[item["operator"]][is_lost])

    def _is_held(self, item):
        figure, bound = item["figure"], item["bound"]
        if figure is None:
            return False
        return figure >= bound if item["operator"] == "min" else figure <= bound

    def _get_other_text(self, item):
        if item["kind"] == "domain":
            return self.env._("other conditions")
        # reason: the name of a grade, whoever may not list grades
        grade = self.env["sales.customer.grade"].sudo().browse(item["grade"] or ()).exists()
        return self.env._("grade %s", grade.name or "")

    def _get_condition_text(self, item, sign):
        condition = self.env["sales.customer.tier.condition"]
        labels = dict(condition._fields["kind"]._description_selection(self.env))
        values = {
            "label": labels.get(item["kind"], item["kind"]),
            "figure": self._format(item["kind"], item["figure"]),
            "sign": sign,
            "bound": self._format(item["kind"], item["bound"]),
            "months": item["months"],
        }
        if item["months"]:
            return self.env._(
                "%(label)s %(figure)s %(sign)s %(bound)s in %(months)s months", **values
            )
        return "{label} {figure} {sign} {bound}".format_map(values)

    def _format(self, kind, value):
        if value is None:
            return "-"
        if kind in MONEY:
            # reason: how its company writes money, whoever reads it
            return format_amount(self.env, value, self.sudo().company_id.currency_id)
        return f"{value:g}"

    # === WHO SEES IT === #

    @api.model
    def _get_customer_access_domain(self):
        """Extend: figures are as secret as the tier, too."""
        return Domain.FALSE if self._is_tier_hidden() else super()._get_customer_access_domain()

    def _filter_customer_access(self):
        """Extend: figures are as secret as the tier, too."""
        return self.browse() if self._is_tier_hidden() else super()._filter_customer_access()

    @api.model
    def _is_tier_hidden(self):
        return "customer_tier_id" in self.env["res.partner"]._get_hidden_fields()

    def _make_customer_access_error(self):
        return AccessError(self.env._("You may not see the tier of this customer."))


class SalesCustomerFieldRule(models.Model):
    _inherit = "sales.customer.field.rule"

    @api.model
    def _get_derived_fields(self, hidden):
        """Extend: whoever may not read the tier does not read its history."""
        derived = super()._get_derived_fields(hidden)
        if "customer_tier_id" in hidden:
            derived = derived | {"customer_tier_history_ids"}
        return derived


class SalesCustomerTierHistory(models.Model):
    """From which tier a customer went to which, when and why: one row for each change."""

    _name = "sales.customer.tier.history"
    _description = "Tier History of a Customer"
    _inherit = ["sales.customer.tier.explained"]
    _order = "id DESC"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    from_tier_id = fields.Many2one(
        "sales.customer.tier", string="From", index="btree_not_null", ondelete="set null"
    )
    to_tier_id = fields.Many2one(
        "sales.customer.tier", string="To", index="btree_not_null", ondelete="set null"
    )
    date = fields.Datetime(required=True, index=True)
    kind = fields.Selection(
        [("rule", "By Rule"), ("manual", "By Hand")], string="Changed", required=True
    )
    changed_by_id = fields.Many2one("res.users", string="By", ondelete="set null")
    locked_until = fields.Date(string="Until")
