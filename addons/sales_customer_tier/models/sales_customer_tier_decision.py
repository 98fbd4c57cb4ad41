"""Which tier each customer has earned, by SQL over as many of them as one likes.

The figures of all customers of a batch are added up at once, one column for each figure that any
condition asks for; then the tiers are tried in their order.
"""

from datetime import datetime, time

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

NO_DATE = SQL("NULL::date")
OPERATORS = {"min": SQL(">="), "max": SQL("<=")}
SALE_KINDS = ("orders", "ordered", "age_ordered")
MOVE_KINDS = ("ordered", "invoiced")


class SalesCustomerTier(models.Model):
    _inherit = "sales.customer.tier"

    @api.model
    def _get_today(self, company):
        """Return the day it is at the company, and its time zone."""
        zone = company.resource_calendar_id.tz or "UTC"
        moment = pytz.utc.localize(fields.Datetime.now())
        return moment.astimezone(pytz.timezone(zone)).date(), zone

    def _get_decision_query(self, company, condition, aliases=None):
        """Return SELECT of the customers with the tier that ``self`` gives them.

        Columns: partner_id, old_tier_id, tier_id, best_tier_id, since, valid_until, failing_since,
        due_date (when a customer that is taken down leaves), kept (until then), locked (by hand,
        until a day that is over), reason (why it came) and present_reason (by today's figures).

        :param company: whose orders, invoices and memberships count
        :param condition: SQL on ``partner`` that chooses the customers
        :param aliases: {tier id: tier id}: members of one count as members of the other
        """
        today, zone = self._get_today(company)
        return SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s),
                 contact AS MATERIALIZED (
                    SELECT partner.id, scope.id AS customer_id
                      FROM scope
                      JOIN res_partner partner ON partner.commercial_partner_id = scope.id),
                 sale AS (%(sales)s),
                 move AS (%(moves)s),
                 due AS (%(dues)s),
                 figures AS (%(figures)s),
                 judged AS (%(judged)s),
                 ranked AS (%(ranked)s)
            SELECT ranked.partner_id, ranked.old_tier_id, ranked.best_tier_id, ranked.due_date,
                   ranked.locked,
                   CASE WHEN ranked.kept THEN ranked.old_tier_id
                        ELSE ranked.best_tier_id END AS tier_id,
                   CASE WHEN ranked.is_same THEN ranked.since
                        ELSE %(today)s END AS since,
                   CASE WHEN ranked.is_same THEN ranked.valid_until
                        ELSE %(valid_until)s END AS valid_until,
                   CASE WHEN ranked.kept THEN COALESCE(ranked.failing_since, %(today)s)
                        END AS failing_since,
                   ranked.old_failing_since,
                   CASE WHEN ranked.is_same AND NOT ranked.locked THEN ranked.old_reason
                        ELSE ranked.reason END AS reason,
                   ranked.reason AS present_reason, ranked.kept
              FROM ranked
            """,
            scope=self._get_scope_query(company, condition),
            sales=self._get_sale_query(company, today, zone),
            moves=self._get_move_query(company, today),
            dues=self._get_due_query(company, today),
            figures=self._get_figures_query(today, zone),
            judged=self._get_judged_query(company, today, aliases or {}),
            ranked=self._get_ranked_query(today),
            today=today,
            valid_until=self._get_case(
                SQL("ranked.best_tier_id"),
                lambda t: (
                    SQL("%s", fields.Date.add(today, days=t.min_days)) if t.min_days else None
                ),
            ),
        )

    def _get_validity(self, today):
        """Return the day until which who enters today stays, as SQL, or None."""
        return SQL("%s", fields.Date.add(today, days=self.min_days)) if self.min_days else None

    def _get_case(self, column, give, otherwise=NO_DATE):
        """Return CASE over the tiers of ``self``.

        :param column: SQL of a tier id
        :param give: what is called with each tier and returns SQL, or None for no value
        """
        whens = [SQL("WHEN %s THEN %s", tier.id, value) for tier in self if (value := give(tier))]
        if not whens:
            return otherwise
        return SQL("CASE %s %s ELSE %s END", column, SQL(" ").join(whens), otherwise)

    # === FIGURES === #

    @api.model
    def _get_scope_query(self, company, condition):
        return SQL(
            """
            SELECT partner.id, partner.create_date, partner.customer_grade_id,
                   partner.customer_rank > 0 AND partner.commercial_partner_id = partner.id
                   AND (partner.company_id IS NULL OR partner.company_id = %s) AS eligible
              FROM res_partner partner
             WHERE %s AND partner.active
            """,
            company.id,
            condition,
        )

    def _get_metrics(self, kinds):
        """Return {column: (kind, months)} of the figures that the conditions ask for."""
        return {
            condition._get_metric(): (condition.kind, condition._get_window())
            for condition in self.condition_ids
            if condition.kind in kinds
        }

    @api.model
    def _get_window_start(self, today, months):
        return fields.Date.subtract(today, months=months) if months else None

    @api.model
    def _get_moment(self, day, zone):
        """Return the UTC time at which a day begins."""
        local = pytz.timezone(zone).localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_sale_query(self, company, today, zone):
        columns = [
            SQL(
                "%s AS %s",
                self._get_sale_expression(kind, months, company, today, zone),
                SQL.identifier(name),
            )
            for name, (kind, months) in self._get_metrics(SALE_KINDS).items()
        ]
        if not columns:
            return SQL("SELECT NULL::int AS customer_id WHERE FALSE")
        return SQL(
            """
            SELECT contact.customer_id, %s
              FROM contact
              JOIN sale_order sale ON sale.partner_id = contact.id
             WHERE sale.state = 'sale' AND sale.company_id = %s
          GROUP BY contact.customer_id
            """,
            SQL(", ").join(columns),
            company.id,
        )

    @api.model
    def _get_sale_expression(self, kind, months, company, today, zone):
        if kind == "age_ordered":
            return SQL(
                "%s - (MIN(sale.date_order) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", today, zone
            )
        start = self._get_window_start(today, months)
        window = (
            SQL("sale.date_order >= %s", self._get_moment(start, zone)) if start else SQL("TRUE")
        )
        if kind == "orders":
            return SQL("COUNT(*) FILTER (WHERE %s)", window)
        # rounded one by one, as core shows them: a limit is not missed by a hair
        return SQL(
            """
            COALESCE(SUM(ROUND(
                (sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1))::numeric, %s
            )) FILTER (WHERE %s), 0)
            """,
            company.currency_id.decimal_places,
            window,
        )

    def _get_move_query(self, company, today):
        metrics = self._get_metrics(MOVE_KINDS)
        columns = [
            SQL("%s AS %s", self._get_move_expression(kind, months, today), SQL.identifier(name))
            for name, (kind, months) in metrics.items()
        ]
        if not columns:
            return SQL("SELECT NULL::int AS customer_id WHERE FALSE")
        return SQL(
            """
            SELECT contact.customer_id, %s
              FROM contact
              JOIN account_move move ON move.partner_id = contact.id
             WHERE move.state = 'posted' AND move.company_id = %s
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
          GROUP BY contact.customer_id
            """,
            SQL(", ").join(columns),
            company.id,
        )

    @api.model
    def _get_move_expression(self, kind, months, today):
        start = self._get_window_start(today, months)
        window = SQL("move.invoice_date >= %s", start) if start else SQL("TRUE")
        if kind == "ordered":  # orders are not undone by a credit note, but what they brought is
            window = SQL("%s AND move.move_type = 'out_refund'", window)
        return SQL("COALESCE(SUM(move.amount_untaxed_signed) FILTER (WHERE %s), 0)", window)

    def _get_due_query(self, company, today):
        if not self._get_metrics(("overdue_amount", "overdue_days")):
            return SQL("SELECT NULL::int AS customer_id WHERE FALSE")
        return SQL(
            """
            SELECT contact.customer_id,
                   SUM(line.amount_residual) AS overdue_amount_0,
                   MAX(%(today)s - line.date_maturity) AS overdue_days_0
              FROM contact
              JOIN account_move_line line ON line.partner_id = contact.id
              JOIN account_account account ON account.id = line.account_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND line.company_id = %(company)s AND line.date_maturity < %(today)s
               AND line.amount_residual > 0 AND account.account_type = 'asset_receivable'
          GROUP BY contact.customer_id
            """,
            today=today,
            company=company.id,
        )

    def _get_figures_query(self, today, zone):
        columns = [
            SQL("%s AS %s", self._get_figure(name, kind, today, zone), SQL.identifier(name))
            for name, (kind, _months) in self._get_metrics(self._get_kinds()).items()
        ]
        return SQL(
            """
            SELECT %s
              FROM scope
         LEFT JOIN sale ON sale.customer_id = scope.id
         LEFT JOIN move ON move.customer_id = scope.id
         LEFT JOIN due ON due.customer_id = scope.id
            """,
            SQL(", ").join([SQL("scope.id AS customer_id"), *columns]),
        )

    @api.model
    def _get_kinds(self):
        return self.env["sales.customer.tier.condition"]._fields["kind"].get_values(self.env)

    @api.model
    def _get_figure(self, name, kind, today, zone):
        column = SQL.identifier(name)
        if kind == "age_created":
            return SQL(
                "%s - (scope.create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", today, zone
            )
        if kind == "age_ordered":  # no order, no age
            return SQL("sale.%s", column)
        if kind == "ordered":
            return SQL("COALESCE(sale.%(name)s, 0) + COALESCE(move.%(name)s, 0)", name=column)
        table = {"orders": "sale", "invoiced": "move"}.get(kind, "due")
        return SQL("COALESCE(%s.%s, 0)", SQL(table), column)

    # === CONDITIONS === #

    def _get_holds(self, field):
        """Return SQL that says whether the conditions of one tier hold.

        :param field: ``enter_value`` or ``stay_value``
        """
        self.ensure_one()
        grades = self.grade_ids
        if field == "stay_value":
            grades |= self.stay_grade_ids
        parts = [condition._get_holds(condition[field]) for condition in self.condition_ids]
        if self.grade_ids:
            parts.append(SQL("scope.customer_grade_id = ANY(%s)", grades.ids))
        parts.append(self._get_domain_condition())
        return SQL("COALESCE(%s, FALSE)", SQL(" AND ").join(parts))

    def _get_judged_query(self, company, today, aliases):
        """Each customer with its membership and the best tier that it has earned."""
        member = SQL("membership.tier_id")
        for former, present in aliases.items():
            member = SQL("CASE %s WHEN %s THEN %s ELSE %s END", member, former, present, member)
        whens = [
            SQL(
                "WHEN scope.eligible AND (%s OR %s = %s AND %s) THEN %s",
                tier._get_holds("enter_value"),
                member,
                tier.id,
                tier._get_holds("stay_value"),
                tier.id,
            )
            for tier in self
        ]
        return SQL(
            """
            SELECT scope.id AS partner_id, %(member)s AS old_tier_id, %(best)s AS best_tier_id,
                   membership.since, membership.valid_until, membership.failing_since,
                   COALESCE(membership.locked, FALSE) AS locked, membership.reason AS old_reason,
                   scope.customer_grade_id, figures.*
              FROM scope
              JOIN figures ON figures.customer_id = scope.id
         LEFT JOIN sales_customer_tier_membership membership
                ON membership.partner_id = scope.id AND membership.company_id = %(company)s
             WHERE membership.locked IS NOT TRUE OR membership.locked_until < %(today)s
            """,
            member=member,
            best=SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL::int"),
            company=company.id,
            today=today,
        )

    def _get_ranked_query(self, today):
        """Whether a customer that no longer earns its tier still keeps it, and until when."""
        rank = SQL("array_position(%s::int[], %s)", self.ids, SQL("judged.old_tier_id"))
        best = SQL("array_position(%s::int[], %s)", self.ids, SQL("judged.best_tier_id"))
        grace = self._get_case(
            SQL("judged.old_tier_id"), lambda tier: SQL("%s", tier.grace_days), SQL("0")
        )
        return SQL(
            """
            SELECT kept.*,
                   kept.kept OR kept.old_tier_id IS NOT DISTINCT FROM kept.best_tier_id AS is_same,
                   %(reason)s AS reason
              FROM (SELECT falling.*, falling.falls AND falling.due_date > %(today)s AS kept
                      FROM (SELECT judged.*,
                                   judged.failing_since AS old_failing_since,
                                   %(rank)s IS NOT NULL
                                   AND COALESCE(%(best)s > %(rank)s, TRUE) AS falls,
                                   GREATEST(judged.valid_until + 1,
                                            COALESCE(judged.failing_since, %(today)s) + %(grace)s
                                   ) AS due_date
                              FROM judged) falling) kept
            """,
            reason=self._get_reason_expression(),
            today=today,
            rank=rank,
            best=best,
            grace=grace,
        )

    def _get_reason_expression(self):
        """Which conditions hold of the new tier, and which no longer do of the old one."""
        nothing = SQL("'[]'::jsonb")
        return SQL(
            "jsonb_build_object('holds', %s, 'lost', CASE WHEN kept.falls THEN %s ELSE %s END)",
            self._get_case(
                SQL("kept.best_tier_id"), lambda t: t._get_reason_list("enter_value"), nothing
            ),
            self._get_case(
                SQL("kept.old_tier_id"), lambda t: t._get_reason_list("stay_value"), nothing
            ),
            nothing,
        )

    def _get_reason_list(self, field):
        parts = [condition._get_reason(condition[field]) for condition in self.condition_ids]
        if self.grade_ids:
            grade = "jsonb_build_object('kind', 'grade', 'grade', kept.customer_grade_id)"
            parts.append(SQL(grade))
        if not self._get_domain().is_true():
            parts.append(SQL("jsonb_build_object('kind', 'domain')"))
        return SQL("jsonb_build_array(%s)", SQL(", ").join(parts))


class SalesCustomerTierCondition(models.Model):
    _inherit = "sales.customer.tier.condition"

    def _get_holds(self, bound):
        return SQL(
            "figures.%s %s %s",
            SQL.identifier(self._get_metric()),
            OPERATORS[self.operator],
            bound,
        )

    def _get_reason(self, bound):
        return SQL(
            """
            jsonb_build_object('kind', %s::text, 'operator', %s::text, 'months', %s,
                               'figure', kept.%s, 'bound', %s)
            """,
            self.kind,
            self.operator,
            self._get_window(),
            SQL.identifier(self._get_metric()),
            bound,
        )
