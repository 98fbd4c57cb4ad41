from odoo import api, fields, models

# Writing one of these may raise what a line takes out of its warehouse.
AVAILABILITY_FIELDS = {
    "display_type",
    "is_expense",
    "order_id",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "route_ids",
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

    @api.depends(
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
        demand = self.order_id._get_availability_demand()
        reading = self.order_id._read_order_availability(demand)
        checked_lines = self.filtered(lambda line: line._is_availability_checked())
        for order, lines in checked_lines.grouped("order_id").items():
            own_line_ids = set(order._get_firm_line_ids())
            for line in lines:
                key = line._get_availability_demand_key()
                available = reading.get_figures(key.stock, own_line_ids).available
                line._set_availability(available, demand[key])

    def _set_availability(self, available, asked):
        """Show what is available to the order and what it asks for, in the line's unit."""
        self.ensure_one()
        self.availability_checked = True
        self.availability_quantity = self._convert_availability(max(available, 0.0))
        self.availability_missing = self._convert_availability(max(asked - available, 0.0))

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
            return super().write(vals)

    @api.model
    def _get_orders_of_vals(self, vals_list):
        return self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )

    def _is_availability_checked(self):
        """Return whether the line takes goods out of the stock of a controlled warehouse.

        Make-to-order and drop-shipped lines do not: what they need is still to come.
        """
        self.ensure_one()
        return bool(
            self.state in ("draft", "sent", "sale")
            and not self.display_type
            and self.is_storable
            and not self.is_expense
            and self.warehouse_id
            and self.warehouse_id.sudo().availability_mode != "off"
            and not self.is_mto
        )

    def _get_availability_demand_key(self):
        self.ensure_one()
        return self.order_id._prepare_availability_demand_key(self.warehouse_id, self.product_id)

    def _get_availability_demand_quantity(self):
        """Return what the line still takes out of its warehouse, in the product's unit."""
        self.ensure_one()
        open_quantity = max(self.product_uom_qty - self.qty_delivered, 0.0)
        return self.product_uom_id._compute_quantity(
            open_quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )
