from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, new_test_user, tagged
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

    def test_a_shared_customer_and_one_of_a_company_that_are_saved_at_once(self):
        pair = [
            self._prepare_customer("Shared", vat="51010000000009"),
            self._prepare_customer("Here", vat="51010000000009", company_id=self.env.company.id),
        ]
        for values in (pair, pair[::-1]):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.env["res.partner"].create(values)

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

    def test_asking_again_is_answered_alike_and_asks_nobody(self):
        """Otherwise one would learn which phone belongs to which name."""
        self._create_customer("Other Ltd", phone="021 5555 0100", user_id=self.boris.id)
        answers = [self._request(text) for text in (CREDIT_CODE, "13800138000", "02155550100")]
        self.assertEqual(answers, answers[:1] * 3)
        self.assertEqual(len(self.langsu.activity_ids), 1)
        self.assertIn("within 7 days", answers[0]["params"]["message"])

    def test_an_answered_request_can_be_repeated_after_a_week_and_not_before(self):
        start = datetime(2026, 11, 2, 9)
        for days, activities in ((0, 1), (6, 1), (6.99, 1), (7, 2), (8, 2), (14, 3)):
            with freeze_time(start + timedelta(days=days)):
                self._request(CREDIT_CODE)
            self.assertEqual(len(self.langsu.activity_ids), activities, days)

    def test_each_asker_is_limited_alone(self):
        self._request(CREDIT_CODE)
        partners = self.env["res.partner"]
        for user in (self.manager, self.manager):
            partners.with_user(user).action_request_customer(CREDIT_CODE)
        self.assertEqual(len(self.langsu.activity_ids), 2)
        for _again in range(2):  # Odoo's own jobs are not limited
            partners.sudo().action_request_customer(CREDIT_CODE)
        self.assertEqual(len(self.langsu.activity_ids), 4)

    def _create_many(self, count):
        return self.env["res.partner"].create(
            [
                self._prepare_customer(f"Many {n}", phone=f"021 5556 {n:04}", user_id=self.boris.id)
                for n in range(count)
            ]
        )

    def test_requests_of_a_day_are_limited(self):
        customers = self._create_many(21)
        with freeze_time("2026-11-02 09:00:00"):
            for customer in customers[:20]:
                self._request(customer.phone)
            for text in (customers[20].phone, customers[0].phone, "13900000000", "", "%"):
                with self.assertRefused("there are 20 a day", but_not=("no customer", "Many")):
                    self._request(text)
            self.env["res.partner"].with_user(self.manager).action_request_customer(CREDIT_CODE)
        self.assertEqual(len(customers.activity_ids), 20)
        with freeze_time("2026-11-03 00:00:01"):
            for text in (customers[20].phone, customers[0].phone):  # the count begins again
                self._request(text)
        self.assertEqual(len(customers.activity_ids), 21)

    def test_the_day_is_that_of_the_company_and_never_goes_back(self):
        self.env["ir.config_parameter"].set_param("sales_customer.request_daily_limit", "1")
        customers = self._create_many(4)
        calendar = self.env.company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        with freeze_time("2026-11-02 15:59:00"):
            self._request(customers[0].phone)
        with freeze_time("2026-11-02 16:01:00"):  # past midnight in Shanghai
            self._request(customers[1].phone)
            for zone in ("America/Los_Angeles", "Asia/Shanghai", "UTC"):
                calendar.tz = self.anna.tz = zone
                with self.assertRefused("there are 1 a day"):
                    self._request(customers[2].phone)

    def test_who_goes_a_day_back_does_not_win_one(self):
        """A company in another time zone may still have yesterday."""
        self.env["ir.config_parameter"].set_param("sales_customer.request_daily_limit", "2")
        customers = self._create_many(3)
        calendar = self.env.company.resource_calendar_id
        with freeze_time("2026-11-02 16:01:00"):
            for number, zone in enumerate(("Asia/Shanghai", "America/Los_Angeles")):
                calendar.tz = zone
                self._request(customers[number].phone)
            calendar.tz = "Asia/Shanghai"
            with self.assertRefused("there are 2 a day"):
                self._request(customers[2].phone)

    def test_limits_are_settings(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("sales_customer.request_daily_limit", "0")
        parameters.set_param("sales_customer.request_interval_days", "0")
        for _again in range(25):
            answer = self._request(CREDIT_CODE)
        self.assertEqual(len(self.langsu.activity_ids), 25)
        self.assertNotIn("days", answer["params"]["message"])
        for nonsense in ("many", "-3", ""):
            parameters.set_param("sales_customer.request_daily_limit", nonsense)
            limits = self.env["sales.customer.request.limit"]
            found = limits._get_limit("sales_customer.request_daily_limit")
            self.assertEqual(found, 0 if nonsense == "-3" else 20)

    def test_the_answer_does_not_depend_on_the_owner(self):
        gone = new_test_user(self.env, "customer_gone", "sales_team.group_sale_salesman")
        others = self._create_many(3)
        others[0].user_id = gone
        others[1].user_id = False
        gone.active = False
        answers = [self._request(customer.phone) for customer in (self.langsu, *others)]
        self.assertEqual(answers, answers[:1] * 4)
        self.assertTrue(all(user.active for user in others.activity_ids.user_id))

    def test_customers_out_of_reach_are_unknown(self):
        """An archived one, and one of another company, are answered like none at all."""
        archived, foreign = self._create_many(2)
        archived.active = False
        company = self.env["res.company"].create({"name": "Other Company"})
        foreign.company_id = company
        messages = []
        for text in (archived.phone, foreign.phone, "021 5556 9999"):
            with self.assertRaises(UserError) as caught:
                self._request(text)
            messages.append(str(caught.exception).replace(text, "N"))
        self.assertEqual(messages, messages[:1] * 3)
        self.assertFalse((archived | foreign).with_context(active_test=False).activity_ids)

    def test_nobody_reads_who_asked_for_what(self):
        self._request(CREDIT_CODE)
        for user in (self.anna, self.boris, self.manager):
            limits = self.env["sales.customer.request.limit"].with_user(user)
            with self.assertRaises(AccessError):
                limits.search([("partner_id", "=", self.langsu.id)])
            with self.assertRaises(AccessError):
                limits.search([("user_id", "=", user.id)]).unlink()

    def test_what_limits_nothing_any_more_is_forgotten(self):
        limits = self.env["sales.customer.request.limit"]
        with freeze_time("2026-11-02 09:00:00"):
            self._request(CREDIT_CODE)
        mine = [("user_id", "=", self.anna.id)]
        self.assertEqual(limits.search_count(mine), 2)
        for day, count in (("2026-11-08", 2), ("2026-11-10", 0)):
            with freeze_time(f"{day} 09:00:00"):
                limits._gc_requests()
            self.assertEqual(limits.search_count(mine), count)

    def test_merged_customers_are_asked_for_once(self):
        twin = self._create_customer("Twin", phone="021 5555 0100", user_id=self.boris.id)
        for text in (CREDIT_CODE, "02155550100"):
            self._request(text)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.langsu | twin).ids, self.langsu, extra_checks=False)
        self._request(CREDIT_CODE)
        summaries = self.langsu.activity_ids.mapped("summary")
        self.assertEqual(summaries, ["Anna asks for this customer"] * 2)
