"""The job: remind who is late, and let others decide who are asked in vain."""

from odoo import api, fields, models
from odoo.fields import Domain

BATCH = 200


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    @api.model
    def _remind_job(self):
        """Reassign what its people cannot read any more; then remind and escalate, in batches.

        Who was told is not told again on the same day.
        """
        if not self._reassign_job():
            return
        while steps := self._get_due():
            if not self._remind_batch(steps):
                return

    @api.model
    def _get_due(self):
        today = fields.Date.context_today(self)
        due = Domain("reminder_date", "<=", today) | Domain("escalation_date", "<=", today)
        steps = self.search(due & Domain("state", "=", "pending"), order="id", limit=BATCH)
        # whoever decides at this moment goes first
        return steps.try_lock_for_update(allow_referencing=True)

    def _remind_batch(self, steps):
        today = fields.Date.context_today(self)
        escalated = steps.filtered(lambda s: s.escalation_date and s.escalation_date <= today)
        reminded = steps.filtered(lambda s: s.reminder_date and s.reminder_date <= today)
        escalated._escalate()
        reminded._remind(today)
        return self.env["ir.cron"]._commit_progress(len(steps))

    def _remind(self, today):
        for (company, days), steps in self.grouped(
            lambda step: (step.request_id.company_id, step.reminder_days)
        ).items():
            steps.write({"reminder_date": self._add_working_days(today, days, company)})
        if self:
            self._notify("sales_approval.mail_reminder")
            self.request_id._log("reminded")

    def _escalate(self):
        """Add those who may decide, too."""
        for steps, readers in self._group_by_readers():
            for step in steps:
                step._escalate_one(readers)
        if self:
            self._tell_asked_people("sales_approval.mail_asked")

    def _escalate_one(self, readers):
        others = self._get_escalation_users() - self.excluded_user_ids
        found = readers.filter(self._get_document(), others)
        self.write(
            {"escalation_date": False, "user_ids": [fields.Command.link(u.id) for u in found]}
        )
        names = ", ".join(found.mapped("name"))
        self.request_id._log_each("escalated", {self.request_id: names}, step_name=self.name)
        self.request_id._log_left_out([(self.request_id, self.name, others - found)])

    def _get_escalation_users(self):
        self.ensure_one()
        users = self.escalation_user_ids
        for user in self.user_ids if not users else ():
            users |= user._get_approval_manager()
        return users or self.env["res.users"]._get_approval_administrators()
