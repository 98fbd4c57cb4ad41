from odoo import models


class SalesQuotationCopy(models.TransientModel):
    _inherit = "sales.quotation.copy"

    def _get_lines(self):
        """Extend: what a carrier asks for these goods is asked again."""
        return super()._get_lines().filtered(lambda line: not line.is_delivery)
