from odoo import api, fields, models

from .availability_types import AvailabilityReading

# Writing one of these may change what an order takes out of a warehouse.
AVAILABILITY_FIELDS = {
    "company_id",
    "order_line",
    "partner_id",
    "partner_shipping_id",
    "state",
    "user_id",
    "warehouse_id",
}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.availability.document"]

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

    # === DEMAND === #

    def _get_availability_items(self):
        return [item for line in self.order_line for item in line._get_availability_items()]

    def _read_order_availability(self, items):
        """Read the figures of what the orders ask for, and their own part in them."""
        if not items:
            return AvailabilityReading({}, {})
        return self._read_item_availability(items)

    # === MESSAGE === #

    def _get_shortage_title(self):
        return self.env._("This order asks for more than is available:")

    def _format_shortage_lines(self, shortage):
        """Return the orders and the numbers of their lines that ask for the missing product."""
        line_ids = {item.source.id for item in shortage.items}
        return "; ".join(
            self.env._(
                "%(order)s line %(numbers)s",
                order=order.name,
                numbers=", ".join(order._get_line_numbers(line_ids)),
            )
            for order in self.browse(dict.fromkeys(item.document[1] for item in shortage.items))
        )

    def _get_line_numbers(self, line_ids):
        """Return the numbers, as one counts them on the order, of those of its lines."""
        lines = self.order_line.filtered(lambda line: not line.display_type)
        return [str(number) for number, line in enumerate(lines, 1) if line.id in line_ids]
