import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import AvailabilityCommon


class Shelf:
    """The simple model: what one warehouse has of one product, lot by lot, and who was promised."""

    def __init__(self, lots):
        self.lots = dict(lots)  # on hand
        self.promises = {}  # document: (lot or None, quantity)

    def get_available(self, lot=None, without=None):
        others = [p for document, p in self.promises.items() if document != without]
        total = sum(self.lots.values()) - sum(quantity for _lot, quantity in others)
        if lot is None:
            return total
        of_lot = self.lots[lot] - sum(quantity for name, quantity in others if name == lot)
        return min(of_lot, total)

    def take(self, document):
        """Deliver a promise: of its lot, or of whatever lots are not promised to others."""
        lot, quantity = self.promises.pop(document)
        for name in [lot] if lot else self.lots:
            promised = sum(q for other, q in self.promises.values() if other == name)
            taken = min(quantity, self.lots[name] if lot else self.lots[name] - promised)
            self.lots[name] -= taken
            quantity -= taken


@tagged("post_install", "-at_install")
class TestAvailabilityProperty(AvailabilityCommon):
    """Random operations of all kinds give what the simple model gives, refusals included."""

    OPERATIONS = (
        *("order", "order", "order", "change", "cancel"),
        *("unreserve", "deliver", "transfer", "invoice"),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.write(
            {
                f"availability{kind}_mode": "stop"
                for kind in ("", "_delivery", "_transfer", "_invoice", "_scrap")
            }
        )
        cls.grease = cls._create_product("Grease", "GREASE", tracking="lot")
        cls.lots = {}
        for name in ("A", "B"):
            lot = cls.env["stock.lot"].create({"name": name, "product_id": cls.grease.id})
            cls._add_stock(cls.grease, cls.stop_warehouse, 12, lot_id=lot)
            cls.lots[name] = lot

    def test_random_operations(self):
        for seed in range(6):
            with self.subTest(seed=seed):
                self._run_operations(random.Random(seed), 25)

    def _run_operations(self, generator, count):
        shelf = Shelf({name: lot.product_qty for name, lot in self.lots.items()})
        for _n in range(count):
            operation = generator.choice(self.OPERATIONS)
            getattr(self, f"_try_{operation}")(generator, shelf)
            self._assert_like(shelf)
        for document in list(shelf.promises):
            self._close(document)
            del shelf.promises[document]
        self._assert_like(shelf)

    def _assert_like(self, shelf):
        self.assertEqual(self._get_available(self.grease), shelf.get_available())
        for name, lot in self.lots.items():
            self.assertEqual(
                max(self._get_available(self.grease, lot=lot), 0),
                max(shelf.get_available(name), 0),
                name,
            )

    def _attempt(self, allowed, action):
        """Do it, and expect that it succeeds exactly when the model allows it."""
        done = None
        try:
            with self.env.cr.savepoint():
                done = action()
        except UserError as refusal:
            self.assertFalse(allowed, refusal)
        else:
            self.assertTrue(allowed, "the model refuses this")
        return done

    def _try_order(self, generator, shelf):
        lot, quantity = generator.choice((None, None, "A", "B")), generator.randint(1, 9)
        line = (self.grease, quantity, {"lot_id": self.lots[lot].id if lot else False})
        order = self._attempt(
            quantity <= shelf.get_available(lot), lambda: self._confirm_order(line)
        )
        if order:
            shelf.promises[order] = (lot, quantity)

    def _choose(self, generator, shelf, model):
        documents = [d for d in shelf.promises if d._name == model]
        return generator.choice(documents) if documents else None

    def _try_change(self, generator, shelf):
        order = self._choose(generator, shelf, "sale.order")
        if order:
            lot, before = shelf.promises[order]
            quantity = generator.randint(1, 12)
            allowed = quantity <= max(before, shelf.get_available(lot, without=order))
            self._attempt(allowed, lambda: order.order_line.write({"product_uom_qty": quantity}))
            if allowed:
                shelf.promises[order] = (lot, quantity)

    def _try_cancel(self, generator, shelf):
        order = self._choose(generator, shelf, "sale.order")
        if order:
            order._action_cancel()
            del shelf.promises[order]

    def _try_unreserve(self, generator, shelf):
        """What is promised stays so, whether or not it is reserved."""
        order = self._choose(generator, shelf, "sale.order")
        if order:
            order.picking_ids.do_unreserve()

    def _try_deliver(self, generator, shelf):
        order = self._choose(generator, shelf, "sale.order")
        if order:
            order.picking_ids.action_assign()
            self._deliver(order)
            shelf.take(order)
            for name, lot in self.lots.items():  # which lot goes first is core's business
                lot.invalidate_recordset()
                shelf.lots[name] = lot.product_qty

    def _try_transfer(self, generator, shelf):
        quantity = generator.randint(1, 6)
        picking = self._attempt(
            quantity <= shelf.get_available(), lambda: self._confirm_transfer(quantity)
        )
        if picking:
            shelf.promises[picking] = (None, quantity)

    def _confirm_transfer(self, quantity):
        locations = {
            "location_id": self.stop_warehouse.lot_stock_id.id,
            "location_dest_id": self.warn_warehouse.lot_stock_id.id,
        }
        move = {**locations, "product_id": self.grease.id, "product_uom_qty": quantity}
        picking = self.env["stock.picking"].create(
            {
                **locations,
                "picking_type_id": self.stop_warehouse.int_type_id.id,
                "move_ids": [(0, 0, move)],
            }
        )
        picking.action_confirm()
        return picking

    def _try_invoice(self, generator, shelf):
        quantity = generator.randint(1, 6)
        invoice = self._attempt(
            quantity <= shelf.get_available(), lambda: self._post_invoice(quantity)
        )
        if invoice:
            shelf.promises[invoice] = (None, quantity)

    def _post_invoice(self, quantity):
        line = {"product_id": self.grease.id, "quantity": quantity, "tax_ids": []}
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "availability_warehouse_id": self.stop_warehouse.id,
                "invoice_line_ids": [(0, 0, line)],
            }
        )
        invoice.action_post()
        return invoice

    def _close(self, document):
        if document._name == "sale.order":
            document._action_cancel()
        elif document._name == "stock.picking":
            document.action_cancel()
        else:
            document.button_draft()
