from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def load_sale_order_from_pos(self, config_id):
        """Refuse to settle what could not be confirmed, before anything is paid for it.

        :param config_id: of the till
        :raise UserError: with the lines and what to do
        """
        self.check_access("read")
        # reason: a till reads orders, and need not have the right to change them
        self.sudo()._check_price_gate("action_confirm")
        return super().load_sale_order_from_pos(config_id)
