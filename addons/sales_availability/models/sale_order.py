from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .availability_watch import watch_availability
from .sales_availability import AvailabilityFigures, AvailabilityKey
from .sales_availability_claim import ClaimValues

# Writing one of these may raise what an order takes out of a warehouse.
AVAILABILITY_FIELDS = {
    "company_id",
    "order_line",
    "partner_id",
    "partner_shipping_id",
    "state",
    "user_id",
    "warehouse_id",
}
# A refusal names so many holders of the stock, and counts the rest.
MAX_HOLDERS = 3


class DemandKey(NamedTuple):
    """What one order asks of one product in one warehouse, firm once the order is confirmed."""

    order_id: int
    is_firm: bool
    stock: AvailabilityKey


class Shortage(NamedTuple):
    """More is asked of a key than its figures have; in the product's unit."""

    key: AvailabilityKey
    order_ids: list[int]
    asked: float
    figures: AvailabilityFigures


class SaleOrder(models.Model):
    _inherit = "sale.order"

    availability_warning = fields.Text(compute="_compute_availability_warning")

    @api.depends("order_line.availability_missing")
    def _compute_availability_warning(self):
        self.availability_warning = False
        for order in self:
            lines = order.order_line.filtered("availability_missing")
            if lines:
                order.availability_warning = order.env._(
                    "More than is available: %(lines)s.",
                    lines="; ".join(lines.mapped(order._prepare_availability_warning)),
                )

    def _prepare_availability_warning(self, line):
        return self.env._(
            "%(product)s in %(warehouse)s (available %(available)s, missing %(missing)s %(uom)s)",
            product=line.product_id.display_name,
            warehouse=line.warehouse_id.sudo().name,
            available=self._format_quantity(line.availability_quantity),
            missing=self._format_quantity(line.availability_missing),
            uom=line.product_uom_id.name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        with self.browse()._watch_availability() as watch:
            orders = super().create(vals_list)
            watch.add_new(orders)
        return orders

    def write(self, vals):
        if AVAILABILITY_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with self._watch_availability():
            return super().write(vals)

    def _watch_availability(self):
        return watch_availability(self)

    # === DEMAND === #

    def _get_availability_demand(self):
        """Return what the orders take out of controlled warehouses.

        :return: dict {DemandKey: quantity in the product's unit}
        """
        demand = defaultdict(float)
        for line in self.order_line:
            if line._is_availability_checked():
                quantity = line._get_availability_demand_quantity()
                demand[line._get_availability_demand_key()] += quantity
        return dict(demand)

    def _prepare_availability_demand_key(self, warehouse, product):
        self.ensure_one()
        stock_key = AvailabilityKey(warehouse._origin.id, product._origin.id)
        return DemandKey(self.id, self.state == "sale", stock_key)

    def _read_order_availability(self, demand, claims_cursor=None):
        return (
            self.env["sales.availability"]
            .sudo()  # the stock of a warehouse is one, whatever of it this user may see
            ._read_availability(
                {key.stock for key in demand}, self._get_firm_line_ids(), claims_cursor
            )
        )

    def _get_firm_line_ids(self):
        """Return the ids of the lines that may hold stock."""
        return self.filtered(lambda order: order.state == "sale").order_line._origin.ids

    # === CHECK === #

    def _check_availability(self, before):
        """Refuse orders that ask for more than is available in a warehouse in mode *stop*.

        An order that asks for no more than it did before the change is not looked at: whoever
        reduces an order that exceeds can save it. A confirmed order is held to what it adds.

        :param before: dict {DemandKey: quantity} of the orders before the change
        :raise UserError: names each line that is too much, and what to do
        """
        demand = self._get_stop_demand(before)
        shortages = self._get_quotation_shortages(
            {key: asked for key, asked in demand.items() if not key.is_firm}
        ) + self._claim_firm_demand({key: asked for key, asked in demand.items() if key.is_firm})
        if shortages:
            raise UserError(self._prepare_shortage_message(shortages))

    def _get_stop_demand(self, before):
        """Return the demand to check: of what grew, in warehouses in mode *stop*."""
        demand = self._get_availability_demand()
        growing = {key for key, asked in demand.items() if asked > before.get(key, 0.0)}
        growing_quotation_ids = {key.order_id for key in growing if not key.is_firm}
        warehouses = self.env["stock.warehouse"].sudo()
        warehouses = warehouses.browse({key.stock.warehouse_id for key in demand})
        stop_ids = set(warehouses.filtered(lambda w: w.availability_mode == "stop").ids)
        return {
            key: asked
            for key, asked in demand.items()
            if key.stock.warehouse_id in stop_ids
            and (key in growing or (not key.is_firm and key.order_id in growing_quotation_ids))
        }

    def _get_quotation_shortages(self, demand):
        """Compare each quotation alone with what is available: quotations hold nothing yet.

        :return: list of :class:`Shortage`
        """
        orders = self.browse({key.order_id for key in demand})
        reading = orders._read_order_availability(demand)
        return self._filter_shortages(
            Shortage(key.stock, [key.order_id], asked, reading.get_figures(key.stock))
            for key, asked in demand.items()
        )

    def _claim_firm_demand(self, demand):
        """Claim what confirmed orders ask for together, when all of it is available.

        :return: list of :class:`Shortage`
        """
        if not demand:
            return []
        Claim = self.env["sales.availability.claim"].sudo()  # nobody else may write claims
        orders = self.browse({key.order_id for key in demand})
        with Claim._open_claims({key.stock for key in demand}) as cursor:
            reading = orders._read_order_availability(demand, cursor)
            shortages = orders._get_firm_shortages(demand, reading)
            if not shortages:
                Claim._insert_claims(cursor, orders._prepare_claims(demand))
        return shortages

    def _get_firm_shortages(self, demand, reading):
        line_ids = set(self._get_firm_line_ids())
        asked = defaultdict(float)
        order_ids = defaultdict(list)
        for key, quantity in demand.items():
            asked[key.stock] += quantity
            order_ids[key.stock].append(key.order_id)
        return self._filter_shortages(
            Shortage(key, order_ids[key], quantity, reading.get_figures(key, line_ids))
            for key, quantity in asked.items()
        )

    def _prepare_claims(self, demand):
        return [
            ClaimValues(
                line.id,
                line._get_availability_demand_key().stock,
                line._get_availability_demand_quantity(),
            )
            for line in self.order_line
            if line._is_availability_checked() and line._get_availability_demand_key() in demand
        ]

    def _filter_shortages(self, shortages):
        product_model = self.env["product.product"].sudo()
        return [
            shortage
            for shortage in shortages
            if product_model.browse(shortage.key.product_id).uom_id.compare(
                shortage.asked, shortage.figures.available
            )
            > 0
        ]

    # === MESSAGE === #

    def _prepare_shortage_message(self, shortages):
        products = self.env["product.product"].browse({s.key.product_id for s in shortages})
        if self.env.user.share:
            # What is in stock and who else buys is no customer's business.
            return self.env._(
                "We do not have enough of these products for this order: %(products)s. "
                "Please contact your salesperson.",
                products=", ".join(products.sudo().mapped("display_name")),
            )
        holders = self._get_shortage_holders(shortages)
        return "\n".join(
            [
                self.env._("This order asks for more than is available:"),
                *(self._prepare_shortage_text(s, holders.get(s.key, [])) for s in shortages),
                self.env._(
                    "Reduce the quantity, take another warehouse, or wait for the next receipt."
                ),
            ]
        )

    def _get_shortage_holders(self, shortages):
        orders = self.browse({order_id for s in shortages for order_id in s.order_ids})
        return (
            self.env["sales.availability"]
            .sudo()  # only the names of the documents that hold the stock, and whose they are
            ._get_holders({s.key for s in shortages}, orders.order_line.ids)
        )

    def _prepare_shortage_text(self, shortage, holders):
        product = self.env["product.product"].browse(shortage.key.product_id)
        warehouse = self.env["stock.warehouse"].sudo().browse(shortage.key.warehouse_id)
        available = max(shortage.figures.available, 0.0)
        return self.env._(
            "- %(lines)s: %(product)s in %(warehouse)s: asked %(asked)s, available %(available)s, "
            "missing %(missing)s %(uom)s. %(holders)s",
            lines=self._format_shortage_lines(shortage),
            product=product.display_name,
            warehouse=warehouse.name,
            asked=self._format_quantity(shortage.asked),
            available=self._format_quantity(available),
            missing=self._format_quantity(shortage.asked - available),
            uom=product.uom_id.name,
            holders=self._format_holders(holders),
        )

    def _format_shortage_lines(self, shortage):
        """Return the orders and the numbers of their lines that ask for the missing product."""
        parts = []
        for order in self.browse(shortage.order_ids):
            lines = order.order_line.filtered(lambda line: not line.display_type)
            numbers = [
                str(number)
                for number, line in enumerate(lines, 1)
                if line._is_availability_checked()
                and line._get_availability_demand_key().stock == shortage.key
            ]
            parts.append(
                self.env._(
                    "%(order)s line %(numbers)s", order=order.name, numbers=", ".join(numbers)
                )
            )
        return "; ".join(parts)

    def _format_holders(self, holders):
        if not holders:
            return self.env._("No other document holds it.")
        names = [
            f"{document} ({user}) {self._format_quantity(quantity)}"
            if user
            else f"{document} {self._format_quantity(quantity)}"
            for document, user, quantity in holders[:MAX_HOLDERS]
        ]
        if len(holders) <= MAX_HOLDERS:
            return self.env._("Held by: %(holders)s.", holders=", ".join(names))
        return self.env._(
            "Held by: %(holders)s and %(count)s more.",
            holders=", ".join(names),
            count=len(holders) - MAX_HOLDERS,
        )

    def _format_quantity(self, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        rounded = round(quantity, digits)
        return formatLang(self.env, rounded, digits=0 if rounded == int(rounded) else digits)
