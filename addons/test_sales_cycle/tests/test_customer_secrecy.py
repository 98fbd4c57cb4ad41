"""What a salesperson learns of customers that are not theirs, over all rooms: nothing."""

import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.sales_customer_pool.tests.common import CustomerPoolCommon
from odoo.addons.sales_customer_search.models.customer_query import CustomerQuery

SECRETS = {
    "phone": "+86 512 8888 0001",
    "mobile": "+86 139 8888 0002",
    "email": "secret@langsu.example.com",
    "wechat": "langsu_secret",
    "street": "Secret Road 7",
    "vat": "SECRETVAT",
}
NAMES = ("Zhenguan", "Wangs Firm", "Ms Sun")
REFUSED = "Claim it from the pool"
TIMES = {"start": "2026-11-25 10:00:00", "stop": "2026-11-25 11:00:00"}


class CustomerSecrecyCommon(CustomerPoolCommon):
    """Li asks; one customer lies in her pool, one is Wang's, one lies in a pool of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pool.mask_ids = cls.env["sales.customer.mask"].search([("code", "!=", False)])
        cls.pooled = cls._create_pooled(name="Zhenguan Pumps", **SECRETS)
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ms Sun", "parent_id": cls.pooled.id, "phone": "+86 138 8888 0009"}
        )
        cls.colleagues = cls._create_customers(
            user_id=cls.wang.id, name="Wangs Firm", email="ask@wangs.example.com"
        )
        west = cls.env["sales.customer.pool"].create({"name": "West", "mask_ids": False})
        cls.west = cls._create_customers(
            pool_id=west.id, name="Zhenguan West", email="west@zhenguan.example.com"
        )
        cls.own = cls._create_customers(user_id=cls.li.id, name="Li Firm")
        cls.secret = cls.pooled | cls.contact | cls.colleagues | cls.west

    def _as(self, model, user=None, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[model].with_user(user or self.li).with_context(**context)

    def _assert_secret(self, *answers):
        text = str(answers)
        for secret in (*SECRETS.values(), *NAMES, "ask@wangs", "+86 138 8888 0009"):
            self.assertNotIn(secret, text)


@tagged("post_install", "-at_install")
class TestCustomerSearchSpeed(CustomerSecrecyCommon):
    def test_the_index_is_asked_before_the_rules(self):
        """With the joins of the rules first, PostgreSQL read a million customers: 4 s a search."""
        query = CustomerQuery(self._as("res.partner"), "Li", is_customer=True)
        joins = list(query._base_query._joins)
        self.assertEqual(joins[0], "search_key")
        self.assertGreater(len(joins), 8, "rules join so many that their order is kept")

    def test_who_reads_little_is_asked_for_before_anything_else(self):
        """An index tells what may be read: ten thousand customers of others are not looked at."""
        key_model = self.registry["sales.customer.search.key"]
        partners = self._as("res.partner")
        with patch.object(key_model, "_get_readable_share", lambda *_args: 0.01):
            query = CustomerQuery(partners, "Firm", is_customer=True)
            keys = query._prepare_query(query._get_tiers())._joins["search_key"][1]
            asked = set(
                re.findall(r'"res_partner(?:__commercial_partner_id)?"\."(\w+)"', keys.code)
            )
            indexed = re.findall(r"\w+", self._get_index("res_partner_rights_idx"))
            self.assertLessEqual(asked, set(indexed))
            self.assertIn("commercial_partner_id", asked, "the rules are in it")
            self.assertEqual(partners.search_customers("Firm")[0]["id"], self.own.id)
            self.assertFalse(partners.search_customers("Zhenguan"))

    def _get_index(self, name):
        query = SQL("SELECT indexdef FROM pg_indexes WHERE indexname = %s", name)
        return self.env.execute_query(query)[0][0]

    def test_how_much_somebody_reads_is_told_by_a_sample(self):
        self.env.flush_all()
        keys = self.env["sales.customer.search.key"]
        keys._refresh_marked()
        keys._refresh_recent()
        self.registry.clear_cache()
        companies = tuple(self.env.companies.ids)
        read_by_chief = keys._get_readable_share(self.chief.id, companies, 1)
        read_by_li = keys._get_readable_share(self.li.id, companies, 1)
        self.assertEqual(read_by_chief, 1)
        self.assertLess(read_by_li, 1)


@tagged("post_install", "-at_install")
class TestCustomerSecrecy(CustomerSecrecyCommon):
    # ---- links ------------------------------------------------------------------------------

    def test_no_document_takes_the_id_of_a_secret_customer(self):
        """Its name would be shown by the many2one field, and more be copied."""
        category = self.env.ref("sales_followup.activity_type_contact").id
        event = self._as("calendar.event").create({"name": "Talk", **TIMES})
        for partner in self.secret:
            for model, values in (
                ("sales.followup", {"partner_id": self.own.id, "contact_id": partner.id}),
                ("sales.reminder.rule", {"partner_id": partner.id, "user_id": self.li.id}),
                ("sales.customer.extension", {"partner_id": partner.id, "reason": "x"}),
                ("res.partner", {"is_company": True, "parent_id": partner.id}),
                ("res.partner", {"name": "Child", "parent_id": str(partner.id)}),
                ("calendar.attendee", {"event_id": event.id, "partner_id": partner.id}),
                ("crm.lead", {"name": "Spy", "partner_id": partner.id}),
                ("sale.order", {"partner_id": partner.id}),
            ):
                values = {"content": "x", "name": "x", "until_date": "2040-01-01", **values}
                values = {k: v for k, v in values.items() if k in self.env[model]._fields}
                with self.assertRaisesRegex(AccessError, REFUSED), self.cr.savepoint():
                    self._as(model).create(values)
        reminder = self._as("mail.activity").create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.own.id,
                "activity_type_id": category,
                "user_id": self.li.id,
            }
        )
        with self.assertRaisesRegex(AccessError, REFUSED):
            reminder.customer_id = self.pooled

    def test_neither_does_the_context_give_it(self):
        for model in ("crm.lead", "sale.order", "sales.reminder.rule"):
            records = self._as(model, default_partner_id=self.pooled.id, default_name="x")
            with self.assertRaisesRegex(AccessError, REFUSED), self.cr.savepoint():
                records.create({})

    def test_a_form_that_is_not_saved_copies_nothing(self):
        shown = {"partner_id": {"fields": {"display_name": {}}}}
        lead_spec = {**shown, "phone": {}, "email_from": {}, "street": {}, "partner_name": {}}
        for partner in self.secret:
            for model, spec in (
                ("crm.lead", lead_spec),
                ("sale.order", {**shown, "partner_invoice_id": {"fields": {"display_name": {}}}}),
                ("sales.followup", {**shown, "display_name": {}}),
                ("sales.reminder.rule", shown),
            ):
                with self.assertRaisesRegex(AccessError, REFUSED):
                    self._as(model).onchange({"partner_id": partner.id}, ["partner_id"], spec)
                with self.assertRaisesRegex(AccessError, REFUSED):
                    self._as(model, default_partner_id=partner.id).onchange({}, [], spec)
        attendees = {"attendee_ids": {"fields": {"email": {}, "phone": {}}}}
        lines = {"attendee_ids": [Command.create({"partner_id": self.pooled.id})]}
        with self.assertRaisesRegex(AccessError, REFUSED):
            self._as("calendar.event").onchange(lines, ["attendee_ids"], attendees)

    def test_a_card_of_another_pool_is_not_named(self):
        mask = self.env.ref("sales_customer_pool.mask_phone")
        wizard = self._as("sales.customer.reveal.wizard")
        with self.assertRaises(AccessError):
            wizard.create({"card_id": self.west.id, "mask_id": mask.id})
        spec = {"card_id": {"fields": {"display_name": {}}}}
        with self.assertRaises(AccessError):
            self._as(wizard._name, default_card_id=self.west.id).onchange({}, [], spec)

    def test_a_licence_is_not_moved_to_a_secret_customer(self):
        kind = self.env["sales.customer.licence.kind"].create({"name": "Sale of pumps"})
        licence = self._as("sales.customer.licence").create(
            {"partner_id": self.own.id, "kind_id": kind.id, "number": "7"}
        )
        with self.assertRaisesRegex(AccessError, REFUSED):
            licence.partner_id = self.colleagues

    def test_nobody_talks_to_a_secret_customer(self):
        with self.assertRaisesRegex(AccessError, REFUSED):
            own = self._as("res.partner").browse(self.own.id)
            own.message_post(body="Hello", partner_ids=self.pooled.ids)
        channel = self._as("discuss.channel")._create_channel("Spies", None)
        with self.assertRaisesRegex(AccessError, REFUSED):
            channel.add_members(partner_ids=self.pooled.ids)

    # ---- what is shown ------------------------------------------------------------------------

    def test_what_others_have_with_their_customers_is_not_shown(self):
        """Attendees, followers, recipients and bank accounts are everybody's to read in Odoo."""
        people = self.secret.ids
        self._as("calendar.event", self.chief).create(
            {"name": "Talk", "partner_ids": [Command.set(people)], **TIMES}
        )
        order = self.env["sale.order"].create({"partner_id": self.colleagues.id})
        order.message_subscribe(people)
        order.message_post(body="Hello", partner_ids=people)
        self.env["res.partner.bank"].create({"partner_id": self.pooled.id, "acc_number": "1"})
        for model, fnames in (
            ("calendar.attendee", ["partner_id", "email", "phone", "common_name"]),
            ("mail.followers", ["partner_id", "name", "email"]),
            ("mail.notification", ["res_partner_id"]),
            ("res.partner.bank", ["partner_id", "acc_holder_name"]),
        ):
            self._assert_secret(self._as(model).search([]).read(fnames))
            found = self._as(model, self.chief).search([]).read(fnames)
            self.assertIn("Zhenguan Pumps", str(found), "managers see them")

    def test_a_lost_customer_keeps_its_name_on_documents_and_nothing_else(self):
        order = self._as("sale.order").create({"partner_id": self.own.id})
        values = {"street": SECRETS["street"], "email": "new@li.example.com"}
        self.own.write({"pool_id": self.pool.id, **values})
        context = {"show_address": True, "show_email": True, "show_vat": True}
        spec = {"partner_id": {"fields": {"display_name": {}}, "context": context}}
        [values] = self._as("sale.order").browse(order.id).web_read(spec)
        self.assertEqual(values["partner_id"]["display_name"], "Li Firm")
        [values] = self._as("sale.order", self.chief).browse(order.id).web_read(spec)
        self.assertIn("Secret Road 7", values["partner_id"]["display_name"])

    def test_a_hidden_field_is_hidden_in_names_and_related_fields(self):
        self.env["sales.customer.field.rule"].create(
            {
                "field_id": self.env["ir.model.fields"]._get("res.partner", "email").id,
                "read_group_ids": [Command.link(self.env.ref("sales_team.group_sale_manager").id)],
            }
        )
        self.own.email = SECRETS["email"]
        order = self._as("sale.order").create({"partner_id": self.own.id})
        order.sudo().message_subscribe(self.own.ids)
        spec = {
            "partner_id": {"fields": {"display_name": {}}, "context": {"show_email": True}},
        }
        self._assert_secret(self._as("sale.order").browse(order.id).web_read(spec))
        with self.assertRaises(AccessError):
            self._as("mail.followers").search([]).read(["email"])
        with self.assertRaises(AccessError):
            self._as("mail.followers").search([("email", "ilike", "secret")])

    def test_who_asks_for_a_customer_learns_nothing(self):
        for text in ("ask@wangs.example.com", SECRETS["email"]):
            self._as("res.partner").action_request_customer(text, "We met them")
        self.assertTrue(self.colleagues.activity_ids.filtered(lambda a: a.user_id == self.wang))
        mine = [("create_uid", "=", self.li.id)]
        activities = self._as("mail.activity").search(mine)
        messages = self._as("mail.message").search(
            ["|", ("author_id", "=", self.li.partner_id.id), *mine]
        )
        self._assert_secret(
            activities.read(["res_name", "summary", "note"]),
            messages.read(["record_name", "subject", "body"]),
        )
        self.assertFalse(set(messages.mapped("res_id")) & set(self.secret.ids))

    def test_dialogs_of_others_are_not_shown(self):
        values = {"partner_ids": [Command.set(self.colleagues.ids)], "note": "Wangs Firm"}
        dialogs = [
            self._as("sales.customer.release", self.wang).create(
                {**values, "pool_id": self.pool.id, "reason_id": self.reason.id}
            ),
            self._as("sales.customer.transfer", self.wang).create(
                {**values, "user_id": self.chief.id}
            ),
            self._as("sales.customer.request", self.wang).create({"text": "Wangs Firm"}),
            self._as("sales.customer.intake", self.wang).create({"text": "Wangs Firm"}),
        ]
        for dialog in dialogs:
            self.assertFalse(self._as(dialog._name).search([("id", "=", dialog.id)]))
            with self.assertRaises(AccessError):
                self._as(dialog._name).browse(dialog.id).read()
            with self.assertRaises(AccessError):
                self._as(dialog._name).browse(dialog.id).write({"write_date": False})

    # ---- search -------------------------------------------------------------------------------

    def test_one_box_finds_own_customers_on_documents_and_no_others(self):
        """The rules of the pool and the search of companies by contacts join the same table."""
        order = self._as("sale.order").create({"partner_id": self.own.id})
        self.assertEqual(self._as("sale.order").search([("partner_id", "ilike", "Li Firm")]), order)
        found = self._as("res.partner").search_customers("Li Firm")
        self.assertEqual([values["id"] for values in found], self.own.ids)
        for text in (*SECRETS.values(), *NAMES, "ask@wangs.example.com"):
            partners = self._as("res.partner")
            self.assertFalse(partners.search_customers(text))
            self.assertFalse(partners.name_search(text))
            self.assertFalse(partners.search([("customer_search", "ilike", text)]))
            domain = ["|", ("id", "=", self.own.id), ("customer_search", "ilike", text)]
            self.assertEqual(partners.search(domain), self.own)
            self.assertFalse(partners.search_count([("customer_search", "ilike", text)], limit=9))
            for model in ("sale.order", "crm.lead", "calendar.attendee", "account.move"):
                domain = [("partner_id.customer_search", "ilike", text)]
                self.assertFalse(self._as(model).search(domain))
                self.assertFalse(self._as(model).search([("partner_id", "ilike", text)]))

    # ---- what keeps a customer ------------------------------------------------------------------

    def test_nobody_writes_himself_what_keeps_a_customer(self):
        own = self._as("res.partner").browse(self.own.id)
        for fname in ("ownership_date", "last_contact_date", "last_followup_date"):
            with self.assertRaisesRegex(UserError, "can only be changed by sales managers"):
                own.write({fname: "2099-01-01 00:00:00"})
        with self.assertRaisesRegex(UserError, "can only be changed by sales managers"):
            self._as("res.partner", default_recycle_locked=True).create(
                {"name": "New", "is_company": True, "customer_rank": 1}
            )

    def test_only_orders_of_the_customer_prove_contact(self):
        method = self.env.ref("sales_followup.method_mail")
        orders = self.env["sale.order"].create(
            [{"partner_id": p.id, "user_id": self.li.id} for p in (self.own, self.own.copy())]
        )
        orders.state = "sale"
        followups = self._as("sales.followup").create(
            [
                {
                    "partner_id": self.own.id,
                    "content": "x",
                    "method_id": method.id,
                    "order_id": order.id,
                    "is_verified": True,
                }
                for order in orders
            ]
        )
        self.assertEqual(followups.mapped("is_verified"), [True, False])
        followups.write({"is_verified": True, "evidence": "order"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(followups.mapped("is_verified"), [True, False])

    def test_reminders_of_others_are_not_taken_over(self):
        reminder = self.colleagues.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.wang.id, summary="Price for pumps"
        )
        rule = self.env["sales.reminder.rule"].create({"partner_id": self.colleagues.id})
        values = {"partner_id": self.own.id, "content": "x", "next_activity_id": reminder.id}
        self._as("sales.followup").create(values)
        followup = self._as("sales.followup").create({**values, "next_date": "2040-01-01"})
        self._as("sales.followup", default_next_activity_id=reminder.id).create(
            {"partner_id": self.own.id, "content": "x"}
        )
        followup.write({"next_activity_id": reminder.id, "next_date": "2040-01-02"})
        self.assertEqual(reminder.exists().user_id, self.wang)
        mine = followup.next_activity_id.with_user(self.li)
        mine.write({"reminder_rule_id": rule.id, "date_deadline": "2040-01-01"})
        self.assertFalse(mine.sudo().reminder_rule_id)
        self.assertLess(str(rule.make_date), "2040-01-01")

    # ---- others ---------------------------------------------------------------------------------

    def test_another_company_sees_no_reminder_and_no_extension(self):
        other = self.env["res.company"].create({"name": "Other"})
        values = {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        manager = self._create_user("secrecy_other", "sales_team.group_sale_manager", **values)
        self.colleagues.company_id = self.env.company
        self.env["sales.reminder.rule"].create({"partner_id": self.colleagues.id})
        self._as("sales.customer.extension", self.wang).create(
            {"partner_id": self.colleagues.id, "until_date": "2040-01-01", "reason": "x"}
        )
        domain = [("partner_id", "=", self.colleagues.id)]
        for model in ("sales.reminder.rule", "sales.customer.extension", "sales.followup"):
            self.assertFalse(self._as(model, manager).search(domain))
        for model in ("sales.reminder.rule", "sales.customer.extension"):
            self.assertTrue(self._as(model, self.chief).search(domain))

    def test_portal_users_are_not_told_of_duplicates(self):
        user = new_test_user(self.env, "secrecy_portal", "base.group_portal")
        user.partner_id.phone = self.colleagues.phone
        partner = self._as("res.partner", user).browse(user.partner_id.id)
        self.assertFalse(partner.customer_duplicate_message)


@tagged("post_install", "-at_install")
class TestRefusals(CustomerSecrecyCommon, HttpCase):
    def test_debug_mode_does_not_name_what_it_refuses(self):
        self.authenticate("pool_li", "pool_li")
        self.url_open("/odoo?debug=1")
        for record in (*self.secret, self._west_card()):
            error = self._read_in_browser(record)
            self.assertIn("AccessError", error)
            self._assert_secret(error)

    def _west_card(self):
        return self.env["sales.customer.pool.card"].browse(self.west.id)

    def _read_in_browser(self, record):
        params = {
            "model": record._name,
            "method": "read",
            "args": [record.ids, ["name"]],
            "kwargs": {},
        }
        payload = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http"):  # a refusal is what is asked for
            answer = self.url_open("/web/dataset/call_kw", json=payload)
        return str(answer.json()["error"]["data"])
