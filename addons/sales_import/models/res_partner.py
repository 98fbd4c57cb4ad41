from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _get_import_required_fields(self, mapped_fields):
        """Contacts need a name; an address of another type may do without."""
        required = super()._get_import_required_fields(mapped_fields)
        return required if "type" in mapped_fields else required | {"name"}

    @api.model
    def _get_import_unique_fields(self):
        return {**super()._get_import_unique_fields(), "ref": ("res.partner", "ref")}

    @api.model
    def get_import_templates(self):
        return self._prepare_import_templates(self.env._("Template for customers"))

    @api.model
    def _get_import_template(self):
        country = self.env.company.country_id or self.env.ref("base.cn")
        names = [
            "name",
            "ref",
            "is_company",
            "phone",
            "email",
            "street",
            "city",
            "zip",
            "country_id",
            "vat",
        ]
        rows = [
            [
                self.env._("Example Trading Co., Ltd."),
                "C-0001",
                True,
                "+86 21 5555 0100",
                "office@trading.example.com",
                self.env._("88 Example Road"),
                self.env._("Shanghai"),
                "200040",
                country.display_name,
                None,
            ],
            [
                self.env._("Sample Retail Store"),
                "C-0002",
                True,
                "+86 10 5555 0101",
                "store@retail.example.com",
                self.env._("9 Sample Street"),
                self.env._("Beijing"),
                "100027",
                country.display_name,
                None,
            ],
        ]
        return names, rows
