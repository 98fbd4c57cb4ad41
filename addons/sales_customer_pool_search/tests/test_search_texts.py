import random
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_customer_pool.tests.common import CustomerPoolCommon
from odoo.addons.sales_customer_search.models import customer_query, customer_statements
from odoo.addons.sales_customer_search.models.customer_query import CustomerQuery

from ..models.res_partner import RULE
from ..models.sales_customer_search_text import LONGEST_TEXT

STEPS = 60


@tagged("post_install", "-at_install")
class TestSearchTexts(CustomerPoolCommon):
    """Whoever reads little finds all that may be read, whatever has happened to whom it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key_model = cls.registry["sales.customer.search.key"]
        cls.startClassPatcher(patch.object(key_model, "_get_readable_share", lambda *_args: 0.01))
        # as of a million customers: what all have is common, and texts are looked through
        for module in (customer_statements, customer_query):
            cls.startClassPatcher(patch.object(module, "MOST_PROBED", -1))
        cls.own = cls._create_customers(user_id=cls.li.id, name="Yuanhang Own")
        cls.contact = cls.own.create({"name": "Yuanhang Contact", "parent_id": cls.own.id})
        cls.pooled = cls._create_pooled(name="Yuanhang Pooled")
        cls.free = cls._create_customers(name="Yuanhang Free")
        cls.vendor = cls.own.create({"name": "Yuanhang Vendor", "is_company": True})
        cls.all = cls.own | cls.contact | cls.pooled | cls.free | cls.vendor

    def _get_scopes(self, partners=None):
        self.env.flush_all()
        self.env["sales.customer.search.key"]._refresh_marked()
        ids = list((partners or self.all).ids)
        self.env.cr.execute(
            "SELECT partner_id, scope FROM sales_customer_search_text WHERE partner_id = ANY(%s)",
            [ids],
        )
        return {self.own.browse(id_): scope for id_, scope in self.env.cr.fetchall()}

    def _expect(self, partner):
        customer = partner.commercial_partner_id
        if not partner.partner_share or not customer.customer_rank:
            return 0
        return customer.user_id.id or -customer.pool_id.id

    def _find(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.env["res.partner"].with_user(user).name_search("Yuanhang", limit=100)
        return self.own.browse(id_ for id_, _name in found)

    def _assert_true(self):
        self.assertEqual(self._get_scopes(), {p: self._expect(p) for p in self.all})
        self._assert_texts()
        for user in (self.li, self.wang, self.chief):
            self.env.invalidate_all()
            partners = self.env["res.partner"].with_user(user)
            readable = partners.search([("id", "in", self.all.ids)])
            self.assertEqual(set(self._find(user).ids), set(readable.ids), user.name)

    def _assert_texts(self):
        self.env.cr.execute(
            """
            SELECT partner_id
              FROM sales_customer_search_key key
              FULL JOIN sales_customer_search_text text USING (partner_id)
             WHERE text.text IS DISTINCT FROM array_to_string(key.keys, '')
            """
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_whose_is_what(self):
        self.assertEqual(
            self._get_scopes(),
            {
                self.own: self.li.id,
                self.contact: self.li.id,
                self.pooled: -self.pool.id,
                self.free: 0,
                self.vendor: 0,
            },
        )
        self._assert_true()

    def test_whatever_happens_the_scope_is_true(self):
        """Random changes, by forms and by SQL, beside what the rules say."""
        generator = random.Random(5)
        users = [self.li.id, self.wang.id]
        customers = self.own | self.pooled | self.free
        changes = [
            lambda p: p.write({"user_id": generator.choice(users), "pool_id": False}),
            lambda p: p.write({"user_id": False, "pool_id": self.pool.id}),
            lambda p: p.write({"user_id": False, "pool_id": False}),
            lambda p: p.write({"customer_rank": generator.choice((0, 1))}),
            lambda p: self._change_by_sql(p, generator.choice(users)),
            lambda _p: self.contact.write({"parent_id": generator.choice(customers.ids)}),
            lambda _p: self.contact.write({"parent_id": False}),
            lambda p: p.write({"name": f"Yuanhang {generator.random()}"}),
        ]
        for step in range(STEPS):
            generator.choice(changes)(generator.choice(customers))
            if step % 5 == 0:
                self._assert_true()
        self._assert_true()

    def _change_by_sql(self, partner, user_id):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET user_id = %s, pool_id = NULL WHERE id = %s",
            [user_id, partner.id],
        )
        self.env.invalidate_all()

    def test_claimed_and_released(self):
        self.assertFalse(self._claim(self.pooled, self.li))
        self.env.invalidate_all()
        self.assertEqual(self._get_scopes(self.pooled), {self.pooled: self.li.id})
        self.assertIn(self.pooled, self._find(self.li))
        self.assertNotIn(self.pooled, self._find(self.wang))

    def test_who_leads_a_team_or_a_pool_finds_theirs(self):
        self.assertNotIn(self.own, self._find(self.wang))
        team = self.env["crm.team"].create({"name": "Led", "user_id": self.wang.id})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.li.id})
        self.assertIn(self.own, self._find(self.wang))
        self.assertNotIn(self.pooled, self._find(self.wang))
        self.pool.admin_ids = [Command.link(self.wang.id)]
        self.assertIn(self.pooled, self._find(self.wang))
        self._assert_true()

    def test_a_customer_who_becomes_one_of_us_is_found(self):
        values = {"name": "Yuanhang Own", "login": "yuanhang", "partner_id": self.pooled.id}
        self.env["res.users"].create({**values, "group_ids": self.env.ref("base.group_user").ids})
        self.assertEqual(self._get_scopes(self.pooled), {self.pooled: 0})

    def test_other_rules_switch_it_off(self):
        partners = self.env["res.partner"].with_user(self.li)
        self.assertTrue(partners._get_search_texts())
        rule = self.env.ref(RULE)
        domain = rule.domain_force
        rule.domain_force = "[('name', 'ilike', 'Yuanhang')]"
        self.assertIsNone(partners._get_search_texts())
        self.assertEqual(set(self._find(self.li)), set(self.all))
        rule.domain_force = domain
        self.assertTrue(partners._get_search_texts())
        rule.copy({"domain_force": "[('name', 'ilike', 'Pooled')]"})
        self.assertIsNone(partners._get_search_texts())
        self.assertIn(self.pooled, self._find(self.li))

    def test_other_groups_switch_it_off(self):
        partners = self.env["res.partner"].with_user(self.wang)
        self.assertTrue(partners._get_search_texts())
        self.wang.group_ids = [
            Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)
        ]
        self.env.invalidate_all()
        self.assertIsNone(partners._get_search_texts())
        self.assertIn(self.own, self._find(self.wang))

    def test_who_sees_all_is_not_limited(self):
        self.assertIsNone(self.env["res.partner"].with_user(self.chief)._get_search_texts())

    def test_texts_are_looked_through_of_what_is_common(self):
        """And what is rare, or may be misspelled, is found by its terms."""
        query = CustomerQuery(self.env["res.partner"].with_user(self.li), "Yuanhang")
        tiers = query._get_tiers()
        self.assertTrue(query._are_scanned(tiers))
        self.assertIn("sales_customer_search_text", query._prepare_query(tiers).select("*").code)
        self.assertFalse(query._are_scanned(list(query._get_fuzzy_tiers())))
        with patch.object(customer_statements, "MOST_PROBED", 10**6):
            self.assertFalse(query._are_scanned(tiers))
        with patch.object(customer_statements, "MOST_SCANNED", -1):
            other = CustomerQuery(self.env["res.partner"].with_user(self.li), "Yuanhang")
            self.assertFalse(other._are_scanned(tiers))

    def test_what_is_too_long_is_a_candidate(self):
        long = "Yuanhang " + "长街" * LONGEST_TEXT
        self.own.write(dict.fromkeys(("name", "street", "street2", "wechat", "ref"), long))
        self.env.flush_all()
        self.assertEqual(self._find(self.li), self.own | self.contact | self.free | self.vendor)
        self.env.cr.execute(
            "SELECT text FROM sales_customer_search_text WHERE partner_id = %s", [self.own.id]
        )
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_scanned_and_probed_find_the_same(self):
        """Whatever is typed: words, wildcards, parts of numbers, pinyin, what nobody has."""
        self.own.write({"phone": "+86 138 0013 8000", "city": "Hangzhou", "street": "人民路 100%"})
        self.free.name = "成都朗速 Yuanhang"
        texts = ["Yuanhang", "8000", "138", "朗", "cdls", "chengdu", "yuanhang own", "100%", "_"]
        texts += ["own hangzhou", "Yuanhagn", "nothing at all", "人民", "'", "\\", "yuan\nhang"]
        for text in texts:
            self._assert_same(text)

    def _assert_same(self, text):
        partners = self.env["res.partner"].with_user(self.li)
        found = partners.search_customers(text)
        with patch.object(customer_statements, "MOST_SCANNED", -1):
            self.assertEqual(found, partners.search_customers(text), text)

    def test_keys_that_were_there_get_theirs(self):
        before = self._get_scopes()
        self.env.cr.execute("DELETE FROM sales_customer_search_text")
        self.env["sales.customer.search.text"]._fill()
        self.assertEqual(self._get_scopes(), before)
        self._assert_true()
