from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityAdvice(AvailabilityCommon):
    """What a salesperson is told about a line that asks for too much."""

    def _get_advice(self, product=None, quantity=50, user=None, **values):
        advisor = self.env["sales.availability"].with_user(user or self.salesperson)
        values.setdefault("warehouse_id", self.stop_warehouse.id)
        return advisor.get_line_advice((product or self.pump).id, quantity=quantity, **values)

    def _expect(self, product, quantity, days):
        """Plan a receipt."""
        picking_type = self.stop_warehouse.in_type_id
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "picking_type_id": picking_type.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stop_warehouse.lot_stock_id.id,
                "date": fields.Datetime.now() + timedelta(days=days),
            }
        )
        move._action_confirm(merge=False)
        return move

    # === FIGURES === #

    def test_figures_add_up_and_name_the_holder(self):
        order = self._confirm_order((self.pump, 15), user_id=self.salesperson.id)
        advice = self._get_advice(quantity=30)
        figures = ("on_hand", "frozen", "held", "incoming", "available", "asked", "missing")
        self.assertEqual([advice[f] for f in figures], [40, 0, 15, 0, 25, 30, 5])
        self.assertEqual(advice["mode"], "stop")
        self.assertEqual(advice["warehouse"], "Stopping")
        [holder] = advice["holders"]
        self.assertEqual(
            (holder["document"], holder["model"], holder["id"], holder["user"]),
            (order.name, "sale.order", order.id, "Li Na"),
        )
        self.assertEqual(holder["quantity"], 15)
        self.assertFalse(holder["is_quotation"])

    def test_figures_are_in_the_unit_of_the_line(self):
        self._confirm_order((self.pump, 4))
        dozen = self.env.ref("uom.product_uom_dozen")
        advice = self._get_advice(quantity=5, uom_id=dozen.id)
        self.assertEqual((advice["available"], advice["asked"], advice["missing"]), (3, 5, 2))
        self.assertAlmostEqual(advice["held"], 0.33)
        self.assertEqual(advice["uom"], dozen.name)

    def test_taking_what_is_there_can_be_saved_in_any_unit(self):
        self._confirm_order((self.pump, 20))
        dozen = self.env.ref("uom.product_uom_dozen")
        advice = self._get_advice(quantity=2, uom_id=dozen.id)
        values = {"product_uom_id": dozen.id}
        order = self._create_order((self.pump, 2 - advice["missing"], values))
        self.assertAlmostEqual(order.order_line.product_uom_qty, 1.66)

    def test_what_an_order_holds_is_not_in_its_own_way(self):
        order = self._confirm_order((self.pump, 15), user_id=self.salesperson.id)
        for values in ({"line_id": order.order_line.id}, {"order_id": order.id}):
            advice = self._get_advice(quantity=41, **values)
            self.assertEqual((advice["available"], advice["missing"]), (40, 1))
            self.assertFalse(advice["holders"])

    def test_quotation_hold_says_until_when(self):
        self.stop_warehouse.availability_hold_hours = 5
        self._create_order((self.pump, 10))
        [holder] = self._get_advice()["holders"]
        self.assertTrue(holder["is_quotation"])
        until = fields.Datetime.to_datetime(holder["until"])
        self.assertAlmostEqual(
            until, fields.Datetime.now() + timedelta(hours=5), delta=timedelta(minutes=5)
        )

    def test_date_from_which_there_is_enough(self):
        self._expect(self.pump, 5, days=2)
        late = self._expect(self.pump, 10, days=6)
        self.assertEqual(
            self._get_advice(quantity=50)["enough_date"], fields.Datetime.to_string(late.date)
        )
        self.assertFalse(self._get_advice(quantity=60)["enough_date"])
        self.assertFalse(self._get_advice(quantity=40)["enough_date"])

    def test_receipts_that_the_terms_count(self):
        self._expect(self.pump, 5, days=2)
        self.stop_warehouse.availability_incoming_days = 3
        advice = self._get_advice(quantity=45)
        self.assertEqual((advice["incoming"], advice["available"], advice["missing"]), (5, 45, 0))

    # === WHERE ELSE === #

    def test_other_warehouses_that_have_it(self):
        self._add_stock(self.pump, self.warn_warehouse, 7)
        self.assertEqual(
            self._get_advice()["warehouses"],
            [{"id": self.warn_warehouse.id, "name": "Warning", "available": 7}],
        )

    def test_lots_in_order_of_their_expiration(self):
        grease = self._create_product("Grease", "GREASE", tracking="lot")
        Lot = self.env["stock.lot"]
        lots = {}
        for name, days in (("A", 30), ("B", 10), ("EMPTY", 1)):
            lots[name] = Lot.create({"name": name, "product_id": grease.id})
            if "expiration_date" in Lot._fields:
                grease.use_expiration_date = True
                lots[name].expiration_date = fields.Datetime.now() + timedelta(days=days)
        for name in ("A", "B"):
            self._add_stock(grease, self.stop_warehouse, 10, lot_id=lots[name])
        advice = self._get_advice(grease, 25)
        names = ["B", "A"] if "expiration_date" in Lot._fields else ["A", "B"]
        self.assertEqual([lot["name"] for lot in advice["lots"]], names)
        advice = self._get_advice(grease, 12, lot_id=lots["A"].id)
        self.assertEqual((advice["available"], advice["missing"]), (10, 2))
        self.assertEqual([lot["name"] for lot in advice["lots"]], ["B"])

    def test_lot_shows_what_is_promised_without_naming_it(self):
        grease = self._create_product("Grease", "GREASE", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "A", "product_id": grease.id})
        self._add_stock(grease, self.stop_warehouse, 10, lot_id=lot)
        self._confirm_order((grease, 6))
        advice = self._get_advice(grease, 5, lot_id=lot.id)
        self.assertEqual((advice["on_hand"], advice["held"], advice["available"]), (10, 0, 4))
        self.assertEqual(advice["held_of_any_lot"], 6)

    def test_queue_is_offered_where_it_makes_sense(self):
        self.assertTrue(self._get_advice()["can_queue"])
        self.assertFalse(self._get_advice(quantity=40)["can_queue"])
        self.stop_warehouse.availability_mode = "approve"
        self.assertTrue(self._get_advice()["can_queue"])
        self.stop_warehouse.availability_mode = "warn"
        self.assertFalse(self._get_advice()["can_queue"])

    # === ACCESS === #

    def test_customers_learn_nothing(self):
        for group in ("base.group_portal", "base.group_public"):
            user = new_test_user(self.env, f"advice_{group}", group)
            with self.assertRaisesRegex(AccessError, "employees only"):
                self._get_advice(user=user)

    def test_only_who_may_read_orders_is_told(self):
        user = new_test_user(self.env, "advice_user", "base.group_user")
        with self.assertRaises(AccessError):
            self._get_advice(user=user)

    def test_documents_of_others_are_named_and_not_linked(self):
        self._confirm_order((self.pump, 15), user_id=self.env.ref("base.user_admin").id)
        [holder] = self._get_advice()["holders"]
        self.assertTrue(holder["document"])
        self.assertFalse(holder["id"])
        manager = new_test_user(self.env, "advice_manager", "sales_team.group_sale_manager")
        [holder] = self._get_advice(user=manager)["holders"]
        self.assertTrue(holder["id"])

    def test_order_of_others_cannot_be_asked_about(self):
        order = self._confirm_order((self.pump, 15), user_id=self.env.ref("base.user_admin").id)
        with self.assertRaises(AccessError):
            self._get_advice(line_id=order.order_line.id)

    def test_warehouse_of_another_company_gives_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        self._add_stock(self.pump, warehouse, 7)
        self.assertEqual(self._get_advice(warehouse_id=warehouse.id), {})
        self.assertFalse(self._get_advice()["warehouses"])

    def test_product_that_is_gone_gives_nothing(self):
        product = self._create_product("Gone", "GONE")
        product.unlink()
        self.assertEqual(self._get_advice(product), {})

    # === SPEED === #

    def test_constant_number_of_queries(self):
        counts = []
        grease = self._create_product("Grease", "GREASE", tracking="lot")
        for round_number in range(3):
            for number in range(4**round_number):
                name = f"L{round_number}-{number}"
                lot = self.env["stock.lot"].create({"name": name, "product_id": grease.id})
                self._add_stock(grease, self.stop_warehouse, 5, lot_id=lot)
                self._confirm_order((grease, 1), user_id=self.salesperson.id)
            self.env.flush_all()
            self.env.invalidate_all()
            self._get_advice(grease)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            advice = self._get_advice(grease)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(advice["holders"]), 21)
        self.assertLessEqual(max(counts), counts[0], counts)
