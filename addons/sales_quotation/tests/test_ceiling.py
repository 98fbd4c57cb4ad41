from odoo.fields import Command
from odoo.tests import tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestCeiling(QuotationCase):
    def _new_pricelist(self, **item):
        return self.env["product.pricelist"].create(
            {"name": "Partners", "item_ids": [Command.create(item)]}
        )

    def _give_customer(self, pricelist):
        feature = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids = [Command.link(feature.id)]
        self.customer.property_product_pricelist = pricelist

    def test_a_lower_price_counts_like_a_discount(self):
        self._new_ceiling(10)
        order = self._new_order(
            [{"discount": 10}, {"discount": 11}, {"price_unit": 90}, {"price_unit": 89}]
        )
        lines = order.order_line
        self.assertEqual(lines.mapped("is_above_ceiling"), [False, True, False, True])
        self.assertAlmostEqual(lines[3].concession, 11)
        lines[2].discount = 5
        self.assertTrue(lines[2].is_above_ceiling)
        self.assertAlmostEqual(lines[2].concession, 14.5)

    def test_it_is_measured_from_the_pricelist_of_the_customer(self):
        pricelist = self._new_pricelist(
            compute_price="percentage", percent_price=20, applied_on="3_global"
        )
        self._give_customer(pricelist)
        self._new_ceiling(10)
        line = self._new_order().order_line
        self.assertEqual(line.pricelist_price, 80)
        self.assertEqual(line.concession, 0)
        line.price_unit, line.discount = 72, 0
        self.assertFalse(line.is_above_ceiling)
        line.price_unit = 71.9
        self.assertTrue(line.is_above_ceiling)

    def test_a_quantity_that_loses_its_price_counts(self):
        pricelist = self._new_pricelist(
            compute_price="fixed", fixed_price=80, applied_on="3_global", min_quantity=10
        )
        self._give_customer(pricelist)
        self._new_ceiling(10)
        line = self._new_order([{"product_uom_qty": 10}]).order_line
        self.assertEqual(line.price_unit, 80)
        line.write({"product_uom_qty": 9, "price_unit": 80})
        self.assertEqual(line.pricelist_price, 100)
        self.assertTrue(line.is_above_ceiling)

    def test_person_before_role_and_the_highest_of_several_roles(self):
        role = self.env["res.groups"].create(
            {"name": "Senior", "user_ids": [Command.link(self.seller.id)]}
        )
        sales = self.env.ref("sales_team.group_sale_salesman")
        self._new_ceiling(5, group_id=sales.id)
        self.assertEqual(self._new_order().order_line.discount_ceiling, 5)
        self._new_ceiling(20, group_id=role.id)
        self.assertEqual(self._new_order().order_line.discount_ceiling, 20)
        self._new_ceiling(8, group_id=role.id, categ_id=self.parent_category.id)
        self.assertEqual(self._new_order().order_line.discount_ceiling, 8)
        own = self._new_ceiling(12)
        self.assertEqual(self._new_order().order_line.discount_ceiling, 12)
        own.unlink()
        self.assertEqual(self._new_order(user=self.manager).order_line.discount_ceiling, 5)

    def test_who_has_no_rule_has_no_ceiling(self):
        self._new_ceiling(10)
        line = self._new_order([{"discount": 90}], user=self.manager).order_line
        self.assertFalse(line.ceiling_mode)
        self.assertFalse(line.is_above_ceiling)
        self.assertAlmostEqual(line.concession, 90)

    def test_another_salesperson_brings_his_own_ceiling(self):
        self._new_ceiling(30)
        self._new_ceiling(5, self.lead)
        order = self._new_order([{"discount": 20}])
        self.assertFalse(order.order_line.is_above_ceiling)
        order.with_user(self.manager).user_id = self.lead
        self.assertTrue(order.order_line.is_above_ceiling)

    def test_chained_pricelists_give_what_odoo_gives(self):
        base = self._new_pricelist(
            compute_price="formula", base="list_price", price_discount=10, applied_on="3_global"
        )
        pricelist = self._new_pricelist(
            compute_price="formula",
            base="pricelist",
            base_pricelist_id=base.id,
            price_discount=10,
            price_surcharge=1,
            applied_on="3_global",
        )
        lines = [{"product_id": p.id} for p in (self.product, self.other)]
        self._give_customer(pricelist)
        order = self._new_order(lines)
        for line in order.order_line:
            price = pricelist._get_product_price(line.product_id, 1.0)
            self.assertAlmostEqual(line.pricelist_price, price)
            self.assertAlmostEqual(line.price_unit, price)

    def test_items_of_a_combo_are_measured_from_their_part_of_it(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Set",
                "combo_item_ids": [Command.create({"product_id": self.product.id})],
            }
        )
        product = self._new_product("Set", 150, 0, type="combo", combo_ids=combo.ids)
        self._new_ceiling(10)
        order = self._new_order([{"product_id": product.id}])
        parent = order.order_line
        item = parent.create(
            {
                "order_id": order.id,
                "product_id": self.product.id,
                "combo_item_id": combo.combo_item_ids.id,
                "linked_line_id": parent.id,
            }
        )
        self.assertEqual((parent.pricelist_price, parent.concession), (0, 0))
        self.assertEqual((item.price_unit, item.pricelist_price), (150, 150))
        item.price_unit = 120
        self.assertTrue(item.is_above_ceiling)
        self.assertAlmostEqual(item.concession, 20)
