"""The jobs: recompute what was marked, warn the owners, and move who is due."""

from collections import Counter, defaultdict

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

BATCH = 2000
MOST_CONFLICTS = 20
WARNING_BATCH = 500


class SalesCustomerRecycleRule(models.Model):
    _inherit = "sales.customer.recycle.rule"

    @api.model
    def _repeat(self, batch):
        """Run batches until one finds nothing to do, or the time is up.

        Whoever changes a customer at the same moment goes first: the batch is tried again, with
        the customer as it is then.

        :param batch: called without arguments, returns what it has done
        """
        conflicts = 0
        while True:
            try:
                with self.env.cr.savepoint():
                    done = batch()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                conflicts += 1
                if conflicts > MOST_CONFLICTS:
                    raise
                done = ()
            else:
                if not done:
                    return
            self.env.invalidate_all(flush=False)
            if not self.env["ir.cron"]._commit_progress(len(done)):
                return

    @api.model
    def _recompute_job(self):
        """Compute the due dates of all marked customers again, batch by batch."""
        marks = self.env["sales.customer.recycle.mark"]
        self._repeat(lambda: marks._compute_batch(BATCH))

    @api.model
    def _get_mark_count(self):
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM (SELECT FROM sales_customer_recycle_mark LIMIT %s) AS mark",
                BATCH * 10,
            )
        )
        return count

    @api.model
    def _refresh_job(self):
        """Once a day: what rules leave alone may depend on what no event tells."""
        self.env["sales.customer.pool.card"]._refresh_pools(
            self.env["sales.customer.pool"].search([("active", "=", True)])
        )
        if self.search_count([("active", "=", True)], limit=1):
            self.env["sales.customer.recycle.mark"]._mark_all()

    @api.model
    def _recycle_job(self):
        """Move who is due by what is known now, and warn the owners of those who soon are."""
        self._recompute_job()
        if not self._get_mark_count():
            self._recycle_due()
            self._warn_owners()

    @api.model
    def _recycle_due(self):
        """Move all customers that are due into the pools of their rules, batch by batch.

        :return: how many were moved
        """
        owners = defaultdict(Counter)

        def move():
            rows = self._recycle_batch(BATCH)
            for _partner_id, user_id, pool_id in rows:
                owners[user_id][pool_id] += 1
            return rows

        self._repeat(move)
        self._tell_owners(owners)
        return sum(count.total() for count in owners.values())

    @api.model
    def _recycle_batch(self, limit):
        """Move some customers that are due; the trigger writes their history with the same.

        Those that something has happened with since their date was computed wait for the next
        computation: an order that came in a second ago keeps its customer.

        :return: list of (partner id, former owner id, pool id)
        """
        partners = self.env["res.partner"]
        partners.flush_model()
        with partners._owner_change(kind="recycle"):
            rows = self.env.execute_query(
                SQL(
                    """
                    WITH due AS (
                        SELECT partner.id, partner.user_id, rule.target_pool_id
                          FROM res_partner partner
                          JOIN sales_customer_recycle_rule rule ON rule.id = partner.recycle_rule_id
                         WHERE partner.recycle_due_date <= now() AT TIME ZONE 'UTC'
                           AND partner.user_id IS NOT NULL
                           AND NOT EXISTS (SELECT FROM sales_customer_recycle_mark mark
                                            WHERE mark.partner_res_id = partner.id)
                      ORDER BY partner.recycle_due_date
                         LIMIT %s
                           FOR NO KEY UPDATE OF partner SKIP LOCKED)
                    UPDATE res_partner partner
                       SET user_id = NULL,
                           pool_id = due.target_pool_id,
                           write_uid = %s,
                           write_date = now() AT TIME ZONE 'UTC'
                      FROM due
                     WHERE partner.id = due.id
                 RETURNING partner.id, due.user_id, due.target_pool_id
                    """,
                    limit,
                    self.env.uid,
                )
            )
        partners.browse(row[0] for row in rows)._after_statement()
        return rows

    @api.model
    def _tell_owners(self, owners):
        """Tell each former owner how many customers went where: one message each."""
        pools = self.env["sales.customer.pool"].browse(
            {p for count in owners.values() for p in count}
        )
        names = {pool.id: pool.name for pool in pools}
        for user in self.env["res.users"].browse(owners).filtered("active"):
            counts = owners[user.id]
            texts = [f"{names[pool_id]}: {count}" for pool_id, count in counts.items()]
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Customers went back to the pool"),
                body=self.env._(
                    "%(count)s of your customers went back to the pool (%(pools)s).",
                    count=sum(counts.values()),
                    pools=", ".join(texts),
                ),
            )

    # === WARNINGS === #

    @api.model
    def _warn_owners(self):
        """Let the owners know, some days before, which customers they are about to lose."""
        self._repeat(lambda: self._warn_batch(WARNING_BATCH))

    @api.model
    def _warn_batch(self, limit):
        rows = self._mark_warned(limit)
        partners = self.env["res.partner"].browse(row[0] for row in rows)
        partners.invalidate_recordset(["recycle_warned_days", "recycle_warned_date"], flush=False)
        partners._schedule_recycle_warnings()
        self.env.flush_all()
        return rows

    @api.model
    def _mark_warned(self, limit):
        self.env["res.partner"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                WITH soon AS (
                    SELECT partner.id, MIN(warning.days) AS days
                      FROM res_partner partner
                      JOIN sales_customer_recycle_warning warning
                        ON warning.rule_id = partner.recycle_rule_id
                     WHERE partner.user_id IS NOT NULL
                       AND partner.recycle_due_date
                           <= now() AT TIME ZONE 'UTC' + warning.days * interval '1 day'
                       AND (partner.recycle_warned_days IS NULL
                            OR partner.recycle_warned_days > warning.days)
                  GROUP BY partner.id
                     LIMIT %s)
                UPDATE res_partner partner
                   SET recycle_warned_days = soon.days,
                       recycle_warned_date = now() AT TIME ZONE 'UTC'
                  FROM soon
                 WHERE partner.id = soon.id
             RETURNING partner.id
                """,
                limit,
            )
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _schedule_recycle_warnings(self):
        """Put one activity on each customer, in the list of its owner; several queries for all."""
        self._remove_recycle_warnings()
        activity_type = self.env.ref("sales_customer_pool.mail_activity_recycle")
        model_id = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            [  # from a job, to whoever owns the customer
                {
                    "activity_type_id": activity_type.id,
                    "res_model_id": model_id,
                    "res_id": partner.id,
                    "user_id": partner.user_id.id,
                    "date_deadline": partner._get_recycle_day(),
                    "summary": activity_type.summary,
                }
                for partner in self
            ]
        )

    def _get_recycle_day(self):
        zone = self.recycle_rule_id._get_tz()
        local = fields.Datetime.context_timestamp(self.with_context(tz=zone), self.recycle_due_date)
        return local.date()

    def _remove_recycle_warnings(self):
        """What has become untrue is taken from the lists of the owners."""
        if not self:
            return
        activity_type = self.env.ref("sales_customer_pool.mail_activity_recycle")
        # the job's own activities, whoever has just followed up
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        ).unlink()
