from collections import defaultdict

from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    kit_bom_id = fields.Many2one(
        "mrp.bom",
        string="Kit",
        compute="_compute_kit_bom_id",
        compute_sudo=True,
        help="The bill of materials that says what is delivered instead of the product.",
    )

    @api.depends(
        "product_tmpl_id.bom_ids.active",
        "product_tmpl_id.bom_ids.company_id",
        "product_tmpl_id.bom_ids.product_id",
        "product_tmpl_id.bom_ids.sequence",
        "product_tmpl_id.bom_ids.type",
        "type",
    )
    @api.depends_context("company")
    def _compute_kit_bom_id(self):
        """Find the kits of all products of an order at once, and once in a transaction."""
        boms = self.env["mrp.bom"]._bom_find(
            self._origin, company_id=self.env.company.id, bom_type="phantom"
        )
        for product in self:
            product.kit_bom_id = boms[product._origin]

    def _explode_kit(self, quantity, attribute_values):
        """Return what is taken out of stock for a quantity of the product.

        Nothing is rounded here, unlike in ``mrp.bom.explode``: a third of a carton for one kit is
        a whole carton for three.

        :param attribute_values: the values without variants that the customer chose
        :return: dict {product.product: quantity in its own unit}
        """
        self.ensure_one()
        if not self.kit_bom_id:
            return {self: quantity} if self.is_storable else {}
        needs = defaultdict(float)
        kits = self._get_kit_quantity(quantity)
        for line in self.kit_bom_id.bom_line_ids:
            if line._skip_bom_line(self, attribute_values):
                continue
            asked = line.product_uom_id._compute_quantity(
                kits * line.product_qty, line.product_id.uom_id, round=False
            )
            for product, need in line.product_id._explode_kit(asked, attribute_values).items():
                needs[product] += need
        return dict(needs)

    def _get_kit_quantity(self, quantity):
        """Return how many times the kit is needed for a quantity in the product's unit."""
        bom = self.kit_bom_id
        in_bom_unit = self.uom_id._compute_quantity(quantity, bom.product_uom_id, round=False)
        return in_bom_unit / bom.product_qty
