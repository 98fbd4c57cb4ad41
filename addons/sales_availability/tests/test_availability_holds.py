from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityHolds(AvailabilityCommon):
    """Saved quotations that hold their goods for a time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.availability_hold_hours = 48

    def test_quotation_holds(self):
        order = self._create_order((self.pump, 30))
        self.assertEqual(self._get_available(self.pump), 10)
        left = order.availability_hold_until - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, 48, delta=0.1)
        with self.assertRefused("asked 11", "available 10", order.name, "until"):
            self._create_order((self.pump, 11))

    def test_own_hold_does_not_block(self):
        order = self._create_order((self.pump, 30))
        order.order_line.product_uom_qty = 40
        with self.assertRefused("asked 41", "available 40"):
            order.order_line.product_uom_qty = 41
        order.action_confirm()
        self.assertEqual(self._get_available(self.pump), 0)
        self.assertFalse(order.availability_hold_ids, "its moves hold now")
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 40)

    def test_reduced_quotation_gives_back(self):
        order = self._create_order((self.pump, 30), (self.valve, 5))
        order.order_line[0].product_uom_qty = 12
        self.assertEqual(self._get_available(self.pump), 28)
        order.write({"order_line": [Command.delete(order.order_line[1].id)]})
        self.assertEqual(self._get_available(self.valve), 10)

    def test_cancelled_quotation_gives_back(self):
        order = self._create_order((self.pump, 30))
        order.action_cancel()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_hold_expires_by_itself(self):
        order = self._create_order((self.pump, 30))
        with freeze_time(fields.Datetime.now() + timedelta(hours=49)):
            self.assertEqual(self._get_available(self.pump), 40)
            self.env.invalidate_all()
            self.assertFalse(order.availability_hold_until)
            holds = self.env["sales.availability.hold"]
            holds.search([("expiry", "<=", fields.Datetime.now())])._expire()
            self.assertIn("were held is over", order.message_ids[0].body)
            other = self._create_order((self.pump, 40))
            with self.assertRefused("asked 30", "available 0", other.name):
                order.action_confirm()

    def test_saving_again_does_not_prolong(self):
        order = self._create_order((self.pump, 30))
        until = order.availability_hold_until
        with freeze_time(fields.Datetime.now() + timedelta(hours=10)):
            order.order_line.product_uom_qty = 35
            self.env.invalidate_all()
            self.assertEqual(order.availability_hold_until, until)
            order.action_renew_availability_hold()
            self.env.invalidate_all()
            self.assertGreater(order.availability_hold_until, until)

    def test_give_back_before_the_time(self):
        order = self._create_order((self.pump, 30))
        order.action_release_availability_hold()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_holds_in_mode_approve_are_what_is_there(self):
        self.stop_warehouse.availability_mode = "approve"
        order = self._create_order((self.pump, 30), (self.pump, 20))
        self.assertEqual(sum(order.availability_hold_ids.mapped("quantity")), 40)
        self.assertEqual(self._get_available(self.pump), 0)

    def test_no_hold_in_mode_warn(self):
        self.stop_warehouse.availability_mode = "warn"
        self._create_order((self.pump, 30))
        self.assertEqual(self._get_available(self.pump), 40)

    def test_search_by_hold(self):
        order = self._create_order((self.pump, 30))
        limit = fields.Datetime.now() + timedelta(hours=49)
        Order = self.env["sale.order"]
        self.assertIn(order, Order.search([("availability_hold_until", "<", limit)]))
        self.assertNotIn(order, Order.search([("availability_hold_until", ">", limit)]))

    def test_category_can_have_other_terms(self):
        category = self.env["product.category"].create({"name": "Consumables"})
        child = self.env["product.category"].create({"name": "Oils", "parent_id": category.id})
        self.env["sales.availability.rule"].create(
            {
                "warehouse_id": self.stop_warehouse.id,
                "categ_id": category.id,
                "availability_mode": "warn",
            }
        )
        self.pump.categ_id = child
        self.assertTrue(self._create_order((self.pump, 41)))
        self.assertEqual(self._get_available(self.pump), 40, "no hold hours for this category")
        with self.assertRefused("Valve"):
            self._create_order((self.valve, 11))
