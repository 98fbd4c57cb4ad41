from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_availability_items(self):
        self.order_line._find_kits()
        return super()._get_availability_items()
