from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_confirm(self):
        """Who has lost a customer meanwhile is told so, instead of failing somewhere inside."""
        for order in self:
            customer = order.partner_id
            if not customer.has_access("read"):
                raise UserError(
                    self.env._(
                        "%(order)s: %(customer)s is no longer your customer. Claim it again, or "
                        "ask a sales manager to confirm the quotation.",
                        order=order.name,
                        customer=customer.sudo().name,  # it stands on the user's own quotation
                    )
                )
        return super().action_confirm()
