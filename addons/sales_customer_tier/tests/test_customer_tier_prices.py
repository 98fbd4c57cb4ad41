from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestCustomerTierPrices(TierCommon):
    """What the customers of a tier pay, wherever a price is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.env["sales.customer.tier"]._get_public_pricelist(cls.company)
        now = fields.Datetime.now()
        cls.tier = cls._create_tier("Excellent")
        cls.tier.pricelist_item_ids = [
            Command.create(
                {
                    "applied_on": "2_product_category",
                    "categ_id": cls.tools.id,
                    "compute_price": "percentage",
                    "percent_price": 10.0,
                    **values,
                }
            )
            for values in (
                {},
                {"min_quantity": 10, "percent_price": 20.0},
                {
                    "min_quantity": 100,
                    "percent_price": 50.0,
                    "date_start": fields.Datetime.add(now, days=10),
                    "date_end": fields.Datetime.add(now, days=20),
                },
            )
        ]
        cls._compute(cls.customer)

    def _quote(self, product, quantity, partner=None, **values):
        line = {"product_id": product.id, "product_uom_qty": quantity}
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "order_line": [Command.create(line)],
                **values,
            }
        )

    def test_prices_on_an_order_by_category_quantity_and_period(self):
        later = fields.Datetime.add(fields.Datetime.now(), days=15)
        for product, quantity, values, price in (
            (self.drill, 1, {}, 90.0),
            (self.drill, 10, {}, 80.0),
            (self.drill, 100, {}, 80.0),
            (self.drill, 100, {"date_order": later}, 50.0),
            (self.screw, 100, {"date_order": later}, 100.0),
        ):
            order = self._quote(product, quantity, **values)
            self.assertEqual(order.pricelist_id, self.tier.pricelist_id)
            self.assertEqual(order.amount_untaxed, price * quantity, (product.name, quantity))

    def test_who_is_in_no_tier_pays_what_everybody_pays(self):
        stranger = self._create_customer("Stranger")
        order = self._quote(self.drill, 10, stranger)
        self.assertEqual(order.pricelist_id, self.public)
        self.assertEqual(order.amount_untaxed, 1000.0)

    def test_prices_follow_the_public_pricelist(self):
        self.public.item_ids = [
            Command.create({"compute_price": "percentage", "percent_price": 25.0})
        ]
        order = self._quote(self.screw, 1)
        self.assertEqual(order.amount_untaxed, 75.0)

    def test_the_same_price_for_a_portal_user_and_by_pricelist(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id, "email": "buyer@example.com"}
        )
        portal = self.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "tier_buyer",
                "partner_id": contact.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        partner = contact.with_user(portal)
        pricelists = self.env["product.pricelist"].with_user(portal)
        found = pricelists.sudo()._get_partner_pricelist_multi(partner.ids)[partner.id]
        self.assertEqual(found, self.tier.pricelist_id)
        self.assertEqual(found._get_product_price(self.drill, 10), 80.0)
        order = self._quote(self.drill, 10, contact)
        self.assertEqual(order.amount_untaxed, 800.0)

    def test_a_pricelist_by_hand_wins_also_the_public_one(self):
        own = self.env["product.pricelist"].create({"name": "Own"})
        for chosen in (own, self.public, self.tier.pricelist_id):
            self.customer.property_product_pricelist = chosen
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(self._quote(self.drill, 1).pricelist_id, chosen)
        self.assertFalse(self.customer.specific_property_product_pricelist)

    def test_quotations_keep_their_prices_until_they_are_updated(self):
        order = self._quote(self.drill, 1)
        self.tier.action_switch_off()
        self._compute()
        self.assertEqual(order.pricelist_id, self.tier.pricelist_id)
        self.assertEqual(order.amount_untaxed, 90.0)
        self.assertEqual(self._quote(self.drill, 1).amount_untaxed, 100.0)
        order.pricelist_id = self.customer.property_product_pricelist
        order.action_update_prices()
        self.assertEqual(order.amount_untaxed, 100.0)

    def test_a_switched_off_tier_gives_no_price_even_before_the_job(self):
        self.tier.action_switch_off()
        self.assertEqual(self.customer.customer_tier_id, self.tier)
        self.assertEqual(self.customer.property_product_pricelist, self.public)

    def test_the_prices_of_a_tier_are_nobodys_default(self):
        """Core takes the first pricelist of a company for the default one."""
        self.public.sequence = 100
        self.tier.pricelist_id.sequence = 1
        stranger = self._create_customer("Stranger")
        self.assertEqual(stranger.property_product_pricelist, self.public)
        self.env["res.company"]._activate_or_create_pricelists()
        draft = self._create_tier("Draft", running=False)
        self.env["res.company"]._activate_or_create_pricelists()
        self.assertFalse(draft.pricelist_id.active)

    def test_switching_on_needs_pricelists(self):
        draft = self._create_tier("Draft", running=False)
        self.env.ref("base.group_user").implied_ids = [Command.unlink(self.group.id)]
        self.env["res.users"].browse(1).group_ids = [Command.unlink(self.group.id)]
        with self.assertRaises(UserError) as caught:
            draft.action_switch_on()
        self.assertIn("Settings", str(caught.exception))

    def test_other_companies_have_other_prices(self):
        other = self.env["res.company"].create({"name": "Other"})
        customer = self.customer.with_company(other)
        self.assertNotEqual(customer.property_product_pricelist, self.tier.pricelist_id)
        order = self._quote(self.drill, 1, company_id=other.id)
        self.assertEqual(order.amount_untaxed, 100.0)

    def test_the_number_of_queries_is_constant(self):
        partners = self.env["res.partner"].create(
            [{"name": f"C{n}", "customer_rank": 1} for n in range(111)]
        )
        self._compute(partners)
        counts = []
        for chosen in (partners[:1], partners[:1], partners[1:11], partners[11:]):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            found = self.env["product.pricelist"]._get_partner_pricelist_multi(chosen.ids)
            self.assertEqual(set(found.values()), {self.tier.pricelist_id})
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(len(set(counts[1:])), 1, counts)

    def test_a_copy_has_the_same_prices_and_another_pricelist(self):
        copy = self.tier.copy()
        self.assertEqual(copy.state, "draft")
        self.assertNotEqual(copy.pricelist_id, self.tier.pricelist_id)
        prices = self.tier.pricelist_item_ids.mapped("percent_price")
        self.assertEqual(copy.pricelist_item_ids.mapped("percent_price"), prices)

    def test_a_change_is_drafted_and_then_becomes_the_tier(self):
        self.tier.condition_ids = [Command.create({"kind": "orders", "enter_value": 5})]
        draft = self.env["sales.customer.tier"].browse(self.tier.action_change()["res_id"])
        draft.condition_ids.enter_value = 0
        draft.pricelist_item_ids.filtered(lambda i: i.min_quantity == 10).percent_price = 30.0
        self.assertEqual(self._quote(self.drill, 10).amount_untaxed, 800.0)
        pricelist = self.tier.pricelist_id
        draft.action_switch_on()
        self.assertEqual(self.tier.pricelist_id, pricelist)
        self.assertEqual(self.tier.condition_ids.mapped("enter_value"), [0])
        self.assertEqual(self._quote(self.drill, 10).amount_untaxed, 700.0)
        self.assertFalse(draft.active)
        self.assertEqual(self.customer.customer_tier_id, self.tier)
