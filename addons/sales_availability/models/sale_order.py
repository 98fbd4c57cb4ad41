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
    _inherit = ["sale.order", "sales.availability.document", "sales.availability.releasable"]

    availability_warning = fields.Text(compute="_compute_availability_warning")
    availability_hold_ids = fields.One2many(
        "sales.availability.hold", compute="_compute_availability_hold", string="Holds"
    )
    availability_hold_until = fields.Datetime(
        string="Goods Held Until",
        compute="_compute_availability_hold",
        search="_search_availability_hold_until",
        help="Until then the goods of this quotation are held, as far as they are available.",
    )

    @api.depends("order_line.product_uom_qty", "state")
    def _compute_availability_hold(self):
        holds = self.env["sales.availability.hold"].sudo()  # those of an order one may read
        holds = holds.search(
            [
                ("sale_line_id", "in", self.order_line.ids),
                ("expiry", ">", fields.Datetime.now()),
            ]
        )
        by_order = holds.grouped("order_id")
        for order in self:
            own = by_order.get(order._origin, holds.browse())
            order.availability_hold_ids = own.sudo(False)
            order.availability_hold_until = min(own.mapped("expiry"), default=False)

    @api.model
    def _search_availability_hold_until(self, operator, value):
        holds = self.env["sales.availability.hold"].sudo()  # ids of orders only
        if operator == "in" and not any(value):
            return [("id", "not in", holds._search([]).subselect("order_id"))]
        domain = [("expiry", operator, value), ("sale_line_id", "!=", False)]
        return [("order_line", "in", holds.search(domain).sale_line_id.ids)]

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
        """Return what a line lacks, in its own unit; known while it is still being typed."""
        return self._format_missing(
            line.product_id.display_name,
            line.warehouse_id.sudo(),  # its name is no secret to who sells from it
            line.availability_quantity,
            line.availability_missing,
            line.product_uom_id,
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

    # === HOLDS OF QUOTATIONS === #

    def _check_availability(self, before):
        result = super()._check_availability(before)
        self._trim_availability_holds()
        return result

    def _is_holding(self, item):
        return not item.is_firm and self._get_item_terms([item])[item].hold_hours > 0

    def _hold_claimed(self, quantities):
        holding = {i: quantity for i, quantity in quantities.items() if self._is_holding(i)}
        if not holding:
            return
        Hold = self.env["sales.availability.hold"].sudo()  # holds are kept by documents alone
        lines = self.env["sale.order.line"].browse({item.source.id for item in holding})
        expiries = Hold._get_running_expiries("sale_line_id", lines)
        terms = self._get_item_terms(holding)
        wanted = {
            (item.source.id, item.key): (
                quantity,
                expiries.get(item.source.id) or Hold._get_expiry(terms[item].hold_hours),
            )
            for item, quantity in holding.items()
        }
        Hold._set_holds("sale_line_id", lines, wanted)

    def _trim_availability_holds(self):
        """Give back what the orders held as quotations and no longer ask for as such."""
        Hold = self.env["sales.availability.hold"].sudo()  # as above
        holds = Hold.search([("sale_line_id", "in", self.order_line.ids)])
        if holds:
            asked = {
                (item.source.id, item.key): item.quantity for item in self._get_holdable_items()
            }
            holds._trim("sale_line_id", asked)

    def _get_holdable_items(self):
        """Return what the orders may hold as quotations."""
        return [item for item in self._get_availability_items() if not item.is_firm]

    def action_renew_availability_hold(self):
        """Hold the goods of quotations for a new time, as far as they are available."""
        self.check_access("write")
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        quotations._release_availability_holds()
        quotations._check_availability({})

    def action_release_availability_hold(self):
        """Give back what quotations hold before its time is over."""
        self.check_access("write")
        self._release_availability_holds()

    def _release_availability_holds(self):
        holds = self.env["sales.availability.hold"].sudo()  # holds are kept by documents alone
        holds.search([("sale_line_id", "in", self.order_line.ids)]).unlink()

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
