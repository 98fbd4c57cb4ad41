"""Concessions: what the pricelist would give, what is given, and who may give how much."""

from odoo import api, models

SMALLEST = 0.005  # percent: what is shown as the same is the same


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _batch_rules(self):
        return self.env["product.pricelist"]._batch_rules(self.product_id._origin)

    def _compute_pricelist_item_id(self):
        with self._batch_rules():
            return super()._compute_pricelist_item_id()

    def _compute_price_unit(self):
        with self._batch_rules():
            return super()._compute_price_unit()

    def _compute_discount(self):
        with self._batch_rules():
            return super()._compute_discount()

    @api.depends(
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "display_type",
        "product_no_variant_attribute_value_ids",
        "linked_line_id",
        "order_id.pricelist_id",
        "order_id.is_pricelist_by_customer",
        "order_id.partner_id",
        "order_id.company_id",
        "order_id.currency_id",
    )
    def _compute_pricelist_price(self):
        priced = self.filtered(lambda line: line.product_uom_id and line._has_floor())
        (self - priced).update({"pricelist_price": 0.0, "ceiling_pricelist_id": False})
        with priced._batch_rules():
            for order, lines in priced.grouped("order_id").items():
                entitled = (order._get_entitled_pricelist(), order._get_entitled_moment())
                for line in lines:
                    mine = line.with_company(line._get_price_company())
                    price, pricelist = mine._get_ceiling_price(*entitled)
                    currency = line._get_price_currency()
                    line.pricelist_price = mine._get_untaxed_price(price, currency)
                    line.ceiling_pricelist_id = pricelist

    @api.depends(
        "product_id",
        "display_type",
        "company_id",
        "order_id.partner_id",
        "order_id.user_id",
    )
    def _compute_ceiling(self):
        found = self.filtered(lambda line: line._has_floor())
        (self - found).update(self._prepare_ceiling())
        rules = self.env["sales.discount.ceiling"]._get_for_companies(found.order_id.company_id)
        for order, lines in found.grouped("order_id").items():
            index = rules._get_for_order(order)._get_index(order._get_ceiling_user())
            for line in lines:
                line.update(line._prepare_ceiling(rules._find(index, line.product_id)))

    def _prepare_ceiling(self, rule=None):
        return {
            "ceiling_id": rule.id if rule else False,
            "discount_ceiling": rule.percent if rule else 0.0,
            "ceiling_mode": rule.mode if rule else False,
        }

    @api.depends(
        "floor_price",
        "floor_mode",
        "pricelist_price",
        "discount_ceiling",
        "ceiling_mode",
        "price_unit",
        "discount",
        "order_id.order_line.price_subtotal",
        "order_id.order_line.is_optional",
        "order_id.order_line.sequence",
    )
    def _compute_gaps(self):
        for order, lines in self.grouped("order_id").items():
            reduction, optional = order._get_price_reduction(), order._get_optional_lines()
            for line in lines:
                line.update(line._get_gaps(reduction, is_optional=line in optional))

    def _get_gaps(self, reduction, is_optional=False):
        """Say how far the line is below its floor and below the pricelist, in percent.

        :param reduction: what ``sale.order._get_price_reduction`` gave
        :param is_optional: whether the customer can choose it; then one unit is looked at if
            there is none yet
        """
        is_offer = is_optional and not self.product_uom_qty
        quantity = 1.0 if is_offer else self.product_uom_qty
        sold = quantity > 0 and self._has_floor()
        net = self._get_unit_subtotal() if is_offer else self.price_subtotal * (1 - reduction)
        concession = self._get_gap(net, self.pricelist_price * quantity) if sold else 0.0
        below = self._get_gap(net, self.floor_price * quantity) if sold and self.floor_mode else 0.0
        above = concession - self.discount_ceiling if sold and self.ceiling_mode else 0.0
        above = above if above > SMALLEST else 0.0
        return {
            "concession": concession,
            "floor_gap": below,
            "is_below_floor": bool(below),
            "ceiling_gap": above,
            "is_above_ceiling": bool(above),
        }

    def _get_gap(self, net, full):
        """Say by how many percent a subtotal is below what is full; a rounding is nothing."""
        if full <= 0 or self._get_price_currency().compare_amounts(net, full) >= 0:
            return 0.0
        return (full - net) / full * 100

    def _get_unit_subtotal(self):
        """Give what one unit of a line without quantity would cost without taxes."""
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation(quantity=1.0)
        taxes._add_tax_details_in_base_line(base_line, self._get_price_company())
        return base_line["tax_details"]["raw_total_excluded_currency"]
