from datetime import timedelta

from odoo import api, fields, models

from .availability_types import AvailabilityKey, HoldSource


class SalesAvailabilityHold(models.Model):
    """What documents hold that have no stock moves: quotations for a time, and invoices.

    What confirmed orders and transfers hold is said by their stock moves and not repeated here.
    """

    _name = "sales.availability.hold"
    _description = "Availability Hold"
    _order = "expiry, id"
    _log_access = False

    sale_line_id = fields.Many2one("sale.order.line", index="btree_not_null", ondelete="cascade")
    order_id = fields.Many2one(related="sale_line_id.order_id", string="Quotation")
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="cascade"
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", ondelete="cascade")
    quantity = fields.Float(digits="Product Unit", required=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    expiry = fields.Datetime(string="Held Until", help="Empty: until the document is closed.")

    _key_idx = models.Index("(product_id, warehouse_id)")
    _expiry_idx = models.Index("(expiry) WHERE expiry IS NOT NULL")
    _source_check = models.Constraint(
        "CHECK (num_nonnulls(sale_line_id, invoice_line_id) = 1)",
        "A hold belongs to one line of a quotation or of an invoice.",
    )

    @property
    def source(self):
        self.ensure_one()
        line = self.sale_line_id or self.invoice_line_id
        return HoldSource(line._name, line.id)

    @api.model
    def _set_holds(self, field, lines, wanted):
        """Let the lines hold what is wanted and nothing else.

        :param field: ``sale_line_id`` or ``invoice_line_id``
        :param lines: records of the field's model
        :param wanted: dict {(line id, AvailabilityKey): (quantity, expiry or False)}
        """
        wanted = {key: value for key, value in wanted.items() if value[0] > 0}
        obsolete = self.browse()
        for hold in self.search([(field, "in", lines.ids)]):
            key = (hold[field].id, hold._get_key())
            quantity, expiry = wanted.pop(key, (0.0, False))
            if not quantity:
                obsolete += hold
            elif (hold.quantity, hold.expiry) != (quantity, expiry):
                hold.write({"quantity": quantity, "expiry": expiry})
        obsolete.unlink()
        self.create(
            [
                {field: line_id, **self._prepare_hold(key), "quantity": quantity, "expiry": expiry}
                for (line_id, key), (quantity, expiry) in wanted.items()
            ]
        )

    @api.model
    def _prepare_hold(self, key):
        return {
            "warehouse_id": key.warehouse_id,
            "product_id": key.product_id,
            "lot_id": key.lot_id or False,
        }

    def _prepare_delivery_move(self):
        """Return the values of a stock move that delivers what an invoice line holds."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom": self.uom_id.id,
            "availability_invoice_line_id": self.invoice_line_id.id,
        }

    def _trim(self, field, asked):
        """Hold no more than is asked for.

        :param asked: dict {(line id, AvailabilityKey): quantity}
        """
        obsolete = self.browse()
        for hold in self:
            quantity = asked.get((hold[field].id, hold._get_key()), 0.0)
            if quantity <= 0:
                obsolete += hold
            elif hold.quantity > quantity:
                hold.quantity = quantity
        obsolete.unlink()

    @api.model
    def _get_running_expiries(self, field, lines):
        """Return until when each of the lines holds something already, by its id."""
        domain = [(field, "in", lines.ids), ("expiry", ">", fields.Datetime.now())]
        return {
            line.id: expiry for line, expiry in self._read_group(domain, [field], ["expiry:min"])
        }

    def _get_key(self):
        self.ensure_one()
        return AvailabilityKey(self.warehouse_id.id, self.product_id.id, self.lot_id.id or 0)

    @api.model
    def _get_expiry(self, hours):
        return fields.Datetime.now() + timedelta(hours=hours)

    # === EXPIRY === #

    @api.model
    def _release_expired(self):
        """Delete holds that are over, batch by batch. What is over counts no more already."""
        domain = [("expiry", "<=", fields.Datetime.now())]
        while holds := self.search(domain, limit=1000):
            count = len(holds)
            holds._expire()
            if not self.env["ir.cron"]._commit_progress(count, remaining=self.search_count(domain)):
                break

    def _expire(self):
        """Delete the holds and say so on their quotations."""
        orders = self.order_id
        self.unlink()
        orders._message_log_batch(
            {
                order.id: self.env._("The time for which its goods were held is over.")
                for order in orders
            }
        )
