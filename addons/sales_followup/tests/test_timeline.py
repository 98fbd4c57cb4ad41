from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_reminder import ReminderCommon


@tagged("post_install", "-at_install")
class TestTimeline(ReminderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "sun", "sales_team.group_sale_manager,account.group_account_invoice", name="Sun Li"
        )

    def _get_items(self, user=None, **options):
        return self.customer.with_user(user or self.manager).get_timeline(**options)["items"]

    def _get_kinds(self, *args, **kwargs):
        return [item["kind"] for item in self._get_items(*args, **kwargs)]

    def _create_invoice(self, amount=50, **values):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self.today,
                "invoice_user_id": self.owner.id,
                "invoice_line_ids": [
                    Command.create({"name": "Pump", "price_unit": amount, "tax_ids": False})
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def _read_all(self, user=None, limit=2, **options):
        customer, cursor, pages = self.customer.with_user(user or self.manager), None, []
        while cursor is not False:
            page = customer.get_timeline(cursor=cursor, limit=limit, **options)
            pages.append(page["items"])
            cursor = page["next"]
        return pages

    def test_an_order_is_called_as_it_calls_itself(self):
        """Where there are rounds, all of them have one number, and the round beside it."""
        order = self._create_order()

        def name_round(orders):
            for one in orders:
                one.display_name = f"{one.name} round 2"

        self.patch(type(order), "_compute_display_name", name_round)
        order.invalidate_recordset(["display_name"])
        titles = [item["title"] for item in self._get_items(kinds=["quotation"])]
        self.assertEqual(titles, [f"{order.name} round 2"])
        self.assertEqual(len(self._get_items(text=order.name)), 1)

    def test_all_kinds_stand_on_one_page_the_newest_first(self):
        self._answer_mail()
        self._log()
        self._remind(days=3)
        self._create_order(partner_id=self.contact.id)
        self._create_order().action_confirm()
        self.env["crm.lead"].create({"name": "Ten pumps", "partner_id": self.contact.id})
        invoice = self._create_invoice()
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment.create({})._create_payments()
        items = self._get_items()
        self.assertLessEqual(
            {
                "message",
                "followup",
                "activity",
                "quotation",
                "order",
                "lead",
                "invoice",
                "payment",
            },
            {item["kind"] for item in items},
        )
        self.assertEqual([i["date"] for i in items], sorted([i["date"] for i in items])[::-1])
        self.assertEqual(items[0]["kind"], "activity", "what is planned comes first")
        message = next(item for item in items if item["kind"] == "message")
        self.assertEqual(message["body"], "Yes, we take ten")
        self.assertEqual(message["user"], "Langsu Trading, Chen Yu")
        order = next(item for item in items if item["kind"] == "order")
        self.assertEqual(order["amount"], self.customer.sale_order_ids[0].amount_total)
        self.assertEqual(order["user"], "Li Na")

    def test_contact_opens_the_timeline_of_its_company(self):
        self._log()
        items = self.contact.with_user(self.manager).get_timeline()["items"]
        self.assertEqual([item["kind"] for item in items], ["followup", "ownership"])

    def test_pages_follow_each_other_without_gap_or_repetition(self):
        moment = fields.Datetime.now() - timedelta(days=1)
        for number in range(7):
            self._log(content=f"Same moment {number}", date=moment)
            self._answer_mail(date=moment)
            self._create_order(date_order=moment).state = "sale"
        whole = [item["key"] for item in self._get_items(limit=100)]
        pages = self._read_all(limit=4)
        self.assertEqual([item["key"] for page in pages for item in page], whole)
        self.assertEqual(len(set(whole)), len(whole))
        self.assertEqual({len(page) for page in pages[:-2]}, {4})

    def test_filter_by_kind_and_text(self):
        self._log(content="Talked about 100% cotton_bags")
        self._log(content="Talked about 1000 cotton bags")
        self._answer_mail()
        self.assertEqual(self._get_kinds(kinds=["followup"]), ["followup"] * 2)
        self.assertEqual(len(self._get_items(text="100% cotton_")), 1, "no wildcards")
        self.assertEqual(len(self._get_items(text="COTTON")), 2)
        self.assertEqual(self._get_kinds(text="take"), ["message"])
        self.assertFalse(self._get_items(text="' OR 1=1 --"))
        self.assertFalse(self._get_items(kinds=["nonsense"]))

    def test_page_that_cannot_be_is_refused(self):
        for cursor in (["x", "y", 1], ["2026-01-01"], [None, "order", "z"]):
            with self.assertRaises(UserError):
                self._get_items(cursor=cursor)
        with self.assertRaises(UserError):
            self._get_items(limit="x")
        self.assertFalse(self._get_items(text="\0nothing\0like this"))

    # ---- who may read what ------------------------------------------------------------------

    def test_salesperson_sees_no_documents_of_others(self):
        self._create_order(user_id=self.other.id)
        own = self._create_order()
        self._create_invoice(invoice_user_id=self.other.id)
        items = self._get_items(self.owner, kinds=["order", "quotation", "invoice"])
        self.assertEqual([(i["res_model"], i["res_id"]) for i in items], [("sale.order", own.id)])

    def test_who_lost_the_customer_sees_nothing_of_it(self):
        self._log()
        self.customer.user_id = self.other
        with self.assertRaises(AccessError):
            self._get_items(self.owner)
        self.assertIn("followup", [item["kind"] for item in self._get_items(self.other)])

    def test_changes_of_owner_are_told(self):
        self.customer.user_id = self.other
        [change, first] = self._get_items(kinds=["ownership"])
        self.assertEqual((change["title"], change["body"]), ("Edited", "Li Na \u2192 Wang Lei"))
        self.assertEqual((first["title"], first["body"]), ("Created", "Li Na"))

    def test_messages_on_documents_of_others_are_hidden(self):
        order = self._create_order(user_id=self.other.id)
        order.message_post(body="Secret discount", message_type="comment")
        self.assertFalse(self._get_items(self.owner, text="Secret"))
        self.assertEqual(len(self._get_items(self.manager, text="Secret")), 1)

    def test_activities_on_documents_of_others_are_hidden(self):
        order = self._create_order(user_id=self.other.id)
        order.activity_schedule("mail.mail_activity_data_todo", user_id=self.other.id)
        self.assertFalse(self._get_items(self.owner, kinds=["activity"]))
        self.assertEqual(len(self._get_items(self.manager, kinds=["activity"])), 1)

    def test_payments_need_accounting_rights(self):
        self._create_invoice()
        header = self.customer.with_user(self.owner).get_timeline_header()
        self.assertNotIn("payment", [kind["kind"] for kind in header["kinds"]])

    def test_pages_are_filled_past_what_may_not_be_read(self):
        for number in range(12):
            self._create_order(user_id=(self.owner if number % 2 else self.other).id)
        pages = self._read_all(self.owner, limit=3, kinds=["quotation"])
        self.assertEqual([len(page) for page in pages if page], [3, 3])

    def test_companies_are_apart(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        self.manager.company_ids |= elsewhere
        self._log()
        self._create_order()
        seen = self.customer.with_user(self.manager).with_context(allowed_company_ids=elsewhere.ids)
        kinds = {item["kind"] for item in seen.get_timeline()["items"]}
        self.assertEqual(kinds, {"ownership"}, "the customer is of all companies, and so is whose")

    def test_portal_has_no_timeline(self):
        portal = new_test_user(self.env, "followup_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.customer.with_user(portal).get_timeline()
        with self.assertRaises(AccessError):
            portal.partner_id.with_user(portal).get_timeline()

    # ---- figures ----------------------------------------------------------------------------

    def _get_figures(self, user=None):
        header = self.customer.with_user(user or self.manager).get_timeline_header()
        return {figure["name"]: figure for figure in header["figures"]}

    def test_figures_add_up_in_the_companys_currency(self):
        company = self.env.company
        foreign = self.env["res.currency"].create(
            {
                "name": "FLW",
                "symbol": "F",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 2.0})],
            }
        )
        self._create_invoice(50)
        self._create_invoice(40, currency_id=foreign.id)
        self._create_invoice(999, invoice_date=self.today - timedelta(days=400))
        self._create_order(
            order_line=[Command.create({"name": "x", "product_id": self.product.id})]
        )
        reminder = self._remind(days=2)
        figures = self._get_figures()
        self.assertEqual(figures["revenue"]["value"], 70)
        self.assertEqual(figures["unpaid"]["value"], 70 + 999)
        self.assertEqual(figures["quotations"]["count"], 1)
        self.assertEqual(figures["reminder"]["value"], str(reminder.date_deadline))
        self.assertFalse(figures["contact"]["value"])
        header = self.customer.with_user(self.manager).get_timeline_header()
        self.assertEqual(header["currency_id"], company.currency_id.id)

    def test_each_figure_leads_to_its_documents(self):
        self._create_invoice(50)
        figures = self._get_figures()
        for name, figure in figures.items():
            action = figure["action"]
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(bool(found), name in ("revenue", "unpaid"), name)

    def test_figures_of_a_salesperson_count_own_documents_only(self):
        self._create_invoice(50)
        self._create_invoice(30, invoice_user_id=self.other.id)
        self.assertEqual(self._get_figures(self.owner)["revenue"]["value"], 50)

    def test_queries_do_not_grow_with_events(self):
        customer = self.customer.with_user(self.manager)

        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customer.get_timeline(limit=100)
            return self.env.cr.sql_log_count - before

        counts = []
        for count in (1, 10, 20):
            for number in range(count):
                self._log(content=f"x{number}")
                self._answer_mail()
                self._create_order()
            measure()
            counts.append(measure())
        self.assertLessEqual(max(counts), counts[0] + 2, counts)
