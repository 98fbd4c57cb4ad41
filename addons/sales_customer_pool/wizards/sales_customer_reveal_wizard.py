from odoo import fields, models


class SalesCustomerRevealWizard(models.TransientModel):
    """Which masked value of a customer in the pool somebody wants to look at."""

    _name = "sales.customer.reveal.wizard"
    _description = "Reveal a Value"

    card_id = fields.Many2one("sales.customer.pool.card", required=True, ondelete="cascade")
    pool_mask_ids = fields.Many2many(related="card_id.pool_id.mask_ids")
    mask_id = fields.Many2one(
        "sales.customer.mask",
        string="Value",
        required=True,
        domain="[('id', 'in', pool_mask_ids)]",
    )

    def action_reveal(self):
        """Show the value, which is logged; it is stored nowhere."""
        self.ensure_one()
        value = self.card_id._reveal(self.mask_id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.mask_id.name,
                "message": value or self.env._("There is none."),
                "type": "info",
                "sticky": True,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
