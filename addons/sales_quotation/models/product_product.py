from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _match_unit_name(self, name):
        """Give the unit of one product that is named, its own one where none is named."""
        if not name:
            return self.uom_id
        units = self.uom_id | self.uom_ids
        return units.filtered(lambda unit: unit.name.casefold() == name.casefold())[:1]
