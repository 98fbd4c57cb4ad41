from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestFloor(QuotationCase):
    def test_a_floor_is_resolved_once_and_explained(self):
        rule = self._new_floor()
        line = self._new_order([{"price_unit": 80}]).order_line
        self.assertEqual(line.floor_price, 82.01)
        self.assertTrue(line.is_below_floor)
        name = self.currency.name
        self.assertEqual(
            line.with_user(self.manager).floor_text,
            f"82.01 {name} = cost 71.00 × 1.155, rule {rule.id}",
        )
        self.product.standard_price = 90
        rule.factor = 2
        self.assertEqual(line.floor_price, 82.01, "what was quoted stands")
        line.order_id._recompute_prices()
        self.assertEqual(line.floor_price, 180)

    def test_a_salesperson_reads_the_floor_and_not_the_cost(self):
        rule = self._new_floor()
        order = self._new_order([{"price_unit": 80}])
        line = order.order_line
        self.assertEqual(line.floor_text, f"82.01 {self.currency.name}, rule {rule.id}")
        lines = self.env["sale.order.line"].with_user(self.seller)
        for call in (
            lambda: line.read(["floor_explanation"]),
            lambda: line.read(["floor_rule_id"]),
            lambda: lines.search([("floor_rule_id.factor", ">", 1)]),
            lambda: lines.search([("floor_rule_id", "=", rule.id)]),
            lambda: lines.formatted_read_group([], ["floor_rule_id"], ["__count"]),
            lambda: lines.search([], order="floor_rule_id"),
            lambda: rule.with_user(self.seller).read(["factor"]),
            lambda: rule.with_user(self.seller).search([]),
            lambda: self.env["sales.discount.ceiling"].with_user(self.seller).search([]),
        ):
            with self.assertRaises(AccessError):
                call()
        self.env.ref("base.group_allow_export").user_ids |= self.seller
        with self.assertRaises(AccessError):
            line.export_data(["floor_explanation"])
        request_reasons = order.sudo()._get_approval_needs()[order.id]
        self.assertNotIn("71", str(request_reasons))

    def test_a_customer_reads_nothing_of_it(self):
        self._new_floor()
        portal = self._new_user("portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        order = self._new_order([{"price_unit": 80}])
        order.sudo().message_subscribe(portal.partner_id.ids)
        mine = order.order_line.with_user(portal)
        names = [
            name
            for name in mine._fields
            if name.startswith(("floor_", "ceiling_", "is_below", "is_above"))
            or name in ("pricelist_price", "concession", "discount_ceiling", "price_mark")
        ]
        self.assertGreaterEqual(len(names), 13)
        for name in names:
            with self.subTest(name), self.assertRaises(AccessError):
                mine.read([name])
        for name in ("price_mark", "price_info", "approval_state"):
            with self.subTest(name), self.assertRaises(AccessError):
                order.with_user(portal).read([name])

    def test_the_most_specific_rule_wins(self):
        rules = [
            self._new_floor(1.0),
            self._new_floor(1.1, applied_on="category", categ_id=self.parent_category.id),
            self._new_floor(1.2, applied_on="category", categ_id=self.category.id),
            self._new_floor(
                1.3, applied_on="template", product_tmpl_id=self.product.product_tmpl_id.id
            ),
            self._new_floor(1.4, applied_on="variant", product_id=self.product.id),
        ]
        for rule in reversed(rules):
            line = self._new_order().order_line
            self.assertEqual(line.sudo().floor_rule_id, rule)
            self.assertEqual(line.floor_price, round(71 * rule.factor, 2))
            rule.active = False
        self.assertFalse(self._new_order().order_line.floor_mode)
        later, first = self._new_floor(1.5, sequence=20), self._new_floor(1.6, sequence=5)
        self.assertEqual(self._new_order().order_line.sudo().floor_rule_id, first)
        self.assertNotEqual(first, later)

    def test_days_customers_and_companies(self):
        today = Date.today()
        company = self.env["res.company"].create({"name": "Other"})
        self._new_floor(2.0, date_end=Date.subtract(today, days=2))
        self._new_floor(2.1, date_start=Date.add(today, days=2))
        self._new_floor(2.2, partner_domain="[('name', '=', 'Somebody else')]")
        self._new_floor(2.3, company_id=company.id)
        self.assertFalse(self._new_order().order_line.floor_mode)
        self._new_floor(2.4, partner_domain="[('name', '=', 'Customer')]")
        self.assertEqual(self._new_order().order_line.floor_price, 170.4)
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        line = self._new_order(partner_id=contact.id).order_line
        self.assertEqual(line.floor_price, 170.4, "the company of the contact counts")

    def test_the_cost_of_the_company_of_the_order(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.seller.company_ids |= company
        self.product.with_company(company).standard_price = 50
        self._new_floor(2.0)
        orders = self.env["sale.order"].with_user(self.seller).with_company(company)
        order = orders.create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.assertEqual(order.order_line.floor_price, 100)

    def test_bases_surcharges_and_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._new_floor(1.1, surcharge=3)
        line = self._new_order([{"product_uom_id": dozen.id, "price_unit": 900}]).order_line
        self.assertAlmostEqual(line.floor_price, 12 * (71 * 1.1 + 3), 2)
        self.assertTrue(line.is_below_floor)
        self._new_floor(0.9, basis="list", sequence=1)
        self.assertEqual(self._new_order().order_line.floor_price, 90)
        self._new_floor(basis="fixed", fixed_price=95, sequence=0)
        line = self._new_order().order_line
        self.assertEqual(line.floor_price, 95)
        self.assertNotIn("×", line.with_user(self.manager).floor_text)

    def test_another_currency(self):
        euro = self.env["res.currency"].create({"name": "XTE", "symbol": "E", "rounding": 0.01})
        euro.rate_ids.create({"currency_id": euro.id, "name": "2020-01-01", "rate": 0.5})
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        self._new_floor(1.0)
        order = self._new_order([{"price_unit": 36}], pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(order.order_line.floor_price, 35.5)
        self.assertFalse(order.order_line.is_below_floor)
        order.pricelist_id = self.env["product.pricelist"].create({"name": "Home"})
        self.assertEqual(order.order_line.floor_price, 71)
        self.assertTrue(order.order_line.is_below_floor, "36 is not in euros any more")

    def test_taxes_are_no_part_of_a_price(self):
        included = self.env["account.tax"].create(
            {"name": "Incl", "amount": 25, "price_include_override": "tax_included"}
        )
        self._new_floor(basis="fixed", fixed_price=80)
        order = self._new_order([{"price_unit": 100, "tax_ids": [Command.set(included.ids)]}])
        self.assertFalse(order.order_line.is_below_floor)
        order.order_line.price_unit = 99
        self.assertTrue(order.order_line.is_below_floor)
        product = self._new_product("Taxed", 125, 1, taxes_id=[Command.set(included.ids)])
        self._new_floor(0.9, basis="list", applied_on="variant", product_id=product.id)
        line = self._new_order([{"product_id": product.id}]).order_line
        self.assertEqual(line.floor_price, 90)
        self.assertEqual(line.pricelist_price, 100)
        self.assertEqual(line.concession, 0)

    def test_a_rounding_is_nothing(self):
        self._new_floor(basis="fixed", fixed_price=33.33)
        order = self._new_order([{"price_unit": 50, "discount": 33.34, "product_uom_qty": 3}])
        self.assertEqual(order.order_line.price_subtotal, 99.99)
        self.assertFalse(order.order_line.is_below_floor)

    def test_what_has_no_floor(self):
        self._new_floor(2.0)
        order = self._new_order(
            [
                {"product_id": False, "display_type": "line_section", "name": "Chapter"},
                {"product_id": False, "display_type": "line_note", "name": "Note"},
                {"product_uom_qty": 0},
                {"is_downpayment": True, "price_unit": 1, "product_uom_qty": 0},
            ]
        )
        self.assertEqual(order.order_line.mapped("is_below_floor"), [False] * 4)
        order.order_line.invalidate_recordset()
        self.assertFalse(order.price_mark)

    def test_a_discount_on_the_order_counts_for_its_lines(self):
        self._new_floor(basis="fixed", fixed_price=95)
        order = self._new_order([{"price_unit": 100}, {"price_unit": 100}])
        self.assertFalse(any(order.order_line.mapped("is_below_floor")))
        wizard = self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "amount",
                "discount_amount": 20,
            }
        )
        wizard.action_apply_discount()
        sold = order.order_line.filtered(lambda line: line.product_id == self.product)
        self.assertEqual(order.amount_untaxed, 180)
        self.assertEqual(sold.mapped("is_below_floor"), [True, True])
        self.assertAlmostEqual(sold[0].concession, 10)

    def test_a_rule_that_cannot_be_is_refused_with_its_name(self):
        self.assertRefused(
            ValidationError, lambda: self._new_floor(applied_on="category"), "choose the product"
        )
        self.assertRefused(
            ValidationError, lambda: self._new_floor(partner_domain="[('nope', '=', 1)]"), "nope"
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["sales.discount.ceiling"].create({"percent": 5})

    def test_simulation(self):
        order = self._new_order([{"price_unit": 80}, {"price_unit": 90}])
        rule = self._new_floor(active=False)
        action = rule.with_user(self.manager).action_simulate()
        simulation = self.env["sales.price.simulation"].browse(action["res_id"])
        self.assertEqual(simulation.line_ids & order.order_line, order.order_line[0])
        self.assertGreaterEqual(simulation.looked_at, 2)
        ceiling = self._new_ceiling(15)
        action = ceiling.with_user(self.manager).action_simulate()
        simulation = self.env["sales.price.simulation"].browse(action["res_id"])
        self.assertEqual(simulation.line_ids & order.order_line, order.order_line[0])
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).action_simulate()
