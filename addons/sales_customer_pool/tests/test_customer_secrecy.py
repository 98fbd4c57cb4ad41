from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import CustomerPoolCommon

SECRETS = {
    "phone": "+86 512 8888 0001",
    "mobile": "+86 139 8888 0002",
    "email": "secret@langsu.example.com",
    "wechat": "langsu_secret",
    "street": "Secret Road 7",
    "vat": "SECRETVAT",
}


class SecrecyCommon(CustomerPoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.customer.mask"].search([("code", "=", "name")])
        cls.pool.mask_ids = cls.env["sales.customer.mask"].search([])
        cls.pooled = cls._create_pooled(name="Chengdu Langsu", **SECRETS)
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ms Sun", "parent_id": cls.pooled.id, "phone": "+86 138 8888 0009"}
        )
        cls.colleagues = cls._create_customers(user_id=cls.wang.id, name="Wang Customer")
        cls.own = cls._create_customers(user_id=cls.li.id, name="Li Customer")
        cls.supplier = cls.env["res.partner"].create({"name": "Supplier"})
        cls.nobodys = cls._create_customers(name="Nobody Customer")


@tagged("post_install", "-at_install")
class TestCustomerSecrecy(SecrecyCommon):
    def test_who_reads_which_customers(self):
        everything = (
            self.pooled | self.contact | self.colleagues | self.own | self.supplier | self.nobodys
        )
        open_ones = self.own | self.supplier | self.nobodys
        readable = {
            self.li: open_ones,
            self.wang: self.colleagues | self.supplier | self.nobodys,
            self.chief: everything,
            self._create_user(
                "pool_leader", "sales_team.group_sale_salesman_all_leads"
            ): everything,
        }
        for user, expected in readable.items():
            domain = [("id", "in", everything.ids)]
            self.assertEqual(self.env["res.partner"].with_user(user).search(domain), expected)
        self.pool.admin_ids = self.li
        partners = self.env["res.partner"].with_user(self.li)
        self.assertEqual(partners.search(domain), open_ones | self.pooled | self.contact)
        self.assertIn(self.li.partner_id, partners.search([]), "colleagues stay readable")
        self.assertIn(self.wang.partner_id, partners.search([]))

    def test_masked_values_cannot_be_read(self):
        for record in (self.pooled, self.contact, self.colleagues):
            record = record.with_user(self.li)
            for read in (
                lambda record=record: record.read(["phone"]),
                lambda record=record: record.phone,
                lambda record=record: record.web_read({"email": {}}),
                lambda record=record: record.export_data(["name", "phone"]),
                lambda record=record: (
                    record.message_ids.read(["body"]) or record.check_access("read")
                ),
            ):
                record.invalidate_recordset()
                with self.assertRaises(AccessError):
                    read()

    def test_masked_values_cannot_be_inferred(self):
        """No search, name search, group or order tells anything of a customer in the pool."""
        partners = self.env["res.partner"].with_user(self.li)
        for field, secret in SECRETS.items():
            self.assertFalse(partners.search([(field, "=", secret)]))
            groups = partners.formatted_read_group([(field, "!=", False)], [field], ["__count"])
            self.assertNotIn(secret, str(groups))
        for text in ("Chengdu", "secret@", "Wang Customer"):
            self.assertFalse(partners.name_search(text))
        self.assertNotIn("Chengdu", str(partners.get_mention_suggestions("Chengdu")))
        self.assertFalse(
            self.env["res.users"]
            .with_user(self.li)
            .search([("partner_id.child_ids.phone", "=", SECRETS["phone"])])
        )

    def test_the_card_has_no_masked_value(self):
        card = self._cards(self.pooled, self.li)
        stored = card.sudo().read()[0]
        for field, secret in SECRETS.items():
            self.assertNotIn(secret, str(stored))
            self.assertFalse(card[field])
        self.assertEqual(card.name, "C***")
        self.assertEqual(card.display_name, "C***")
        for method in (
            lambda: card.partner_id.display_name,
            lambda: card.search([("partner_id.phone", "=", SECRETS["phone"])]),
            lambda: card.formatted_read_group([], ["partner_id"], ["__count"]),
            lambda: card.search([], order="partner_id"),
            lambda: card.export_data(["partner_id/phone"]),
            lambda: card.read(["partner_id"]),
        ):
            with self.assertRaises(AccessError):
                method()

    def test_cards_by_role(self):
        visible = {self.li: 1, self.wang: 1, self.stranger: 0, self.chief: 1}
        cards = self.env["sales.customer.pool.card"]
        for user, count in visible.items():
            self.assertEqual(
                cards.with_user(user).search_count([("pool_id", "=", self.pool.id)]), count
            )
        self.assertEqual(self._cards(self.pooled, self.chief).partner_id, self.pooled)
        for user in (
            new_test_user(self.env, "pool_portal", "base.group_portal"),
            new_test_user(self.env, "pool_clerk", "base.group_user"),
        ):
            with self.assertRaises(AccessError):
                cards.with_user(user).search([])
        with self.assertRaises(AccessError):
            self._cards(self.pooled, self.li).write({"phone": "x"})

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        user = self._create_user(
            "pool_other",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for model in ("sales.customer.pool", "sales.customer.pool.card"):
            self.assertFalse(self.env[model].with_user(user).search([]))

    def test_what_a_pool_shows_follows_its_masks(self):
        self.pool.mask_ids = self.env.ref("sales_customer_pool.mask_phone")
        card = self._cards(self.pooled, self.li)
        self.assertEqual(card.name, "Chengdu Langsu")
        self.assertEqual(card.wechat, SECRETS["wechat"])
        self.assertFalse(card.phone)
        self.pooled.phone = "+86 512 0000 0000"
        self.assertFalse(card.phone)

    def test_reveal_is_limited_and_logged(self):
        card = self._cards(self.pooled, self.li)
        phone = self.env.ref("sales_customer_pool.mask_phone")
        with self.assertRaisesRegex(UserError, "Claim the customer to see it"):
            card._reveal(phone)
        self.pool.reveal_daily_limit = 2
        wizard = self.env["sales.customer.reveal.wizard"].with_user(self.li)
        for _n in range(2):
            action = wizard.create({"card_id": card.id, "mask_id": phone.id}).action_reveal()
            self.assertEqual(action["params"]["message"], SECRETS["phone"])
        with self.assertRaisesRegex(UserError, "2 masked values a day"):
            card._reveal(phone)
        log = self.env["sales.customer.reveal"].search([("partner_id", "=", self.pooled.id)])
        self.assertEqual(log.mapped("user_id"), self.li)
        self.assertEqual(len(log), 2)
        with self.assertRaises(AccessError):
            log.with_user(self.li).read(["partner_id"])
        with self.assertRaises(AccessError):
            self._cards(self.pooled, self.stranger)._reveal(phone)

    def test_refusals_do_not_tell_masked_names(self):
        self.pool.freeze_days = 5
        [text] = self._claim(self.pooled, self.li).values()
        self.assertNotIn("Chengdu", text)
        self.assertIn("C***", text)

    def test_secret_customers_cannot_be_linked_to_be_seen(self):
        """Documents copy or show what stands on their customer: by no id one can guess."""
        for partner in (self.pooled, self.contact, self.colleagues):
            for model, values in (
                ("crm.lead", {"name": "Spy", "partner_id": partner.id}),
                ("sale.order", {"partner_id": partner.id}),
                ("sale.order", {"partner_id": self.own.id, "partner_invoice_id": partner.id}),
                ("calendar.event", {"name": "Spy", "partner_ids": [Command.link(partner.id)]}),
            ):
                with self.assertRaisesRegex(AccessError, "Claim it from the pool"):
                    self.env[model].with_user(self.li).create(values)
            with self.assertRaisesRegex(AccessError, "Claim it from the pool"):
                self.own.with_user(self.li).message_subscribe(partner.ids)
        lead = self.env["crm.lead"].with_user(self.li).create({"name": "Own"})
        with self.assertRaisesRegex(AccessError, "Claim it from the pool"):
            lead.partner_id = self.pooled
        lead.partner_id = self.own

    def test_former_owner_no_longer_follows(self):
        self.own.message_subscribe((self.li | self.chief).partner_id.ids)
        self._release(self.own, self.li)
        self.env.invalidate_all()
        followers = self.own.message_partner_ids
        self.assertNotIn(self.li.partner_id, followers)
        self.assertIn(self.chief.partner_id, followers)
        message = self.own.message_post(body="They need pumps", author_id=self.chief.partner_id.id)
        self.assertFalse(message.notified_partner_ids)
        with self.assertRaises(AccessError):
            message.with_user(self.li).read(["body"])

    def test_nobody_hides_a_customer_or_makes_it_his_for_ever(self):
        own = self.own.with_user(self.li)
        with self.assertRaisesRegex(UserError, "does not change here"):
            own.customer_rank = 0
        values = {"name": "X", "is_company": True, "customer_rank": 1}
        for more in ({"recycle_locked": True}, {"protected_until": "2040-01-01"}):
            with self.assertRaisesRegex(UserError, "can only be changed by sales managers"):
                self.env["res.partner"].with_user(self.li).create({**values, **more})
        self.pool.holding_limit = 1
        own.active = False
        self.assertIn("hold 1 customers", self._claim(self.pooled, self.li)[self.pooled])

    def test_who_creates_a_customer_owns_it(self):
        values = {"name": "New", "is_company": True, "customer_rank": 1}
        customer = self.env["res.partner"].with_user(self.li).create(values)
        self.assertEqual(customer.user_id, self.li)
        self.assertEqual(customer.read(["phone"])[0]["phone"], False)


@tagged("post_install", "-at_install")
class TestRecycledDocuments(SecrecyCommon, HttpCase):
    """Who lost a customer still opens his documents with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.env["product.product"].create({"name": "Pump", "list_price": 100})
        values = {"partner_id": cls.own.id, "user_id": cls.li.id}
        line = Command.create({"product_id": product.id, "product_uom_qty": 2})
        cls.order = cls.env["sale.order"].with_user(cls.li).create({**values, "order_line": [line]})
        cls.lead = cls.env["crm.lead"].create({**values, "name": "Pumps", "type": "opportunity"})
        cls.order.sudo().message_subscribe(cls.own.ids)
        cls.lead.message_subscribe(cls.own.ids)
        for record in (cls.order.sudo(), cls.lead):
            record.message_post(body="Hello", author_id=cls.own.id, partner_ids=cls.own.ids)
        cls.activity = cls.order.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.li.id, summary="Call"
        )
        cls.env.flush_all()
        cls.own.pool_id = cls.pool
        cls.env.flush_all()
        cls.env.invalidate_all()

    def test_the_names_of_lines_can_be_read(self):
        """As a point of sale does; core gives them as superuser."""
        self.env.flush_all()
        for user in (self.li, self.chief):
            self.env.invalidate_all()
            [line] = self.order.with_user(user).order_line.read(["display_name"])
            self.assertIn(self.order.name, line["display_name"])

    def test_customer_is_secret_now(self):
        with self.assertRaises(AccessError):
            self.own.with_user(self.li).read(["phone"])

    def test_forms_open(self):
        for record, view in (
            (self.order, "sale.view_order_form"),
            (self.lead, "crm.crm_lead_view_form"),
        ):
            self.env.invalidate_all()
            form = Form(record.with_user(self.li), view)
            self.assertEqual(form.partner_id.id, self.own.id)

    def test_lists_open(self):
        for record in (self.order, self.lead, self.activity):
            self.env.invalidate_all()
            [found] = record.with_user(self.li).web_search_read(
                [("id", "=", record.id)],
                {
                    name: {"fields": {"display_name": {}}}
                    for name in ("partner_id", "partner_invoice_id")
                    if name in record._fields
                }
                | {"display_name": {}},
            )["records"]
            if "partner_id" in found:
                self.assertEqual(found["partner_id"]["display_name"], "Li Customer")

    def test_quotation_can_be_edited_and_is_confirmed_after_a_claim(self):
        order = self.order.with_user(self.li)
        with Form(order) as form:
            form.client_order_ref = "their number"
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 3
        with self.assertRaisesRegex(UserError, "no longer your customer. Claim it again"):
            order.action_confirm()
        self._claim(self.own, self.li)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_chatter_and_activities_load(self):
        self.order.with_user(self.li)._message_get_suggested_recipients(
            reply_discussion=True, no_create=True
        )
        self.authenticate("pool_li", "pool_li")
        for record in (self.order, self.lead):
            params = {
                "thread_model": record._name,
                "thread_id": record.id,
                "request_list": ["followers", "activities", "attachments", "suggestedRecipients"],
                "access_params": {},
            }
            data = self.make_jsonrpc_request(
                "/mail/data",
                {
                    "fetch_params": [["mail.thread", params]],
                },
            )
            self.assertTrue(data)
            messages = self.make_jsonrpc_request(
                "/mail/thread/messages", {"thread_model": record._name, "thread_id": record.id}
            )
            self.assertTrue(messages["messages"], record)
        self.assertTrue(self.order.with_user(self.li).message_post(body="Noted"))
