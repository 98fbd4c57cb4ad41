from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.misc import formatLang

from .sales_price_rule import MODES

# a customer reads the lines of his order, too, and not what we think of them
INTERNAL = "base.group_user"
DETAIL = "sales_quotation.group_floor_detail"
# Of hundreds of lines that are shown, few are looked at so closely: read together, when asked for.
CLOSE = "sales_quotation"
RESOLVED = {
    "ceiling_gap",
    "ceiling_id",
    "ceiling_mode",
    "ceiling_pricelist_id",
    "concession",
    "discount_ceiling",
    "floor_explanation",
    "floor_gap",
    "floor_mode",
    "floor_price",
    "floor_rule_id",
    "is_above_ceiling",
    "is_below_floor",
    "price_mark",
    "price_subtotal",
    "pricelist_price",
}


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "sales.approval.line.mixin"]

    _approval_document_field = "order_id"
    _approval_guarded_fields = {
        "product_id": "any",
        "product_uom_id": "any",
        "product_uom_qty": "neutral",
        "price_unit": "more",
        "discount": "less",
        "concession": "less",
        "floor_gap": "less",
        "ceiling_gap": "less",
    }

    floor_price = fields.Float(
        compute="_compute_floor",
        store=True,
        min_display_digits="Product Price",
        groups=INTERNAL,
        copy=False,
        prefetch=CLOSE,
        aggregator=None,
        help="The lowest price without taxes, in the currency and for the unit of the line. "
        "It is resolved when product, unit, customer, currency or date change; not when the cost "
        "changes later.",
    )
    floor_mode = fields.Selection(
        MODES, compute="_compute_floor", store=True, groups=INTERNAL, copy=False
    )
    floor_rule_id = fields.Many2one(
        "sales.price.floor",
        compute="_compute_floor",
        store=True,
        groups=DETAIL,
        copy=False,
        prefetch=CLOSE,
        index="btree_not_null",
        ondelete="set null",
    )
    floor_explanation = fields.Json(
        compute="_compute_floor", store=True, groups=DETAIL, copy=False, prefetch=False
    )
    floor_text = fields.Char(string="Floor", compute="_compute_floor_text", groups=INTERNAL)
    floor_gap = fields.Float(
        string="Below Floor (%)",
        compute="_compute_gaps",
        store=True,
        digits=(16, 4),
        groups=INTERNAL,
        copy=False,
        prefetch=CLOSE,
        aggregator="max",
    )
    is_below_floor = fields.Boolean(
        string="Below Floor",
        compute="_compute_gaps",
        store=True,
        groups=INTERNAL,
        copy=False,
    )
    pricelist_price = fields.Float(
        compute="_compute_pricelist_price",
        store=True,
        min_display_digits="Product Price",
        groups=INTERNAL,
        copy=False,
        prefetch=CLOSE,
        aggregator=None,
        help="What the customer's pricelist gives for this line, without taxes, or that of the "
        "quotation if it is dearer.",
    )
    concession = fields.Float(
        string="Concession (%)",
        compute="_compute_gaps",
        store=True,
        digits=(16, 2),
        groups=INTERNAL,
        copy=False,
        aggregator="avg",
        help="How far the line is below the price of the customer's pricelist, by its discount, "
        "by a lower price, or by a discount on the whole order.",
    )
    ceiling_id = fields.Many2one(
        "sales.discount.ceiling",
        compute="_compute_ceiling",
        store=True,
        groups=DETAIL,
        copy=False,
        prefetch=CLOSE,
        index="btree_not_null",
        ondelete="set null",
    )
    discount_ceiling = fields.Float(
        string="Discount Ceiling (%)",
        compute="_compute_ceiling",
        store=True,
        digits=(16, 2),
        groups=INTERNAL,
        copy=False,
        prefetch=CLOSE,
        aggregator=None,
    )
    ceiling_mode = fields.Selection(
        MODES, compute="_compute_ceiling", store=True, groups=INTERNAL, copy=False
    )
    ceiling_gap = fields.Float(
        string="Above Ceiling (%)",
        compute="_compute_gaps",
        store=True,
        digits=(16, 4),
        groups=INTERNAL,
        copy=False,
        prefetch=CLOSE,
        aggregator="max",
    )
    is_above_ceiling = fields.Boolean(
        string="Above Ceiling",
        compute="_compute_gaps",
        store=True,
        groups=INTERNAL,
        copy=False,
    )
    price_mark = fields.Selection(
        MODES,
        string="Price Check",
        compute="_compute_price_mark",
        store=True,
        groups=INTERNAL,
        copy=False,
        help="The strictest of what the floor and the ceiling say.",
    )

    @api.model
    def _check_field_access(self, field, operation):
        """What is resolved is read, and written by nobody: a client could write floors away.

        Not in ``_has_field_access``, which is asked each time that any field of a line is read.
        """
        if operation == "write" and field.name in RESOLVED and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%s” of a line is worked out from its prices and rules, nobody writes it.",
                    field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    def _has_floor(self):
        """Say whether one line sells something at a price that is ours to set.

        What a client can put on any line, such as the mark of a down payment, decides nothing.
        """
        self.ensure_one()
        return bool(
            self.product_id
            and not self.display_type
            and not (self.is_expense and self.product_id.expense_policy != "no")
            and self.product_id.type != "combo"
            and self.product_id != self._get_price_company().sale_discount_product_id
        )

    def _is_held_to_floor(self):
        """Say whether a floor holds for one line, if there is one: a reward is its program's."""
        return self._has_floor() and not self._is_reward()

    def _get_price_company(self):
        return self.order_id.company_id or self.company_id or self.env.company

    def _get_price_currency(self):
        return self.order_id.currency_id or self._get_price_company().currency_id

    def _get_untaxed_price(self, price, currency):
        """Take the taxes of the product out of a price that includes them.

        :param price: for one unit, as the product's own taxes have it
        :param currency: res.currency of the price
        """
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self._get_price_company())
        if not any(tax.price_include for tax in taxes):
            return price
        found = taxes.with_context(round=False, round_base=False).compute_all(
            price, currency, 1.0, product=self.product_id, partner=self.order_id.partner_id
        )
        return found["total_excluded"]

    @api.depends("is_below_floor", "is_above_ceiling", "floor_mode", "ceiling_mode")
    def _compute_price_mark(self):
        ranks = [mode for mode, _label in MODES]
        for line in self:
            modes = [
                line.is_below_floor and line.floor_mode,
                line.is_above_ceiling and line.ceiling_mode,
            ]
            line.price_mark = max(filter(None, modes), key=ranks.index, default=False)

    def _get_price_details(self, modes=("warn", "approve", "stop")):
        """Give what is wrong with the prices of lines, as data.

        :param modes: of the floors and ceilings that are looked at
        :return: list of dict, for ``_get_price_detail_text``
        """
        details, reductions = [], {}
        for line in self.filtered("price_mark"):
            if line.is_below_floor and line.floor_mode in modes:
                order = line.order_id
                if order not in reductions:
                    reductions[order] = order._get_price_reduction()
                price = line._get_net_price(reductions[order])
                details.append(line._prepare_price_detail("floor", price, line.floor_price))
            if line.is_above_ceiling and line.ceiling_mode in modes:
                found = (line.concession, line.discount_ceiling)
                details.append(line._prepare_price_detail("ceiling", *found))
        return details

    def _get_net_price(self, reduction):
        """Give the price of one unit without taxes and without its part of the order's discount."""
        if not self.product_uom_qty:
            return self._get_unit_subtotal()
        return self.price_subtotal * (1 - reduction) / self.product_uom_qty

    def _prepare_price_detail(self, kind, value, limit):
        return {
            "kind": kind,
            "line": (self.name or "").partition("\n")[0],
            "value": value,
            "limit": limit,
            "currency": self._get_price_currency().id,
            "pricelist": self.ceiling_pricelist_id.id,
        }

    @api.model
    def _get_price_detail_text(self, detail):
        """Put a detail into words: "Cable: 79.00 EUR is below the floor price 82.00 EUR"."""
        if detail["kind"] == "ceiling":
            return self._get_ceiling_detail_text(detail)
        currency = self.env["res.currency"].browse(detail["currency"])
        return self.env._(
            "%(line)s: %(value)s is below the floor price %(limit)s",
            line=detail["line"],
            value=self._format_price(detail["value"], currency),
            limit=self._format_price(detail["limit"], currency),
        )

    @api.model
    def _get_ceiling_detail_text(self, detail):
        values = self._get_ceiling_detail_values(detail)
        if not detail.get("pricelist"):
            return self.env._(
                "%(line)s: %(value)s %% below the pricelist is above the ceiling of %(limit)s %%",
                **values,
            )
        pricelists = self.env["product.pricelist"].browse(detail["pricelist"])
        return self.env._(
            "%(line)s: %(value)s %% below the customer's pricelist %(pricelist)s is above the "
            "ceiling of %(limit)s %%",
            # reason: whoever reads the quotation is told what it is measured from
            pricelist=pricelists.sudo().exists().name or "",
            **values,
        )

    @api.model
    def _get_ceiling_detail_values(self, detail):
        return {
            "line": detail["line"],
            "value": formatLang(self.env, detail["value"], digits=2),
            "limit": formatLang(self.env, detail["limit"], digits=2),
        }

    @api.model
    def _format_price(self, value, currency):
        """Write a unit price: with the decimals that it has, and no fewer than its currency."""
        digits = max(self.env["decimal.precision"].precision_get("Product Price"), 2)
        decimals = len(f"{value:.{digits}f}".rstrip("0").partition(".")[2])
        shown = max(currency.decimal_places, decimals)
        return f"{formatLang(self.env, value, digits=shown)} {currency.name}"
