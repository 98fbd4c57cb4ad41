from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_sale_order_domain_count(self):
        """Count a quotation once, however many rounds it had."""
        return Domain(super()._get_sale_order_domain_count()) & Domain("is_superseded", "=", False)
