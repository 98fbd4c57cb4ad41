from odoo import api, fields, models
from odoo.exceptions import ValidationError

APPLIED = {"category": "categ_id", "template": "product_tmpl_id", "variant": "product_id"}


class SalesPriceFloor(models.Model):
    """The lowest price, without taxes, that is sold at without being asked about."""

    _name = "sales.price.floor"
    _description = "Floor Price"
    _inherit = "sales.price.rule"

    applied_on = fields.Selection(
        [
            ("all", "All products"),
            ("category", "Category"),
            ("template", "Product"),
            ("variant", "Variant"),
        ],
        string="Applies to",
        required=True,
        default="all",
        help="The most specific rule wins: a variant before its product, before its category.",
    )
    product_tmpl_id = fields.Many2one(
        "product.template", string="Product", index="btree_not_null", check_company=True
    )
    product_id = fields.Many2one(
        "product.product", string="Variant", index="btree_not_null", check_company=True
    )
    basis = fields.Selection(
        [("cost", "Cost"), ("list", "Sales price"), ("fixed", "Fixed price")],
        required=True,
        default="cost",
    )
    factor = fields.Float(default=1.0, digits=(16, 4), help="The cost or price times this.")
    surcharge = fields.Monetary(help="Added, for one unit of the product.")
    fixed_price = fields.Monetary(string="Price", help="For one unit of the product.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )

    _factor_check = models.Constraint(
        "CHECK (factor >= 0 AND fixed_price >= 0)", "Factors and prices cannot be negative."
    )

    @api.constrains("applied_on", "product_tmpl_id", "product_id", "categ_id")
    def _check_applied_on(self):
        for rule in self:
            if rule.applied_on in APPLIED and not rule[APPLIED[rule.applied_on]]:
                raise ValidationError(
                    self.env._(
                        "Floor price %s: choose the product or category that it applies to.",
                        rule.display_name,
                    )
                )

    @api.depends("applied_on", "product_tmpl_id", "product_id", "categ_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["applied_on"]._description_selection(self.env))
        for rule in self:
            applied = rule.applied_on in APPLIED and rule[APPLIED[rule.applied_on]]
            name = (applied and applied.display_name) or labels.get(rule.applied_on) or ""
            rule.display_name = f"{name} ({rule._origin.id})" if rule._origin.id else name

    def _get_index(self):
        """Give the first of the rules, in their order, for each thing that rules apply to.

        :return: {(applied on, id): sales.price.floor}
        """
        index = {}
        for rule in self:
            applied = rule.applied_on in APPLIED and rule[APPLIED[rule.applied_on]].id
            index.setdefault((rule.applied_on, applied), rule)
        return index

    @api.model
    def _find(self, index, product):
        """Give the most specific rule for a product.

        :param index: what ``_get_index`` gave
        """
        path = (product.categ_id.parent_path or "").split("/")[:-1]
        keys = [
            ("variant", product._origin.id),
            ("template", product.product_tmpl_id._origin.id),
            *(("category", int(category)) for category in reversed(path)),
            ("all", False),
        ]
        return next((index[key] for key in keys if key in index), self.browse())

    def _get_base(self, line):
        """Give the cost or price that a floor stands on, for one unit of the product.

        :param line: sale.order.line, as superuser, with its company
        :return: (amount without taxes, res.currency)
        """
        self.ensure_one()
        product = line.product_id.with_company(line._get_price_company())
        if self.basis == "cost":
            return product.standard_price, product.cost_currency_id
        if self.basis == "list":
            currency = product.currency_id
            return line._get_untaxed_price(product.lst_price, currency), currency
        return self.fixed_price, self.currency_id

    def _get_explanation_notes(self, line):
        """Give what else the explanation of a floor tells: the customer's tier, for example.

        :param line: sale.order.line, as superuser
        :return: list of texts that everybody may read
        """
        return []
