from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .availability_types import AvailabilityKey, DemandItem, HoldSource

# Writing one of these may raise what an invoice takes out of its warehouse.
AVAILABILITY_FIELDS = {
    "availability_warehouse_id",
    "invoice_line_ids",
    "line_ids",
    "move_type",
    "state",
}
LINE_FIELDS = {"display_type", "move_id", "product_id", "product_uom_id", "quantity"}


class AccountMove(models.Model):
    """Customer invoices of goods that no order has promised and no delivery has taken out."""

    _name = "account.move"
    _inherit = ["account.move", "sales.availability.document", "sales.availability.releasable"]

    availability_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Warehouse",
        compute="_compute_availability_warehouse_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Where goods are taken from that are invoiced without an order.",
    )
    availability_warning = fields.Text(compute="_compute_availability_warning")
    availability_hold_ids = fields.One2many(
        "sales.availability.hold", compute="_compute_availability_hold_ids", string="Holds"
    )

    @api.depends("company_id", "move_type", "invoice_user_id")
    def _compute_availability_warehouse_id(self):
        for move in self:
            if move.move_type != "out_invoice":
                move.availability_warehouse_id = False
            elif not move.availability_warehouse_id or (
                move.availability_warehouse_id.company_id != move.company_id
            ):
                user = (move.invoice_user_id or self.env.user).with_company(move.company_id)
                # The user's own choice of a warehouse, whatever the reader may see of users.
                move.availability_warehouse_id = user.sudo()._get_default_warehouse_id()

    @api.depends("invoice_line_ids.quantity", "invoice_line_ids.product_id", "state")
    def _compute_availability_warning(self):
        for move in self:
            move.availability_warning = move._get_availability_warning()

    def _compute_availability_hold_ids(self):
        holds = self.env["sales.availability.hold"]
        for move in self:
            move.availability_hold_ids = holds.search(
                [("invoice_line_id", "in", move.invoice_line_ids.ids)]
            )

    @api.model_create_multi
    def create(self, vals_list):
        with self.browse()._watch_availability() as watch:
            moves = super().create(vals_list)
            watch.add_new(moves._filter_availability_invoices())
        return moves

    def write(self, vals):
        if AVAILABILITY_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with self._filter_availability_invoices()._watch_availability():
            return super().write(vals)

    def _filter_availability_invoices(self):
        """Return the invoices whose holds may change: those of goods, and those credited."""
        sales = self.filtered(lambda move: move.move_type == "out_invoice")
        refunds = self.filtered(lambda move: move.move_type == "out_refund")
        return sales | refunds.reversed_entry_id

    # === DEMAND === #

    def _get_availability_items(self):
        return [
            item
            for move in self
            if move.move_type == "out_invoice" and move.state != "cancel"
            for item in move.invoice_line_ids._get_availability_items()
        ]

    def _check_availability(self, before):
        result = super()._check_availability(before)
        self._trim_availability_holds()
        return result

    def _hold_claimed(self, quantities):
        Hold = self.env["sales.availability.hold"].sudo()  # holds are kept by documents alone
        lines = self.env["account.move.line"].browse({item.source.id for item in quantities})
        wanted = {
            (item.source.id, item.key): (quantity - self._get_moving_quantity(item), False)
            for item, quantity in quantities.items()
        }
        Hold._set_holds("invoice_line_id", lines, wanted)

    def _restore_availability_holds(self):
        """Hold again what a cancelled delivery held for the invoices: nobody else got it yet."""
        items = [item for item in self._get_availability_items() if item.is_firm]
        self._hold_claimed({item: item.quantity for item in items})

    def _trim_availability_holds(self):
        """Give back what posted invoices no longer ask for, and all of what is not posted."""
        Hold = self.env["sales.availability.hold"].sudo()  # as above
        holds = Hold.search([("invoice_line_id", "in", self.invoice_line_ids.ids)])
        if holds:
            asked = {
                (item.source.id, item.key): item.quantity - self._get_moving_quantity(item)
                for item in self._get_availability_items()
                if item.is_firm
            }
            holds._trim("invoice_line_id", asked)

    @api.model
    def _get_moving_quantity(self, item):
        """Return what open deliveries of the item's invoice line hold themselves."""
        line = self.env["account.move.line"].browse(item.source.id)
        return line._get_moving_quantity(self.env["product.product"].browse(item.key.product_id))

    # === ACTIONS === #

    def action_create_availability_delivery(self):
        """Deliver the goods that posted invoices hold: their hold becomes that of the delivery."""
        self.check_access("write")
        for move in self:
            # Who may write the invoice may deliver what it holds, and need not see any holds.
            holds = move.sudo().availability_hold_ids
            if move.state != "posted" or not holds:
                raise UserError(
                    self.env._("%s holds no goods that could be delivered.", move.display_name)
                )
            pickings = self.env["stock.picking"].create(move._prepare_availability_delivery(holds))
            move._trim_availability_holds()
            pickings.action_confirm()
            move.message_post(
                body=self.env._("Delivery %s was created.", pickings._get_html_link())
            )
        return pickings._get_records_action()

    def _prepare_availability_delivery(self, holds):
        self.ensure_one()
        picking_type = self.availability_warehouse_id.out_type_id
        partner = self.partner_shipping_id or self.partner_id
        locations = {
            "location_id": picking_type.default_location_src_id.id,
            "location_dest_id": partner.property_stock_customer.id,
        }
        return {
            **locations,
            "partner_id": partner.id,
            "picking_type_id": picking_type.id,
            "origin": self.name,
            "move_ids": [
                Command.create({**locations, **hold._prepare_delivery_move()}) for hold in holds
            ],
        }

    def action_release_availability_hold(self):
        """Say that the goods were handed over otherwise: the invoices hold them no longer."""
        self.check_access("write")
        holds = self.env["sales.availability.hold"].sudo()  # holds are kept by documents alone
        for move in self:
            own = holds.search([("invoice_line_id", "in", move.invoice_line_ids.ids)])
            if own:
                own.invoice_line_id.is_availability_released = True
                own.unlink()
                move._message_log(body=self.env._("The goods of this invoice are held no longer."))

    # === MESSAGE === #

    def _get_shortage_title(self):
        return self.env._("This invoice takes more than is available:")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    availability_move_ids = fields.One2many("stock.move", "availability_invoice_line_id")
    is_availability_released = fields.Boolean(copy=False)
    availability_hold_quantity = fields.Float(
        string="Goods Held",
        compute="_compute_availability_hold_quantity",
        digits="Product Unit",
        help="What this line holds until it is delivered, in the product's unit.",
    )

    def _compute_availability_hold_quantity(self):
        groups = (
            self.env["sales.availability.hold"]
            .sudo()  # quantities of an invoice one may read
            ._read_group(
                [("invoice_line_id", "in", self.ids)],
                ["invoice_line_id", "product_id"],
                ["quantity:sum"],
            )
        )
        held = {(line.id, product.id): quantity for line, product, quantity in groups}
        for line in self:
            line.availability_hold_quantity = line._get_hold_quantity(held)

    def _get_hold_quantity(self, held):
        """Return what the line holds, in its product's unit.

        :param held: dict {(line id, product id): quantity}
        """
        self.ensure_one()
        return held.get((self.id, self.product_id.id), 0.0)

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        moves = self.env["account.move"].browse(ids)
        with moves._filter_availability_invoices()._watch_availability():
            return super().create(vals_list)

    def write(self, vals):
        if LINE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with self.move_id._filter_availability_invoices()._watch_availability():
            return super().write(vals)

    # === DEMAND === #

    def _get_availability_items(self):
        return [
            line._get_invoice_item(product, factor)
            for line in self
            if line._is_availability_checked()
            for product, factor in line._get_availability_needs().items()
        ]

    def _is_availability_checked(self):
        self.ensure_one()
        return bool(
            self.display_type == "product"
            and not self.is_availability_released
            and self._is_stocked()
            and self._get_availability_warehouse()
        )

    def _is_stocked(self):
        return self.product_id.is_storable

    def _get_availability_needs(self):
        """Return what one unit of the line's product takes out of stock.

        :return: dict {product.product: quantity in its own unit}
        """
        self.ensure_one()
        return {self.product_id: 1.0}

    def _get_invoice_item(self, product, factor):
        """Return what the line takes of a product that it needs ``factor`` of for each unit."""
        warehouse = self._get_availability_warehouse()
        return DemandItem(
            HoldSource(self._name, self._origin.id or 0),
            ("account.move", self.move_id._origin.id or 0),
            "invoice",
            self.move_id.state == "posted",
            AvailabilityKey(warehouse._origin.id, product._origin.id),
            self._get_uncovered_quantity(product, factor),
        )

    def _get_availability_warehouse(self):
        self.ensure_one()
        return self.sale_line_ids.warehouse_id[:1] or self.move_id.availability_warehouse_id

    def _get_uncovered_quantity(self, product, factor):
        """Return what is invoiced of a product and was neither ordered nor delivered, in its unit.

        :param factor: how much of it goes into one unit of the line's product
        """
        self.ensure_one()
        quantity = self._convert_to_product_unit(self.quantity)
        if self.sale_line_ids:
            excess = max(0.0, sum(self.sale_line_ids.mapped(_get_overinvoiced)))
            uncovered = min(quantity, excess) * factor
        else:
            invoiced = (quantity - self._get_credited_quantity()) * factor
            uncovered = max(invoiced - self._get_delivered_quantity(product), 0.0)
        return product.uom_id.round(uncovered, rounding_method="UP")

    def _convert_to_product_unit(self, quantity):
        if not self.product_uom_id:
            return quantity
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _get_credited_quantity(self):
        refunds = self.move_id.reversal_move_ids.filtered(lambda move: move.state == "posted")
        lines = refunds.invoice_line_ids.filtered(lambda line: line.product_id == self.product_id)
        return sum(line._convert_to_product_unit(line.quantity) for line in lines)

    def _get_delivered_quantity(self, product):
        moves = self.availability_move_ids.filtered(lambda move: move.product_id == product)
        return sum(moves.filtered(lambda move: move.state == "done").mapped("product_qty"))

    def _get_moving_quantity(self, product):
        """Return what open deliveries of the line hold of a product themselves, in its unit."""
        moves = self.availability_move_ids.filtered(lambda move: move.product_id == product)
        return sum(
            moves.filtered(lambda m: m.state not in ("done", "cancel")).mapped("product_qty")
        )


def _get_overinvoiced(sale_line):
    """Return what was invoiced beyond order and delivery, in the product's unit."""
    ordered = sale_line.product_uom_qty if sale_line.state == "sale" else 0.0
    excess = sale_line.qty_invoiced - max(ordered, sale_line.qty_delivered)
    return sale_line.product_uom_id._compute_quantity(
        max(excess, 0.0), sale_line.product_id.uom_id, rounding_method="HALF-UP"
    )
