from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalReminder(ApprovalCase):
    def test_reminders_and_escalation(self):
        self._new_rule(
            tiers=[
                {
                    "approver_kind": "user",
                    "user_ids": self.lead.ids,
                    "reminder_days": 1,
                    "escalation_days": 2,
                    "escalation_user_ids": self.boss.ids,
                }
            ]
        )
        with freeze_time("2026-11-27 10:00:00"):  # a Friday
            offer = self._new_offer()
            offer.action_approval_ask()
            self.assertEqual(self._count_mails("lead@x.test"), 1)
        for day in ("2026-11-28", "2026-11-29"):
            with freeze_time(f"{day} 10:00:00"):
                self._run_job()
        self.assertEqual(self._count_mails("lead@x.test"), 1, "not on a weekend")
        with freeze_time("2026-11-30 10:00:00"):
            self._run_job()
            self._run_job()
        self.assertEqual(self._count_mails("lead@x.test"), 2, "once, however often the job runs")
        self.assertEqual(len(offer.activity_ids), 1)
        self.assertFalse(offer.with_user(self.boss).approval_can_decide)
        with freeze_time("2026-12-01 10:00:00"):
            self._run_job()
            self._run_job()
        self.assertEqual(offer.activity_ids.user_id, self.lead | self.boss)
        offer.invalidate_recordset()
        self.assertTrue(offer.with_user(self.boss).approval_can_decide)
        events = offer.approval_request_id.log_ids.mapped("event")
        self.assertEqual(events.count("reminded"), 2)
        self.assertEqual(events.count("escalated"), 1)
        offer.with_user(self.boss).action_approval_approve()
        mails = self._count_mails("lead@x.test")
        with freeze_time("2026-12-24 10:00:00"):
            self._run_job()
        self.assertEqual(self._count_mails("lead@x.test"), mails, "what is decided is left alone")

    def test_escalation_without_names_goes_to_administrators(self):
        self._new_rule(
            tiers=[{"approver_kind": "user", "user_ids": self.lead.ids, "escalation_days": 1}]
        )
        with freeze_time("2026-11-26 10:00:00"):
            offer = self._new_offer()
            offer.action_approval_ask()
        with freeze_time("2026-11-27 10:00:00"):
            self._run_job()
        self.assertIn(self.admin, offer.approval_request_id.step_ids.user_ids)
