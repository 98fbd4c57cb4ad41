from datetime import datetime

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AvailabilityCommon


class ReallocationCommon(AvailabilityCommon):
    """40 pumps in a warehouse that warns: 30 are reserved for one order, 10 of 30 for another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._add_stock(cls.pump, cls.warn_warehouse, 40)
        cls.manager = new_test_user(
            cls.env, "reallocation_manager", "sales_team.group_sale_manager", name="Wang Wei"
        )
        cls.first = cls._promise(30, 20)
        cls.second = cls._promise(30, 10)
        cls.third = cls._promise(20, 15)

    @classmethod
    def _promise(cls, quantity, day, **values):
        """Confirm an order for so many pumps, for a day in a month to come."""
        values.setdefault("user_id", cls.salesperson.id)
        return cls._confirm_order(
            (cls.pump, quantity),
            warehouse=cls.warn_warehouse,
            commitment_date=datetime(2030, 1, day),
            **values,
        )

    @classmethod
    def _simulate(cls, user=None, **values):
        Reallocation = cls.env["sales.availability.reallocation"].with_user(user or cls.manager)
        return Reallocation.create(
            {"warehouse_id": cls.warn_warehouse.id, "product_id": cls.pump.id, **values}
        )

    def _get_line(self, record, order):
        return record.line_ids.filtered(
            lambda line: (line.document_model, line.document_res_id) == (order._name, order.id)
        )

    def _set_order(self, record, *orders):
        record.order_by = "hand"
        for number, order in enumerate(orders, 1):
            self._get_line(record, order).sequence = number

    def assertGets(self, record, expected):
        self.assertEqual(
            {order: self._get_line(record, order).quantity for order in expected}, expected
        )

    def assertReserved(self, expected):
        self.env.invalidate_all()
        reserved = {order: sum(order.order_line.move_ids.mapped("quantity")) for order in expected}
        self.assertEqual(reserved, expected)


@tagged("post_install", "-at_install")
class TestAvailabilityReallocation(ReallocationCommon):
    # === SIMULATION === #

    def test_what_is_now_is_shown(self):
        record = self._simulate()
        self.assertEqual(
            [(line.document_name, line.asked, line.has_now) for line in record.line_ids],
            [
                (self.second.name, 30, 10),
                (self.third.name, 20, 0),
                (self.first.name, 30, 30),
            ],
        )
        self.assertEqual((record.usable, record.asked, record.has_now), (40, 80, 40))
        line = self._get_line(record, self.first)
        self.assertEqual((line.partner_id, line.user_id), (self.customer, self.salesperson))

    def test_by_promised_date(self):
        record = self._simulate()
        self.assertGets(record, {self.second: 30, self.third: 10, self.first: 0})
        self.assertEqual((record.winner_count, record.loser_count, record.left), (2, 1, 0))
        self.assertReserved({self.first: 30, self.second: 10, self.third: 0})

    def test_by_priority(self):
        self.third.picking_ids.priority = "1"
        record = self._simulate()
        self.assertGets(record, {self.third: 20, self.second: 20, self.first: 0})
        record.order_by = "promised"
        self.assertGets(record, {self.second: 30, self.third: 10, self.first: 0})

    def test_by_order_date(self):
        for day, order in enumerate((self.third, self.first, self.second), 1):
            order.date_order = datetime(2029, 1, day)
        record = self._simulate(order_by="ordered")
        self.assertGets(record, {self.third: 20, self.first: 20, self.second: 0})

    def test_strategies(self):
        record = self._simulate()
        self._get_line(record, self.first).strategy = "keep"
        self.assertGets(record, {self.first: 30, self.second: 10, self.third: 0})
        self._get_line(record, self.third).strategy = "win"
        self.assertGets(record, {self.first: 30, self.third: 10, self.second: 0})
        self._get_line(record, self.first).strategy = "lose"
        self.assertGets(record, {self.third: 20, self.second: 20, self.first: 0})
        self._get_line(record, self.second).strategy = "lose"
        self.assertGets(record, {self.third: 20, self.second: 0, self.first: 0})
        self.assertEqual(record.left, 20)

    def test_simulating_again_keeps_what_was_chosen(self):
        record = self._simulate()
        self._get_line(record, self.first).strategy = "win"
        self._set_order(record, self.third, self.second, self.first)
        fourth = self._promise(5, 1)
        record.action_simulate()
        self.assertGets(record, {self.first: 30, self.third: 10, self.second: 0, fourth: 0})

    # === APPLY === #

    def test_apply(self):
        self._simulate().action_apply()
        self.assertReserved({self.first: 0, self.second: 30, self.third: 10})
        self.assertEqual(self.first.picking_ids.state, "confirmed")
        self.assertEqual(self.second.picking_ids.state, "assigned")
        self.assertEqual(self.first.order_line.product_uom_qty, 30, "the promise stays")
        self.assertEqual(self._get_available(self.pump, self.warn_warehouse), -40)

    def test_documents_are_told(self):
        self._simulate().action_apply()
        text = self.second.message_ids[0].body
        self.assertIn("Wang Wei re-allocated goods", text)
        self.assertIn("[PUMP] Pump in Warning from 10 to 30 Units", text)
        self.assertIn("from 30 to 0", self.first.message_ids[0].body)
        [activity] = self.first.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("from 30 to 0", activity.note)
        self.assertFalse((self.second | self.third).activity_ids)

    def test_history(self):
        record = self._simulate()
        record.action_apply()
        self.assertEqual((record.state, record.user_id), ("applied", self.manager))
        line = self._get_line(record, self.first)
        self.assertEqual((line.has_now, line.quantity, line.change), (30, 0, -30))
        for values in ({"order_by": "hand"}, {"line_ids": []}):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                record.write(values)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            line.strategy = "win"
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            record.action_apply()

    def test_part_of_a_line_is_given_away(self):
        record = self._simulate()
        self._set_order(record, self.third, self.first, self.second)
        record.action_apply()
        self.assertReserved({self.third: 20, self.first: 20, self.second: 0})

    def test_units_of_measure(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozens = self._confirm_order(
            (self.pump, 1, {"product_uom_id": dozen.id}), warehouse=self.warn_warehouse
        )
        record = self._simulate()
        self._set_order(record, dozens, self.first, self.second, self.third)
        self.assertGets(record, {dozens: 12, self.first: 28, self.second: 0})
        record.action_apply()
        self.assertReserved({dozens: 12, self.first: 28, self.second: 0})
        record = self._simulate()
        self._set_order(record, self.first, dozens, self.second, self.third)
        record.action_apply()
        self.assertReserved({dozens: 10, self.first: 30})

    def test_picked_goods_stay(self):
        self.first.order_line.move_ids.move_line_ids.picked = True
        record = self._simulate()
        self.assertGets(record, {self.first: 30, self.second: 10, self.third: 0})
        self._get_line(record, self.first).strategy = "lose"
        self.assertGets(record, {self.first: 30, self.second: 10, self.third: 0})
        self.assertTrue(self._get_line(record, self.first).is_locked)

    def test_goods_of_an_earlier_step_stay(self):
        self.warn_warehouse.delivery_steps = "pick_ship"
        order = self._promise(8, 1)
        record = self._simulate()
        self._get_line(record, order).strategy = "win"
        record.action_apply()
        [pick] = order.picking_ids
        pick.move_ids.picked = True
        pick.button_validate()
        ship = order.picking_ids - pick
        self.assertEqual(ship.move_ids.quantity, 8)
        record = self._simulate()
        line = self._get_line(record, order)
        line.strategy = "lose"
        self.assertEqual((line.has_now, line.quantity, line.is_locked), (8, 8, True))
        record.action_apply()
        self.assertEqual(ship.move_ids.quantity, 8)

    def test_frozen_goods_are_not_shared_out(self):
        place = self.env["stock.location"].create(
            {"name": "Q", "location_id": self.warn_warehouse.lot_stock_id.id, "is_quarantine": True}
        )
        self.env["stock.quant"]._update_available_quantity(self.pump, place, 25)
        record = self._simulate()
        self.assertEqual(record.usable, 40)
        self.assertGets(record, {self.second: 30, self.third: 10, self.first: 0})

    def test_goods_under_way_inside_the_warehouse_are_not_shared_out(self):
        self.second.action_cancel()
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warn_warehouse.lot_stock_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 7,
                "location_id": self.warn_warehouse.lot_stock_id.id,
                "location_dest_id": shelf.id,
                "picking_type_id": self.warn_warehouse.int_type_id.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.quantity, 7)
        record = self._simulate()
        self.assertEqual(record.usable, 33)
        record.action_apply()
        self.assertReserved({self.third: 20, self.first: 13})
        self.assertEqual(move.quantity, 7)

    # === STABILITY === #

    def _receive(self, quantity):
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.warn_warehouse.lot_stock_id.id,
        }
        move = {"product_id": self.pump.id, "product_uom_qty": quantity, **places}
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warn_warehouse.in_type_id.id,
                "move_ids": [Command.create(move)],
                **places,
            }
        )
        receipt.action_confirm()
        receipt.move_ids.picked = True
        receipt.button_validate()

    def test_scheduler_does_not_undo_it(self):
        record = self._simulate()
        self._set_order(record, self.first, self.third, self.second)
        record.action_apply()
        expected = {self.first: 30, self.third: 10, self.second: 0}
        self.assertReserved(expected)
        self.env["stock.rule"].run_scheduler()
        self.assertReserved(expected)

    def test_next_receipt_goes_to_the_next_in_order(self):
        record = self._simulate()
        self._set_order(record, self.first, self.third, self.second)
        record.action_apply()
        self._receive(8)
        self.assertReserved({self.first: 30, self.third: 18, self.second: 0})
        self._receive(4)
        self.assertReserved({self.first: 30, self.third: 20, self.second: 2})

    def test_winner_is_next_and_loser_is_last(self):
        record = self._simulate()
        self._get_line(record, self.second).strategy = "lose"
        self._get_line(record, self.first).strategy = "win"
        record.action_apply()
        self._receive(25)
        self.assertReserved({self.first: 30, self.third: 20, self.second: 15})

    def test_new_urgent_order_keeps_its_place(self):
        record = self._simulate()
        self._set_order(record, self.first, self.third, self.second)
        record.action_apply()
        urgent = self._promise(6, 25)
        urgent.picking_ids.priority = "1"
        self._receive(8)
        self.assertReserved({urgent: 6, self.third: 12, self.second: 0})

    # === CHANGED SITUATION === #

    def test_changed_situation_is_refused(self):
        record = self._simulate()
        self.third.action_cancel()
        with self.assertRaises(RedirectWarning) as refusal:
            record.action_apply()
        self.assertIn("Simulate again", refusal.exception.args[0])
        self.assertReserved({self.first: 30, self.second: 10})
        action = self.env["ir.actions.server"].browse(refusal.exception.args[1])
        action.with_user(self.manager).with_context(**refusal.exception.args[3]).run()
        self.assertFalse(self._get_line(record, self.third))
        record.action_apply()
        self.assertReserved({self.first: 10, self.second: 30})

    def test_received_meanwhile(self):
        record = self._simulate()
        self._add_stock(self.pump, self.warn_warehouse, 1)
        with self.assertRaises(RedirectWarning):
            record.action_apply()

    # === QUOTATIONS === #

    def test_quotations_share_what_they_hold(self):
        self.stop_warehouse.write({"availability_mode": "approve", "availability_hold_hours": 48})
        one = self._create_order((self.pump, 30))
        two = self._create_order((self.pump, 20))
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        self.assertEqual(self._get_line(record, two).asked, 20)
        self._set_order(record, two, one)
        self.assertGets(record, {two: 20, one: 20})
        record.action_apply()
        self.env.invalidate_all()
        self.assertEqual(one.availability_hold_ids.quantity, 20)
        self.assertEqual(two.availability_hold_ids.quantity, 20)
        self.assertEqual(self._get_available(self.pump), 0)
        self.assertIn("from 30 to 20", one.message_ids[0].body)

    def test_quotation_that_loses_all_holds_nothing_until_undone(self):
        self.stop_warehouse.write({"availability_mode": "approve", "availability_hold_hours": 48})
        one = self._create_order((self.pump, 35))
        two = self._create_order((self.pump, 40))
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        self._set_order(record, two, one)
        record.action_apply()
        self.env.invalidate_all()
        self.assertFalse(one.availability_hold_ids)
        self.assertEqual(two.availability_hold_ids.quantity, 40)
        undo = record.browse(record.action_undo()["res_id"])
        undo.action_apply()
        self.env.invalidate_all()
        self.assertEqual(one.availability_hold_ids.quantity, 35)
        self.assertEqual(two.availability_hold_ids.quantity, 5)

    def test_quotation_takes_nothing_from_a_confirmed_order(self):
        self.stop_warehouse.write({"availability_mode": "approve", "availability_hold_hours": 48})
        order = self._confirm_order((self.pump, 30))
        quotation = self._create_order((self.pump, 20))
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        self._set_order(record, quotation, order)
        self._get_line(record, quotation).strategy = "win"
        self.assertGets(record, {order: 30, quotation: 10})
        record.action_apply()
        self.assertEqual(self._get_available(self.pump), 0)

    def test_quotation_may_rest_on_receipts_that_count(self):
        self.stop_warehouse.write(
            {"availability_hold_hours": 48, "availability_incoming_days": 5000}
        )
        self._confirm_order((self.pump, 40))
        receipt = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 15,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stop_warehouse.lot_stock_id.id,
                "picking_type_id": self.stop_warehouse.in_type_id.id,
            }
        )
        receipt._action_confirm()
        quotation = self._create_order((self.pump, 12))
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        self.assertGets(record, {quotation: 12})

    # === THOSE WHO WAIT, AND INVOICES === #

    def test_quotation_that_waits_can_win(self):
        self.stop_warehouse.write({"availability_mode": "approve", "availability_hold_hours": 48})
        holder = self._create_order((self.pump, 30))
        waiting = self._create_order((self.pump, 25), availability_queue_state="queued")
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        line = self._get_line(record, waiting)
        self.assertEqual((line.kind, line.asked, line.has_now), ("quotation", 25, 0))
        self._set_order(record, waiting, holder)
        self.assertGets(record, {waiting: 25, holder: 15})
        record.action_apply()
        self.env.invalidate_all()
        self.assertEqual(waiting.availability_hold_ids.quantity, 25)
        waiting.client_order_ref = "saved again"
        waiting.order_line.product_uom_qty = 24
        self.assertEqual(waiting.availability_hold_ids.quantity, 24, "it keeps what it was given")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("sales_availability.ir_cron_confirm_queued_orders").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((waiting.state, holder.state), ("sale", "draft"))

    def test_what_an_invoice_holds_stays_its_own(self):
        self.stop_warehouse.availability_invoice_mode = "stop"
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_user_id": self.salesperson.id,
                "availability_warehouse_id": self.stop_warehouse.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.pump.id, "quantity": 15, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()
        order = self._confirm_order((self.pump, 25))
        order.order_line.move_ids._do_unreserve()
        record = self._simulate(warehouse_id=self.stop_warehouse.id)
        line = self._get_line(record, invoice)
        self.assertEqual((line.kind, line.has_now, line.is_locked), ("invoice", 15, True))
        self.assertEqual((line.partner_id, line.user_id), (self.customer, self.salesperson))
        self._set_order(record, order, invoice)
        self.assertGets(record, {order: 25, invoice: 15})
        record.action_apply()
        self.assertReserved({order: 25})
        self.assertEqual(invoice.availability_hold_ids.quantity, 15)

    # === LOTS === #

    def test_promised_lots_come_first(self):
        serum = self._create_product("Serum", "SERUM", tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": serum.id} for name in ("L1", "L2")]
        )
        for lot in lots:
            self._add_stock(serum, self.warn_warehouse, 10, lot_id=lot)
        free = self._confirm_order((serum, 14), warehouse=self.warn_warehouse)
        promised = self._confirm_order(
            (serum, 8, {"lot_id": lots[0].id}), warehouse=self.warn_warehouse
        )
        promised.order_line.move_ids._do_unreserve()
        record = self._simulate(product_id=serum.id)
        self._set_order(record, free, promised)
        self.assertGets(record, {promised: 8, free: 12})
        record.action_apply()
        self.assertReserved({promised: 8, free: 12})
        self.assertEqual(promised.order_line.move_ids.lot_ids, lots[0])

    def test_of_one_lot(self):
        serum = self._create_product("Serum", "SERUM", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": serum.id})
        self._add_stock(serum, self.warn_warehouse, 10, lot_id=lot)
        one, two = (
            self._confirm_order((serum, 8, {"lot_id": lot.id}), warehouse=self.warn_warehouse)
            for _n in range(2)
        )
        record = self._simulate(product_id=serum.id, lot_id=lot.id)
        self.assertEqual(record.usable, 10)
        self._set_order(record, two, one)
        record.action_apply()
        self.assertReserved({two: 8, one: 2})

    # === UNDO === #

    def test_undo(self):
        record = self._simulate()
        record.action_apply()
        undo = record.browse(record.action_undo()["res_id"])
        self.assertGets(undo, {self.first: 30, self.second: 10, self.third: 0})
        self.assertReserved({self.first: 0, self.second: 30, self.third: 10})
        undo.action_apply()
        self.assertReserved({self.first: 30, self.second: 10, self.third: 0})
        self.assertTrue(record.is_undone)

    # === SIZE === #

    def _count_simulation_queries(self, count):
        product = self._create_product(f"Part {count}", f"P{count}")
        self._add_stock(product, self.warn_warehouse, count)
        for _number in range(count):
            self._confirm_order((product, 2), warehouse=self.warn_warehouse)
        record = self._simulate(self.env.user, product_id=product.id)
        record.read_date = datetime(2020, 1, 1)  # now is written each time, or never
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        record.action_simulate()
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(len(record.line_ids), count)
        return queries

    def test_simulation_takes_a_constant_number_of_queries(self):
        counts = {count: self._count_simulation_queries(count) for count in (1, 10, 100)}
        self.assertEqual(len(set(counts.values())), 1, counts)


@tagged("post_install", "-at_install")
class TestAvailabilityReallocationAccess(ReallocationCommon, HttpCase):
    def _call(self, user, model, method, *args):
        self.authenticate(user.login, user.login)
        params = {"model": model, "method": method, "args": args, "kwargs": {}}
        return self.make_jsonrpc_request(f"/web/dataset/call_kw/{model}/{method}", params)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_salespeople_cannot_open_nor_call_it(self):
        record = self._simulate()
        model = "sales.availability.reallocation"
        values = {"warehouse_id": self.warn_warehouse.id, "product_id": self.pump.id}
        user = new_test_user(
            self.env,
            "reallocation_sales",
            "sales_team.group_sale_salesman_all_leads,stock.group_stock_user",
        )
        for call in (
            ("create", [values]),
            ("read", record.ids, ["product_id"]),
            ("web_search_read", [], {}),
            ("action_apply", record.ids),
            ("action_simulate", record.ids),
            ("action_undo", record.ids),
        ):
            with self.assertRaises(JsonRpcException) as refusal:
                self._call(user, model, *call)
            self.assertIn("AccessError", str(refusal.exception), call)
        for name in ("of_product", "of_template", "of_hold"):
            action = self.env.ref(f"sales_availability.action_reallocation_{name}")
            with self.assertRaises(AccessError):
                action.with_user(user).with_context(
                    active_model="product.product", active_id=self.pump.id
                ).run()
        self.assertReserved({self.first: 30, self.second: 10})

    @mute_logger("odoo.http")
    def test_figures_are_not_entered(self):
        record = self._simulate()
        line = self._get_line(record, self.third)
        for model, ids, values in (
            (record._name, record.ids, {"state": "applied"}),
            (record._name, record.ids, {"usable": 500.0}),
            (record._name, record.ids, {"line_ids": [Command.update(line.id, {"asked": 500.0})]}),
            (record._name, record.ids, {"line_ids": [Command.delete(line.id)]}),
            (line._name, line.ids, {"quantity": 40.0}),
            (line._name, line.ids, {"has_now": 40.0}),
        ):
            with self.assertRaises(JsonRpcException, msg=values) as refusal:
                self._call(self.manager, model, "write", ids, values)
            self.assertIn("AccessError", str(refusal.exception), values)
        self._call(self.manager, line._name, "write", line.ids, {"strategy": "win"})
        self.assertGets(record, {self.third: 20, self.second: 20, self.first: 0})
        self._call(self.manager, record._name, "action_apply", record.ids)
        self.assertReserved({self.third: 20, self.second: 20, self.first: 0})

    def test_stock_manager_applies(self):
        user = new_test_user(self.env, "reallocation_stock", "stock.group_stock_manager")
        self._simulate(user).action_apply()
        self.assertReserved({self.first: 0, self.second: 30, self.third: 10})

    def test_actions_open_a_simulation(self):
        self.manager.property_warehouse_id = self.warn_warehouse
        for name, subject in (("product", self.pump), ("template", self.pump.product_tmpl_id)):
            action = self.env.ref(f"sales_availability.action_reallocation_of_{name}")
            context = {"active_model": subject._name, "active_id": subject.id}
            opened = action.with_user(self.manager).with_context(**context).run()
            record = self.env[opened["res_model"]].browse(opened["res_id"])
            self.assertEqual(record.product_id, self.pump)
            self.assertEqual(len(record.line_ids), 3)

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Sister"})
        user = new_test_user(
            self.env,
            "reallocation_sister",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        record = self._simulate()
        self.assertFalse(record.with_user(user).search([]))
        with self.assertRaises(AccessError):
            record.with_user(user).action_apply()
        with self.assertRaises(AccessError):
            self._simulate(user)


@tagged("post_install", "-at_install")
class TestAvailabilityReallocationTour(ReallocationCommon, HttpCase):
    def test_tour(self):
        record = self._simulate(self.env.ref("base.user_admin"))
        self._set_order(record, self.first, self.second, self.third)
        self.start_tour(
            f"/odoo/{record._name}/{record.id}", "sales_availability_reallocation", login="admin"
        )
        self.assertReserved({self.first: 30, self.second: 0, self.third: 10})
        self.assertEqual(record.state, "applied")
