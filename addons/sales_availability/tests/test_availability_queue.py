from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityQueue(AvailabilityCommon):
    """Quotations that wait for goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("sales_availability.ir_cron_confirm_queued_orders")
        cls.manager = new_test_user(
            cls.env, "queue_manager", "sales_team.group_sale_manager", name="Wang Wei"
        )
        cls.salesperson.notification_type = "inbox"

    def _queue(self, *lines, **values):
        values.setdefault("user_id", self.salesperson.id)
        return self._create_order(*lines, availability_queue_state="queued", **values)

    def _prepare_receipt(self, product, quantity):
        return self.env["stock.picking"].create(
            {
                "picking_type_id": self.stop_warehouse.in_type_id.id,
                "move_ids": [
                    fields.Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.stop_warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )

    def _receive(self, product, quantity):
        """Receive from a vendor, as somebody in the warehouse does."""
        picking = self._prepare_receipt(product, quantity)
        picking.action_confirm()
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.button_validate()
        return picking

    def _run(self):
        """Run the job, if anything has asked for it."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        if triggers:
            triggers.unlink()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.cron.method_direct_trigger()
            self.env.invalidate_all()

    def _get_states(self, *orders):
        return [(o.state, o.availability_queue_state) for o in orders]

    # === ENTERING AND LEAVING === #

    def test_queued_quotation_may_be_saved_although_it_exceeds(self):
        order = self._queue((self.pump, 50))
        self.assertTrue(order.availability_queue_date)
        order.order_line.product_uom_qty = 60
        self.assertEqual(self._get_available(self.pump), 40, "it holds nothing")
        with self.assertRaises(UserError):
            self._create_order((self.pump, 50))

    def test_queued_quotation_cannot_be_confirmed_without_goods(self):
        order = self._queue((self.pump, 50))
        with self.assertRaisesRegex(UserError, "available 40"):
            order.action_confirm()

    def test_leaving_the_queue_is_checked_again(self):
        order = self._queue((self.pump, 50))
        with self.assertRaisesRegex(UserError, "available 40"):
            order.action_leave_availability_queue()
        order.order_line.product_uom_qty = 40
        order.action_leave_availability_queue()
        self.assertEqual(order.availability_queue_state, "none")

    def test_button_queues_what_lacks_goods(self):
        self.stop_warehouse.availability_mode = "approve"
        order = self._create_order((self.pump, 50))
        self.assertTrue(order.is_availability_queueable)
        order.action_queue_for_availability()
        self.assertEqual(order.availability_queue_state, "queued")
        self.assertFalse(order.is_availability_queueable)

    def test_button_says_that_nothing_keeps_the_order_waiting(self):
        warned = self._create_order((self.pump, 50), warehouse=self.warn_warehouse)
        enough = self._create_order((self.pump, 5))
        for order in (warned, enough):
            self.assertFalse(order.is_availability_queueable)
            with self.assertRaisesRegex(UserError, "does not have to wait"):
                order.action_queue_for_availability()
        enough.action_confirm()
        with self.assertRaisesRegex(UserError, "only quotations"):
            enough.action_queue_for_availability()

    def test_where_nothing_is_insisted_on_it_is_confirmed_at_once(self):
        order = self._queue((self.pump, 50), warehouse=self.warn_warehouse)
        self._run()
        self.assertEqual(order.state, "sale")

    def test_cancelled_order_waits_no_longer(self):
        order = self._queue((self.pump, 50))
        order.action_cancel()
        self.assertEqual(order.availability_queue_state, "none")

    def test_copy_does_not_wait(self):
        self.stop_warehouse.availability_mode = "approve"
        order = self._queue((self.pump, 50))
        self.assertEqual(order.copy().availability_queue_state, "none")

    def test_lists_can_be_filtered_by_who_waits(self):
        for name in ("sale_order_view_search_inherit_quotation", "view_sales_order_filter"):
            view = self.env["sale.order"].get_view(self.env.ref(f"sale.{name}").id, "search")
            self.assertIn('name="waiting_for_goods"', view["arch"])

    # === WHO IS NEXT === #

    def test_arriving_goods_confirm_and_tell_the_salesperson(self):
        order = self._queue((self.pump, 50))
        self._run()
        self.assertEqual(order.state, "draft")
        receipt = self._receive(self.pump, 10)
        self._run()
        self.assertEqual(self._get_states(order), [("sale", "confirmed")])
        self.assertTrue(order.picking_ids)
        message = order.message_ids.filtered(lambda m: receipt.name in (m.body or ""))
        self.assertIn("Confirmed automatically", message.body)
        self.assertEqual(message.notified_partner_ids, self.salesperson.partner_id)

    def test_salesperson_is_told_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_availability"], ["zh_CN"])
        self.salesperson.lang = "zh_CN"
        order = self._queue((self.pump, 50))
        self._receive(self.pump, 10)
        self._run()
        self.assertEqual(order.state, "sale")
        self.assertIn("已自动确认", order.message_ids[0].body)

    def test_salesperson_is_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.salesperson.lang = "zh_CN"
        order = self._queue((self.pump, 50))
        receipt = self._receive(self.pump, 10)
        self._run()
        message = order.message_ids.filtered(lambda m: receipt.name in (m.body or ""))
        self.assertTrue(message)

    def test_longest_waiting_first(self):
        first, second = (self._queue((self.pump, 45)) for _n in range(2))
        first.availability_queue_date -= timedelta(minutes=1)
        self._receive(self.pump, 30)
        self._run()
        self.assertEqual([o.state for o in (first, second)], ["sale", "draft"])

    def test_highest_priority_before_longest_waiting(self):
        first, second = (self._queue((self.pump, 45)) for _n in range(2))
        first.availability_queue_date -= timedelta(minutes=1)
        second.with_user(self.manager).availability_queue_priority = "2"
        self._receive(self.pump, 30)
        self._run()
        self.assertEqual([o.state for o in (first, second)], ["draft", "sale"])

    def test_small_order_does_not_overtake_for_the_same_product(self):
        big = self._queue((self.pump, 100))
        big.availability_queue_date -= timedelta(minutes=1)
        small = self._queue((self.pump, 41))
        other = self._queue((self.valve, 12))
        self._receive(self.pump, 5)
        self._receive(self.valve, 5)
        self._run()
        self.assertEqual([o.state for o in (big, small, other)], ["draft", "draft", "sale"])
        self._receive(self.pump, 96)
        self._run()
        self.assertEqual([o.state for o in (big, small)], ["sale", "sale"])

    def test_order_takes_what_those_before_do_not_wait_for(self):
        big = self._queue((self.pump, 100), (self.valve, 2))
        big.availability_queue_date -= timedelta(minutes=1)
        other = self._queue((self.valve, 8))
        self._run()
        self.assertEqual([o.state for o in (big, other)], ["draft", "sale"])

    def test_partial_receipts(self):
        order = self._queue((self.pump, 50), (self.valve, 15))
        self._receive(self.pump, 10)
        self._run()
        self.assertEqual(order.state, "draft")
        self._receive(self.valve, 4)
        self._run()
        self.assertEqual(order.state, "draft")
        self._receive(self.valve, 1)
        self._run()
        self.assertEqual(order.state, "sale")

    def test_nobody_gets_more_than_there_is(self):
        orders = [self._queue((self.pump, 30)) for _n in range(5)]
        self._receive(self.pump, 30)
        self._run()
        self.assertEqual([o.state for o in orders].count("sale"), 2)
        self.assertEqual(self._get_available(self.pump), 10)

    def test_several_lines_of_one_order_are_added_up(self):
        order = self._queue((self.pump, 30), (self.pump, 30))
        self._run()
        self.assertEqual(order.state, "draft")
        self._receive(self.pump, 20)
        self._run()
        self.assertEqual(order.state, "sale")

    # === WHAT BRINGS GOODS === #

    def test_inventory_adjustment(self):
        order = self._queue((self.pump, 50))
        self._run()
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.pump.id),
                ("location_id", "=", self.stop_warehouse.lot_stock_id.id),
            ]
        )
        quant.inventory_quantity = 50
        quant.action_apply_inventory()
        self._run()
        self.assertEqual(order.state, "sale")

    def test_cancelled_order_frees_goods(self):
        holder = self._confirm_order((self.pump, 20))
        order = self._queue((self.pump, 30))
        self._run()
        self.assertEqual(order.state, "draft")
        holder.action_cancel()
        self._run()
        self.assertEqual(order.state, "sale")

    def test_reduced_order_frees_goods(self):
        holder = self._confirm_order((self.pump, 20))
        order = self._queue((self.pump, 30))
        self._run()
        holder.order_line.product_uom_qty = 10
        self._run()
        self.assertEqual(order.state, "sale")

    def test_hold_that_is_given_back_frees_goods(self):
        self.stop_warehouse.availability_hold_hours = 5
        holder = self._create_order((self.pump, 20))
        order = self._queue((self.pump, 30))
        self._run()
        self.assertEqual(order.state, "draft")
        holder.action_release_availability_hold()
        self._run()
        self.assertEqual(order.state, "sale")

    def test_blocked_lot_that_is_freed(self):
        grease = self._create_product("Grease", "GREASE", tracking="lot")
        lot = self.env["stock.lot"].create(
            {"name": "A", "product_id": grease.id, "is_blocked": True}
        )
        self._add_stock(grease, self.stop_warehouse, 10, lot_id=lot)
        order = self._queue((grease, 10))
        self._run()
        self.assertEqual(order.state, "draft")
        lot.is_blocked = False
        self._run()
        self.assertEqual(order.state, "sale")

    def test_other_terms_let_more_count(self):
        order = self._queue((self.pump, 50))
        self._run()
        self.assertEqual(order.state, "draft")
        self.stop_warehouse.availability_mode = "warn"
        self._run()
        self.assertEqual(order.state, "sale")

    def test_planned_receipt_that_counts(self):
        self.stop_warehouse.availability_incoming_days = 5
        order = self._queue((self.pump, 50))
        self._run()
        self.assertEqual(order.state, "draft")
        self._prepare_receipt(self.pump, 10).action_confirm()
        self._run()
        self.assertEqual(order.state, "sale")

    def test_receipt_that_comes_sooner(self):
        self.stop_warehouse.availability_incoming_days = 7
        picking = self._prepare_receipt(self.pump, 10)
        picking.move_ids.date = fields.Datetime.now() + timedelta(days=30)
        picking.action_confirm()
        order = self._queue((self.pump, 50))
        self._run()
        self.assertEqual(order.state, "draft")
        picking.scheduled_date = fields.Datetime.now() + timedelta(days=2)
        self._run()
        self.assertEqual(order.state, "sale")

    def test_goods_that_come_out_of_quarantine(self):
        shelf = self.env["stock.location"].create(
            {
                "name": "Inspection",
                "location_id": self.stop_warehouse.lot_stock_id.id,
                "is_quarantine": True,
            }
        )
        self.env["stock.quant"]._update_available_quantity(self.pump, shelf, 10)
        order = self._queue((self.pump, 50))
        self._run()
        self.assertEqual(order.state, "draft")
        shelf.is_quarantine = False
        self._run()
        self.assertEqual(order.state, "sale")

    def test_what_a_quotation_held_is_given_back_when_it_waits(self):
        self.stop_warehouse.write({"availability_mode": "approve", "availability_hold_hours": 48})
        order = self._create_order((self.pump, 50))
        self.assertEqual(self._get_available(self.pump), 0)
        order.action_queue_for_availability()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_lot_that_an_order_waits_for(self):
        grease = self._create_product("Grease", "GREASE", tracking="lot")
        lots = [
            self.env["stock.lot"].create({"name": name, "product_id": grease.id}) for name in "AB"
        ]
        order = self._queue((grease, 5, {"lot_id": lots[0].id}))
        self._add_stock(grease, self.stop_warehouse, 10, lot_id=lots[1])
        self.env["sale.order"]._trigger_availability_queue()
        self._run()
        self.assertEqual(order.state, "draft")
        self._add_stock(grease, self.stop_warehouse, 10, lot_id=lots[0])
        self.env["sale.order"]._trigger_availability_queue()
        self._run()
        self.assertEqual(order.state, "sale")

    def test_nothing_runs_when_nobody_waits(self):
        self._receive(self.pump, 10)
        self.assertFalse(self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]))

    # === WHAT GOES WRONG === #

    def test_expired_quotation_is_reported_once_and_keeps_nobody_waiting(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        expired = self._queue((self.pump, 45), validity_date=yesterday)
        expired.availability_queue_date -= timedelta(minutes=1)
        self._run()
        self.assertFalse(expired.availability_queue_problem)
        self._receive(self.pump, 10)
        self._run()
        self._receive(self.valve, 1)
        self._run()
        self.assertEqual(expired.state, "draft")
        self.assertIn("expired", expired.availability_queue_problem)
        reports = expired.message_ids.filtered(lambda m: "expired on" in (m.body or ""))
        self.assertEqual(len(reports), 1)
        expired.order_line.product_uom_qty = 100
        other = self._queue((self.pump, 48))
        self._run()
        self.assertEqual(other.state, "sale")

    def test_extended_quotation_is_confirmed(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        order = self._queue((self.pump, 45), validity_date=yesterday)
        self._receive(self.pump, 10)
        self._run()
        order.validity_date = fields.Date.today()
        self._run()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.availability_queue_problem)

    @mute_logger("odoo.addons.sales_availability.models.sale_order_queue")
    def test_other_error_is_reported_once_and_stops_nobody_else(self):
        broken = self._queue((self.pump, 45))
        broken.availability_queue_date -= timedelta(minutes=1)
        self.env["sale.order.line"].create(
            {"order_id": broken.id, "name": "No product", "product_uom_qty": 1}
        )
        good = self._queue((self.pump, 42))
        self._receive(self.pump, 60)
        self._run()
        self._receive(self.pump, 1)
        self._run()
        self.assertEqual(self._get_states(broken), [("draft", "queued")])
        self.assertEqual(good.state, "sale")
        self.assertTrue(broken.availability_queue_problem)
        reports = broken.message_ids.filtered(lambda m: "not confirmed" in (m.body or ""))
        self.assertEqual(len(reports), 1)
        self.assertEqual(reports.notified_partner_ids, self.salesperson.partner_id)

    # === ACCESS === #

    def test_salesperson_queues_and_cannot_jump_the_queue(self):
        Order = self.env["sale.order"].with_user(self.salesperson)
        values = self._prepare_order((self.pump, 50), user_id=self.salesperson.id)
        order = Order.create({**values, "availability_queue_state": "queued"})
        self.assertEqual(order.availability_queue_state, "queued")
        for name, value in (
            ("availability_queue_priority", "2"),
            ("availability_queue_date", fields.Datetime.now() - timedelta(days=9)),
        ):
            with self.assertRaises(AccessError):
                order[name] = value
        with self.assertRaises(AccessError):
            Order.create({**values, "availability_queue_priority": "2"})
        with self.assertRaises(AccessError):
            order.copy({"availability_queue_priority": "1"})

    def test_others_cannot_queue(self):
        order = self._create_order((self.pump, 5))
        user = new_test_user(self.env, "queue_user", "base.group_user")
        with self.assertRaises(AccessError):
            order.with_user(user).action_queue_for_availability()
        with self.assertRaises(AccessError):
            order.with_user(user).action_leave_availability_queue()
