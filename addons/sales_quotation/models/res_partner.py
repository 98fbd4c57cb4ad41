from odoo import api, models

PRICELISTS = ("property_product_pricelist", "specific_property_product_pricelist")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _has_field_access(self, field, operation):
        """Who is held to a discount ceiling does not choose what it is measured from."""
        is_watched = operation == "write" and field.name in PRICELISTS and not self.env.su
        if is_watched and self.env.user._is_held_to_ceiling():
            return False
        return super()._has_field_access(field, operation)
