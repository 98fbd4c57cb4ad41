import random

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityBalance(AvailabilityCommon):
    """The stored copy that lists show, why its numbers are what they are, and its audit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grease = cls._create_product("Grease", "GREASE", tracking="lot")
        cls.lot = cls.env["stock.lot"].create({"name": "G1", "product_id": cls.grease.id})
        cls._add_stock(cls.grease, cls.stop_warehouse, 10, lot_id=cls.lot)
        cls.products = cls.pump + cls.valve + cls.grease
        cls.env["sales.availability.balance"]._refresh_marked(100)

    def _read_rows(self, product, user=None, **values):
        Balance = self.env["sales.availability.balance"].with_user(user or self.env.user)
        specification = {
            name: {} for name in ("on_hand", "frozen", "held", "incoming", "available", "level")
        }
        domain = [("product_id", "=", product.id), ("warehouse_id", "=", self.stop_warehouse.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return Balance.web_search_read(domain, specification)["records"]

    def _read_figures(self, product, **values):
        values.setdefault("level", "product")
        [row] = self._read_rows(product, **values)
        return tuple(row[name] for name in ("on_hand", "frozen", "held", "incoming", "available"))

    def test_rows_follow_what_happens(self):
        self.assertEqual(self._read_figures(self.pump), (40, 0, 0, 0, 40))
        order = self._confirm_order((self.pump, 15))
        self.assertEqual(self._read_figures(self.pump), (40, 0, 15, 0, 25))
        self._deliver(order)
        self.assertEqual(self._read_figures(self.pump), (25, 0, 0, 0, 25))
        order = self._confirm_order((self.pump, 5))
        order._action_cancel()
        self.assertEqual(self._read_figures(self.pump), (25, 0, 0, 0, 25))

    def test_product_row_and_lot_row(self):
        self._confirm_order((self.grease, 4, {"lot_id": self.lot.id}), (self.grease, 3))
        self.assertEqual(self._read_figures(self.grease), (10, 0, 7, 0, 3))
        lot_row = self._read_figures(self.grease, level="lot", lot_id=self.lot.id)
        self.assertEqual(lot_row, (10, 0, 4, 0, 3), "no more than the product has")

    def test_frozen(self):
        self.lot.is_blocked = True
        self.assertEqual(self._read_figures(self.grease), (10, 10, 0, 0, 0))

    def test_location_becomes_quarantine(self):
        self.stop_warehouse.lot_stock_id.is_quarantine = True
        self.assertEqual(self._read_figures(self.pump), (40, 40, 0, 0, 0))

    def test_quotation_hold_and_changed_terms(self):
        self.stop_warehouse.availability_hold_hours = 24
        self._create_order((self.pump, 6))
        self.assertEqual(self._read_figures(self.pump), (40, 0, 6, 0, 34))
        self._add_stock(self.pump, self.stop_warehouse, 9, owner_id=self.customer)
        self.assertEqual(self._read_figures(self.pump), (49, 9, 6, 0, 34))
        self.stop_warehouse.availability_count_owned = True
        self.assertEqual(self._read_figures(self.pump), (49, 0, 6, 0, 43))

    def test_changed_by_sql(self):
        self.env["stock.quant"].flush_model()
        self.env.cr.execute(
            "UPDATE stock_quant SET quantity = 33 WHERE product_id = %s AND location_id = %s",
            [self.pump.id, self.stop_warehouse.lot_stock_id.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._read_figures(self.pump)[0], 33)

    def test_nothing_left_leaves_no_row(self):
        self._add_stock(self.pump, self.stop_warehouse, -40)
        self.assertFalse(self._read_rows(self.pump))

    def test_groups(self):
        self._confirm_order((self.pump, 15))
        domain = [("product_id", "in", self.products.ids), ("level", "=", "product")]
        groups = self.env["sales.availability.balance"].formatted_read_group(
            domain, ["warehouse_id"], ["available:sum"]
        )
        self.assertEqual(groups[0]["available:sum"], 25 + 10 + 10)

    def test_refresh_takes_a_constant_number_of_queries(self):
        Balance = self.env["sales.availability.balance"]
        counts = set()
        for count in (1, 10, 100):
            products = self.env["product.product"].create(
                [{"name": f"P{n}", "type": "consu", "is_storable": True} for n in range(count)]
            )
            for product in products:
                self._add_stock(product, self.stop_warehouse, 1)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            Balance._refresh_batch()
            counts.add(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1, counts)

    # === WHY === #

    def test_why_this_number(self):
        order = self._confirm_order((self.pump, 15), user_id=self.salesperson.id)
        balance = self.env["sales.availability.balance"].search(
            [("product_id", "=", self.pump.id), ("warehouse_id", "=", self.stop_warehouse.id)]
        )
        action = balance.with_user(self.salesperson).action_explain()
        explanation = (
            self.env[action["res_model"]].with_user(self.salesperson).browse(action["res_id"])
        )
        self.assertEqual((explanation.on_hand, explanation.available), (40, 25))
        self.assertTrue(explanation.version_id)
        held = explanation.line_ids.filtered(lambda line: line.term == "held")
        self.assertEqual((held.name, held.quantity, held.note), (order.name, 15, "Li Na"))
        self.assertEqual(held.action_open()["res_id"], order.id)
        for term in ("on_hand", "held"):
            lines = explanation.line_ids.filtered(lambda line, term=term: line.term == term)
            self.assertEqual(sum(lines.mapped("quantity")), explanation[term])

    def test_api(self):
        self._confirm_order((self.pump, 15))
        engine = self.env["sales.availability"].with_user(self.salesperson)
        [row] = engine.get_availability([self.pump.id], [self.stop_warehouse.id])
        self.assertEqual((row["on_hand"], row["held"], row["available"]), (40, 15, 25))
        [row] = engine.get_availability([self.grease.id], [self.stop_warehouse.id], [self.lot.id])
        self.assertEqual((row["lot_id"], row["available"]), (self.lot.id, 10))
        terms = {line["term"] for line in engine.explain(self.pump.id, self.stop_warehouse.id)}
        self.assertEqual(terms, {"on_hand", "held"})

    def test_access(self):
        portal = new_test_user(self.env, "availability_portal", "base.group_portal")
        nobody = new_test_user(self.env, "availability_nobody", "base.group_user")
        for user in (portal, nobody):
            with self.assertRaises(AccessError):
                self._read_rows(self.pump, user)
            with self.assertRaises(AccessError):
                self.env["sales.availability"].with_user(user).get_availability([self.pump.id])
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        engine = self.env["sales.availability"].with_user(self.salesperson)
        with self.assertRaises(AccessError):
            engine.get_availability([self.pump.id], foreign.ids)
        with self.assertRaises(AccessError):
            self.env["sales.availability.balance"].with_user(self.salesperson).search([])[
                :1
            ].on_hand = 1

    # === AUDIT === #

    def _audit(self):
        audit = self.env["sales.availability.audit"].create({})
        while audit._check_batch():
            self.assertEqual(audit.state, "running")
        return audit

    def test_planted_error_is_found_and_repaired(self):
        self.env.cr.execute(
            "UPDATE sales_availability_balance SET held = 7 WHERE product_id = %s", [self.pump.id]
        )
        self.env.invalidate_all()
        line = self._audit().line_ids
        self.assertEqual((line.product_id, line.term), (self.pump, "held"))
        self.assertEqual((line.stored, line.expected), (7, 0))
        self.assertEqual(self._read_figures(self.pump), (40, 0, 0, 0, 40))
        self.assertFalse(self._audit().line_ids)

    def test_missing_and_surplus_rows_are_found(self):
        self.env.cr.execute(
            "DELETE FROM sales_availability_balance WHERE product_id = %s", [self.pump.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self._audit().line_ids.mapped("expected"), [40])
        self.assertEqual(self._read_figures(self.pump), (40, 0, 0, 0, 40))

    def test_planted_hold_is_found_and_deleted(self):
        self.stop_warehouse.availability_hold_hours = 24
        order = self._create_order((self.pump, 6))
        self.env.cr.execute("UPDATE sales_availability_hold SET quantity = 9")
        self.env.invalidate_all()
        line = self._audit().line_ids.filtered(lambda line: line.kind == "hold")
        self.assertEqual((line.stored, line.expected), (9, 6))
        self.assertEqual(order.availability_hold_ids.quantity, 6)

    def test_no_drift_after_random_operations(self):
        generator = random.Random(5)
        self.stop_warehouse.availability_hold_hours = 24
        for _n in range(12):
            product = generator.choice(self.products)
            lot = self.lot.id if product == self.grease and generator.random() < 0.5 else False
            order = self._create_order((product, 1, {"lot_id": lot}))
            action = generator.choice((None, "confirm", "deliver", "cancel"))
            if action in ("confirm", "deliver"):
                order.action_confirm()
            if action == "deliver":
                self._deliver(order)
            if action == "cancel":
                order._action_cancel()
        self.env["sales.availability.balance"]._refresh_marked(100)
        audit = self._audit()
        self.assertFalse(audit.line_ids.mapped(lambda line: (line.product_id.name, line.term)))
        self.assertGreater(audit.product_count, 2)

    def test_only_inventory_administrators_start_it(self):
        with self.assertRaises(AccessError):
            self.env["sales.availability.audit"].with_user(self.salesperson).action_check_now()
        manager = new_test_user(self.env, "availability_stock", "stock.group_stock_manager")
        action = self.env["sales.availability.audit"].with_user(manager).action_check_now()
        self.assertEqual(action["res_model"], "sales.availability.audit")
