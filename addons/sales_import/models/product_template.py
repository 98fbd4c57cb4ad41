from odoo import api, models

CODES = {
    "default_code": ("product.product", "default_code"),
    "barcode": ("product.product", "barcode"),
}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    @api.model
    def _get_import_unique_fields(self):
        return {**super()._get_import_unique_fields(), **CODES}

    @api.model
    def get_import_templates(self):
        return self._prepare_import_templates(self.env._("Template for products"))

    @api.model
    def _get_import_template(self):
        selection = dict(self.fields_get(["tracking"], ["selection"])["tracking"]["selection"])
        unit = self.env.ref("uom.product_uom_unit").display_name
        names = [
            "name",
            "default_code",
            "barcode",
            "list_price",
            "standard_price",
            "uom_id",
            "is_storable",
            "tracking",
            "description_sale",
        ]
        rows = [
            [
                self.env._("Example Desk"),
                "P-0001",
                "6900000000014",
                899.0,
                520.0,
                unit,
                True,
                selection["none"],
                None,
            ],
            [
                self.env._("Sample Paint"),
                "P-0002",
                "6900000000021",
                128.5,
                76.0,
                unit,
                True,
                selection["lot"],
                None,
            ],
        ]
        return names, rows


class ProductProduct(models.Model):
    _inherit = "product.product"

    @api.model
    def _get_import_unique_fields(self):
        return {**super()._get_import_unique_fields(), **CODES}
