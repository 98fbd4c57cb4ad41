from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_open_availability(self):
        """Show what each warehouse and lot has of the products."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_availability.action_availability_balance"
        )
        return {
            **action,
            "domain": [("product_id", "in", self.ids)],
            "context": {"search_default_product_level": 1},
        }


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_open_availability(self):
        """Show what each warehouse and lot has of the products' variants."""
        return self.product_variant_ids.action_open_availability()
