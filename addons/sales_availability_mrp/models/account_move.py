from odoo import models


class AccountMoveLine(models.Model):
    """An invoiced kit asks for the components that are taken from stock, and holds them."""

    _inherit = "account.move.line"

    def _is_stocked(self):
        if not self._get_kit().kit_bom_id:
            return super()._is_stocked()
        return bool(self._get_availability_needs())

    def _get_availability_needs(self):
        kit = self._get_kit()
        if not kit.kit_bom_id:
            return super()._get_availability_needs()
        needs = kit._explode_kit(1.0, self._get_attribute_values())
        return {component.sudo(False): need for component, need in needs.items() if need > 0}

    def _get_attribute_values(self):
        """Return the values without variants that the customer chose: only orders know them."""
        return self.sale_line_ids.sudo().product_no_variant_attribute_value_ids  # as in _get_kit

    def _get_kit(self):
        """Return the line's product with what it is made of, which not every clerk may read."""
        product = self.product_id._origin.with_company(self.company_id)
        return product.sudo()  # only quantities and names of components are used

    def _get_hold_quantity(self, held):
        """Return how many whole kits the held components make."""
        if not self._get_kit().kit_bom_id:
            return super()._get_hold_quantity(held)
        needs = self._get_availability_needs()
        kits = [held.get((self.id, component.id), 0.0) / need for component, need in needs.items()]
        return min(kits, default=0.0)
