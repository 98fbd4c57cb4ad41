from odoo.tests import tagged

from ..models.availability_types import AvailabilityKey
from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityReservation(AvailabilityCommon):
    """Goods that another transaction is just reserving are reserved by the job, right after."""

    def _confirm_contended(self, *lines):
        """Confirm as if another transaction were about to write the quants of the pump."""
        key = AvailabilityKey(self.stop_warehouse.id, self.pump.id)
        self.env["stock.move"]._defer_reservation_of({key})
        order = self._confirm_order(*lines)
        self.env.cr.cache.pop("sales_availability.deferred_keys")
        return order

    def _get_reserved(self, order):
        return {m.product_id: m.quantity for m in order.picking_ids.move_ids}

    def test_alone_reserves_at_once(self):
        order = self._confirm_order((self.pump, 5))
        self.assertEqual(self._get_reserved(order), {self.pump: 5})
        self.assertFalse(order.picking_ids.move_ids.is_reservation_deferred)

    def test_contended_goods_wait_and_are_held(self):
        order = self._confirm_contended((self.pump, 5), (self.valve, 2))
        self.assertEqual(self._get_reserved(order), {self.pump: 0, self.valve: 2})
        self.assertEqual(self._get_available(self.pump), 35, "the hold does not wait")

    def test_the_job_is_called_and_reserves(self):
        job = self.env.ref("sales_availability.ir_cron_reserve_deferred")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        order = self._confirm_contended((self.pump, 5))
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)]), triggers
        )
        moves = self.env["stock.move"]._get_deferred_moves()
        self.assertEqual(moves, order.picking_ids.move_ids)
        moves._reserve_undisturbed()
        self.assertEqual(self._get_reserved(order), {self.pump: 5})
        self.assertFalse(self.env["stock.move"]._get_deferred_moves())

    def test_the_job_ends_when_there_is_nothing_to_reserve(self):
        order = self._confirm_contended((self.pump, 5))
        self._add_stock(self.pump, self.stop_warehouse, -40)
        moves = self.env["stock.move"]._get_deferred_moves()
        self.assertEqual(moves._reserve_undisturbed(), moves)
        self.assertEqual(self._get_reserved(order), {self.pump: 0})
        self.assertFalse(self.env["stock.move"]._get_deferred_moves())

    def test_check_availability_by_hand(self):
        order = self._confirm_contended((self.pump, 5))
        order.picking_ids.action_assign()
        self.assertEqual(self._get_reserved(order), {self.pump: 5})
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_deferred_delivery_can_be_validated_at_once(self):
        order = self._confirm_contended((self.pump, 5))
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(self._get_available(self.pump), 35)
