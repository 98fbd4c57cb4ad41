from odoo import fields, models


class SalesCustomerTransfer(models.TransientModel):
    """To whom customers go: by their owner, or by who manages a pool or a team."""

    _name = "sales.customer.transfer"
    _description = "Transfer Customers"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    user_id = fields.Many2one(
        "res.users", string="New Salesperson", required=True, domain=[("share", "=", False)]
    )
    reason_id = fields.Many2one("sales.customer.release.reason")
    note = fields.Char()

    def action_transfer(self):
        """Give the customers to the new salesperson."""
        self.ensure_one()
        self.partner_ids._transfer(self.user_id, self.reason_id, self.note)
        return self.partner_ids._leave_after_change()
