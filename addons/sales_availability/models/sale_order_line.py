from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .availability_types import AvailabilityKey, DemandItem, HoldSource
from .sales_availability import OPEN_MOVE_STATES

# Writing one of these may raise what a line takes out of its warehouse.
AVAILABILITY_FIELDS = {
    "display_type",
    "is_expense",
    "lot_id",
    "order_id",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "route_ids",
    "source_warehouse_id",
    "warehouse_id",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    availability_quantity = fields.Float(
        string="Available",
        compute="_compute_availability",
        digits="Product Unit",
        help="What this order can still take of the product in its warehouse: on hand less what "
        "other documents hold, in the unit of the line.",
    )
    availability_missing = fields.Float(
        string="Missing",
        compute="_compute_availability",
        digits="Product Unit",
        help="By how much all lines of this order with the product exceed what is available in "
        "the warehouse, in the unit of the line.",
    )
    availability_checked = fields.Boolean(compute="_compute_availability")

    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        domain="[('product_id', '=', product_id)]",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
        help="The order takes exactly this lot.",
    )
    source_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Take from",
        ondelete="restrict",
        check_company=True,
        help="The warehouse that this line is taken from, when it is not the order's.",
    )

    @api.constrains("lot_id", "product_id")
    def _check_lot_of_product(self):
        for line in self:
            if line.lot_id and line.lot_id.product_id != line.product_id:
                raise ValidationError(
                    self.env._(
                        "Lot %(lot)s belongs to %(lot_product)s and not to %(product)s. Choose a "
                        "lot of the line's product, or none.",
                        lot=line.lot_id.name,
                        lot_product=line.lot_id.product_id.display_name,
                        product=line.product_id.display_name,
                    )
                )

    @api.depends("source_warehouse_id")
    def _compute_warehouse_id(self):
        result = super()._compute_warehouse_id()
        for line in self.filtered("source_warehouse_id"):
            line.warehouse_id = line.source_warehouse_id
        return result

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if self.lot_id:
            values["restrict_lot_id"] = self.lot_id.id
        return values

    @api.depends(
        "lot_id",
        "order_id.order_line.lot_id",
        "order_id.order_line.product_uom_qty",
        "order_id.order_line.product_id",
        "order_id.order_line.product_uom_id",
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "qty_delivered",
        "state",
        "route_ids",
        "warehouse_id.availability_mode",
    )
    def _compute_availability(self):
        self.availability_quantity = 0.0
        self.availability_missing = 0.0
        self.availability_checked = False
        items = {line: line._get_availability_items() for line in self.order_id.order_line}
        reading, modes = self._read_line_items([i for own in items.values() for i in own])
        for order, lines in self.grouped("order_id").items():
            order_items = [item for line in order.order_line for item in items[line]]
            for line in lines:
                controlled = [i for i in items[line] if modes[i] != "off"]
                if controlled:
                    line._set_availability(controlled, order_items, reading)

    @api.model
    def _read_line_items(self, items):
        orders = self.env["sale.order"]
        return orders._read_order_availability(items), orders._get_item_modes(items)

    def _set_availability(self, items, order_items, reading):
        """Show what is available to the order and what it lacks, in the line's unit."""
        self.ensure_one()
        sources = {item.source for item in order_items if item.is_firm or item.source.id}
        available, missing = [], []
        for item in items:
            factor = self._get_need_factor(item)
            asked = sum(i.quantity for i in order_items if self._competes(i, item))
            left = reading.get_available(item.key, sources)
            available.append(max(left, 0.0) / factor)
            missing.append(max(asked - max(left, 0.0), 0.0) / factor)
        self.availability_checked = True
        self.availability_quantity = self._convert_availability(min(available))
        self.availability_missing = self._convert_availability(max(missing))

    @api.model
    def _competes(self, other, item):
        """Return whether another item of the order takes from what this one asks for."""
        if other.key.of_any_lot != item.key.of_any_lot:
            return False
        return not item.key.lot_id or other.key.lot_id == item.key.lot_id

    def _convert_availability(self, quantity):
        """Convert a quantity of the product's unit into the line's."""
        return self.product_id.uom_id._compute_quantity(
            quantity, self.product_uom_id, rounding_method="HALF-UP"
        )

    @api.model_create_multi
    def create(self, vals_list):
        with self._get_orders_of_vals(vals_list)._watch_availability():
            return super().create(vals_list)

    def write(self, vals):
        if AVAILABILITY_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with (self.order_id | self._get_orders_of_vals([vals]))._watch_availability():
            result = super().write(vals)
            if "lot_id" in vals:
                self._update_promised_lots()
        return result

    def _update_promised_lots(self):
        """Let open deliveries take the lot that the line names now."""
        for line in self:
            moves = line.move_ids.filtered(
                lambda move: (
                    move.state in OPEN_MOVE_STATES
                    and move.product_id == move.sale_line_id.product_id
                    and move.restrict_lot_id != move.sale_line_id.lot_id
                )
            )
            if moves:
                moves._do_unreserve()
                moves.restrict_lot_id = line.lot_id
                moves._action_assign()

    @api.model
    def _get_orders_of_vals(self, vals_list):
        return self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )

    # === DEMAND === #

    def _get_availability_items(self):
        """Return what the line still takes out of its warehouse, as ``DemandItem``."""
        self.ensure_one()
        if not self._is_availability_checked():
            return []
        quantity = self._get_availability_demand_quantity()
        return [
            DemandItem(
                HoldSource(self._name, self._origin.id or 0),
                ("sale.order", self.order_id._origin.id or 0),
                "sale",
                self.state == "sale",
                self._prepare_availability_key(product),
                quantity * factor,
            )
            for product, factor in self._get_availability_needs().items()
        ]

    def _prepare_availability_key(self, product):
        lot = self.lot_id if product == self.product_id else self.lot_id.browse()
        return AvailabilityKey(
            self.warehouse_id._origin.id, product._origin.id, lot._origin.id or 0
        )

    def _get_availability_needs(self):
        """Return what one unit of the line's product takes out of stock.

        :return: dict {product.product: quantity in its own unit}
        """
        self.ensure_one()
        return {self.product_id: 1.0}

    def _get_need_factor(self, item):
        factors = {p._origin.id: f for p, f in self._get_availability_needs().items()}
        return factors[item.key.product_id]

    def _is_availability_checked(self):
        """Return whether the line takes goods out of stock.

        Make-to-order and drop-shipped lines do not: what they need is still to come.
        """
        self.ensure_one()
        return bool(
            self.state in ("draft", "sent", "sale")
            and not self.display_type
            and self._is_stocked()
            and not self.is_expense
            and self.warehouse_id
            and self._is_from_stock()
        )

    def _is_stocked(self):
        return self.is_storable

    def _is_from_stock(self):
        return not self.is_mto

    def _get_availability_demand_quantity(self):
        """Return what the line still takes out of its warehouse, in the product's unit."""
        self.ensure_one()
        open_quantity = max(self.product_uom_qty - self.qty_delivered, 0.0)
        return self.product_uom_id._compute_quantity(
            open_quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )
