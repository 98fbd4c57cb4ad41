"""When customers are due, by SQL over as many of them as one likes."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

# When the time of a rule begins. Who was never followed up counts from when it was received.
RECEIVED = "COALESCE(partner.ownership_date, partner.create_date)"
BEGINNINGS = {
    "no_followup": f"GREATEST({RECEIVED}, partner.last_followup_date)",
    # a note of one's own does not keep a customer: only a visit, an answer or an order
    "no_contact": f"GREATEST({RECEIVED}, partner.last_contact_date)",
    "no_opportunity": f"""
        GREATEST({RECEIVED}, (
            SELECT MAX(lead.create_date)
              FROM crm_lead lead
              JOIN res_partner contact ON contact.id = lead.partner_id
             WHERE contact.commercial_partner_id = partner.id AND lead.type = 'opportunity'))
    """,
    "no_order": f"""
        GREATEST({RECEIVED}, (
            SELECT MAX(sale.date_order)
              FROM sale_order sale
              JOIN res_partner contact ON contact.id = sale.partner_id
             WHERE contact.commercial_partner_id = partner.id AND sale.state = 'sale'))
    """,
    "protection_over": "partner.protected_until::timestamp",
    "owner_gone": "owner.write_date",
}
EXEMPTIONS = {
    "exempt_open_order": """
        SELECT FROM sale_order sale
          JOIN res_partner contact ON contact.id = sale.partner_id
         WHERE contact.commercial_partner_id = partner.id
           AND sale.state = 'sale' AND sale.invoice_status IS DISTINCT FROM 'invoiced'
    """,
    "exempt_open_invoice": """
        SELECT FROM account_move move
         WHERE move.commercial_partner_id = partner.id
           AND move.move_type = 'out_invoice' AND move.state = 'posted'
           AND move.payment_state IN ('not_paid', 'partial', 'in_payment')
    """,
    "exempt_open_opportunity": """
        SELECT FROM crm_lead lead
          JOIN res_partner contact ON contact.id = lead.partner_id
         WHERE contact.commercial_partner_id = partner.id
           AND lead.type = 'opportunity' AND lead.active AND lead.won_status = 'pending'
    """,
}


class SalesCustomerRecycleRule(models.Model):
    _inherit = "sales.customer.recycle.rule"

    @api.model
    def _get_due_query(self, condition):
        """Return SELECT of partner_id, rule_id, reason, sequence and due date (UTC).

        One row for each customer and rule of ``self`` that holds for it.

        :param condition: SQL on ``partner`` that chooses the customers
        """
        if not self:
            return SQL(
                "SELECT NULL::int AS partner_id, NULL::int AS rule_id, NULL::text AS reason, "
                "0 AS sequence, NULL::timestamp AS due WHERE FALSE"
            )
        return SQL(" UNION ALL ").join(rule._get_rule_query(condition) for rule in self)

    def _get_rule_query(self, condition):
        return SQL(
            """
            SELECT found.partner_id, %(rule)s AS rule_id, %(reason)s AS reason,
                   %(sequence)s AS sequence, %(due)s AS due
              FROM (%(days)s) found
             WHERE found.first_day IS NOT NULL
            """,
            rule=self.id,
            reason=self.reason,
            sequence=self.sequence,
            due=self._get_due_expression(),
            days=self._get_days_query(condition),
        )

    def _get_days_query(self, condition):
        """Return SELECT of customers, the local day their time began, and how many days it is."""
        zone = "UTC" if self.reason == "protection_over" else self._get_tz()  # a date has no zone
        return SQL(
            """
            SELECT partner.id AS partner_id,
                   (%(beginning)s AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS first_day,
                   %(days)s AS days,
                   %(floor)s AS floor_day
              FROM res_partner partner
              JOIN res_users owner ON owner.id = partner.user_id
             WHERE %(condition)s AND %(applies)s
            """,
            beginning=SQL(BEGINNINGS[self.reason]),
            zone=zone,
            days=self._get_days_expression(),
            floor=self._get_floor_expression(),
            condition=condition,
            applies=SQL(" AND ").join(self._get_conditions()),
        )

    def _get_days_expression(self):
        """The days of the grade and source; a line that names both goes before one of them."""
        if not self.day_ids:
            return SQL("%s", self.days)
        return SQL(
            """
            COALESCE((
                SELECT other.days
                  FROM sales_customer_recycle_days other
                 WHERE other.rule_id = %s
                   AND COALESCE(other.grade_id, partner.customer_grade_id, 0)
                       = COALESCE(partner.customer_grade_id, 0)
                   AND COALESCE(other.source_id, partner.source_id, 0)
                       = COALESCE(partner.source_id, 0)
              ORDER BY (other.grade_id IS NOT NULL)::int + (other.source_id IS NOT NULL)::int DESC,
                       other.grade_id NULLS LAST
                 LIMIT 1), %s)
            """,
            self.id,
            self.days,
        )

    def _get_floor_expression(self):
        """Protection and extensions hold against all rules, but not for who has left."""
        if self.reason == "owner_gone":
            return SQL("NULL::date")
        return SQL("GREATEST(partner.protected_until, partner.recycle_extended_until)")

    def _get_due_expression(self):
        if not self.calendar_id:
            return SQL(
                """
                ((GREATEST(found.first_day + found.days, found.floor_day) + 1)::timestamp
                  AT TIME ZONE %s AT TIME ZONE 'UTC') - interval '1 second'
                """,
                self._get_tz(),
            )
        days, ends = self._get_work_days()
        # The first working day that is not before the counted one, nor before the floor.
        return SQL(
            """
            (%(ends)s::timestamp[])[1 + width_bucket(
                GREATEST((%(days)s::date[])[width_bucket(found.first_day, %(days)s::date[])
                                            + found.days],
                         found.first_day, found.floor_day) - 1,
                %(days)s::date[])]
            """,
            days=days,
            ends=ends,
        )

    def _get_conditions(self):
        pool = self.pool_id.sudo()  # who its members are, whoever simulates
        yield SQL("partner.customer_rank > 0 AND (partner.is_company OR partner.parent_id IS NULL)")
        # Archived ones, too: nobody keeps a customer by hiding it.
        yield SQL("partner.recycle_locked IS NOT TRUE")
        yield self._get_pool_condition(pool)
        if pool.company_id:
            yield SQL("(partner.company_id IS NULL OR partner.company_id = %s)", pool.company_id.id)
        if self.reason == "owner_gone":
            yield SQL("NOT owner.active")
        for fname, exists in EXEMPTIONS.items():
            if self[fname]:
                yield SQL("NOT EXISTS (%s)", SQL(exists))
        yield from self._get_exempt_conditions()

    def _get_pool_condition(self, pool):
        """Customers from the pool; those that came from none follow the pools of their owners."""
        if self.reason == "owner_gone":
            return SQL("COALESCE(partner.home_pool_id, %s) = %s", pool.id, pool.id)
        members = pool.with_context(active_test=False).member_ids
        return SQL(
            "(partner.home_pool_id = %s "
            "OR partner.home_pool_id IS NULL AND partner.user_id = ANY(%s))",
            pool.id,
            members.ids,
        )

    def _get_exempt_conditions(self):
        domain = Domain(safe_eval(self.exempt_domain or "[]"))
        if not domain.is_true():
            # a rule of the company: what it leaves alone does not depend on who looks
            exempt = self.env["res.partner"].sudo().with_context(active_test=False)._search(domain)
            yield SQL("partner.id NOT IN %s", exempt.subselect())


class SalesCustomerRecycleMark(models.Model):
    """Customers whose due date has to be computed again; written by triggers of the database."""

    _name = "sales.customer.recycle.mark"
    _description = "Mark of a Customer to Recompute"
    _log_access = False

    partner_res_id = fields.Integer(required=True, index=True)

    @api.model
    def _mark_all(self):
        """Mark all customers that have an owner or a due date, and let the job begin."""
        self.env["res.partner"].flush_model()
        self.env.cr.execute(
            """
            INSERT INTO sales_customer_recycle_mark (partner_res_id)
            SELECT id
              FROM res_partner
             WHERE customer_rank > 0 AND (user_id IS NOT NULL OR recycle_due_date IS NOT NULL)
          ORDER BY id
            """
        )
        self.env.ref("sales_customer_pool.ir_cron_recompute")._trigger()

    @api.model
    def _compute_batch(self, limit, partner_ids=None):
        """Compute the due dates of marked customers again.

        :param limit: how many marks at most
        :param partner_ids: these customers only
        :return: list of the marks that were dealt with
        """
        self.env.flush_all()
        wanted = (
            SQL("TRUE") if partner_ids is None else SQL("partner_res_id = ANY(%s)", partner_ids)
        )
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM sales_customer_recycle_mark
                 WHERE id IN (SELECT id FROM sales_customer_recycle_mark
                               WHERE %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
             RETURNING partner_res_id
                """,
                wanted,
                limit,
            )
        )
        if rows:
            self._write_due_dates(sorted({row[0] for row in rows}))
        return rows

    @api.model
    def _write_due_dates(self, partner_ids):
        # all of them, whoever changes a customer; those of companies are told apart by the query
        rules = self.env["sales.customer.recycle.rule"].sudo().search([("active", "=", True)])
        asked = SQL("partner.id = ANY(%s)", partner_ids)
        rows = self.env.execute_query(
            SQL(
                """
                WITH due AS MATERIALIZED (%(due)s),
                     best AS (
                        SELECT DISTINCT ON (partner_id) partner_id, rule_id, reason, due
                          FROM due
                         WHERE due IS NOT NULL
                      ORDER BY partner_id, due, sequence, rule_id)
              UPDATE res_partner partner
                 SET recycle_due_date = best.due,
                     recycle_rule_id = best.rule_id,
                     recycle_reason = best.reason,
                     recycle_warned_days = NULL
                FROM (SELECT id FROM res_partner partner
                       WHERE %(asked)s ORDER BY id FOR NO KEY UPDATE) asked
           LEFT JOIN best ON best.partner_id = asked.id
               WHERE partner.id = asked.id
                 AND (partner.recycle_due_date, partner.recycle_rule_id)
                     IS DISTINCT FROM (best.due, best.rule_id)
           RETURNING partner.id
                """,
                due=rules._get_due_query(asked),
                asked=asked,
            )
        )
        changed = self.env["res.partner"].browse(row[0] for row in rows)
        changed.invalidate_recordset(
            ["recycle_due_date", "recycle_rule_id", "recycle_reason", "recycle_warned_days"],
            flush=False,
        )
        changed._remove_recycle_warnings()
