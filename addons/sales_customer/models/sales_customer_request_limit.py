from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# System parameters, and what holds as long as nobody sets them. 0: no limit.
INTERVAL_PARAMETER = "sales_customer.request_interval_days"
DAILY_PARAMETER = "sales_customer.request_daily_limit"
DEFAULTS = {INTERVAL_PARAMETER: 7, DAILY_PARAMETER: 20}


class SalesCustomerRequestLimit(models.Model):
    """When a user has asked for a customer, and how often on one day.

    Each request writes these rows first, so that of several at once one is a conflict of the
    database, which Odoo retries: the limits hold exactly. The row without a customer counts the
    day. Users read none of it: it would tell them which customer is behind a number.
    """

    _name = "sales.customer.request.limit"
    _description = "Requests for Customers"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null", ondelete="cascade"
    )
    # when the customer was asked for; without a customer: when the day began
    date = fields.Datetime(required=True)
    requests = fields.Integer(required=True, default=1)

    # a constraint, not only an index: Odoo's merge of partners looks at constraints
    _customer_uniq = models.Constraint(
        "UNIQUE (user_id, partner_id)", "This was noted at the same moment. Try it again."
    )
    _day_uniq = models.UniqueIndex("(user_id) WHERE partner_id IS NULL")

    @api.model
    def _get_limit(self, parameter):
        text = self.env["ir.config_parameter"].sudo().get_param(parameter)  # reason: one setting
        try:
            return max(int(text), 0) if text else DEFAULTS[parameter]
        except ValueError:
            return DEFAULTS[parameter]  # a typing error lifts no limit

    @api.model
    def _get_day_start(self):
        """Return when today began at the company, in UTC."""
        zone = pytz.timezone(self.env.company.resource_calendar_id.tz or "UTC")
        today = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()
        start = zone.localize(datetime.combine(today, time.min))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _count_request(self):
        """Count one more request of the user today.

        The day never goes back: who changes between companies in two time zones gains nothing.

        :raise UserError: the user has asked as often as one may on a day
        """
        limit = self._get_limit(DAILY_PARAMETER)
        if not limit or self.env.su:
            return
        statement = SQL(
            """
            INSERT INTO sales_customer_request_limit AS used (user_id, date, requests)
            VALUES (%s, %s, 1)
                ON CONFLICT (user_id) WHERE partner_id IS NULL DO UPDATE
               SET date = GREATEST(used.date, EXCLUDED.date),
                   requests = CASE WHEN used.date < EXCLUDED.date THEN 1
                                   ELSE used.requests + 1 END
             WHERE used.date < EXCLUDED.date OR used.requests < %s
         RETURNING id
            """,
            self.env.uid,
            self._get_day_start(),
            limit,
        )
        if not self._execute(statement):
            raise UserError(
                self.env._(
                    "Your requests for customers are used up for today: there are %s a day. Ask "
                    "again tomorrow, or speak to a sales manager.",
                    limit,
                )
            )

    @api.model
    def _take_customers(self, partner_ids):
        """Note that the user asks for these customers now.

        :return: list of the ids that the user has not asked for in the last days
        """
        days = self._get_limit(INTERVAL_PARAMETER)
        if not days or self.env.su:
            return partner_ids
        now = fields.Datetime.now()
        statement = SQL(
            """
            INSERT INTO sales_customer_request_limit AS used (user_id, partner_id, date, requests)
            SELECT %s, asked.id, %s, 1 FROM unnest(%s::int[]) AS asked (id)
                ON CONFLICT (user_id, partner_id) DO UPDATE
               SET date = EXCLUDED.date, requests = used.requests + 1
             WHERE used.date <= %s
         RETURNING partner_id
            """,
            self.env.uid,
            now,
            sorted(partner_ids),  # in one order: two requests never wait for each other crosswise
            now - timedelta(days=days),
        )
        return [row[0] for row in self._execute(statement)]

    @api.model
    def _get_answer(self):
        """Return what is said when there is such a customer, whether its owner is asked or not."""
        days = self._get_limit(INTERVAL_PARAMETER)
        sent = self.env._("The request was sent to whoever decides about it.")
        if not days or self.env.su:
            return sent
        again = self.env._(
            "Whoever asks for the same customer again within %s days is not heard.", days
        )
        return f"{sent} {again}"

    @api.model
    def _execute(self, statement):
        # of several at once one fails to serialise: Odoo repeats it
        self.env.cr.execute(statement, log_exceptions=False)
        self.invalidate_model(flush=False)
        return self.env.cr.fetchall()

    @api.autovacuum
    def _gc_requests(self):
        """Forget who asked for what as soon as it limits nothing any more."""
        days = max(self._get_limit(INTERVAL_PARAMETER), 2)  # a day is over everywhere
        self.env.cr.execute(
            SQL(
                "DELETE FROM sales_customer_request_limit WHERE date < %s",
                fields.Datetime.now() - timedelta(days=days),
            )
        )
        self.invalidate_model(flush=False)
