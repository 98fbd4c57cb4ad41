from odoo import api, fields, models
from odoo.exceptions import UserError

from .sales_customer_pool_triggers import SOURCES
from .sales_customer_recycle_rule import REASONS

# Who changes more customers than these at once leaves their due dates to the job.
AT_ONCE = 100


class ResPartner(models.Model):
    _inherit = "res.partner"

    recycle_due_date = fields.Datetime(
        string="Recycle Due", readonly=True, copy=False, index="btree_not_null"
    )
    recycle_rule_id = fields.Many2one(
        "sales.customer.recycle.rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    recycle_reason = fields.Selection(REASONS, readonly=True, copy=False)
    recycle_warned_days = fields.Integer(readonly=True, copy=False)
    recycle_warned_date = fields.Datetime(
        string="Warned on", readonly=True, copy=False, index="btree_not_null"
    )
    recycle_locked = fields.Boolean(
        string="Never Recycle", copy=False, help="No rule takes the customer from its salesperson."
    )
    recycle_extended_until = fields.Date(string="Extended Until", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Show when a new customer is due."""
        partners = super().create(vals_list)
        partners._refresh_due_dates()
        return partners

    def write(self, vals):
        """Show at once when a changed customer is due."""
        result = super().write(vals)
        if vals.keys() & set(SOURCES["res_partner"][0]):
            self._refresh_due_dates()
        return result

    @api.model
    def _change_owner(self, partner_ids, *args, **kwargs):
        moved = super()._change_owner(partner_ids, *args, **kwargs)
        self.browse(moved)._refresh_due_dates()
        return moved

    def _refresh_due_dates(self):
        if self and len(self) <= AT_ONCE and self._has_recycle_rules():
            self.env["sales.customer.recycle.mark"]._compute_batch(10 * AT_ONCE, self.ids)

    @api.model
    def _has_recycle_rules(self):
        # whether there is one; nothing of the rules is shown
        rules = self.env["sales.customer.recycle.rule"].sudo()
        return bool(rules.search_count([("active", "=", True)], limit=1))

    def action_request_extension(self):
        """Ask a manager to leave the customer with its owner for longer."""
        self.ensure_one()
        if self.user_id != self.env.user:
            raise UserError(
                self.env._(
                    "Only the salesperson of %s can ask for an extension.", self.display_name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for an Extension"),
            "res_model": "sales.customer.extension",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }
