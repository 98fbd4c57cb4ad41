from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestFastHands(QuotationCase):
    def _paste(self, order, text, user=None):
        pastes = self.env["sales.quotation.paste"].with_user(user or self.seller)
        paste = pastes.create({"order_id": order.id, "text": text})
        paste.action_check()
        return paste

    def test_code_barcode_supplier_code_and_name(self):
        self.other.barcode = "6901234567892"
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        third = self._new_product(
            "Relay",
            20,
            9,
            seller_ids=[Command.create({"partner_id": supplier.id, "product_code": "SUP-9"})],
        )
        order = self._new_order()
        paste = self._paste(order, "cab\t2\t90\n6901234567892\t3\nSUP-9\t4\nRelay\t5")
        self.assertFalse(paste.problem_count)
        paste.action_add()
        lines = order.order_line[1:]
        self.assertEqual(lines.product_id, self.product | self.other | third)
        self.assertEqual(lines.mapped("product_uom_qty"), [2, 3, 4, 5])
        self.assertEqual(lines.mapped("price_unit"), [90, 10, 20, 20])

    def test_rows_with_problems_are_named_and_nothing_is_lost(self):
        self._new_product("Twin", 1, 1, default_code="TWIN")
        self._new_product("Twin", 1, 1, default_code="TWIN")
        order = self._new_order()
        paste = self._paste(order, "code\tqty\nNOPE\t2\nTWIN\t3\nCAB\tmany\nPLG\t4")
        self.assertEqual(paste.problem_count, 3)
        self.assertRefused(
            UserError, paste.action_add, "Row 2, NOPE", "Row 3, TWIN", "Row 4, CAB", '"many"'
        )
        self.assertEqual(len(order.order_line), 1)
        rows = paste.line_ids
        rows[0].product_id, rows[0].product_uom_id = self.product, self.product.uom_id
        rows[1].product_id, rows[1].product_uom_id = self.other, self.other.uom_id
        self.assertEqual(paste.problem_count, 1)
        rows[2].unlink()
        paste.action_add()
        self.assertEqual(len(order.order_line), 4)

    def test_what_is_known_of_a_row_without_a_product_is_kept(self):
        """The quantity and price of such a row became 1 and today's price, silently."""
        order = self._new_order()
        paste = self._paste(order, "code\tqty\tprice\tunit\n\t5\t99\t\nNOPE\tmany\tx\tbarrel")
        first, second = paste.line_ids
        self.assertIn("no code", first.problem)
        first.product_id, first.product_uom_id = self.product, self.product.uom_id
        self.assertFalse(first.problem)
        second.product_id = self.other
        second._onchange_product_id()
        self.assertFalse(second.product_uom_id, "a unit that was asked for is not dropped")
        second.product_uom_id = self.other.uom_id
        for text in ('"many" is no quantity', '"x" is no price'):
            self.assertIn(text, second.problem)
        second.quantity = 3
        self.assertRefused(UserError, paste.action_add, "Row 3")
        second.price = 8
        paste.action_add()
        lines = order.order_line[1:]
        self.assertEqual(lines.mapped("product_uom_qty"), [5, 3])
        self.assertEqual(lines.mapped("price_unit"), [99, 8])

    def test_prices_are_shown_where_somebody_gave_one(self):
        order = self._new_order()
        code = self.product.default_code
        for text, shown in (
            (f"2 x {code}", False),
            (f"{code}\t2\t9", True),
            (f"{code}\t2\tcheap", True),
        ):
            self.assertEqual(self._paste(order, text).has_prices, shown, text)

    def test_units_and_discounts(self):
        self.env.ref("base.group_user").implied_ids |= self.env.ref(
            "sale.group_discount_per_so_line"
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        self.product.product_tmpl_id.uom_ids = dozen
        order = self._new_order()
        text = f"code\tqty\tunit\tdiscount\nCAB\t1\t{dozen.name}\t5%\nPLG\t1\tbarrel\t"
        paste = self._paste(order, text)
        self.assertEqual(paste.line_ids.mapped("problem")[0], False)
        self.assertIn("barrel", paste.line_ids[1].problem)
        paste.line_ids[1].product_uom_id = self.other.uom_id
        paste.action_add()
        line = order.order_line[1]
        self.assertEqual((line.product_uom_id, line.discount), (dozen, 5))

    def test_a_thousand_rows_at_once(self):
        products = self.env["product.product"].create(
            [{"name": f"N{n}", "default_code": f"N-{n}", "list_price": n} for n in range(200)]
        )
        self.assertEqual(len(products), 200)
        order = self._new_order()
        text = "\n".join(f"N-{n % 200}\t{n + 1}" for n in range(1000))
        paste = self._paste(order, text)
        paste.action_add()
        self.assertEqual(len(order.order_line), 1001)
        self.assertEqual(order.order_line[-1].product_uom_qty, 1000)

    def test_pasted_prices_are_held_to_the_floor(self):
        self._new_floor(mode="stop")
        order = self._new_order()
        self._paste(order, "CAB\t1\t50").action_add()
        self.assertEqual(order.price_mark, "stop")

    def test_nothing_too_much_and_not_mine(self):
        order = self._new_order()
        self.assertRefused(UserError, lambda: self._paste(order, " \n"), "nothing")
        self.assertRefused(UserError, lambda: self._paste(order, "A\n" * 10_001), "too many")
        paste = self._paste(order, "CAB")
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            paste.with_user(colleague).action_add()
        with self.assertRaises(AccessError):
            self._paste(order, "CAB", colleague).action_add()
        for record in (paste, paste.line_ids):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                record.with_user(colleague).read([])

    def _copy(self, order, source, prices="now"):
        wizards = self.env["sales.quotation.copy"].with_user(self.seller)
        values = {"order_id": order.id, "source_id": source.id, "prices": prices}
        return wizards.create(values).action_copy()

    def test_lines_of_an_earlier_quotation(self):
        source = self._new_order(
            [
                {"product_id": False, "display_type": "line_section", "name": "Chapter"},
                {"price_unit": 80, "product_uom_qty": 7},
            ]
        )
        order = self._new_order()
        self._copy(order, source)
        self._copy(order, source, "then")
        lines = order.order_line
        self.assertEqual(lines.mapped("product_uom_qty"), [1, 0, 7, 0, 7])
        self.assertEqual(lines.mapped("price_unit"), [100, 0, 100, 0, 80])
        self.assertEqual(lines[1].name, "Chapter")

    def test_what_cannot_be_taken_over_is_said(self):
        order, source = self._new_order(), self._new_order()
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        foreign = self._new_order(partner_id=stranger.id)
        self.assertRefused(UserError, lambda: self._copy(order, foreign), "another customer")
        currency = self.env["res.currency"].create({"name": "XTF", "symbol": "F"})
        pricelist = self.env["product.pricelist"].create({"name": "F", "currency_id": currency.id})
        abroad = self._new_order(pricelist_id=pricelist.id)
        self.assertRefused(UserError, lambda: self._copy(order, abroad, "then"), "XTF")
        self._copy(order, abroad)
        self.product.sale_ok = False
        self.assertRefused(
            UserError, lambda: self._copy(order, source), "not sold any more", "Cable"
        )


@tagged("post_install", "-at_install")
class TestLastPrices(QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        for price in (100, 95, 90):
            cls._new_order([{"price_unit": price, "product_uom_qty": 2}]).action_confirm()
        cls._new_order([{"price_unit": 70}], partner_id=cls.stranger.id).action_confirm()
        cls._new_order([{"price_unit": 60}], user=cls.lead).action_confirm()

    def _ask(self, user, **values):
        lines = self.env["sale.order.line"].with_user(user)
        line = {"product_id": self.product.id, "partner_id": self.customer.id, **values}
        return lines.get_last_prices(line)

    def test_mine_and_others(self):
        found = self._ask(self.seller)
        self.assertEqual([price["price_unit"] for price in found["mine"]], [90, 95, 100])
        self.assertEqual(found["mine"][0]["quantity"], 2)
        self.assertEqual([price["price_unit"] for price in found["others"]], [70])
        self.assertEqual(found["others"][0]["customer"], "Stranger")
        all_mine = self._ask(self.lead)["mine"]
        self.assertEqual([price["price_unit"] for price in all_mine], [60, 90, 95, 100])

    def test_contacts_of_the_company_count_as_the_customer(self):
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        self.assertEqual(len(self._ask(self.seller, partner_id=contact.id)["mine"]), 3)
        order = self._new_order([{"price_unit": 88}], partner_id=contact.id)
        order.action_confirm()
        self.assertEqual(self._ask(self.seller)["mine"][0]["price_unit"], 88)

    def test_no_name_of_a_customer_that_one_may_not_read(self):
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.stranger.id})]",
            }
        )
        [price] = self._ask(self.seller)["others"]
        self.assertFalse(price["customer"])
        self.assertNotIn("Stranger", str(price))

    def test_unit_and_currency_of_the_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        currency = self.env["res.currency"].create({"name": "XTG", "symbol": "G"})
        currency.rate_ids.create({"currency_id": currency.id, "name": "2020-01-01", "rate": 2})
        found = self._ask(self.seller, product_uom_id=dozen.id, currency_id=currency.id)
        self.assertEqual(found["mine"][0]["price_unit"], 90 * 12 * 2)

    def test_floor_and_ceiling_are_told_with_them(self):
        rule = self._new_floor()
        self._new_ceiling(12.5)
        name = self.currency.name
        order = self._new_order([{"price_unit": 80}])
        texts = [
            f"Floor: 82.01 {name}, rule {rule.id}",
            "Discount ceiling: 12.50 %",
            f"Pricelist: 100.00 {name}",
        ]
        line = order.order_line
        self.assertEqual(self._ask(self.seller, id=line.id)["texts"], texts)
        self.assertEqual(self._ask(self.seller, order_id=order.id)["texts"], texts)
        self.assertEqual(self._ask(self.seller)["texts"], texts, "before the order is saved")
        self.assertIn("cost 71.00", self._ask(self.manager, id=line.id)["texts"][0])
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self._ask(colleague, id=line.id)

    def test_a_portal_user_asks_in_vain(self):
        portal = self._new_user("portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self._ask(portal)

    def test_queries_do_not_grow(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._ask(self.lead)
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for _n in range(10):
            self._new_order().action_confirm()
        self.assertEqual(count(), few)
