from odoo import models


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    def _is_availability_checked(self):
        """What is scrapped of a kit are its components: their moves are checked."""
        kit = self.product_id.with_company(self.company_id).kit_bom_id
        return super()._is_availability_checked() and not kit
