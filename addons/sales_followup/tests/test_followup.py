from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowup(FollowupCommon):
    def _log_by_button(self, document, user=None):
        """Press Log, type the text, save."""
        action = document.with_user(user or self.owner).action_log_followup()
        form = Form(
            self.env["sales.followup"]
            .with_user(user or self.owner)
            .with_context(**action["context"]),
            "sales_followup.sales_followup_view_form_log",
        )
        form.content = "Wants a quotation"
        return form.save()

    def test_log_from_the_customer_fills_everything_but_the_text(self):
        self.customer.followup_method = "wechat"
        followup = self._log_by_button(self.customer)
        self.assertEqual(followup.partner_id, self.customer)
        self.assertEqual(followup.user_id, self.owner)
        self.assertEqual(followup.team_id, self.team)
        self.assertEqual(followup.method_id, self.env.ref("sales_followup.method_wechat"))
        self.assertAlmostEqual(followup.date, fields.Datetime.now(), delta=timedelta(minutes=1))

    def test_log_from_a_contact_belongs_to_its_company(self):
        followup = self._log_by_button(self.contact)
        self.assertEqual(followup.partner_id, self.customer)
        self.assertEqual(followup.contact_id, self.contact)
        direct = self._log(partner_id=self.contact.id)
        self.assertEqual(direct.partner_id, self.customer)
        self.assertEqual(direct.contact_id, self.contact)

    def test_log_from_quotation_and_lead_keeps_the_origin(self):
        order = self._create_order(partner_id=self.contact.id)
        followup = self._log_by_button(order)
        self.assertEqual(followup.order_id, order)
        self.assertEqual(followup.partner_id, self.customer)
        lead = self.env["crm.lead"].create(
            {"name": "Ten pumps", "partner_id": self.contact.id, "user_id": self.owner.id}
        )
        followup = self._log_by_button(lead)
        self.assertEqual(followup.lead_id, lead)
        self.assertEqual(followup.partner_id, self.customer)
        self.assertEqual(followup.contact_id, self.contact)

    def test_lead_without_customer_gives_its_log_to_the_customer_it_becomes(self):
        lead = self.env["crm.lead"].create({"name": "By phone", "user_id": self.owner.id})
        followup = self._log_by_button(lead)
        self.assertFalse(followup.partner_id)
        lead.partner_id = self.contact
        self.assertEqual(followup.partner_id, self.customer)
        self.assertEqual(self.customer.last_followup_date, followup.date)

    def test_matter_brings_its_text_but_never_over_what_was_typed(self):
        matter = self.env["sales.followup.matter"].create({"name": "Price", "template": "Price:"})
        form = Form(self.env["sales.followup"].with_context(default_partner_id=self.customer.id))
        form.matter_id = matter
        self.assertEqual(form.content, "Price:")
        form.content = "Price: 12"
        form.matter_id = self.env.ref("sales_followup.matter_care")
        self.assertEqual(form.save().content, "Price: 12")

    def test_followup_cannot_lie_in_the_future(self):
        with self.assertRaisesRegex(ValidationError, "cannot lie in the future"):
            self._log(date=fields.Datetime.now() + timedelta(hours=1))

    def test_dates_of_the_customer_follow_the_log(self):
        now = fields.Datetime.now()
        old, new = self._log(date=now - timedelta(days=9)), self._log(date=now - timedelta(days=2))
        self.assertEqual(self.customer.last_followup_date, new.date)
        self.assertFalse(self.customer.last_contact_date, "a note is no proof")
        new.date = now - timedelta(days=5)
        self.assertEqual(self.customer.last_followup_date, now - timedelta(days=5))
        new.sudo().unlink()
        self.assertEqual(self.customer.last_followup_date, old.date)
        elsewhere = self._create_customer("Elsewhere")
        old.partner_id = elsewhere
        self.assertFalse(self.customer.last_followup_date)
        self.assertEqual(elsewhere.last_followup_date, old.date)

    def test_only_an_answered_mail_an_order_or_proof_is_contact(self):
        self._log(method_id=self.mail.id)
        self.assertFalse(self.customer.last_contact_date, "a mail that nobody answered")
        answer = self._answer_mail()
        self.assertEqual(self.customer.last_contact_date, answer.date)
        followup = self._log(method_id=self.mail.id)
        self.assertEqual(followup.evidence, "mail")
        self.assertEqual(self.customer.last_contact_date, followup.date)
        self.assertFalse(self._log(method_id=self.call.id).is_verified)

    def test_contact_that_could_not_be_noted_is_made_up_for(self):
        """An order that was confirmed while somebody else was writing the customer."""
        order = self._create_order()
        order.action_confirm()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET last_contact_date = NULL WHERE id = %s", [self.customer.id]
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("sales_followup.ir_cron_refresh_contact_dates").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.customer.last_contact_date, order.date_order)

    def test_order_is_contact_until_it_is_cancelled(self):
        order = self._create_order(partner_id=self.contact.id)
        self.assertFalse(self.customer.last_contact_date)
        visit = self._log(
            method_id=self.env.ref("sales_followup.method_visit").id, order_id=order.id
        )
        self.assertFalse(visit.is_verified)
        order.action_confirm()
        self.assertEqual(visit.evidence, "order")
        self.assertEqual(self.customer.last_contact_date, order.date_order)
        order._action_cancel()
        self.assertFalse(visit.is_verified)
        self.assertFalse(self.customer.last_contact_date)

    def test_mail_of_a_colleague_is_no_contact(self):
        self._answer_mail(author=self.owner.partner_id)
        self.assertFalse(self.customer.last_contact_date)

    def test_kept_alive_lists_notes_without_contact(self):
        notes, ordered = self.customer, self._create_customer("Ordering")
        self._log()
        self._log(partner_id=ordered.id)
        self._create_order(partner_id=ordered.id).action_confirm()
        action = self.env.ref("sales_followup.res_partner_action_kept_alive")
        view = action.search_view_id
        arch = self.env["res.partner"].get_view(view.id, "search")["arch"]
        self.assertIn("kept_90", arch)
        domain = [
            ("last_followup_date", ">=", "today -90d"),
            "|",
            ("last_contact_date", "=", False),
            ("last_contact_date", "<", "today -90d"),
        ]
        kept = self.env["res.partner"].search([("id", "in", (notes | ordered).ids), *domain])
        self.assertEqual(kept, notes)

    def test_next_step_makes_moves_and_drops_a_reminder(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        followup = self._log(next_step="Send prices", next_date=tomorrow, method_id=self.mail.id)
        reminder = followup.next_activity_id
        self.assertEqual(reminder.res_model, "res.partner")
        self.assertEqual(reminder.res_id, self.customer.id)
        self.assertEqual(reminder.summary, "Send prices")
        self.assertEqual(reminder.date_deadline, tomorrow)
        self.assertEqual(reminder.user_id, self.owner)
        self.assertEqual(
            reminder.activity_type_id, self.env.ref("sales_followup.activity_type_mail")
        )
        followup.next_date = tomorrow + timedelta(days=1)
        self.assertEqual(reminder.date_deadline, tomorrow + timedelta(days=1))
        followup.next_date = False
        self.assertFalse(reminder.exists())

    def test_reminder_that_is_done_does_not_come_back(self):
        followup = self._log(next_step="Send prices", next_date=fields.Date.today())
        followup.next_activity_id.action_done()
        followup.next_step = "Sent prices"
        self.assertFalse(followup.next_activity_id.active)
        self.assertFalse(self.customer.activity_ids)

    def test_attachments_of_the_log_are_read_by_who_reads_it(self):
        photo = (
            self.env["ir.attachment"]
            .with_user(self.other)
            .create({"name": "shelf.jpg", "raw": b"photo", "res_model": "sales.followup"})
        )
        self.customer.user_id = self.other
        followup = self._log(user=self.other, attachment_ids=[Command.link(photo.id)])
        self.customer.user_id = self.owner
        self.assertEqual(photo.res_id, followup.id)
        self.assertEqual(photo.with_user(self.owner).raw, b"photo")

    def test_queries_do_not_grow_with_the_number_of_followups(self):
        def values(count):
            return [
                {"partner_id": self._create_customer(f"C{n}").id, "content": "x"}
                for n in range(count)
            ]

        counts = []
        for count in (1, 10, 100):
            vals_list = values(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["sales.followup"].with_user(self.owner).create(vals_list)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 3, counts)


@tagged("post_install", "-at_install")
class TestFollowupAccess(FollowupCommon):
    def _readable(self, user, followups):
        found = self.env["sales.followup"].with_user(user).search([("id", "in", followups.ids)])
        return found.sudo()

    def test_salesperson_reads_own_ones_and_those_of_own_customers(self):
        by_other = self._log(user=self.leader, user_id=self.other.id).sudo()
        foreign = self._create_customer("Foreign", user_id=self.other.id)
        elsewhere = self._log(user=self.other, partner_id=foreign.id).sudo()
        self.assertEqual(self._readable(self.owner, by_other | elsewhere), by_other)
        self.assertEqual(self._readable(self.other, by_other | elsewhere), by_other | elsewhere)
        self.assertEqual(self._readable(self.leader, by_other | elsewhere), by_other | elsewhere)
        with self.assertRaises(AccessError):
            by_other.with_user(self.owner).write({"content": "Mine"})
        with self.assertRaises(AccessError):
            elsewhere.with_user(self.owner).read(["content"])

    def test_nobody_logs_in_the_name_of_another(self):
        with self.assertRaises(AccessError):
            self._log(user=self.owner, user_id=self.other.id)

    def test_only_the_manager_deletes(self):
        followup = self._log()
        with self.assertRaises(AccessError):
            followup.unlink()
        followup.with_user(self.leader).unlink()

    def test_portal_and_employees_have_nothing(self):
        for login, group in (("portal", "base.group_portal"), ("staff", "base.group_user")):
            user = new_test_user(self.env, f"followup_{login}", group)
            followup = self._log()
            with self.assertRaises(AccessError):
                followup.with_user(user).read(["content"])
            with self.assertRaises(AccessError):
                self.env["sales.followup"].with_user(user).search([])

    def test_companies_are_apart(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        self.leader.company_ids |= elsewhere
        followup = self._log(user=self.leader).sudo()
        seen = self.env["sales.followup"].with_user(self.leader).with_company(elsewhere)
        seen = seen.with_context(allowed_company_ids=elsewhere.ids)
        self.assertFalse(seen.search([("id", "=", followup.id)]))
