from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesCustomerRelease(models.TransientModel):
    """Why customers are given back, and into which pool."""

    _name = "sales.customer.release"
    _description = "Release Customers"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    pool_id = fields.Many2one(
        "sales.customer.pool", required=True, compute="_compute_pool_id", store=True, readonly=False
    )
    reason_id = fields.Many2one("sales.customer.release.reason", required=True)
    note = fields.Char()

    @api.depends("partner_ids")
    def _compute_pool_id(self):
        """Back to where they came from, else to the only pool of the user."""
        for wizard in self:
            homes = wizard.partner_ids.home_pool_id
            pools = homes or self.env["sales.customer.pool"].search(
                [("active", "=", True)], limit=2
            )
            wizard.pool_id = pools if len(pools) == 1 else False

    def action_release(self):
        """Give the customers back."""
        self.ensure_one()
        moved = self.partner_ids._release(self.pool_id, self.reason_id, self.note)
        if not moved:
            raise UserError(
                self.env._(
                    "None of these customers is owned by anybody. There is nothing to release."
                )
            )
        return self.partner_ids._leave_after_change()
