from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import CREDIT_CODE, CustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerRefusal(CustomerCommon):
    """The same customer is saved once, through whichever channel."""

    def test_keys_of_a_company_are_those_of_its_contacts(self):
        self._create_customer("x", parent_id=self.langsu.id, is_company=False, phone="13900139000")
        self.assertEqual(
            self._get_keys(self.langsu),
            {
                ("name", "成都朗速科技"),
                ("tax", CREDIT_CODE),
                ("phone", "+862885550101"),
                ("phone", "+8613800138000"),
                ("phone", "+8613900139000"),
                ("mail", "office@langsu.example.com"),
                ("domain", "langsu.example.com"),
                ("wechat", "langsu_cd"),
            },
        )

    def test_the_refusal_names_whom_the_user_may_read(self):
        with self.assertRefused("Other cannot be saved", "Tax ID", CREDIT_CODE, self.langsu.name):
            self._create_customer("Other", vat="91510100 ma6cgpqx5t")

    def test_the_refusal_is_blind_for_others(self):
        hidden = (self.langsu.name, "Boris", "langsu.example")
        with self.assertRefused(
            "Other cannot", "Tax ID", "belongs to a colleague", "Ask for a Customer", but_not=hidden
        ):
            self._create_customer("Other", user=self.anna, vat=CREDIT_CODE)

    def test_the_notice_is_a_hook(self):
        def notice(partner, user):
            return f"protected for {user.name} until 12 Dec"

        self.patch(type(self.env["res.partner"]), "_get_duplicate_notice", notice)
        with self.assertRefused("protected for Anna until 12 Dec"):
            self._create_customer("Other", user=self.anna, wechat="LANGSU_cd")

    def test_write_is_refused_too(self):
        other = self._create_customer("Other", user=self.anna)
        with self.assertRefused("WeChat ID", "belongs to a colleague"):
            other.wechat = "langsu_CD"

    def test_contact_of_another_company_is_refused(self):
        other = self._create_customer("Other")
        with self.assertRefused("Other cannot be saved", "WeChat ID"):
            other.child_ids = [Command.create({"name": "Li", "wechat": "langsu_cd"})]

    def test_the_company_itself_may_say_it_twice(self):
        self.langsu.child_ids = [Command.create({"name": "Li", "wechat": "LANGSU_CD"})]
        self.langsu.wechat = False
        with self.assertRefused("WeChat ID"):
            self._create_customer("Other", wechat="langsu_cd")

    def test_two_in_one_batch(self):
        values = [self._prepare_customer(name, vat="51010000000001") for name in ("One", "Two")]
        with self.assertRefused("Two cannot", "belongs to One"):
            self.env["res.partner"].create(values)

    def test_nothing_else_of_the_batch_is_said(self):
        values = [
            self._prepare_customer(f"C{n}", vat=CREDIT_CODE if n == 7 else False) for n in range(10)
        ]
        with self.assertRefused("C7 cannot", but_not=("C6", "C8")):
            self.env["res.partner"].create(values)

    def test_archived_customers_give_their_keys_back(self):
        self.langsu.active = False
        self.assertFalse(self._get_keys(self.langsu))
        other = self._create_customer("Other", vat=CREDIT_CODE)
        with self.assertRefused("Tax ID", "belongs to Other"):
            self.langsu.active = True
        other.unlink()
        self.langsu.active = True
        self.assertIn(("tax", CREDIT_CODE), self._get_keys(self.langsu))

    def test_a_contact_that_is_deleted_takes_its_keys_along(self):
        contact = self.env["res.partner"].create(
            {"name": "Li", "parent_id": self.langsu.id, "wechat": "li_88"}
        )
        contact.unlink()
        self._create_customer("Other", wechat="li_88")

    def test_a_contact_that_moves_takes_its_keys_along(self):
        other = self._create_customer("Other")
        contact = self.env["res.partner"].create(
            {"name": "Li", "parent_id": self.langsu.id, "wechat": "li_88"}
        )
        contact.parent_id = other
        self.assertFalse(other.vat)
        self.assertIn(("wechat", "li_88"), self._get_keys(other))
        self.assertNotIn(("wechat", "li_88"), self._get_keys(self.langsu))

    def test_a_company_that_becomes_a_person_of_another(self):
        other = self._create_customer("Other", wechat="other_1")
        other.write({"is_company": False, "parent_id": self.langsu.id, "vat": False})
        self.assertFalse(self._get_keys(other))
        self.assertIn(("wechat", "other_1"), self._get_keys(self.langsu))

    def test_companies_apart(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = self._create_customer("Other", vat="51010000000001", company_id=company.id)
        self._create_customer("Here", vat="51010000000001", company_id=self.env.company.id)
        with self.assertRefused("Tax ID"):
            other.write({"vat": CREDIT_CODE})

    def test_a_copy_is_another_customer(self):
        copy = self.langsu.copy()
        self.assertFalse(copy.vat or copy.wechat)
        self.assertEqual(copy.phone, self.langsu.phone, "only warned of")

    def test_merge(self):
        self._set_policy(wechat="warn")
        twin = self._create_customer("Langsu", wechat="langsu_cd", email=self.langsu.email)
        self._set_policy(wechat="block")
        contact = self.env["res.partner"].create(
            {"name": "Li", "parent_id": twin.id, "wechat": "li_88"}
        )
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.langsu | twin).ids, self.langsu
        )
        self.assertFalse(twin.exists())
        self.assertEqual(contact.parent_id, self.langsu)
        self.assertIn(("wechat", "li_88"), self._get_keys(self.langsu))
        self.assertIn(("wechat", "langsu_cd"), self._get_keys(self.langsu))
        with self.assertRefused("WeChat ID"):
            self._create_customer("Other", wechat="li_88")

    def test_a_visitor_is_not_told(self):
        portal = new_test_user(self.env, "customer_portal", "base.group_portal")
        partner = portal.partner_id
        partner.with_user(portal).sudo().write({"vat": CREDIT_CODE})
        self.assertEqual(partner.vat, CREDIT_CODE)
        action = self.env["sales.customer.key"].with_user(self.manager).action_open_duplicates()
        listed = self.env["sales.customer.key"].with_user(self.manager).search(action["domain"])
        self.assertEqual(listed.partner_id, partner)

    def test_core_does_not_name_duplicates_either(self):
        self._set_policy(tax="warn")
        other = self._create_customer("Other", user=self.anna, vat=CREDIT_CODE)
        self.assertFalse(other.with_user(self.anna).same_vat_partner_id)
        self.assertEqual(other.with_user(self.manager).same_vat_partner_id, self.langsu)

    def test_saving_costs_the_same_number_of_queries(self):
        keys = self.env["sales.customer.key"]

        def count(number):
            values = [
                self._prepare_customer(f"C{number}/{n}", vat=f"5101{number:05}{n:05}")
                for n in range(number)
            ]
            partners = self.env["res.partner"].create(values)
            keys._release_keys(partners.ids)
            self.env.flush_all()
            before = self.cr.sql_log_count
            with partners._keep_customer_keys() as pending:
                pending.update(partners.ids)
            return self.cr.sql_log_count - before

        self.assertEqual([count(10), count(100)], [count(1)] * 2)

    def test_bad_input(self):
        for name in ("n" * 10_000, "😀" * 300, "\u202eمرحبا\u202c", "%_\\'\"; DROP TABLE"):
            partner = self._create_customer(name, phone="call " + "9" * 900, email="@@", vat="/")
            self.assertTrue(partner.id)
        with self.assertRefused("WeChat ID"):
            self._create_customer("Other", wechat="LANGSU_CD ")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_keys_are_nobodys_to_read(self):
        with self.assertRaises(AccessError):
            self.env["sales.customer.key"].with_user(self.anna).search([])


@tagged("post_install", "-at_install")
class TestCustomerWarning(CustomerCommon):
    """Those that are only similar are shown before saving, and nothing is refused."""

    def test_ranked_and_blind(self):
        mine = self._create_customer(
            "Langsu CD", user=self.anna, email="a@langsu.example.com", phone="021 5555 0100"
        )
        self.assertEqual(self.langsu.customer_duplicate_message, "Langsu CD: same Domain")
        form = Form(self.env["res.partner"].with_user(self.anna))
        form.name = "New"
        self.assertFalse(form.customer_duplicate_message)
        form.phone = "+86 21 55550100"
        self.assertEqual(form.customer_duplicate_message, f"{mine.name}: same Phone")
        form.email = "b@langsu.example.com"
        self.assertEqual(
            form.customer_duplicate_message,
            f"{mine.name}: same Phone, Domain\nCustomers of colleagues: 1",
        )
        form.save()

    def test_the_best_comes_first(self):
        one = self._create_customer("One", website="https://www.twin.example.org")
        two = self._create_customer("Two", phone="021 5555 0100")
        new = self._create_customer("New", website="twin.example.org", phone="02155550100")
        self.assertEqual(
            new.customer_duplicate_message,
            f"{two.name}: same Phone\n{one.name}: same Domain",
        )
        action = new.action_open_duplicates()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), one | two)

    def test_ignored_kinds_are_not_warned_of(self):
        self._set_policy(domain="off")
        new = self._create_customer("New", website="langsu.example.com")
        self.assertFalse(new.customer_duplicate_message)

    def test_a_constant_number_of_queries(self):
        partners = self.env["res.partner"].create(
            [self._prepare_customer(f"C{n}", website="many.example.org") for n in range(100)]
        )

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            partners[:number].mapped("customer_duplicate_message")
            return self.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(max(count(10), count(100)), count(1))


@tagged("post_install", "-at_install")
class TestCustomerRequest(CustomerCommon):
    """Who is refused asks the owner, and learns nothing by asking."""

    def _request(self, text):
        wizard = self.env["sales.customer.request"].with_user(self.anna)
        return wizard.create({"text": text, "note": "My lead"}).action_request()

    def test_the_owner_gets_an_activity_once(self):
        for text in (CREDIT_CODE, "13800138000", "成都朗速科技", "LANGSU_cd"):
            answer = self._request(text)
            self.assertNotIn("Boris", str(answer))
        activity = self.langsu.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.boris)
        self.assertEqual(activity.summary, "Anna asks for this customer")
        self.assertIn("My lead", activity.note)

    def test_unknown_customers_can_be_created(self):
        with self.assertRefused("no customer", "You can create it"):
            self._request("13900000000")

    def test_portal_users_cannot_ask(self):
        portal = new_test_user(self.env, "customer_portal", "base.group_portal")
        with self.assertRaises(UserError):
            self.env["res.partner"].with_user(portal).action_request_customer(CREDIT_CODE)
