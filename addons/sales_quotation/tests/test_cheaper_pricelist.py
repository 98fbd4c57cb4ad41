from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestCheaperPricelist(QuotationCase):
    """Another pricelist on the quotation is no way around a discount ceiling."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        feature = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user").implied_ids = [Command.link(feature.id)]
        cls.contacts = cls.env.ref("base.group_partner_manager")
        (cls.seller | cls.lead | cls.manager).group_ids = [Command.link(cls.contacts.id)]
        cls.ceiling = cls._new_ceiling(10)
        cls.own = cls._new_pricelist("Own", percent_price=0)
        cls.cheap = cls._new_pricelist("Cheap", percent_price=20)
        cls.customer.property_product_pricelist = cls.own

    @classmethod
    def _new_pricelist(cls, name, **item):
        item = {"compute_price": "percentage", "applied_on": "3_global", **item}
        items = [Command.create(item)]
        return cls.env["product.pricelist"].create({"name": name, "item_ids": items})

    def _new_line(self, line=None, **values):
        return self._new_order([line or {}], **values).order_line

    # === WHAT IS MEASURED FROM === #

    def test_a_cheaper_pricelist_is_a_concession(self):
        order = self._new_order(pricelist_id=self.cheap.id)
        line = order.order_line
        self.assertEqual((line.price_unit, line.pricelist_price), (80, 100))
        self.assertAlmostEqual(line.concession, 20)
        self.assertTrue(order.approval_needed)
        self.assertRefused(
            UserError, order.action_confirm, "20.00 % below the customer's pricelist Own", "10.00 %"
        )
        [limit] = [text for text in self._ask_limits(line) if "Own" in text]
        self.assertIn("100.00", limit)

    def _ask_limits(self, line):
        return line.get_last_prices(
            {
                "id": line.id,
                "order_id": line.order_id.id,
                "product_id": line.product_id.id,
                "partner_id": self.customer.id,
            }
        )["texts"]

    def test_it_is_one_when_it_is_changed_later_too(self):
        order = self._new_order()
        order.pricelist_id = self.cheap
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, 80)
        self.assertTrue(order.order_line.is_above_ceiling)
        order.pricelist_id = self.own
        order.action_update_prices()
        self.assertFalse(order.order_line.is_above_ceiling)

    def test_a_little_cheaper_is_within_the_ceiling(self):
        little = self._new_pricelist("Little", percent_price=6)
        line = self._new_line(pricelist_id=little.id)
        self.assertAlmostEqual(line.concession, 6)
        self.assertFalse(line.is_above_ceiling)
        line.discount = 5
        self.assertTrue(line.is_above_ceiling, "both together")

    def test_a_dearer_pricelist_is_measured_from(self):
        dear = self._new_pricelist("Dear", percent_price=-50)
        line = self._new_line(pricelist_id=dear.id)
        self.assertEqual(line.pricelist_price, 150)
        line.price_unit = 120
        self.assertTrue(line.is_above_ceiling)
        self.assertFalse(line.ceiling_pricelist_id)

    def test_the_pricelist_of_the_customer_is_no_concession(self):
        self.customer.property_product_pricelist = self.cheap
        line = self._new_line()
        self.assertEqual((line.price_unit, line.pricelist_price, line.concession), (80, 80, 0))
        line.price_unit, line.discount = 72, 0
        self.assertFalse(line.is_above_ceiling)
        line.price_unit = 71.9
        self.assertTrue(line.is_above_ceiling)

    def test_no_pricelist_is_measured_from_that_of_the_customer(self):
        self.own.item_ids.percent_price = -50
        line = self._new_line({"price_unit": 100}, pricelist_id=False)
        self.assertEqual(line.pricelist_price, 150)
        self.assertTrue(line.is_above_ceiling)

    def test_quantity_breaks_and_fixed_prices_are_those_of_the_line(self):
        self.own.item_ids = [
            Command.create(
                {
                    "compute_price": "fixed",
                    "fixed_price": 80,
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "min_quantity": 10,
                }
            )
        ]
        fixed = self._new_pricelist("Fixed", compute_price="fixed", fixed_price=75)
        line = self._new_line({"product_uom_qty": 10}, pricelist_id=fixed.id)
        self.assertEqual(line.pricelist_price, 80)
        self.assertAlmostEqual(line.concession, 6.25)
        line.product_uom_qty = 9
        self.assertAlmostEqual(line.concession, 25)

    def test_another_currency_is_converted(self):
        abroad = self.env["res.currency"].create({"name": "XPL", "symbol": "P"})
        abroad.rate_ids.create({"currency_id": abroad.id, "name": "2020-01-01", "rate": 0.5})
        pricelist = self._new_pricelist("Abroad", compute_price="fixed", fixed_price=40)
        pricelist.currency_id = abroad
        line = self._new_line(pricelist_id=pricelist.id)
        self.assertEqual((line.price_unit, line.pricelist_price), (40, 50))
        self.assertAlmostEqual(line.concession, 20)

    def test_another_unit_is_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        line = self._new_line({"product_uom_id": dozen.id}, pricelist_id=self.cheap.id)
        self.assertEqual((line.price_unit, line.pricelist_price), (960, 1200))

    def test_a_day_of_a_promotion_that_was_typed_is_none(self):
        self.own.item_ids = [
            Command.create(
                {
                    "compute_price": "fixed",
                    "fixed_price": 50,
                    "applied_on": "1_product",
                    "product_tmpl_id": self.product.product_tmpl_id.id,
                    "date_start": "2020-01-01",
                    "date_end": "2020-01-31",
                }
            )
        ]
        order = self._new_order(date_order=Datetime.to_datetime("2020-01-15 10:00:00"))
        self.assertEqual(order.order_line.price_unit, 50)
        self.assertEqual(order.order_line.pricelist_price, 100)
        self.assertTrue(order.order_line.is_above_ceiling)

    def test_no_country_that_a_client_sends(self):
        group = self.env["res.country.group"].create(
            {"name": "G", "country_ids": self.env.ref("base.is").ids}
        )
        self.cheap.country_group_ids = group
        self.customer.property_product_pricelist = False
        self.own.sequence = 0
        orders = self.env["sale.order"].with_user(self.seller).with_context(country_code="IS")
        order = orders.create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.assertEqual(order.order_line.pricelist_price, 100)

    # === WHO MAY GIVE A CUSTOMER ITS PRICELIST === #

    def test_who_is_held_to_a_ceiling_gives_no_customer_a_pricelist(self):
        for name in ("property_product_pricelist", "specific_property_product_pricelist"):
            with self.subTest(name):
                partners = self.env["res.partner"].with_user(self.seller)
                with self.assertRaises(AccessError):
                    partners.browse(self.customer.id).write({name: self.cheap.id})
                with self.assertRaises(AccessError):
                    partners.create({"name": "Straw", name: self.cheap.id})
                self.assertTrue(partners.fields_get([name])[name]["readonly"])
                self.env.invalidate_all()
        self.assertEqual(self.customer.property_product_pricelist, self.own)

    def test_an_import_gives_none_either(self):
        partners = self.env["res.partner"].with_user(self.seller)
        found = partners.load(["name", "property_product_pricelist"], [["Straw", "Cheap"]])
        self.assertFalse(found["ids"])

    def test_a_copy_of_a_customer_has_none(self):
        self.customer.property_product_pricelist = self.cheap
        copied = self.customer.with_user(self.seller).copy({"name": "Straw"})
        self.assertFalse(copied.sudo().specific_property_product_pricelist)

    def test_a_new_customer_and_its_contacts_are_made_as_ever(self):
        partners = self.env["res.partner"].with_user(self.seller)
        partner = partners.create({"name": "New", "is_company": True})
        contact = partners.create({"name": "Li", "parent_id": self.customer.id})
        self.assertEqual(contact.property_product_pricelist, self.own)
        partner.country_id = self.env.ref("base.cn")
        self.assertTrue(partner.property_product_pricelist)

    def test_managers_and_who_has_no_ceiling_give_them(self):
        for user in (self.manager, self.lead):
            self.customer.with_user(user).property_product_pricelist = self.cheap
            self.assertEqual(self.customer.property_product_pricelist, self.cheap)
            self.customer.property_product_pricelist = self.own

    # === WHAT THE CUSTOMER CHOSE === #

    def _new_shop_order(self):
        """As a shop makes it: by nobody, with the pricelist that the visitor chose."""
        root = self.env.ref("base.user_root")
        order = self._new_order(user=root, pricelist_id=self.cheap.id)
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo().write({"partner_id": self.customer.id})
        order.with_user(public).sudo().pricelist_id = self.cheap
        order.user_id = self.seller
        return order.with_user(self.seller)

    def test_the_pricelist_that_a_customer_chose_is_measured_from(self):
        order = self._new_shop_order()
        order.order_line.flush_recordset()
        self.assertEqual(order.pricelist_id, self.cheap)
        self.assertEqual((order.order_line.price_unit, order.order_line.pricelist_price), (80, 80))
        self.assertFalse(order.approval_needed)

    def test_nobody_says_that_a_customer_chose_it(self):
        name = "is_pricelist_by_customer"
        with self.assertRaises(AccessError):
            self._new_order(pricelist_id=self.cheap.id, **{name: True})
        order = self._new_order(pricelist_id=self.cheap.id)
        with self.assertRaises(AccessError):
            order.write({name: True})
        order = self._new_shop_order()
        order.write({"pricelist_id": self.cheap.id})
        self.assertTrue(order.order_line.is_above_ceiling, "the seller chose it again")
        order = self._new_shop_order()
        other = self.env["res.partner"].create({"name": "Other"})
        order.write({"partner_id": other.id})
        self.assertFalse(order.sudo()[name])
        self.assertFalse(self._new_shop_order().copy().sudo()[name])

    # === COMBOS, QUERIES === #

    def _new_combo_item(self, order):
        combo = self.env["product.combo"].create(
            {"name": "Set", "combo_item_ids": [Command.create({"product_id": self.product.id})]}
        )
        product = self._new_product("Set", 150, 0, type="combo", combo_ids=combo.ids)
        parent = order.order_line.create({"order_id": order.id, "product_id": product.id})
        return parent.create(
            {
                "order_id": order.id,
                "product_id": self.product.id,
                "combo_item_id": combo.combo_item_ids.id,
                "linked_line_id": parent.id,
            }
        )

    def test_combos_are_measured_from_the_pricelist_of_the_customer(self):
        item = self._new_combo_item(self._new_order(pricelist_id=self.cheap.id))
        self.assertAlmostEqual(item.pricelist_price, 150)
        self.assertAlmostEqual(item.concession, 20)
        self.customer.property_product_pricelist = self.cheap
        item = self._new_combo_item(self._new_order())
        self.assertAlmostEqual(item.pricelist_price, 120)
        self.assertAlmostEqual(item.concession, 0)

    def test_a_combo_that_no_line_stands_for_says_nothing(self):
        order = self._new_order()
        item = self._new_combo_item(order)
        values = {
            "order_id": order.id,
            "product_id": self.product.id,
            "combo_item_id": item.combo_item_id.id,
            "linked_virtual_id": "x",
            "technical_price_unit": 1,
            "price_unit": 1,
        }
        item.linked_line_id.virtual_id = "x"
        line = item.create(values)
        self.assertTrue(line.is_above_ceiling)

    def test_queries_are_constant(self):
        products = self.env["product.product"].create(
            [{"name": f"P{n}", "list_price": 100 + n, "taxes_id": False} for n in range(100)]
        )

        def count(number):
            lines = [{"product_id": product.id} for product in products[:number]]
            order = self._new_order(lines, pricelist_id=self.cheap.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._resolve_floors()
            self.env.flush_all()
            self.assertTrue(all(line.concession > 19 for line in order.order_line))
            return self.env.cr.sql_log_count - before

        counts = [count(number) for number in (1, 1, 10, 100)]
        self.assertEqual(len(set(counts[1:])), 1, counts)
