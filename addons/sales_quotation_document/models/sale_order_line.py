from odoo import api, models

from odoo.addons.sales_document.tools.schema import Placeholder


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_document_schema(self):
        """Return what templates may use of a line."""
        return {
            "kind": Placeholder(
                compute="_get_document_kinds", label=self.env._("product, section or note")
            ),
            "number": Placeholder(compute="_get_document_numbers", label=self.env._("No.")),
            "product": Placeholder(
                "product_id",
                {
                    "name": Placeholder("name"),
                    "code": Placeholder("default_code"),
                    "barcode": Placeholder("barcode"),
                    "weight": Placeholder("weight"),
                    "image": Placeholder("image_256"),
                },
            ),
            "name": Placeholder("name"),
            "quantity": Placeholder("product_uom_qty"),
            "unit": Placeholder("product_uom_id"),
            "price": Placeholder("price_unit"),
            "discount": Placeholder("discount"),
            "taxes": Placeholder("tax_ids"),
            "subtotal": Placeholder("price_subtotal"),
            "total": Placeholder("price_total"),
            "lead_days": Placeholder("customer_lead"),
        }

    def _get_document_kinds(self):
        kinds = {"line_section": "section", "line_subsection": "section", "line_note": "note"}
        return {line.id: kinds.get(line.display_type, "product") for line in self}

    def _get_document_numbers(self):
        """Number the products of each order."""
        numbers = {}
        for lines in self.grouped("order_id").values():
            products = lines.filtered(lambda line: not line.display_type)
            numbers.update((line.id, number) for number, line in enumerate(products, 1))
        return numbers
