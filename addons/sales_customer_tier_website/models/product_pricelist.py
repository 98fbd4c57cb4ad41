from odoo import models
from odoo.fields import Domain


class ProductPricelist(models.Model):
    """The prices of a tier hold in the shop, for the customers whom they are given to."""

    _inherit = "product.pricelist"

    def _is_available_on_website(self, website):
        """Extend: the pricelist of a tier need not be offered to everybody to be somebody's."""
        self.ensure_one()
        if self.is_customer_tier and not self.website_id:
            is_of_company = self.company_id in (website.company_id, self.env["res.company"])
            return self.active and is_of_company
        return super()._is_available_on_website(website)

    def _get_website_pricelists_domain(self, website):
        """Extend: no visitor gets or chooses the prices of a tier, wherever they hold."""
        domain = super()._get_website_pricelists_domain(website)
        return list(Domain(domain) & Domain("is_customer_tier", "=", False))
