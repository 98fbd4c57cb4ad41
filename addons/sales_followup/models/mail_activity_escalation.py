from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _cron_escalate(self):
        """Tell team leaders, once, which reminders of their people nobody looks after."""
        while overdue := self._claim_escalations():
            overdue._escalate()
            is_full = len(overdue) == BATCH
            if not self.env["ir.cron"]._commit_progress(len(overdue), remaining=int(is_full)):
                return  # time is up: the job comes back for the rest

    @api.model
    def _claim_escalations(self):
        """Mark a batch as escalated: of two workers one gets each reminder."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity SET escalated_date = %(today)s
                 WHERE id IN (
                       SELECT activity.id
                         FROM mail_activity activity
                         JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
                         JOIN res_users person ON person.id = activity.user_id
                         JOIN crm_team team ON team.id = person.sale_team_id
                        WHERE activity.active
                              AND activity.escalated_date IS NULL
                              AND kind.is_reminder
                              AND team.reminder_escalation_days > 0
                              AND team.user_id IS NOT NULL
                              AND team.user_id != activity.user_id
                              AND activity.date_deadline + team.reminder_escalation_days
                                  <= %(today)s
                     ORDER BY activity.id
                        LIMIT %(batch)s
                          FOR UPDATE OF activity SKIP LOCKED)
             RETURNING id
                """,
                today=fields.Date.today(),
                batch=BATCH,
            )
        )
        claimed = self.browse(row[0] for row in rows)
        claimed.invalidate_recordset(["escalated_date"])
        return claimed

    def _escalate(self):
        """Give the leader something to check, and so Odoo's own notice of it."""
        for leader, activities in self.grouped(lambda a: a.user_id.sale_team_id.user_id).items():
            translated = activities.with_context(lang=leader.lang or self.env.lang)
            translated.create([a._prepare_escalation_vals(leader) for a in translated])

    def _prepare_escalation_vals(self, leader):
        today = fields.Date.today()
        return {
            "res_model_id": self.res_model_id.id,
            "res_id": self.res_id,
            "activity_type_id": self.env.ref("sales_followup.activity_type_check").id,
            "summary": self.env._(
                "%(person)s, overdue since %(date)s: %(reminder)s",
                person=self.user_id.name,
                date=fields.Date.to_string(self.date_deadline),
                reminder=self.display_name,
            ),
            "date_deadline": today,
            "user_id": leader.id,
            "escalated_date": today,  # what is escalated is not escalated again
            "automated": True,
        }
