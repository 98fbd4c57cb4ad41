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
