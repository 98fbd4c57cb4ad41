import base64
import io
import random

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, tagged

from ..tools.business_card import CARD_FIELDS, parse_cards
from .common import CREDIT_CODE, CustomerCommon

CHINESE_CARD = """
成都朗速科技有限公司
王伟  销售总监
手机：138 0013 8000
电话：028-8555 0101 传真：028-8555 0102
邮箱：wang.wei@langsu.example.com
微信：wangwei_88
地址：四川省成都市高新区天府大道88号3楼 610041
网址：www.langsu.example.com
税号：91510100MA6CGPQX5T
"""
SIGNATURE = """
Best regards,
Dr. John Smith
Senior Purchasing Manager | Example Machines GmbH
T +49 30 1234567 M: +49 171 2345678
Fax: +49 30 1234568
john.smith@machines.example.de | https://www.machines.example.de
Hauptstraße 5, 10115 Berlin
-- Sent from my phone
"""
VCARDS = """BEGIN:VCARD
VERSION:3.0
FN:李娜
N:李;娜;;;
ORG:上海示例贸易有限公司;采购部
TITLE:采购经理
TEL;TYPE=CELL:13900139000
TEL;TYPE=WORK:+86 21 5555 0100
TEL;TYPE=FAX:+86 21 5555 0199
EMAIL:li.na@trading.example.com
ADR;TYPE=WORK:;;示例路88号;上海;;200040;中国
X-WECHAT:lina_sh
END:VCARD
BEGIN:VCARD
VERSION:2.1
FN:Solo Person
TEL;CELL:+86 137 0000 0000
END:VCARD
"""


@tagged("post_install", "-at_install")
class TestBusinessCard(BaseCase):
    maxDiff = None

    def test_chinese_card(self):
        [card] = parse_cards(CHINESE_CARD)
        self.assertEqual(
            card,
            {
                "company_name": "成都朗速科技有限公司",
                "contact_name": "王伟",
                "function": "销售总监",
                "mobile": "138 0013 8000",
                "phone": "028-8555 0101",
                "email": "wang.wei@langsu.example.com",
                "wechat": "wangwei_88",
                "street": "四川省成都市高新区天府大道88号3楼 610041",
                "zip": "610041",
                "website": "www.langsu.example.com",
                "vat": CREDIT_CODE,
            },
        )

    def test_signature(self):
        [card] = parse_cards(SIGNATURE)
        self.assertEqual(
            card,
            {
                "company_name": "Example Machines GmbH",
                "contact_name": "Dr. John Smith",
                "function": "Senior Purchasing Manager",
                "phone": "+49 30 1234567",
                "mobile": "+49 171 2345678",
                "email": "john.smith@machines.example.de",
                "website": "https://www.machines.example.de",
                "street": "Hauptstraße 5, 10115 Berlin",
            },
        )

    def test_vcards(self):
        company, person = parse_cards(VCARDS)
        self.assertEqual(
            company,
            {
                "company_name": "上海示例贸易有限公司",
                "contact_name": "李娜",
                "function": "采购经理",
                "mobile": "13900139000",
                "phone": "+86 21 5555 0100",
                "email": "li.na@trading.example.com",
                "wechat": "lina_sh",
                "street": "上海 示例路88号",
                "zip": "200040",
            },
        )
        self.assertEqual(person, {"contact_name": "Solo Person", "mobile": "+86 137 0000 0000"})

    def test_name_and_position_in_one_line(self):
        for line in ("王伟 采购经理", "王伟（采购经理）", "采购经理 王伟"):
            [card] = parse_cards(line)
            self.assertEqual((card["contact_name"], card["function"]), ("王伟", "采购经理"), line)
        [card] = parse_cards("Li Na, Sales Manager")
        self.assertEqual((card["contact_name"], card["function"]), ("Li Na", "Sales Manager"))

    def test_broken_vcards_say_so(self):
        for text in ("BEGIN:VCARD\nFN:x", "BEGIN:VCARD\n" + "x" * 5_000):
            with self.assertRaises(ValueError):
                parse_cards(text)

    def test_whatever_comes_is_survived(self):
        dice = random.Random(7)
        pieces = [*CHINESE_CARD.split(), *SIGNATURE.split(), "😀", "\u202e", "\x00", "1" * 50, ":"]
        for _attempt in range(300):
            text = "".join(piece + dice.choice(" \n\t|:,") for piece in dice.choices(pieces, k=30))
            for card in parse_cards(text):
                self.assertLessEqual(card.keys(), set(CARD_FIELDS))
                self.assertLessEqual(max(map(len, card.values())), 1_000)
        self.assertLessEqual(len(parse_cards("9" * 1_000_000 + "\n" + "a b\n" * 100_000)), 1)


@tagged("post_install", "-at_install")
class TestCustomerIntake(CustomerCommon):
    def _intake(self, user=None, **values):
        wizard = self.env["sales.customer.intake"].with_user(user or self.anna).create(values)
        wizard.action_read()
        return wizard

    def test_what_was_read_is_shown_and_then_saved(self):
        source = self.env["utm.source"].create({"name": "Fair"})
        wizard = self._intake(text=SIGNATURE, source_id=source.id)
        self.assertEqual(wizard.line_ids.company_name, "Example Machines GmbH")
        self.assertFalse(wizard.line_ids.duplicate_message)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Example Machines GmbH")]))
        customer = self.env["res.partner"].browse(wizard.action_create()["res_id"])
        contact = customer.child_ids
        self.assertEqual(customer.name, "Example Machines GmbH")
        self.assertEqual((customer.user_id, customer.source_id), (self.anna, source))
        self.assertTrue(customer.customer_code)
        self.assertEqual((contact.name, contact.mobile), ("Dr. John Smith", "+49 171 2345678"))

    def test_duplicates_are_shown_before_saving(self):
        wizard = self._intake(user=self.manager, text=CHINESE_CARD)
        self.assertIn(f"{self.langsu.name}: same Tax ID, Phone", wizard.line_ids.duplicate_message)
        blind = self._intake(text=CHINESE_CARD)
        self.assertEqual(blind.line_ids.duplicate_message, "Customers of colleagues: 1")
        with self.assertRefused("Tax ID", "belongs to a colleague"):
            blind.action_create()

    def test_file_of_cards(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            content = base64.b64encode(VCARDS.encode(encoding))
            wizard = self._intake(file=content, file_name="cards.vcf")
            self.assertEqual(len(wizard.line_ids), 2, encoding)
        wizard.line_ids[1].is_skipped = True
        customer = self.env["res.partner"].browse(wizard.action_create()["res_id"])
        self.assertEqual(customer.child_ids.wechat, "lina_sh")

    def test_files_that_are_none(self):
        for content in (b"\xff\xfe\x00\x81", b"BEGIN:VCARD\nFN:x", b"   "):
            with self.assertRaises(UserError):
                self._intake(file=base64.b64encode(content), file_name="x.vcf")

    def test_shown_duplicates_cost_the_same_number_of_queries(self):
        def count(number):
            cards = "".join(
                f"BEGIN:VCARD\nVERSION:3.0\nFN:P{n}\nORG:Twin {n} Ltd\nTEL:028 8555 0101\n"
                "END:VCARD\n"
                for n in range(number)
            )
            lines = self._intake(text=cards).line_ids
            lines = lines.browse(lines.ids)  # as the client reads them, all together
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            lines.mapped("duplicate_message")
            return self.cr.sql_log_count - before

        count(1)
        self.assertEqual([count(10), count(100)], [count(1)] * 2)


@tagged("post_install", "-at_install")
class TestCustomerChannels(CustomerCommon):
    """Leads and imports keep what they know, and are refused like everybody else."""

    def _create_lead(self, **values):
        return self.env["crm.lead"].create(
            {
                "name": "Pumps",
                "partner_name": "Lead Company Ltd",
                "contact_name": "Li Na",
                "phone": "021 5555 0100",
                "mobile": "13900139000",
                "wechat": "lina_sh",
                "source_id": self.env["utm.source"].create({"name": "Fair"}).id,
                **values,
            }
        )

    def test_a_converted_lead_keeps_what_is_known(self):
        lead = self._create_lead()
        lead._handle_partner_assignment(create_missing=True)
        customer = lead.partner_id.commercial_partner_id
        self.assertEqual(customer.name, "Lead Company Ltd")
        self.assertEqual((customer.source_id, customer.wechat), (lead.source_id, "lina_sh"))
        self.assertTrue(customer.customer_code)
        self.assertIn(("phone", "+8613900139000"), self._get_keys(customer))

    def test_a_lead_says_that_there_is_such_a_customer(self):
        """Also when it came by a form or a mail: that of a colleague is not named."""
        lead = self._create_lead(partner_name="Langsu", wechat="langsu_cd", phone=False)
        seen = lead.with_user(self.manager).customer_duplicate_message
        self.assertIn("\u6210\u90fd\u6717\u901f", seen)
        self.assertIn("WeChat ID", seen)
        self.assertEqual(
            lead.with_user(self.anna).customer_duplicate_message, "Customers of colleagues: 1"
        )
        lead.partner_id = self.langsu
        self.assertFalse(lead.with_user(self.manager).customer_duplicate_message)

    def test_a_lead_of_a_customer_is_refused(self):
        lead = self._create_lead(wechat="langsu_cd")
        with self.assertRefused("Lead Company Ltd cannot", "WeChat ID"):
            lead._handle_partner_assignment(create_missing=True)

    def test_rows_of_an_import_are_refused_by_row(self):
        rows = [
            ["One", "1", "51010000000001", "C1"],
            ["Two", "1", CREDIT_CODE, "C2"],
            ["Three", "1", "51010000000001", "C3"],
            ["Four", "1", "51010000000004", "C4"],
        ]
        partners = self.env["res.partner"].with_context(res_partner_search_mode="customer")
        result = partners.load(["name", "is_company", "vat", "ref"], rows)
        errors = {
            message["rows"]["from"]: message["message"]
            for message in result["messages"]
            if message["type"] == "error"
        }
        self.assertEqual(sorted(errors), [1, 2], errors)
        self.assertRegex(errors[1], "(?s)Two cannot be saved.*Tax ID")
        self.assertRegex(errors[2], "(?s)Three cannot be saved.*One")


@tagged("post_install", "-at_install")
class TestCustomerTemplate(CustomerCommon, HttpCase):
    def test_the_template_can_be_imported(self):
        self.authenticate("customer_manager", "customer_manager")
        links = self.env["res.partner"].get_import_templates()
        answer = self.url_open(links[0]["template"])
        self.assertEqual(answer.status_code, 200)
        heading, row = load_workbook(io.BytesIO(answer.content)).active.values
        labels = self.env["res.partner"].with_user(self.manager).fields_get()
        names = {values["string"]: name for name, values in labels.items()}
        self.assertIn("wechat", [names[label] for label in heading])
        values = {names[h]: v for h, v in zip(heading, row, strict=True) if v is not None}
        fields = list(values)
        result = self.env["res.partner"].load(fields, [[str(values[name]) for name in fields]])
        self.assertFalse(result["messages"])
        self.assertTrue(self.env["res.partner"].browse(result["ids"]).mobile)
