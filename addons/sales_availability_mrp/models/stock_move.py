from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_availability_document(self):
        """A kit is replaced by moves of its components before it is confirmed: they are checked."""
        return super()._is_availability_document() and not self._is_kit()

    def _is_kit(self):
        self.ensure_one()
        is_open = self.state == "draft" and not self.production_id
        return is_open and bool(self.product_id.with_company(self.company_id).kit_bom_id)
