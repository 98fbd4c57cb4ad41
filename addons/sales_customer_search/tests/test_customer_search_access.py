from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..models.res_partner import ResPartner
from .common import CustomerSearchCommon, ReadsLittle


@tagged("post_install", "-at_install")
class TestCustomerSearchAccess(CustomerSearchCommon):
    """Nobody finds, counts or infers by the search what he cannot read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.portal = new_test_user(cls.env, "search_portal", "base.group_portal")
        cls.manager = new_test_user(
            cls.env,
            "search_manager",
            "sales_team.group_sale_manager,base.group_system",
            company_ids=[(6, 0, (cls.env.company + cls.company).ids)],
        )

    def _add_rule(self, domain):
        self.env["ir.rule"].create(
            {
                "name": "Own customers",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": domain,
                "groups": [(4, self.env.ref("sales_team.group_sale_salesman").id)],
            }
        )

    def _get_ways(self, text, user):
        """Return what each way to search tells a user."""
        partners = self.env["res.partner"].with_user(user)
        domain = [("customer_search", "ilike", text)]
        orders = self.env["sale.order"].with_user(user)
        return {
            "search_customers": {r["id"] for r in partners.search_customers(text, 100)},
            "name_search": {id_ for id_, _name in partners.name_search(text, limit=100)},
            "page": set(partners.search(domain, limit=100).ids),
            "set": set(partners.search(domain).ids),
            "count": partners.search_count(domain),
            "limited count": partners.search_count(domain, limit=100),
            "read_group": sum(
                n for [n] in partners._read_group(domain, [], ["__count"]) if isinstance(n, int)
            ),
            "by parent": partners.search_count([("parent_id", "ilike", text)]),
            "orders": orders.search_count([("partner_id", "ilike", text)]),
        }

    def assertUnknown(self, text, user):
        for way, found in self._get_ways(text, user).items():
            self.assertFalse(found, f"{way} {text!r}")

    def test_record_rules(self):
        self._add_rule("[('user_id', 'in', (user.id, False)), ('type', '!=', 'other')]")
        self.langsu.user_id = self.other_seller
        self.contact.user_id = self.other_seller
        self.env["sale.order"].create({"partner_id": self.langsu.id, "user_id": self.seller.id})
        for text in ("cdls", "朗速", "1234 5678", "shan_xz", "langsu888", "91510100MA61234567"):
            self.assertUnknown(text, self.seller)
            self.assertFound(text, user=self.other_seller)

    def test_a_contact_that_may_not_be_read_does_not_lead_to_its_company(self):
        self._add_rule("[('name', '!=', '单晓曾')]")
        for text in ("shan_xz", "dxz", "139 8765 4321"):
            self.assertUnknown(text, self.seller)
        self.assertFound("朗速")

    def test_a_company_that_may_not_be_read_is_not_told_by_its_contact(self):
        self._add_rule("[('is_company', '=', False)]")
        self.assertFalse(self._find("shan_xz"))
        self.assertEqual(self._find_names("shan_xz"), self.contact.ids)

    def test_companies_are_apart(self):
        (self.langsu + self.contact).company_id = self.company
        self.assertUnknown("cdls", self.seller)
        self.assertUnknown("shan_xz", self.seller)
        partners = self.env["res.partner"].with_user(self.manager)
        here = partners.with_context(allowed_company_ids=self.env.company.ids)
        self.assertFalse(here.search_customers("cdls"))
        both = partners.with_context(allowed_company_ids=self.manager.company_ids.ids)
        self.assertTrue(both.search_customers("cdls"))

    def test_portal_finds_nobody_else(self):
        partners = self.env["res.partner"].with_user(self.portal)
        self.assertFalse(partners.search_customers("cdls"))
        self.assertFalse(partners.name_search("cdls"))
        with self.assertRaises(AccessError):
            self.env["sales.customer.search.key"].with_user(self.seller).search([("id", ">", 0)])
        with self.assertRaises(AccessError):
            self.env["sales.customer.search.key"].with_user(self.manager).search([("id", ">", 0)])

    def test_hidden_fields(self):
        """Terms of fields that are for other groups do not exist for a user."""
        hidden = {
            "mobile": "12345678",
            "wechat": "langsu_888",
            "vat": "91510100MA6",
            "street": "天府大道",
        }
        for fname, text in hidden.items():
            field = self.env["res.partner"]._fields[fname]
            self.assertFound(text)
            with patch.object(field, "groups", "base.group_system"):
                self.assertUnknown(text, self.seller)
                self.assertFound(text, user=self.manager)
        self.assertFound("朗速")

    def test_hidden_code_is_not_told(self):
        field = self.env["res.partner"]._fields["customer_code"]
        partners = self.env["res.partner"].with_user(self.seller)
        self.assertIn("customer_code", partners.search_customers("cdls")[0])
        with patch.object(field, "groups", "base.group_system"):
            self.assertNotIn("customer_code", partners.search_customers("cdls")[0])

    def test_kinds_that_count_for_some_partners_only(self):
        """An addon that masks numbers of others' customers says so by a domain."""
        self.langsu.user_id = self.other_seller
        unmasked = ResPartner._get_searchable_kinds

        def get_kinds(partners):
            kinds = unmasked(partners)
            own = Domain("user_id", "=", partners.env.uid)
            return {k: own if k in "PMW" else domain for k, domain in kinds.items()}

        with patch.object(self.registry["res.partner"], "_get_searchable_kinds", get_kinds):
            for text in ("5678", "138 1234 5678", "langsu_888"):
                self.assertUnknown(text, self.seller)
                self.assertFound(text, user=self.other_seller)
            self.assertFound("朗速")
            self.assertNotFound("朗速 5678")
            self.assertFound("朗速 5678", user=self.other_seller)

    def test_neither_are_common_terms_told(self):
        key_model = self.registry["sales.customer.search.key"]
        for share in (0.5, 0.001):
            statistics = (10**6, {}, share)
            with patch.object(
                key_model, "_get_term_statistics", lambda *_args, found=statistics: found
            ):
                self.test_kinds_that_count_for_some_partners_only()
                self.test_hidden_fields()
        with patch.object(
            key_model, "_get_term_statistics", lambda *_args, found=statistics: found
        ):
            self.test_record_rules()

    def test_nobody_learns_of_a_hit_by_a_typo(self):
        self._add_rule("[('user_id', 'in', (user.id, False))]")
        self.langsu.user_id = self.other_seller
        self.contact.user_id = self.other_seller
        for text in ("成都郎速", "朗迅科技", "chengdulansgu"):
            self.assertUnknown(text, self.seller)


@tagged("post_install", "-at_install")
class TestCustomerSearchAccessOfLittle(ReadsLittle, TestCustomerSearchAccess):
    """Nor does who reads few of all partners."""
