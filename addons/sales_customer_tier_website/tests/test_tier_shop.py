from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sales_customer_tier.tests.common import TierCommon


@tagged("post_install", "-at_install")
class TestTierShop(TierCommon, HttpCase):
    """What a pump costs in the shop: for a customer of a tier, another one, and a visitor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1, order="id")
        cls.website.company_id = cls.company
        cls.pump = cls.env["product.template"].create(
            {
                "name": "Pump",
                "list_price": 1234.0,
                "taxes_id": [Command.clear()],
                "is_published": True,
            }
        )
        cls.tier = cls._create_tier("Excellent", ("age_created", 180, 180, {"operator": "max"}))
        cls.tier.pricelist_id.item_ids.percent_price = 50
        cls.other = cls._create_customer("Other")
        cls._compute()
        for login, partner in (("tier_buyer", cls.customer), ("tier_other", cls.other)):
            buyer = new_test_user(cls.env, login, "base.group_portal")
            buyer.partner_id.parent_id = partner

    def _read_price(self, login):
        """Return which price the page of the pump shows."""
        self.authenticate(login, login)
        page = self.url_open(self.pump.website_url).text
        self.assertIn("1,234.00", page, "beside a lower price, too, struck out")
        return "617.00" if "617.00" in page else "1,234.00"

    def _choose_tier_prices(self):
        return self.url_open(f"/shop/change_pricelist/{self.tier.pricelist_id.id}")

    def test_customer_of_the_tier_pays_its_prices(self):
        self.assertEqual(self._read_price("tier_buyer"), "617.00")
        self.assertEqual(self._read_price("tier_other"), "1,234.00")
        self.assertEqual(self._read_price(None), "1,234.00")

    def test_nobody_else_chooses_them(self):
        for login in ("tier_other", None):
            self.authenticate(login, login)
            self._choose_tier_prices()
            page = self.url_open(self.pump.website_url).text
            self.assertIn("1,234.00", page)
            self.assertNotIn("617.00", page)

    def test_visitors_never_get_them_though_there_is_no_other_pricelist(self):
        others = self.env["product.pricelist"].search([("id", "!=", self.tier.pricelist_id.id)])
        others.action_archive()
        self.tier.pricelist_id.write({"selectable": True, "website_id": self.website.id})
        self.assertNotIn(self.tier.pricelist_id, self.website.pricelist_ids)
        self.assertEqual(self._read_price(None), "1,234.00")
        self.assertEqual(self._read_price("tier_buyer"), "617.00")

    def test_a_cart_has_the_prices_of_the_tier(self):
        self.authenticate("tier_buyer", "tier_buyer")
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.pump.id,
                "product_id": self.pump.product_variant_id.id,
                "quantity": 2,
            },
        )
        order = self.env["sale.order"].search([("website_id", "=", self.website.id)], limit=1)
        self.assertEqual(order.partner_id.commercial_partner_id, self.customer)
        self.assertEqual(order.pricelist_id, self.tier.pricelist_id)
        self.assertEqual(order.amount_untaxed, 1234)

    def test_prices_end_with_the_tier(self):
        self.authenticate("tier_buyer", "tier_buyer")
        self.assertIn("617.00", self.url_open(self.pump.website_url).text)
        self.tier.action_switch_off()
        self.assertNotIn("617.00", self.url_open(self.pump.website_url).text)

    def test_a_website_of_another_company_does_not_know_them(self):
        company = self.env["res.company"].create({"name": "Branch"})
        website = self.env["website"].create({"name": "Branch", "company_id": company.id})
        self.assertFalse(self.tier.pricelist_id._is_available_on_website(website))
        self.assertTrue(self.tier.pricelist_id._is_available_on_website(self.website))
