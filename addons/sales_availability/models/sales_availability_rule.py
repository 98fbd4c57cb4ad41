from odoo import api, fields, models, tools

from .availability_types import AvailabilityTerms
from .sales_availability_terms import TERM_FIELDS


class SalesAvailabilityRule(models.Model):
    """Other terms than the warehouse's for a product category and those below it."""

    _name = "sales.availability.rule"
    _inherit = ["sales.availability.policy"]
    _description = "Availability Rule of a Product Category"
    _order = "warehouse_id, categ_id"
    _rec_name = "categ_id"

    warehouse_id = fields.Many2one("stock.warehouse", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    categ_id = fields.Many2one(
        "product.category", string="Product Category", required=True, ondelete="cascade"
    )

    _warehouse_categ_uniq = models.Constraint(
        "UNIQUE (warehouse_id, categ_id)",
        "This warehouse already has a rule for the product category. Change that one.",
    )

    @api.model
    def _get_policy_fields(self):
        return super()._get_policy_fields() | {"warehouse_id", "categ_id"}

    def write(self, vals):
        if {"warehouse_id", "categ_id"} & set(vals):
            self._get_current_versions().is_current = False
        return super().write(vals)

    def _get_policy_key(self):
        self.ensure_one()
        return self.warehouse_id.id, self.categ_id.id


class SalesAvailabilityVersion(models.Model):
    """What a policy said at a time. Decisions refer to it, so it is never changed."""

    _name = "sales.availability.version"
    _inherit = ["sales.availability.terms"]
    _description = "Version of an Availability Policy"
    _order = "warehouse_id, categ_id, number DESC"

    warehouse_id = fields.Many2one("stock.warehouse", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    categ_id = fields.Many2one("product.category", string="Product Category", ondelete="cascade")
    number = fields.Integer(string="Version", required=True)
    is_current = fields.Boolean(string="In Force", default=True)

    # One version in force: two people who change a policy at once cannot both win.
    _current_uniq = models.UniqueIndex(
        "(warehouse_id, COALESCE(categ_id, 0)) WHERE is_current",
        "Someone else has just changed these availability terms. Load them again.",
    )

    @property
    def policy_key(self):
        self.ensure_one()
        return self.warehouse_id.id, self.categ_id.id or 0

    @api.depends("warehouse_id", "categ_id", "number")
    def _compute_display_name(self):
        for version in self:
            names = [version.warehouse_id.name, version.categ_id.display_name]
            version.display_name = f"{' / '.join(filter(None, names))} v{version.number}"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _get_terms_in_force(self):
        """Return dict {(warehouse id, product category id or 0): AvailabilityTerms}."""
        versions = self.sudo().search_fetch(  # terms are no secret, and the same for everybody
            [("is_current", "=", True)], ["warehouse_id", "categ_id", *TERM_FIELDS]
        )
        return {version.policy_key: version._get_terms(version.id) for version in versions}

    @api.model
    def _get_terms_of_keys(self, keys):
        """Return the terms that apply to each key: of the nearest category, or the warehouse.

        :param keys: collection of ``AvailabilityKey``
        :return: dict {AvailabilityKey: AvailabilityTerms}
        """
        in_force = self._get_terms_in_force()
        special = {warehouse_id for warehouse_id, categ_id in in_force if categ_id}
        ids = {key.product_id for key in keys if key.warehouse_id in special}
        products = self.env["product.product"].sudo().browse(ids)  # whoever may see the product
        paths = {product.id: product.categ_id.parent_path or "" for product in products}
        return {
            key: self._find_terms(in_force, key.warehouse_id, paths.get(key.product_id, ""))
            for key in keys
        }

    @api.model
    def _find_terms(self, in_force, warehouse_id, category_path):
        for categ_id in reversed([int(part) for part in category_path.split("/") if part]):
            if (warehouse_id, categ_id) in in_force:
                return in_force[warehouse_id, categ_id]
        return in_force.get((warehouse_id, 0), AvailabilityTerms())
