from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityLots(AvailabilityCommon):
    """Lots that orders name, beside orders for whatever lot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.availability_delivery_mode = "stop"
        cls.grease = cls._create_product("Grease", "GREASE", tracking="lot")
        cls.old, cls.new = (cls._create_lot(cls.grease, name, 10) for name in ("OLD", "NEW"))

    @classmethod
    def _create_lot(cls, product, name, quantity):
        lot = cls.env["stock.lot"].create({"name": name, "product_id": product.id})
        cls._add_stock(product, cls.stop_warehouse, quantity, lot_id=lot)
        return lot

    def _get_reserved_lots(self, order):
        lines = order.picking_ids.move_line_ids
        return {line.lot_id: line.quantity for line in lines if line.quantity}

    def test_lot_cannot_be_promised_twice(self):
        self._confirm_order((self.grease, 8, {"lot_id": self.new.id}))
        self.assertTrue(self._create_order((self.grease, 2, {"lot_id": self.new.id})))
        with self.assertRefused("Grease lot NEW", "asked 3, available 2", "lot OLD 10"):
            self._create_order((self.grease, 3, {"lot_id": self.new.id}))

    def test_free_demand_cannot_eat_a_promised_lot(self):
        self._confirm_order((self.grease, 8, {"lot_id": self.new.id}))
        with self.assertRefused("Grease in", "asked 13, available 12"):
            self._create_order((self.grease, 13))
        order = self._confirm_order((self.grease, 12))
        self.assertEqual(self._get_reserved_lots(order), {self.old: 10, self.new: 2})

    def test_lots_cannot_eat_free_demand(self):
        self._confirm_order((self.grease, 15))
        self.assertTrue(self._create_order((self.grease, 5, {"lot_id": self.old.id})))
        with self.assertRefused("Grease in", "asked 6, available 5"):
            self._create_order((self.grease, 6, {"lot_id": self.old.id}))

    def test_lines_of_one_order_are_added_up(self):
        lines = [(self.grease, 6, {"lot_id": lot.id}) for lot in (self.old, self.new)]
        self.assertTrue(self._create_order(*lines, (self.grease, 8)))
        with self.assertRefused("asked 21, available 20"):
            self._create_order(*lines, (self.grease, 9))
        with self.assertRefused("lot OLD", "asked 12, available 10"):
            self._create_order(lines[0], lines[0])

    def test_promised_lot_is_reserved_and_delivered(self):
        order = self._confirm_order((self.grease, 4, {"lot_id": self.new.id}))
        self.assertEqual(self._get_reserved_lots(order), {self.new: 4})
        self._deliver(order)
        self.assertEqual(self.new.product_qty, 6)

    def test_promised_lot_is_taken_back_from_free_demand(self):
        free = self._confirm_order((self.grease, 10))
        self.assertEqual(self._get_reserved_lots(free), {self.old: 10})
        bound = self._confirm_order((self.grease, 7, {"lot_id": self.old.id}))
        self.assertEqual(self._get_reserved_lots(bound), {self.old: 7})
        self.assertEqual(sum(self._get_reserved_lots(free).values()), 10, "others took its place")
        self._deliver(bound)
        self._deliver(free)
        self.assertEqual(self._get_available(self.grease), 3)

    def test_picked_lot_is_not_taken_back(self):
        free = self._confirm_order((self.grease, 10))
        free.picking_ids.move_line_ids.picked = True
        with self.assertRefused("lot OLD", "asked 1, available 0", free.name):
            self._create_order((self.grease, 1, {"lot_id": self.old.id}))

    def test_delivery_cannot_take_a_lot_promised_to_another(self):
        self._confirm_order((self.grease, 8, {"lot_id": self.new.id}))
        free = self._confirm_order((self.grease, 5))
        lines = free.picking_ids.move_line_ids
        lines.lot_id = self.new
        lines.picked = True
        with self.assertRefused("lot NEW", "asked 5, available 2"):
            free.picking_ids.button_validate()

    def test_blocked_lot_is_frozen(self):
        self.old.is_blocked = True
        self.assertEqual(self._get_available(self.grease), 10)
        with self.assertRefused("lot OLD", "asked 1, available 0", "lot NEW 10"):
            self._create_order((self.grease, 1, {"lot_id": self.old.id}))
        order = self._confirm_order((self.grease, 10))
        self.assertEqual(self._get_reserved_lots(order), {self.new: 10})
        self.stop_warehouse.availability_count_blocked = True
        self.assertEqual(self._get_available(self.grease), 10)

    def test_lot_blocked_after_the_promise_cannot_be_delivered(self):
        order = self._confirm_order((self.grease, 4, {"lot_id": self.new.id}))
        self.new.is_blocked = True
        with self.assertRefused("lot NEW", "asked 4, available 0"):
            self._deliver(order)

    def test_lot_of_another_product(self):
        paste = self._create_product("Paste", "PASTE", tracking="lot")
        with self.assertRaisesRegex(ValidationError, "Lot OLD belongs to .*Grease.*Paste"):
            self._create_order((paste, 1, {"lot_id": self.old.id}))

    def test_lot_changed_on_a_confirmed_order(self):
        order = self._confirm_order((self.grease, 4, {"lot_id": self.old.id}))
        order.order_line.lot_id = self.new
        self.assertEqual(self._get_reserved_lots(order), {self.new: 4})
        self.assertTrue(self._create_order((self.grease, 10, {"lot_id": self.old.id})))
        with self.assertRefused("lot NEW", "asked 7, available 6"):
            self._create_order((self.grease, 7, {"lot_id": self.new.id}))

    def test_serial_numbers(self):
        machine = self._create_product("Machine", "MACH", tracking="serial")
        first, _second = (self._create_lot(machine, name, 1) for name in ("M1", "M2"))
        self._confirm_order((machine, 1, {"lot_id": first.id}))
        with self.assertRefused("lot M1", "asked 1, available 0", "lot M2 1"):
            self._create_order((machine, 1, {"lot_id": first.id}))
        order = self._confirm_order((machine, 1))
        self.assertEqual(order.picking_ids.move_line_ids.lot_id.name, "M2")

    def test_promised_lot_through_two_steps(self):
        self.stop_warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order((self.grease, 4, {"lot_id": self.new.id}))
        self.assertEqual(self._get_reserved_lots(order), {self.new: 4})
        self._deliver(order)
        shipping = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(shipping.move_line_ids.lot_id, self.new)
        with self.assertRefused("lot NEW", "asked 7, available 6"):
            self._create_order((self.grease, 7, {"lot_id": self.new.id}))
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 4)
        self.assertEqual(self._get_available(self.grease), 16)

    def test_changed_quantity_of_a_line_with_lot(self):
        order = self._confirm_order((self.grease, 4, {"lot_id": self.new.id}))
        order.order_line.product_uom_qty = 10
        self.assertEqual(self._get_reserved_lots(order), {self.new: 10})
        with self.assertRefused("lot NEW", "asked 11, available 10"):
            order.order_line.product_uom_qty = 11
