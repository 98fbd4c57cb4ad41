from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestCustomerTierSecurity(TierCommon):
    """Managers manage; salespeople read about their customers; nobody else reads anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tier = cls._create_tier("Excellent", ("ordered", 100, 100))
        cls.secret = cls._create_customer("Secret")
        for partner in cls.customer | cls.secret:
            cls._order(partner, 4711)
        cls._compute(cls.customer | cls.secret)
        # of nobody's role: rules of roles add up
        cls.env["ir.rule"].create(
            {
                "name": "Not the secret one",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {cls.secret.id})] if user.id == {cls.anna.id} "
                "else [(1, '=', 1)]",
            }
        )
        export = cls.env.ref("base.group_allow_export")
        cls.anna.group_ids = [Command.link(export.id)]
        cls.portal = new_test_user(cls.env, "tier_portal", "base.group_portal")
        cls.clerk = new_test_user(cls.env, "tier_clerk", "base.group_user")

    def test_salespeople_read_about_the_customers_that_they_read(self):
        for model in (self.memberships, self.history):
            records = model.with_user(self.anna)
            domain = [("partner_id", "in", (self.customer | self.secret).ids)]
            found = records.search(domain)
            self.assertEqual(found.partner_id, self.customer)
            self.assertIn("4,711.00", found.why)
            self.assertEqual(found.export_data(["why"])["datas"], [[found.why]])
            groups = records._read_group(domain, ["partner_id"], ["__count"])
            self.assertEqual([(p.id, n) for p, n in groups], [(self.customer.id, 1)])
            hidden = model.search([("partner_id", "=", self.secret.id)]).with_user(self.anna)
            with self.assertRaises(AccessError):
                hidden.read(["reason"])
        self.assertIn("4,711.00", self.customer.with_user(self.anna).customer_tier_reason)
        self.assertEqual(self.customer.with_user(self.anna).customer_tier_id, self.tier)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nobody_else_reads_anything(self):
        for user in (self.portal, self.clerk):
            for model in (self.tier, self.memberships, self.history):
                with self.assertRaises(AccessError):
                    model.with_user(user).search([("id", "!=", 0)])
            for name in ("customer_tier_id", "customer_tier_reason", "customer_tier_history_ids"):
                with self.assertRaises(AccessError):
                    user.partner_id.with_user(user).read([name])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_salespeople_change_nothing(self):
        customer = self.customer.with_user(self.anna)
        tier = self.tier.with_user(self.anna)
        self.anna.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        membership = self._membership().with_user(self.anna)
        assign = self.env["sales.customer.tier.assign"].with_user(self.anna)
        for attempt in (
            lambda: customer.write({"customer_tier_id": False}),
            lambda: customer.create({"name": "N", "customer_tier_id": tier.id}),
            lambda: customer.action_compute_tier(),
            lambda: tier.write({"name": "Mine"}),
            lambda: tier.action_switch_off(),
            lambda: tier.action_change(),
            lambda: tier.action_compute(),
            lambda: membership.write({"tier_id": False}),
            lambda: membership._assign(customer, self.company, tier, "me"),
            lambda: membership._release(customer, self.company),
            lambda: assign.create({"partner_ids": customer.ids, "note": "me"}),
            lambda: (
                self.env["sales.customer.tier.simulation"]
                .with_user(self.anna)
                .create({"tier_id": tier.id})
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self._is_changed())

    @mute_logger("odoo.models")
    def test_a_tier_is_not_imported(self):
        """Who imports customers does not choose their prices."""
        self.anna.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        rows = [["Imported", str(self.tier.id)]]
        partners = self.env["res.partner"].with_user(self.anna)
        result = partners.load(["name", "customer_tier_id/.id"], rows)
        self.assertFalse(result["ids"])
        self.assertIn("Give a Tier", result["messages"][0]["message"])

    def _is_changed(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.customer.customer_tier_id != self.tier or self.tier.name != "Excellent"

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_managers_change_memberships_only_with_a_reason(self):
        with self.assertRaises(AccessError):
            self._membership().with_user(self.manager).write({"tier_id": False})
        with self.assertRaises(AccessError):
            self.customer.with_user(self.manager).customer_tier_id = False
            self.env.flush_all()
        with self.assertRaises(AccessError):
            self._history().with_user(self.manager).unlink()

    def test_no_condition_on_what_one_may_not_read(self):
        tier = self.tier.with_user(self.manager)
        for domain in ("[('signup_type', '=', 'x')]", "[('user_ids.password', 'like', 'x')]"):
            with self.subTest(domain), self.assertRaises(UserError) as caught:
                tier.domain = domain
            self.assertIn("cannot be read", str(caught.exception))
        tier.domain = "[('city', '=', 'Chengdu')]"

    def test_merged_customers_keep_one_tier_and_both_histories(self):
        other = self._create_customer("Other")
        excellent = self._create_tier("VIP", sequence=99)
        self._compute(other)
        self.assertEqual(other.customer_tier_id, excellent)
        self.manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        kept = self.customer.with_user(self.manager)
        wizard.create({})._merge((self.customer | other).ids, kept)
        self.env.invalidate_all()
        self.assertFalse(other.exists())
        self.assertEqual(self.customer.customer_tier_id, self.tier)
        self.assertEqual(self._membership().tier_id, self.tier)
        self.assertEqual(len(self._history()), 2)

    def test_managers_manage(self):
        tier = self.env["sales.customer.tier"].with_user(self.manager).create({"name": "Mine"})
        tier.pricelist_item_ids = [Command.create({"percent_price": 5.0})]
        tier.action_switch_on()
        tier.action_compute()
        self.customer.with_user(self.manager).action_compute_tier()
        tier.action_switch_off()
        tier.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_companies_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_tier("Theirs", company_id=other.id)
        self._compute(company=other)
        tiers = self.env["sales.customer.tier"].with_user(self.manager)
        self.assertFalse(tiers.search([("id", "=", theirs.id)]))
        for model in (self.memberships, self.history):
            found = model.with_user(self.manager).search([("partner_id", "=", self.customer.id)])
            self.assertEqual(found.company_id, self.company)
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).read(["name"])

    def test_field_rules_hide_the_tier_and_leave_the_prices(self):
        self.env["sales.customer.field.rule"].create(
            {
                "field_id": self.env["ir.model.fields"]._get("res.partner", "customer_tier_id").id,
                "read_group_ids": [self.env.ref("sales_team.group_sale_manager").id],
            }
        )
        customer = self.customer.with_user(self.anna)
        with self.assertRaises(AccessError):
            customer.read(["customer_tier_id"])
        with self.assertRaises(AccessError):
            customer.read(["customer_tier_reason"])
        self.assertEqual(customer.property_product_pricelist, self.tier.pricelist_id)
        arch = customer.get_view(view_type="form")["arch"]
        self.assertNotIn('name="customer_tier_id"', arch)
        self.assertNotIn("customer_tier_history_ids", arch)
        for model in (self.memberships, self.history):
            self.assertFalse(model.with_user(self.anna).search([("id", "!=", 0)]))
            records = model.search([("partner_id", "=", self.customer.id)])
            with self.assertRaises(AccessError):
                records.with_user(self.anna).read(["reason"])
        order = self.env["sale.order"].with_user(self.anna).create({"partner_id": customer.id})
        self.assertEqual(order.pricelist_id, self.tier.pricelist_id)

    def test_a_tier_that_customers_are_in_stays(self):
        with self.assertRaises(UserError) as caught:
            self.tier.unlink()
        self.assertIn("Excellent", str(caught.exception))
        with self.assertRaises(UserError):
            self.tier.active = False
