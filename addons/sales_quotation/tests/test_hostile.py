import time
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.sale_order_line import RESOLVED
from ..tools.pasted_lines import parse_lines
from .common import QuotationCase

FREE = {"price_mark": False, "floor_mode": False, "floor_price": 1.0, "is_below_floor": False}
FREE |= {"price_subtotal": 100.0, "floor_gap": 0.0, "pricelist_price": 1.0, "concession": 0.0}


@tagged("post_install", "-at_install")
class TestHostile(QuotationCase):
    """Who calls Odoo by hand gets no further than who presses buttons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.floor = cls._new_floor(mode="stop")
        cls.order = cls._new_order([{"price_unit": 80}])
        cls.line = cls.order.order_line

    # === FLOORS THAT ARE WRITTEN AWAY === #

    def test_what_is_resolved_is_not_written(self):
        for name, value in FREE.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self.line.write({name: value})
            with self.subTest(name), self.assertRaises(AccessError):
                self._new_order([{"price_unit": 80, name: value}])
        self.assertRefused(UserError, self.order.action_confirm, "80.00", "82.01")
        self.assertLessEqual(RESOLVED, set(self.line._fields))

    def test_what_is_resolved_is_not_imported(self):
        names = ["partner_id/.id", "order_line/product_id/.id", "order_line/price_unit"]
        row = [str(self.customer.id), str(self.product.id), "80"]
        orders = self.env["sale.order"].with_user(self.seller)
        self.assertTrue(orders.load(names, [row])["ids"])
        self.assertFalse(orders.load([*names, "order_line/floor_mode"], [[*row, "warn"]])["ids"])

    def test_no_mark_of_a_line_frees_it(self):
        for values in (
            {"is_downpayment": True},
            {"is_expense": True},
            {"extra_tax_data": {"computation_key": "global_discount,1"}},
        ):
            with self.subTest(values):
                order = self._new_order([{"price_unit": 80, **values}])
                self.assertRefused(UserError, order.action_confirm, "82.01")
                order = self._new_order([{"price_unit": 80}])
                order.order_line.write(values)
                self.assertRefused(UserError, order.action_confirm, "82.01")

    def test_expenses_that_are_charged_on_have_no_floor(self):
        self.product.expense_policy = "cost"
        order = self._new_order([{"price_unit": 80, "is_expense": True}])
        self.assertFalse(order.order_line.is_below_floor)

    def test_no_line_takes_off_what_the_others_have(self):
        values = {"is_downpayment": True, "product_id": False, "name": "Gift", "price_unit": -20}
        order = self._new_order([{"price_unit": 100}, values])
        self.assertRefused(UserError, order.action_confirm, "80.00", "82.01")

    def test_company_and_currency_are_those_of_the_order(self):
        self.floor.company_id = self.company
        company = self.env["res.company"].create({"name": "Other"})
        strong = self.env["res.currency"].create({"name": "XTH", "symbol": "H"})
        strong.rate_ids.create({"currency_id": strong.id, "name": "2020-01-01", "rate": 0.1})
        self.line.write({"company_id": company.id, "currency_id": strong.id})
        self.order._resolve_floors()
        self.assertEqual((self.line.floor_price, self.line.price_mark), (82.01, "stop"))

    def test_no_rules_of_another_day(self):
        today = self.env.cr.now().date()
        for dates in ({"date_start": "2020-01-01"}, {"date_end": today + timedelta(days=9)}):
            self.floor.write({"date_start": False, "date_end": False, **dates})
            for day in ("2010-01-01", "2090-01-01"):
                with self.subTest(f"{dates} {day}"):
                    order = self._new_order([{"price_unit": 80}])
                    order.date_order = day
                    self.assertRefused(UserError, order.action_confirm, "82.01")

    def test_no_line_comes_to_a_confirmed_order_from_elsewhere(self):
        sold = self._new_order()
        sold.action_confirm()
        self.assertRefused(
            UserError, lambda: self.line.write({"order_id": sold.id}), sold.name, "82.01"
        )

    def test_no_way_round_by_another_customer(self):
        vip = self.env["res.partner"].create({"name": "VIP"})
        self._new_floor(1.0, mode="stop", sequence=1, partner_domain="[('name', '=', 'VIP')]")
        sold = self._new_order([{"price_unit": 90}])
        sold.action_confirm()
        sold.partner_id = vip
        sold.order_line.price_unit = 75
        self.assertRefused(
            UserError, lambda: sold.write({"partner_id": self.customer.id}), sold.name, "82.01"
        )

    # === WHOSE ORDER === #

    def test_a_customer_confirms_by_signing_or_paying_only(self):
        portal = new_test_user(
            self.env, "quote_portal", "base.group_portal", partner_id=self.customer.id
        )
        for mode in ("stop", "approve"):
            self.floor.mode = mode
            order = self._new_order([{"price_unit": 80}])
            theirs = order.with_user(portal)
            self.assertTrue(theirs.has_access("read"))
            for action in (theirs.action_confirm, theirs.action_quotation_send):
                with self.subTest(f"{mode} {action.__name__}"), self.assertRaises(AccessError):
                    action()
            self.assertEqual(order.approval_state, "none")
            self.assertFalse(order.activity_ids)

    def test_who_may_only_read_does_not_knock_at_the_gate(self):
        accountant = self._new_user("accountant", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self.order.with_user(accountant).action_confirm()

    # === PRICES OF OTHERS === #

    def test_no_limits_of_products_and_customers_that_one_may_not_read(self):
        company = self.env["res.company"].create({"name": "Other"})
        secret = self._new_product("Secret", 50, 40, company_id=company.id)
        stranger = self.env["res.partner"].create({"name": "S", "company_id": company.id})
        lines = self.env["sale.order.line"].with_user(self.seller)
        for product, partner in ((secret, self.customer), (self.product, stranger)):
            with self.assertRaises(AccessError):
                lines.get_last_prices({"product_id": product.id, "partner_id": partner.id})

    def test_no_filter_on_what_one_may_not_read(self):
        secret = "[('signup_type', '=', 'x')]"
        for model, whose in (
            ("sales.price.floor", {}),
            ("sales.discount.ceiling", {"user_id": self.seller.id, "percent": 5}),
        ):
            rules = self.env[model].with_user(self.manager)
            with self.assertRaises(AccessError):
                rules.create({"partner_domain": secret, **whose})
            rule = rules.create({"partner_domain": "[('name', '=', 'x')]", **whose})
            with self.assertRaises(AccessError):
                rule.partner_domain = secret

    # === TEXTS THAT TAKE FOREVER === #

    def test_long_numbers_are_no_numbers_at_once(self):
        start = time.perf_counter()
        [row] = parse_lines("CAB\t" + "1" * 30_000 + "x")
        self.assertEqual(row.problem, "quantity")
        self.assertLess(time.perf_counter() - start, 2)

    def test_lines_are_copied_and_duplicated_as_ever(self):
        self.assertEqual(self.order.copy().order_line.floor_price, 82.01)
        self.order.write({"order_line": [Command.update(self.line.id, {"price_unit": 90})]})
        self.order.action_confirm()
        self.assertEqual(self.order.state, "sale")
