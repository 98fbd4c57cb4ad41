from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500


class SalesReminderRule(models.Model):
    """A reminder of a customer that comes back.

    ``occurrence`` counts the reminders that were made. Whoever makes the next one - the person who
    finishes the last one, or the job when it is overdue - must raise the counter first, in one
    statement that names the number it saw. Of two at once, one finds the counter raised.
    """

    _name = "sales.reminder.rule"
    _description = "Recurrent Reminder"
    _order = "next_date, id"
    _rec_name = "summary"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Category",
        required=True,
        domain=[("is_reminder", "=", True)],
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.ref("sales_followup.activity_type_contact", False),
    )
    summary = fields.Char()
    user_id = fields.Many2one(
        "res.users",
        string="Reminded",
        domain=[("share", "=", False)],
        index="btree_not_null",
        ondelete="set null",
        help="Empty: the salesperson of the customer, whoever that is at the time.",
    )
    interval_number = fields.Integer(string="Every", default=1, required=True)
    interval_unit = fields.Selection(
        [("days", "Days"), ("weeks", "Weeks"), ("months", "Months")],
        string="Unit",
        default="months",
        required=True,
    )
    is_interval = fields.Boolean(
        string="By the Follow-up Interval",
        readonly=True,
        help="Made from the customer's own interval, and counted from its last follow-up.",
    )
    active = fields.Boolean(default=True)
    next_date = fields.Date(
        string="Next Reminder On", required=True, default=fields.Date.context_today
    )
    make_date = fields.Date(
        index=True,
        required=True,
        readonly=True,
        default=fields.Date.context_today,
        help="When the next reminder is made, unless the last one is done before.",
    )
    occurrence = fields.Integer(
        string="Reminders Made", default=0, required=True, readonly=True, copy=False
    )
    activity_ids = fields.One2many("mail.activity", "reminder_rule_id", readonly=True)

    _interval_check = models.Constraint(
        "CHECK (interval_number > 0)", "Every: a recurrence needs at least 1 day, week or month."
    )
    _customer_interval_idx = models.UniqueIndex(
        "(partner_id) WHERE is_interval", "The customer already has its follow-up interval."
    )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        # sudo: any user's rule may wake the job
        self.env.ref("sales_followup.ir_cron_make_reminders").sudo()._trigger()
        return rules

    # ---- when -------------------------------------------------------------------------------

    def _get_step(self):
        if self.is_interval:
            return relativedelta(days=max(self.partner_id.followup_interval, 1))
        return relativedelta(**{self.interval_unit: self.interval_number})

    def _get_turn_date(self, done=None):
        """Return the day of the reminder that is made now: never in the past."""
        today = fields.Date.today()
        if self.is_interval and done:
            return max(done + self._get_step(), today)
        date, step, turn = self.next_date, self._get_step(), 1
        while date < today:
            date, turn = self.next_date + step * turn, turn + 1
        return date

    def _plan_after(self, date):
        """Plan the turn after a reminder on this day."""
        self.write(
            {
                "next_date": date + self._get_step(),
                "make_date": date + timedelta(days=1),
            }
        )

    # ---- making -----------------------------------------------------------------------------

    def _get_responsible(self):
        return self.user_id or self.partner_id.user_id

    def _is_running(self):
        has_interval = not self.is_interval or self.partner_id.followup_interval > 0
        responsible = self._get_responsible()
        return self.active and self.partner_id.active and has_interval and responsible.active

    @api.model
    def _make_next(self, turns, done=None):
        """Make the next reminder of each recurrence, unless somebody else just did.

        :param turns: {rule: number of the last reminder that the caller knows of}
        :param done: the day on which that one was done; without it, it is overdue
        :return: the activities that were made
        """
        running = [rule for rule in turns if rule._is_running()]
        dates = {rule: rule._get_turn_date(done) for rule in running}
        won = self._raise_occurrences([(rule, turns[rule], dates[rule]) for rule in running])
        values = [rule._prepare_activity_vals(dates[rule]) for rule in won]
        # No mail for each: they stand on the board, and in the morning mail
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        return activities.create(values)

    @api.model
    def _raise_occurrences(self, turns):
        """Count one up where the counter still stands where the caller saw it.

        :param turns: list of (rule, occurrence, day)
        :return: the rules whose reminder is the caller's to make
        """
        if not turns:
            return self.browse()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE sales_reminder_rule AS rule
                   SET occurrence = turn.occurrence + 1,
                       next_date = turn.next_date,
                       make_date = turn.make_date
                  FROM unnest(%s, %s, %s::date[], %s::date[])
                       AS turn (id, occurrence, next_date, make_date)
                 WHERE rule.id = turn.id AND rule.occurrence = turn.occurrence
             RETURNING rule.id
                """,
                [rule.id for rule, _occurrence, _date in turns],
                [occurrence for _rule, occurrence, _date in turns],
                [date + rule._get_step() for rule, _occurrence, date in turns],
                [date + timedelta(days=1) for _rule, _occurrence, date in turns],
            )
        )
        won = self.browse(row[0] for row in rows)
        won.invalidate_recordset(["occurrence", "next_date", "make_date"])
        return won

    def _prepare_activity_vals(self, date):
        user = self._get_responsible()
        category = self.activity_type_id.with_context(lang=user.lang)
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.partner_id.id,
            "activity_type_id": self.activity_type_id.id,
            "summary": self.summary or category.name,
            "date_deadline": date,
            "user_id": user.id,
            "reminder_rule_id": self.id,
            "reminder_occurrence": self.occurrence,
            "automated": True,
        }

    def _restart(self, followups):
        """A follow-up does the contact that the interval asks for, and starts it anew.

        :param followups: the follow-ups that were just logged with these customers
        """
        newest = {}
        for followup in followups:
            day = followup.date.date()
            newest[followup.partner_id] = max(day, newest.get(followup.partner_id, day))
        open_ones = self.activity_ids.filtered("active")
        due = open_ones.filtered(lambda a: a.date_deadline <= fields.Date.today())
        if due:
            due.with_user(self.env.user).sudo()._action_done()  # sudo: as the caller says
        for activity in open_ones - due:
            day = newest[activity.customer_id] + activity.reminder_rule_id._get_step()
            if day > activity.date_deadline:
                activity.date_deadline = day

    # ---- jobs -------------------------------------------------------------------------------

    @api.model
    def _cron_make_reminders(self):
        """Make the reminders whose turn it is, in batches."""
        self._add_intervals()
        while rules := self._lock_due():
            self._make_next({rule: rule.occurrence for rule in rules})
            rules._postpone_idle()
            is_full = len(rules) == BATCH
            if not self.env["ir.cron"]._commit_progress(len(rules), remaining=int(is_full)):
                return  # time is up: the job comes back for the rest

    @api.model
    def _lock_due(self):
        """Take a batch that no other worker has."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM sales_reminder_rule
                 WHERE active AND make_date <= %s
              ORDER BY make_date, id
                 LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                fields.Date.today(),
                BATCH,
            )
        )
        return self.browse(row[0] for row in rows)

    def _postpone_idle(self):
        """Those that nobody can be reminded of are looked at again tomorrow."""
        today = fields.Date.today()
        idle = self.filtered(lambda rule: rule.make_date <= today)
        idle.make_date = today + timedelta(days=1)

    @api.model
    def _add_intervals(self):
        """Give a recurrence to each customer with an owner and an interval that has none."""
        category = self.env.ref("sales_followup.activity_type_contact", False)
        while category:
            self.env["res.partner"].flush_model()
            rows = self.env.execute_query(self._get_new_intervals_query(category))
            if not rows or not self.env["ir.cron"]._commit_progress(len(rows), remaining=1):
                return

    @api.model
    def _get_new_intervals_query(self, category):
        return SQL(
            """
            INSERT INTO sales_reminder_rule (
                partner_id, activity_type_id, is_interval, active, occurrence,
                interval_number, interval_unit, make_date, next_date,
                create_uid, create_date, write_uid, write_date)
            SELECT id, %(category)s, TRUE, TRUE, 0, 1, 'days', %(today)s,
                   GREATEST(last_followup_date::date + followup_interval, %(today)s),
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM res_partner customer
             WHERE active AND customer_rank > 0 AND commercial_partner_id = id
                   AND user_id IS NOT NULL AND followup_interval > 0
                   AND NOT EXISTS (SELECT 1 FROM sales_reminder_rule
                                    WHERE partner_id = customer.id AND is_interval)
             LIMIT %(batch)s
                ON CONFLICT (partner_id) WHERE is_interval DO NOTHING
         RETURNING id
            """,
            category=category.id,
            today=fields.Date.today(),
            uid=self.env.uid,
            batch=BATCH,
        )
