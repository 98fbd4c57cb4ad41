import json
import random

from markupsafe import escape

from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.sales_customer.tests.common import CREDIT_CODE, CustomerCommon

FORM = "/website/form/crm.lead"
NOT_FOR_VISITORS = {
    "partner_id": "1",
    "company_id": "1",
    "type": "opportunity",
    "probability": "99",
    "stage_id": "1",
    "expected_revenue": "1000000",
    "priority": "3",
    "active": "",
    "create_uid": "1",
    "customer_duplicate_message": "no",
    "message_follower_ids": "1",
    "tag_ids": "1",
}


@tagged("post_install", "-at_install")
class TestWebsiteForm(CustomerCommon, HttpCase):
    """What visitors send with the contact form, over HTTP, and what they learn by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({"name": "Website", "use_leads": True})
        cls.website = cls.env["website"].search([], limit=1, order="id")
        cls.website.company_id = cls.env.company
        cls.website.crm_default_team_id = cls.team
        cls.website.crm_default_user_id = cls.anna

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor, whom the website knows by a cookie only

    def _send(self, **values):
        values = {"contact_name": "Li Na", "name": "Pumps", "description": "How much?", **values}
        return self.url_open(FORM, data={"csrf_token": Request.csrf_token(self), **values})

    def _post(self, **values):
        answer = self._send(**values)
        self.assertEqual(answer.status_code, 200)
        lead_id = json.loads(answer.text).get("id")
        self.assertTrue(lead_id, answer.text)
        lead = self.env["crm.lead"].browse(lead_id)
        lead.invalidate_recordset()
        return lead

    def _read_hint(self, lead, user):
        return lead.with_user(user).customer_duplicate_message

    # === FIELDS === #

    def test_the_website_builder_offers_the_fields(self):
        groups = "website.group_website_designer,sales_team.group_sale_salesman"
        designer = new_test_user(self.env, "customer_designer", groups)
        models = self.env["ir.model"].with_user(designer).get_compatible_form_models()
        [action] = [values for values in models if values["model"] == "crm.lead"]
        self.assertEqual(action["website_form_key"], "create_lead")
        offered = self.env["ir.model"].with_user(designer).get_authorized_fields("crm.lead", {})
        labels = {name: offered[name]["string"] for name in ("mobile", "wechat")}
        self.assertEqual(labels, {"mobile": "Mobile", "wechat": "WeChat ID"})

    def test_what_a_visitor_sends_is_in_the_lead(self):
        lead = self._post(
            partner_name="Fresh Ltd",
            email_from="li.na@fresh.example.com",
            phone="021 5555 0100",
            mobile="139 0013 9000",
            wechat="lina_sh",
        )
        self.assertEqual((lead.mobile, lead.wechat), ("139 0013 9000", "lina_sh"))
        self.assertEqual((lead.contact_name, lead.partner_name), ("Li Na", "Fresh Ltd"))
        self.assertEqual((lead.team_id, lead.user_id), (self.team, self.anna))
        self.assertFalse(self._read_hint(lead, self.anna))
        lead._handle_partner_assignment(create_missing=True)
        customer = lead.partner_id.commercial_partner_id
        self.assertEqual(customer.wechat, "lina_sh")
        self.assertIn(("phone", "+8613900139000"), self._get_keys(customer))

    def test_chinese_is_kept_as_it_was_typed(self):
        lead = self._post(
            name="询价：水泵",
            contact_name="李娜",
            partner_name="上海示例贸易有限公司",
            description="请报价。\n数量：100",
            wechat="微信号李娜",
        )
        self.assertEqual((lead.name, lead.contact_name), ("询价：水泵", "李娜"))
        self.assertEqual((lead.partner_name, lead.wechat), ("上海示例贸易有限公司", "微信号李娜"))
        self.assertIn("请报价。<br>数量：100", lead.description)

    def test_visitors_write_no_other_fields(self):
        """What they send besides is text in the notes, and nothing is lost."""
        plain, forged = self._post(), self._post(**NOT_FOR_VISITORS, no_such_field="x-unknown")
        for fname in NOT_FOR_VISITORS:
            if fname != "message_follower_ids":
                self.assertEqual(forged[fname], plain[fname], fname)
        self.assertEqual(forged.message_partner_ids, plain.message_partner_ids)
        self.assertFalse(forged.partner_id)
        for text in ("partner_id : 1", "probability : 99", "no_such_field : x-unknown"):
            self.assertIn(text, forged.description)

    def test_visitors_choose_colleagues_only(self):
        """As the builder offers them: the form itself carries whom its designer chose."""
        portal = new_test_user(self.env, "customer_portal", "base.group_portal")
        gone = new_test_user(self.env, "customer_gone", "sales_team.group_sale_salesman")
        gone.active = False
        for user_id in (portal.id, gone.id, self.env.ref("base.public_user").id, 2**40, 0, -1):
            lead = self._post(user_id=str(user_id))
            self.assertEqual((lead.user_id, lead.team_id), (self.anna, self.team), user_id)
        self.assertEqual(self._post(user_id=str(self.boris.id)).user_id, self.boris)
        self.assertIn("user_id", json.loads(self._send(user_id="1 OR 1=1").text)["error_fields"])

    def test_other_models_have_no_form(self):
        for model in ("sale.order", "sales.customer.key", "res.users"):
            answer = self.url_open(f"/website/form/{model}", data={"name": "Intruder"})
            self.assertIn("does not exist", json.loads(answer.text)["error"])

    def test_visitors_make_no_customers(self):
        """The shop would let them, and a refused duplicate would tell them who is a customer."""
        self.env["ir.model"]._get("res.partner").website_form_access = True
        answer = self.url_open("/website/form/res.partner", data={"name": "Intruder"})
        self.assertIn("no form for customers", json.loads(answer.text)["error"])
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Intruder")]))

    # === WHATEVER IS TYPED === #

    def test_whatever_is_typed_is_kept(self):
        dice = random.Random(7)
        long = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz汉字 ", k=10_000)).strip()
        for text in (
            long,
            "😀 Pumps 🏭",
            "\u202eשלום مرحبا",
            "100%_\\'; DROP TABLE res_partner; --",
            "%",
            "<script>alert(1)</script><img src=x onerror=alert(1)>",
            "{{ object.user_id.password }} ${7*7} <t t-out='1'/>",
        ):
            names = ("name", "contact_name", "partner_name", "wechat")
            lead = self._post(mobile=text, **dict.fromkeys(names, text))
            for fname in names:
                self.assertEqual(lead[fname], text, fname)
            self.assertIn(escape(text), escape(lead.mobile or lead.description))
            self.assertFalse(self._read_hint(lead, self.manager), text[:40])

    def test_markup_is_text(self):
        lead = self._post(
            description="<script>alert(1)</script>\nx", wechat="<b>bold</b>", custom="<img src=x>"
        )
        self.assertNotRegex(lead.description, "<(script|img|b>)")
        self.assertIn("&lt;script&gt;", lead.description)
        self.assertIn("&lt;img src=x&gt;", lead.description)
        self.assertNotRegex("".join(lead.message_ids.mapped("body")), "<(script|img|b>)")

    def test_what_is_too_long_for_a_number_is_in_the_notes(self):
        """Odoo's indexes of numbers and addresses have a limit; the visitor need not know it."""
        long = "".join(random.Random(7).choices("0123456789abcdef", k=10_000))
        lead = self._post(phone=long, mobile=long + "m", email_from=f"x@{long}.example.com")
        self.assertFalse(lead.phone or lead.mobile or lead.email_from)
        for text in ("How much?", f"Phone: {long}", f"Mobile: {long}m", f"@{long}.example.com"):
            self.assertIn(text, lead.description)
        lead = self._post(mobile="<b>" + long)
        self.assertIn(f"Mobile: &lt;b&gt;{long}", lead.description)
        self.assertEqual(self._post(mobile="1" * 100).mobile, "1" * 100)

    def test_phones_that_are_none_are_kept_as_typed(self):
        for text in ("call me", "12", "+", "☎ 138", "0" * 100, "138-0013-8000 转 8"):
            lead = self._post(phone=text, mobile=text)
            self.assertEqual((lead.phone, lead.mobile), (text, text))

    # === WHAT IS LEARNT === #

    def _prepare_known(self, number=0):
        """Return what of the customer could be known: in whichever way it is typed."""
        return [
            {"mobile": "138 0013 8000"},
            {"phone": "+86 28 8555 0101"},
            {"wechat": "LANGSU_cd"},
            {"email_from": "office@langsu.example.com"},
            {"partner_name": "成都朗速科技"},
        ][number]

    def test_the_salesperson_learns_that_there_is_such_a_customer(self):
        for number in range(5):
            lead = self._post(**self._prepare_known(number))
            self.assertFalse(lead.partner_id)
            self.assertIn(self.langsu.name, self._read_hint(lead, self.manager))
            self.assertEqual(self._read_hint(lead, self.anna), "Customers of colleagues: 1")

    def test_the_visitor_learns_nothing(self):
        """Same status, headers, words, cookies and number of queries; no redirect."""
        known = self._prepare_known
        unknown = [
            {"mobile": "138 9913 8111"},
            {"phone": "+86 28 8666 0102"},
            {"wechat": "LANGSU_xx"},
            {"email_from": "office@other.example.com"},
            {"partner_name": "成都未知科技"},
        ]
        self._send(), self._send()  # caches are warm, and the visitor is known
        for number, other in enumerate(unknown):
            self.assertEqual(self._observe(known(number)), self._observe(other))

    def _observe(self, values):
        self.env.flush_all()
        before = self.cr.sql_log_count
        answer = self._send(**values)
        queries = self.cr.sql_log_count - before
        told = json.loads(answer.text)
        headers = {k: v for k, v in answer.headers.items() if k not in ("Date", "Set-Cookie")}
        headers["Content-Length"] = len(answer.text) - len(str(told["id"]))
        cookies = sorted(answer.cookies.keys())
        return (answer.status_code, headers, cookies, list(told), answer.history, queries)

    def test_the_thanks_tell_nothing(self):
        self._send(**self._prepare_known(2))
        page = self.url_open("/contactus-thank-you").text
        for secret in (self.langsu.name, "Boris", "13800138000", CREDIT_CODE):
            self.assertNotIn(secret, page)

    def test_many_posts_make_no_partners(self):
        partners = self.env["res.partner"].with_context(active_test=False)
        before = partners.search_count([("id", ">", 0)])
        leads = self.env["crm.lead"].union(
            *(self._post(**self._prepare_known(n % 5)) for n in range(10)),
        )
        self.assertEqual(len(leads), 10)
        self.assertFalse(leads.partner_id)
        self.assertEqual(partners.search_count([("id", ">", 0)]), before)
        self.assertEqual(self.langsu.user_id, self.boris)

    def test_hints_of_many_leads_cost_the_same_number_of_queries(self):
        values = [
            {"name": f"L{n}", "mobile": "138 0013 8000", "user_id": self.anna.id}
            for n in range(100)
        ]
        leads = self.env["crm.lead"].create(values)

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            leads[:number].with_user(self.anna).mapped("customer_duplicate_message")
            return self.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(max(count(10), count(100)), count(1))

    def test_a_portal_customer_is_asked_nothing_else(self):
        """A customer who is signed in gets the lead on the own contact, and no word of others."""
        portal = new_test_user(self.env, "customer_portal", "base.group_portal")
        portal.partner_id.email = "me@portal.example.com"
        self.authenticate("customer_portal", "customer_portal")
        lead = self._post(email_from="office@langsu.example.com", wechat="langsu_cd")
        self.assertFalse(lead.partner_id)
        self.assertIn(self.langsu.name, self._read_hint(lead, self.manager))
        self.assertFalse(lead.sudo(False).with_user(portal).sudo().customer_duplicate_message)

    def test_a_hidden_field_is_not_named_by_a_lead(self):
        """Who may not read a customer's WeChat id does not learn it by a form of his own."""
        rule = self.env["sales.customer.field.rule"].create(
            {
                "field_id": self.env["ir.model.fields"]._get("res.partner", "wechat").id,
                "read_group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            }
        )
        self.assertTrue(rule)
        hint = self._read_hint(self._post(wechat="langsu_cd"), self.manager)
        self.assertEqual(hint, "Customers of colleagues: 1")
