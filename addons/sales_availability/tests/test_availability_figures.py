import random

from odoo.tests import Form, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityFigures(AvailabilityCommon):
    def test_quotation_holds_nothing(self):
        self._create_order((self.pump, 15))
        self.assertEqual(self._get_available(self.pump), 40)

    def test_confirmed_order_holds_until_delivered(self):
        order = self._confirm_order((self.pump, 15))
        self.assertEqual(self._get_available(self.pump), 25)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 15)
        self.assertEqual(self._get_available(self.pump), 25)

    def test_partial_delivery_and_backorder(self):
        order = self._confirm_order((self.pump, 15))
        self._deliver(order, 4)
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(
            self.pump.with_context(warehouse_id=self.stop_warehouse.id).qty_available, 36
        )
        self.assertEqual(self._get_available(self.pump), 25)

    def test_cancelled_order_gives_back(self):
        order = self._confirm_order((self.pump, 15))
        order._action_cancel()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_warehouses_are_apart(self):
        self._add_stock(self.pump, self.warn_warehouse, 7)
        self._confirm_order((self.pump, 5), warehouse=self.warn_warehouse)
        self.assertEqual(self._get_available(self.pump), 40)
        self.assertEqual(self._get_available(self.pump, self.warn_warehouse), 2)

    def test_goods_of_others_do_not_count(self):
        self._add_stock(self.pump, self.stop_warehouse, 100, owner_id=self.customer)
        self.assertEqual(self._get_available(self.pump), 40)

    def test_lots_add_up(self):
        product = self._create_product("Grease", "GREASE", tracking="lot")
        for name, quantity in (("L1", 3), ("L2", 4)):
            lot = self.env["stock.lot"].create({"name": name, "product_id": product.id})
            self._add_stock(product, self.stop_warehouse, quantity, lot_id=lot)
        self.assertEqual(self._get_available(product), 7)

    def test_delivery_in_two_steps_holds_once(self):
        self.stop_warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order((self.pump, 15))
        self.assertEqual(self._get_available(self.pump), 25)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 0, "only picked, not shipped")
        self.assertEqual(self._get_available(self.pump), 25)
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 15)
        self.assertEqual(self._get_available(self.pump), 25)

    def test_delivery_without_order_holds(self):
        with Form(self.env["stock.picking"]) as form:
            form.picking_type_id = self.stop_warehouse.out_type_id
            form.partner_id = self.customer
            with form.move_ids.new() as move:
                move.product_id = self.pump
                move.product_uom_qty = 30
        picking = form.save()
        picking.action_confirm()
        self.assertEqual(self._get_available(self.pump), 10)

    def test_internal_transfer_holds_nothing(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stop_warehouse.lot_stock_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 30,
                "location_id": self.stop_warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
            }
        )
        move._action_confirm()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_random_operations_agree_with_simple_model(self):
        """What is available is what was put in, less what orders promised and still promise."""
        rng = random.Random(20261124)
        on_hand, promised, orders = 40, {}, []
        for _step in range(60):
            kind = rng.choice(["receive", "confirm", "confirm", "deliver", "cancel"])
            if kind == "receive":
                quantity = rng.randint(1, 9)
                self._add_stock(self.pump, self.stop_warehouse, quantity)
                on_hand += quantity
            elif kind == "confirm":
                asked = rng.randint(1, 12)
                if asked <= on_hand - sum(promised.values()):
                    order = self._confirm_order((self.pump, asked))
                    orders.append(order)
                    promised[order] = asked
            elif promised:
                order = rng.choice(list(promised))
                quantity = promised.pop(order)
                if kind == "deliver":
                    self._deliver(order)
                    on_hand -= quantity
                else:
                    order._action_cancel()
            available = on_hand - sum(promised.values())
            self.assertEqual(self._get_available(self.pump), available)
        self.assertGreater(len(orders), 10)
