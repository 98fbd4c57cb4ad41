from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tests import Form, tagged

from ..models import customer_query, sales_customer_search_key
from .common import CustomerSearchCommon, ReadsLittle

BAD_TEXTS = (
    "%",
    "_",
    "\\",
    "'",
    '"',
    "''; DROP TABLE res_partner; --",
    "%朗%",
    "朗_",
    "\0",
    "\ud800",
    "🚀",
    "شركة",
    "\u202eabc",
    " ",
    "",
    "{}",
    "a,b",
    "(",
    "[a",
    ".*",
    "朗" * 10_000,
    "x" * 10_000,
    "a b " * 2_500,
    "1" * 10_000,
)


@tagged("post_install", "-at_install")
class TestCustomerSearch(CustomerSearchCommon):
    def test_found_by_whatever_is_known(self):
        self.langsu.flush_recordset()
        code = self.langsu.customer_code
        for text in (
            "成都朗速科技有限公司",
            "朗速",
            "朗",
            "速科",
            "cdls",
            "CDLS",
            "lskj",
            "chengdulangsu",
            "langsu",
            "Cheng Du Lang Su",
            "138 1234 5678",
            "13812345678",
            "+8613812345678",
            "0086 138-1234-5678",
            "１３８１２３４５６７８",
            "5678",
            "02885551234",
            "8555 1234",
            "langsu_888",
            "LANGSU888",
            "sales@langsu-tech.example",
            "langsu-tech",
            "91510100MA61234567",
            "ma6123",
            "REF/0042",
            "天府大道100号",
            "成都市高新区",
            "成都 科技",
            "朗速 5678",
            "单晓曾",
            "dxz",
            "sxc",
            "139 8765 4321",
            "4321",
            "shan_xz",
            *([code] if code else []),
        ):
            self.assertFound(text)

    def test_code(self):
        self.env.cr.execute(
            "UPDATE res_partner SET customer_code = 'KH0007' WHERE id = %s", [self.langsu.id]
        )
        self.env["sales.customer.search.key"]._mark(self.langsu.ids)
        for text in ("KH0007", "kh0007", "kh00", "0007"):
            self.assertFound(text)

    def test_typos(self):
        for text in ("成都郎速", "朗迅科技", "朗速科枝有限", "chengdulansgu"):
            self.assertFound(text)
        self.assertFound("orient machnery", self.others[1])
        self.assertFound("Oreint", self.others[1])
        self.assertFalse(self._find("完全没有的公司"))

    def test_typos_are_forgiven_only_when_nothing_is_found(self):
        similar = self._create_customer("成都郎速科技有限公司")
        self.assertEqual(self._find("成都郎速"), similar)

    def test_exact_before_prefix_before_inside(self):
        inside = self._create_customer("北京远航集团")
        prefix = self._create_customer("远航物流")
        exact = self._create_customer("远航")
        address = self._create_customer("天津金桥", street="远航路")
        found = self._find("远航")
        self.assertEqual(found[:2], exact + prefix)
        self.assertEqual(set(found[2:]), {inside, address})

    def test_own_and_recent_first(self):
        now = "2030-01-0%s 08:00:00"
        old = self._create_customer("远航甲", last_contact_date=now % 1)
        recent = self._create_customer("远航乙", last_contact_date=now % 3)
        mine = self._create_customer("远航丙", user_id=self.seller.id)
        self.assertEqual(self._find("远航"), mine + recent + old)
        self.assertEqual(self._find("远航", self.other_seller), recent + old + mine)
        old.last_followup_date = now % 5
        self.assertEqual(self._find("远航"), mine + old + recent)

    def test_limit(self):
        self._create_customer("远航甲")
        self._create_customer("远航乙")
        self.assertEqual(len(self._find("远航", limit=1)), 1)
        self.assertFalse(self._find("远航", limit=0))
        self.assertFalse(self._find("远航", limit=-3))

    def test_a_common_term_finds_the_same_as_a_rare_one(self):
        for n in range(30):
            self._create_customer(f"远航{n}", user_id=self.seller.id if n % 3 else False)
        collected = self._find("远航", limit=10), self._find("hang", limit=40)
        key_model = self.registry["sales.customer.search.key"]
        # by walking, by what is recent, and by collecting what these left out
        for share, patience in ((0.5, 2), (0.001, 2), (0.5, 0.0001)):
            statistics = (10**6, {}, share)
            with (
                patch.object(key_model, "_get_term_statistics", lambda *_args, s=statistics: s),
                patch.object(customer_query, "WALK_PATIENCE", patience),
            ):
                self.assertEqual(self._find("远航", limit=10), collected[0])
                self.assertEqual(set(self._find("hang", limit=40)), set(collected[1]))
                domain = [("customer_search", "ilike", "远航")]
                self.assertEqual(self.env["res.partner"].search_count(domain), 30)
                self.assertEqual(self.env["res.partner"].search_count(domain, limit=1000), 30)
                self.assertEqual(self.env["res.partner"].search_count(domain, limit=20), 20)

    def test_the_job_keeps_the_recent_ones(self):
        keys = self.env["sales.customer.search.key"]
        old = self._create_customer("远航甲")
        new = self._create_customer("远航乙", last_contact_date="2031-01-01 08:00:00")
        self.assertEqual(self._find("远航"), new + old)
        with patch.object(sales_customer_search_key, "MOST_RECENT", 1):
            keys._build_job()
        self.assertEqual(keys.search([("is_recent", "=", True)]).partner_id, new)
        old.last_followup_date = "2031-01-02 08:00:00"
        self.assertEqual(self._find("远航"), old + new)
        self.assertIn(old, keys.search([("is_recent", "=", True)]).partner_id)

    def test_a_contact_stands_for_its_company(self):
        self.assertEqual(self._find("shan_xz"), self.langsu)
        self.assertEqual(self._find_names("shan_xz"), (self.contact + self.langsu).ids)
        companies = [("is_company", "=", True)]
        self.assertEqual(self._find_names("单晓", domain=companies), self.langsu.ids)

    def test_results_follow_changes(self):
        self.contact.mobile = "13700001111"
        self.assertFound("0000 1111")
        self.assertNotFound("139 8765 4321")
        self.langsu.name = "绵阳飞腾"
        self.assertFound("fteng".replace("ft", "feit"))
        self.assertNotFound("朗速")
        self.contact.parent_id = self.others[0]
        self.assertFound("00001111", self.others[0])
        self.assertNotFound("00001111")
        self.contact.unlink()
        self.assertNotFound("00001111", self.others[0])

    def test_a_renamed_company_is_found_by_its_contacts_too(self):
        self.langsu.name = "绵阳飞腾"
        self.assertIn(self.contact.id, self._find_names("绵阳飞腾"))
        self.assertNotIn(self.contact.id, self._find_names("朗速"))

    def test_archived_customers_are_not_found(self):
        self.langsu.action_archive()
        for text in ("朗速", "cdls", "5678", "shan_xz"):
            self.assertNotFound(text)
        self.langsu.action_unarchive()
        self.assertFound("朗速")

    def test_only_customers_but_any_partner_in_a_many2one(self):
        supplier = self._create_customer("远航供应", customer_rank=0)
        self.assertNotFound("远航", supplier)
        self.assertEqual(self._find_names("yhgy"), supplier.ids)

    def test_bad_texts_are_no_error(self):
        partners = self.env["res.partner"].with_user(self.seller)
        for text in BAD_TEXTS:
            with self.subTest(text=text[:30]):
                partners.search_customers(text)
                if "\0" not in text and "\ud800" not in text:
                    partners.name_search(text, limit=8)
                partners.search_count([("customer_search", "ilike", text)])
        self.assertFound("%朗速%")
        self.assertFound("'朗速'")
        self.assertFalse(self._find("%"))
        self.assertFalse(self._find("朗" * 10_000))

    def test_odd_names(self):
        for name in (
            "🚀火箭",
            "شركة النور",
            "Ｆｕｌｌ　Ｗｉｄｔｈ",
            'O\'Neil "50%_off" {a,b}',
            "名" * 9_000,
        ):
            customer = self._create_customer(name)
            self.assertFound(name[:20], customer)
        self.assertFound("火箭", self._create_customer("🚀火箭二"))
        self.assertFound("fullwidth", self.env["res.partner"].search([("name", "=like", "Ｆ%")]))

    def test_core_operators(self):
        partners = self.env["res.partner"].with_user(self.seller)
        for operator, value, expected in (
            ("=", "成都朗速科技有限公司", self.langsu),
            ("=", "朗速", partners),
            ("in", ["成都朗速科技有限公司", "x"], self.langsu),
            ("=ilike", "成都%", self.langsu + self.contact),
            ("like", "都朗速", self.langsu + self.contact),
            ("ilike", "cdls", self.langsu),
            ("ilike", "orient", self.others[1]),
        ):
            domain = Domain("display_name", operator, value)
            domain &= Domain("id", "in", (self.langsu + self.contact + self.others).ids)
            self.assertEqual(partners.search(domain), expected, f"{operator} {value}")
        for operator, value in (
            ("!=", "成都朗速科技有限公司"),
            ("not ilike", "都朗速"),
            ("not in", ["x"]),
        ):
            found = partners.search([("display_name", operator, value)])
            self.assertIn(self.others[1], found, operator)
            self.assertEqual(self.langsu in found, operator == "not in")
        for text in ("", False):
            self.assertTrue(partners.name_search(text, limit=2))
            self.assertTrue(partners.search([("display_name", "ilike", text)], limit=2))
        self.assertEqual(self._find_names("成都朗速科技有限公司", operator="="), self.langsu.ids)
        self.assertEqual(self._find_names("orient", limit=None), self.others[1].ids)

    def test_short_latin_texts_find_what_core_finds(self):
        self.assertIn(self.others[1].id, self._find_names("ie", limit=1000))
        self.assertIn(self.langsu.id, self._find_names("42", limit=1000))

    def test_documents_are_found_by_their_customer(self):
        order = self.env["sale.order"].create({"partner_id": self.langsu.id})
        for text in ("cdls", "5678", "朗速", "dxz"):
            found = self.env["sale.order"].search([("partner_id", "ilike", text)])
            self.assertIn(order, found, text)

    def test_list_shows_the_best_first_and_counts_all(self):
        inside = self._create_customer("A远航", last_contact_date="2031-01-01 08:00:00")
        exact = self._create_customer("远航")
        partners = self.env["res.partner"].with_user(self.seller)
        domain = [("customer_search", "ilike", "远航"), ("customer_rank", ">", 0)]
        page = partners.web_search_read(domain, {"display_name": {}}, limit=1, count_limit=100)
        self.assertEqual([r["id"] for r in page["records"]], exact.ids)
        self.assertEqual(page["length"], 2)
        page = partners.web_search_read(domain, {"display_name": {}}, offset=1, limit=1)
        self.assertEqual([r["id"] for r in page["records"]], inside.ids)
        self.assertEqual(partners.search(domain, order="name"), inside + exact)
        groups = partners.formatted_read_group(domain, ["is_company"], ["__count"])
        self.assertEqual([group["__count"] for group in groups], [2])

    def test_customer_field_of_a_quotation(self):
        [(partner_id, _name), *_rest] = self.env["res.partner"].name_search("cdls", limit=8)
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.env["res.partner"].browse(partner_id)
        self.assertEqual(form.record.partner_id, self.langsu)

    def test_merged_contacts(self):
        double = self._create_customer("成都朗速分公司", phone="028-66667777")
        self.assertFound("66667777", double)  # both are in the index of the search now
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.langsu + double).ids, self.langsu)
        self.assertFalse(double.exists())
        self.assertFound("朗速")

    def test_text_must_be_a_text(self):
        with self.assertRaises(UserError):
            self.env["res.partner"].search_customers(5)
        with self.assertRaises(UserError):
            self.env["res.partner"].search_customers("Langsu", "x")

    def test_building_again_finds_the_same(self):
        keys = self.env["sales.customer.search.key"]
        self.env.flush_all()
        keys._refresh_marked()
        self.env.cr.execute("DELETE FROM sales_customer_search_key")
        self.assertNotFound("朗速")
        keys._start_build()
        self.assertFound("朗速")
        self.assertFound("shan_xz")

    def test_while_keys_are_missing_core_finds(self):
        self.env["sales.customer.search.key"]._set_building(True)
        self.assertIn(self.langsu.id, self._find_names("都朗速"))
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_search.ir_cron_build_keys").method_direct_trigger()
        self.assertIn(self.langsu.id, self._find_names("cdls"))


@tagged("post_install", "-at_install")
class TestCustomerSearchOfLittle(ReadsLittle, TestCustomerSearch):
    """Who reads few of all partners finds the same by statements of its own."""
