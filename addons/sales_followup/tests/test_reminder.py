from datetime import datetime, timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import FollowupCommon


class ReminderCommon(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.contact_type = cls.env.ref("sales_followup.activity_type_contact")
        cls.rules = cls.env["sales.reminder.rule"]

    @classmethod
    def _remind(cls, days=0, user=None, **values):
        return cls.env["mail.activity"].create(
            {
                "res_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "res_id": cls.customer.id,
                "activity_type_id": cls.contact_type.id,
                "summary": "Ask",
                "date_deadline": cls.today + timedelta(days=days),
                "user_id": (user or cls.owner).id,
                **values,
            }
        )

    def _run_job(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"sales_followup.ir_cron_{name}").method_direct_trigger()

    def _get_open(self, rule):
        return rule.activity_ids.filtered("active")


@tagged("post_install", "-at_install")
class TestReminderRecurrence(ReminderCommon):
    def _create_rule(self, **values):
        rule = self.rules.create(
            {
                "partner_id": self.customer.id,
                "summary": "Check stock",
                "interval_number": 1,
                "interval_unit": "weeks",
                **values,
            }
        )
        self._run_job("make_reminders")
        return rule

    def test_first_reminder_is_made_for_the_owner(self):
        rule = self._create_rule()
        reminder = self._get_open(rule)
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.user_id, self.owner)
        self.assertEqual(reminder.date_deadline, self.today)
        self.assertEqual(reminder.customer_id, self.customer)

    def test_next_one_is_made_when_done_and_only_once(self):
        rule = self._create_rule()
        self._get_open(rule).with_user(self.owner).action_feedback(feedback="Called")
        self._run_job("make_reminders")
        reminder = self._get_open(rule)
        self.assertEqual(len(reminder), 1)
        self.assertEqual(reminder.date_deadline, self.today + timedelta(days=7))

    def test_next_one_is_made_when_overdue_and_only_once(self):
        rule = self._create_rule()
        first = self._get_open(rule)
        with freeze_time(datetime.now() + timedelta(days=1)):
            self._run_job("make_reminders")
            self._run_job("make_reminders")
            second = self._get_open(rule) - first
            self.assertEqual(len(second), 1)
            self.assertEqual(second.date_deadline, self.today + timedelta(days=7))
            first.action_done()
            self.assertEqual(self._get_open(rule), second, "its next one was made before")

    def test_missed_turns_are_not_piled_up(self):
        rule = self._create_rule()
        first = self._get_open(rule)
        with freeze_time(datetime.now() + timedelta(days=30)):
            self._run_job("make_reminders")
            second = self._get_open(rule) - first
            self.assertEqual(second.date_deadline, self.today + timedelta(days=35))

    def test_worker_that_comes_second_makes_none(self):
        rule = self._create_rule()
        seen = {rule: rule.occurrence}
        self.assertEqual(len(self.rules._make_next(seen)), 1)
        self.assertFalse(self.rules._make_next(seen), "what it saw is no longer true")

    def test_one_reminder_per_turn_is_a_law_of_the_database(self):
        rule = self._create_rule()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._remind(reminder_rule_id=rule.id, reminder_occurrence=rule.occurrence)

    def test_deleted_reminder_does_not_end_the_recurrence(self):
        rule = self._create_rule()
        self._get_open(rule).unlink()
        with freeze_time(datetime.now() + timedelta(days=1)):
            self._run_job("make_reminders")
            self.assertEqual(len(self._get_open(rule)), 1)

    def test_nobody_to_remind_waits_without_stopping_the_others(self):
        self.customer.user_id = False
        other = self._create_customer("Other", user_id=self.other.id)
        waiting = self._create_rule()
        running = self._create_rule(partner_id=other.id)
        self.assertFalse(waiting.activity_ids)
        self.assertEqual(len(self._get_open(running)), 1)
        self.customer.user_id = self.owner
        with freeze_time(datetime.now() + timedelta(days=1)):
            self._run_job("make_reminders")
            self.assertEqual(len(self._get_open(waiting)), 1)

    def test_interval_of_the_customer_reminds_and_a_followup_starts_it_anew(self):
        self.customer.followup_interval = 14
        self._run_job("make_reminders")
        self._run_job("make_reminders")
        rule = self.rules.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(rule), 1)
        first = self._get_open(rule)
        self.assertEqual(first.date_deadline, self.today)
        self._log()
        self.assertFalse(first.active, "the follow-up was the contact")
        second = self._get_open(rule)
        self.assertEqual(second.date_deadline, self.today + timedelta(days=14))
        with freeze_time(datetime.now() + timedelta(days=5)):
            self._log()
            self.assertEqual(self._get_open(rule), second)
            self.assertEqual(second.date_deadline, self.today + timedelta(days=19))
        self.customer.followup_interval = 0
        second.action_done()
        self.assertFalse(self._get_open(rule), "no interval, no reminder")

    def test_reminders_go_to_the_new_owner(self):
        self.customer.followup_interval = 14
        self._run_job("make_reminders")
        by_hand = self._remind()
        mine = self._remind(user=self.leader)
        self.customer.user_id = self.other
        interval = self.customer.activity_ids.filtered("reminder_rule_id")
        self.assertEqual(interval.user_id | by_hand.user_id, self.other)
        self.assertEqual(mine.user_id, self.leader)
        self.customer.user_id = False
        self.assertFalse(interval.exists(), "nobody's customer")

    def test_salesperson_makes_rules_for_own_customers_only(self):
        self.rules.with_user(self.owner).create({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            self.rules.with_user(self.other).create({"partner_id": self.customer.id})

    def test_queries_do_not_grow_with_the_number_of_reminders(self):
        counts = []
        for count in (1, 10, 100):
            for number in range(count):
                self._create_customer(f"C{number}", user_id=self.owner.id, followup_interval=9)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run_job("make_reminders")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 3, counts)


@tagged("post_install", "-at_install")
class TestReminderUpkeep(ReminderCommon):
    def test_snooze_says_why_and_is_counted(self):
        reminder = self._remind(days=-2)
        action = reminder.with_user(self.owner).action_snooze()
        wizard = (
            self.env["sales.reminder.snooze"]
            .with_user(self.owner)
            .with_context(**action["context"])
            .create({"reason": "At the fair", "date": self.today + timedelta(days=3)})
        )
        wizard.action_snooze()
        self.assertEqual(reminder.date_deadline, self.today + timedelta(days=3))
        self.assertEqual(reminder.snooze_count, 1)
        note = self.customer.message_ids[0]
        self.assertIn("At the fair", note.body)
        self.assertEqual(note.author_id, self.owner.partner_id)

    def test_merged_customers_keep_their_reminders_and_one_interval(self):
        other = self.env["res.partner"].create(
            {"name": "Twin", "is_company": True, "customer_rank": 1, "user_id": self.owner.id}
        )
        (self.customer | other).followup_interval = 14
        self._run_job("make_reminders")
        self.rules.create({"partner_id": other.id, "summary": "Check stock"})
        rules = self.rules.search([("partner_id", "in", (self.customer | other).ids)])
        kept = rules.filtered(lambda rule: not rule.is_interval or rule.partner_id != other)
        self.assertEqual((len(rules), len(kept)), (3, 2))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, self.customer, extra_checks=False)
        self.assertEqual(rules.exists(), kept)
        self.assertEqual(kept.partner_id, self.customer)

    def test_snooze_to_the_past_is_refused(self):
        wizard = self.env["sales.reminder.snooze"].create(
            {
                "activity_ids": self._remind().ids,
                "reason": "x",
                "date": self.today - timedelta(days=1),
            }
        )
        with self.assertRaisesRegex(UserError, "Until: choose today or a later day"):
            wizard.action_snooze()

    def test_snoozed_recurrence_is_not_overdue(self):
        rule = self.rules.create({"partner_id": self.customer.id})
        self._run_job("make_reminders")
        reminder = self._get_open(rule)
        reminder._snooze(self.today + timedelta(days=5), "Later")
        with freeze_time(datetime.now() + timedelta(days=2)):
            self._run_job("make_reminders")
        self.assertEqual(self._get_open(rule), reminder)

    def test_overdue_reminder_goes_to_the_leader_once(self):
        self.team.reminder_escalation_days = 3
        late, fresh = self._remind(days=-3), self._remind(days=-2)
        activities = self.env["mail.activity"]
        self._run_job("escalate")
        self._run_job("escalate")
        escalated = activities.search([("user_id", "=", self.leader.id)])
        self.assertEqual(len(escalated), 1)
        self.assertIn("Li Na", escalated.summary)
        self.assertEqual(escalated.customer_id, self.customer)
        self.assertTrue(late.escalated_date)
        self.assertFalse(fresh.escalated_date)
        notice = self.env["mail.message"].search(
            [("partner_ids", "in", self.leader.partner_id.ids)], limit=1
        )
        self.assertIn("Li Na", notice.subject)

    def test_team_without_escalation_is_left_alone(self):
        self.team.reminder_escalation_days = 0
        self._remind(days=-30)
        self._run_job("escalate")
        self.assertFalse(self.env["mail.activity"].search([("user_id", "=", self.leader.id)]))

    def _send_digests(self):
        before = self.env["mail.mail"].search([("subject", "!=", False)])
        self._run_job("followup_digest")
        sent = self.env["mail.mail"].search([("subject", "!=", False)]) - before
        return sent.filtered(lambda m: "followup" in m.email_to)

    def test_morning_mail_comes_in_the_morning_of_the_user_and_once(self):
        (self.owner | self.other).write({"email": "followup@example.com"})
        self.owner.tz, self.other.tz = "Asia/Shanghai", "America/New_York"
        with freeze_time("2026-11-24 23:30:00"):  # 07:30 in Shanghai, 18:30 in New York
            self._remind(date_deadline="2026-11-25", summary="Pump offer")
            self._remind(date_deadline="2026-11-25", user=self.other)
            mail = self._send_digests()
            self.assertEqual(len(mail), 1)
            self.assertIn("Pump offer", mail.body_html)
            self.assertIn("Langsu Trading", mail.body_html)
            self.assertFalse(self._send_digests(), "once a day")

    def test_morning_mail_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.owner.write({"lang": "zh_CN", "tz": "Asia/Shanghai", "email": "followup@example.com"})
        with freeze_time("2026-11-25 01:00:00"):
            self._remind(date_deadline="2026-11-25")
            mail = self._send_digests()
        self.assertIn("今日待办", mail.subject)
        self.assertIn("待联系", mail.body_html)

    def test_no_morning_mail_without_reminders_or_when_switched_off(self):
        self.owner.write({"tz": "UTC", "email": "followup@example.com"})
        with freeze_time("2026-11-25 09:00:00"):
            self._remind(date_deadline="2026-11-26")
            self.assertFalse(self._send_digests(), "nothing to do today")
            self._remind(date_deadline="2026-11-25")
            self.owner.with_user(self.owner).followup_digest = False
            self.assertFalse(self._send_digests())
