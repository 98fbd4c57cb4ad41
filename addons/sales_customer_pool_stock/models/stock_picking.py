from odoo import api, models

STOCK_GROUP = "stock.group_stock_user"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.model
    def _is_customer_secret(self):
        """Tell whether the user sees no more of deliveries than what concerns own customers.

        Who works in the warehouse reads the address on every box.
        """
        partners = self.env["res.partner"]
        return partners._is_plain_salesperson() and not self.env.user.has_group(STOCK_GROUP)


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _has_secrets(self):
        return super()._has_secrets() or self.env["stock.picking"]._is_customer_secret()
