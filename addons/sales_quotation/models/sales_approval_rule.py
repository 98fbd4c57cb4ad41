from odoo import api, models
from odoo.exceptions import UserError

RULE = "sales_quotation.approval_rule_prices"
KEPT = ("active", "res_model", "domain", "company_id", "condition_ids")


class SalesApprovalRule(models.Model):
    _inherit = "sales.approval.rule"

    def write(self, vals):
        """The rule behind floors and ceilings stays; its approvers are free."""
        if any(name in vals for name in KEPT):
            self._check_price_rule_kept()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_price_rule(self):
        self._check_price_rule_kept()

    def _check_price_rule_kept(self):
        kept = self.env.ref(RULE, raise_if_not_found=False)
        loading = self.env.su and self.env.context.get("install_mode")
        if kept and kept in self and not loading:
            raise UserError(
                self.env._(
                    "%s asks for what floor prices and discount ceilings leave to approval. "
                    "Change the tiers here; what is asked for is set on the floors and ceilings.",
                    kept.name,
                )
            )
