import logging
from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 100
LINES = 15
DIGEST_HOUR = 7

_logger = logging.getLogger(__name__)


class ResUsers(models.Model):
    _inherit = "res.users"

    followup_digest = fields.Boolean(
        string="Morning Mail of Reminders",
        default=True,
        help="Each morning a mail with the customers to look after today. None when there is none.",
    )
    followup_digest_date = fields.Date(string="Last Morning Mail", readonly=True, copy=False)

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "followup_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "followup_digest"]

    @api.model
    def _cron_followup_digest(self):
        """Send the morning mails where it is morning, in batches."""
        due = self._get_digest_days()
        for start in range(0, len(due), BATCH):
            batch = dict(list(due.items())[start : start + BATCH])
            self._send_digests({user: batch[user] for user in self._claim_digests(batch)})
            left = len(due) - start - len(batch)
            self.env["ir.cron"]._commit_progress(len(batch), remaining=left)

    @api.model
    def _get_digest_days(self):
        """Return {user: today there} of those with something to do and no mail yet today."""
        settings = self.env["ir.config_parameter"].sudo()  # sudo: one setting for all users
        hour = int(settings.get_param("sales_followup.digest_hour", DIGEST_HOUR))
        now = pytz.utc.localize(fields.Datetime.now())
        days = {}
        for user in self._get_digest_users():
            local = now.astimezone(pytz.timezone(user.tz or "UTC"))
            if local.hour >= hour and user.followup_digest_date != local.date():
                days[user] = local.date()
        return days

    @api.model
    def _get_digest_users(self):
        self.env["mail.activity"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT user_id FROM mail_activity WHERE active AND date_deadline <= %s",
                fields.Date.today() + timedelta(days=1),
            )
        )
        return self.search(
            [
                ("id", "in", [row[0] for row in rows if row[0]]),
                ("followup_digest", "=", True),
                ("share", "=", False),
                ("email", "!=", False),
            ]
        )

    @api.model
    def _claim_digests(self, days):
        """Note the day before the mail is made: of two workers one sends it."""
        self.flush_model(["followup_digest_date"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE res_users AS person SET followup_digest_date = morning.day
                  FROM unnest(%s, %s::date[]) AS morning (id, day)
                 WHERE person.id = morning.id
                       AND person.followup_digest_date IS DISTINCT FROM morning.day
             RETURNING person.id
                """,
                [user.id for user in days],
                list(days.values()),
            )
        )
        claimed = self.browse(row[0] for row in rows)
        claimed.invalidate_recordset(["followup_digest_date"])
        return claimed

    @api.model
    def _send_digests(self, days):
        by_user = self._get_digest_activities(days)
        busy = {user: day for user, day in days.items() if by_user[user]}
        values = [user._prepare_digest_vals(day, by_user[user]) for user, day in busy.items()]
        # sudo: the job sends in the name of the company
        self.env["mail.mail"].sudo().create(values)
        _logger.info("%s morning mails of reminders", len(values))

    @api.model
    def _get_digest_activities(self, days):
        """Return {user: activities that are due there}, in one query for all."""
        activities = self.env["mail.activity"].search(
            [
                ("user_id", "in", [user.id for user in days]),
                ("date_deadline", "<=", max(days.values(), default=fields.Date.today())),
                "|",
                ("customer_id", "!=", False),
                ("activity_type_id.is_reminder", "=", True),
            ]
        )
        by_user = defaultdict(activities.browse)
        for user, mine in activities.grouped("user_id").items():
            by_user[user] = mine.filtered(lambda a, day=days[user]: a.date_deadline <= day)
        return by_user

    def _prepare_digest_vals(self, day, activities):
        """Return the mail, in the user's own language."""
        self.ensure_one()
        person = self.with_context(lang=self.lang, tz=self.tz)
        activities = activities.with_context(lang=self.lang)
        body = person.env["ir.qweb"]._render(
            "sales_followup.followup_digest",
            {
                "user": person,
                "day": day,
                "counts": activities._count_by_category(day),
                "lines": activities[:LINES],
                "more": max(len(activities) - LINES, 0),
                "url": f"{person.get_base_url()}/odoo/today",
            },
            minimal_qcontext=True,
        )
        return {
            "subject": person.env._("Today: %(count)s reminders", count=len(activities)),
            "body_html": body,
            "email_from": person.company_id.email_formatted or person.email_formatted,
            "email_to": person.email_formatted,
            "auto_delete": True,
        }
