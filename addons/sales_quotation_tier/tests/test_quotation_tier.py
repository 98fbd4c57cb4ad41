from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_quotation.tests.common import QuotationCase


@tagged("post_install", "-at_install")
class TestQuotationTier(QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tiers = cls.env["sales.customer.tier"].create([{"name": "Excellent"}, {"name": "New"}])
        cls.excellent, cls.new = tiers
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger", "is_company": True})
        cls.buyer = cls.env["res.partner"].create({"name": "Sun", "parent_id": cls.customer.id})

    def _give(self, partner, tier):
        partner.sudo().customer_tier_id = tier
        partner.invalidate_recordset(["property_product_pricelist"])  # as memberships do

    def test_floor_of_a_tier_comes_first_and_says_so(self):
        everybody = self._new_floor(1.5, sequence=1)
        excellent = self._new_floor(1.155, sequence=9, tier_ids=self.excellent.ids)
        self._new_floor(2, applied_on="category", categ_id=self.category.id, tier_ids=self.new.ids)
        line = self._new_order().order_line
        self.assertEqual(line.sudo().floor_rule_id, everybody)
        self._give(self.customer, self.excellent)
        for partner in (self.customer, self.buyer):
            line = self._new_order(partner_id=partner.id).order_line
            self.assertEqual(line.sudo().floor_rule_id, excellent)
            self.assertEqual(line.sudo().floor_price, 82.01)
            self.assertIn(f"rule {excellent.id}, tier Excellent", line.floor_text)
            self.assertNotIn("71", line.floor_text, "the cost, which the seller may not see")
        self._give(self.customer, self.new)
        line = self._new_order().order_line
        self.assertEqual(line.sudo().floor_price, 142.0, "a category comes before all products")

    def test_the_tier_is_that_of_the_company_of_the_order(self):
        self._new_floor(1.155, tier_ids=self.excellent.ids)
        company = self.env["res.company"].create({"name": "Other"})
        self.customer.sudo().with_company(company).customer_tier_id = self.excellent
        self.assertFalse(self._new_order().order_line.sudo().floor_rule_id)

    def test_last_prices_of_others_are_those_of_the_tier(self):
        orders = [self._new_order([{"price_unit": 90}], partner_id=self.stranger.id)]
        other = self.stranger.copy({"name": "Other"})
        orders.append(self._new_order([{"price_unit": 80}], partner_id=other.id))
        for order in orders:
            order.sudo().action_confirm()
        self.assertEqual(self._ask_others(), {80, 90}, "who has no tier is compared with all")
        self._give(self.customer, self.excellent)
        self._give(self.stranger, self.excellent)
        self.assertEqual(self._ask_others(), {90})
        self._give(other, self.excellent)
        self.assertEqual(self._ask_others(), {80, 90})

    def _ask_others(self):
        line = {"product_id": self.product.id, "partner_id": self.customer.id}
        lines = self.env["sale.order.line"].with_user(self.lead)
        found = lines.get_last_prices({**line, "currency_id": self.currency.id})
        return {price["price_unit"] for price in found["others"]}

    def test_a_ceiling_is_measured_from_the_prices_of_the_tier(self):
        feature = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids = [Command.link(feature.id)]
        self._new_ceiling(10)
        tiers = self.excellent | self.new
        for tier, percent in ((self.excellent, 30), (self.new, 5)):
            tier.pricelist_id.item_ids.percent_price = percent
        tiers.write({"state": "running"})
        tiers.pricelist_id.action_unarchive()
        cheap = self.excellent.pricelist_id
        self._give(self.customer, self.new)
        line = self._new_order().order_line
        self.assertEqual((line.price_unit, line.pricelist_price), (95, 95))
        line = self._new_order(pricelist_id=cheap.id).order_line
        self.assertEqual((line.price_unit, line.pricelist_price), (70, 95))
        self.assertTrue(line.is_above_ceiling)
        self._give(self.customer, self.excellent)
        line = self._new_order(pricelist_id=cheap.id).order_line
        self.assertEqual((line.concession, line.is_above_ceiling), (0, False))
