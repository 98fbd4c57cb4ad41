from odoo import models


class SaleReport(models.Model):
    _inherit = "sale.report"

    def _where_sale(self):
        """Count a quotation once: what an earlier round offered was never on top of it."""
        return f"{super()._where_sale()} AND s.is_superseded IS NOT TRUE"
