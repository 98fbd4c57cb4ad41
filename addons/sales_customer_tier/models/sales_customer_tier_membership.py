from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

BATCH = 2000
MOST_CONFLICTS = 20


class SalesCustomerTierMembership(models.Model):
    """The tier of a customer in a company: one row, on which all who change it meet.

    The tier stands on the customer, too, where screens search and group by it. Both, and the
    history, are written by one statement.
    """

    _name = "sales.customer.tier.membership"
    _description = "Tier of a Customer"
    _inherit = ["sales.customer.tier.explained"]
    _order = "since DESC, id DESC"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    tier_id = fields.Many2one(
        "sales.customer.tier", readonly=True, index="btree_not_null", ondelete="set null"
    )
    since = fields.Date(readonly=True)
    valid_until = fields.Date(readonly=True, help="The customer keeps the tier until then.")
    failing_since = fields.Date(
        string="Not Enough Since",
        readonly=True,
        help="Since then it is not enough to stay. The customer leaves when the grace is over.",
    )
    locked = fields.Boolean(string="By Hand", readonly=True)
    locked_until = fields.Date(readonly=True, help="Rules do not change the tier until then.")

    # a constraint: core's merge of contacts looks for those, and not for unique indexes
    _partner_company_unique = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A customer has one tier in a company."
    )

    # === COMPUTATION === #

    @api.model
    def _compute_batch(self, company, partner_ids):
        """Compute the tiers of some customers in one statement, and write those that changed.

        :param company: the company whose tiers apply
        :param partner_ids: ids of customers
        :return: list of (partner id, former tier id, tier id) of those that moved
        """
        self.env.flush_all()
        # reason: tiers are rules of the company, whoever has them computed
        tiers = self.env["sales.customer.tier"].sudo()._get_running(company)
        query = tiers._get_decision_query(company, SQL("partner.id = ANY(%s)", list(partner_ids)))
        return self._write_changes(
            company,
            SQL(
                """
                SELECT decision.partner_id, decision.old_tier_id, decision.tier_id,
                       decision.since, decision.valid_until, decision.failing_since,
                       decision.reason, FALSE AS locked, NULL::date AS locked_until,
                       NULL::text AS note
                  FROM (%s) decision
                 WHERE decision.old_tier_id IS DISTINCT FROM decision.tier_id
                    OR decision.old_failing_since IS DISTINCT FROM decision.failing_since
                    OR decision.locked
                """,
                query,
            ),
            kind="rule",
        )

    @api.model
    def _write_changes(self, company, query, kind):
        """Write memberships, one row of history for each change, and the field of the customers.

        Two that change the same customer at once meet on its membership: at REPEATABLE READ the
        second one fails and is tried again with what the first one wrote.

        :param query: SELECT of what ``_compute_batch`` selects
        :param kind: who changed it: rule or manual
        :return: list of (partner id, former tier id, tier id) of those that moved
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH change AS MATERIALIZED (%(query)s),
                     written AS (
                        INSERT INTO sales_customer_tier_membership AS membership (
                               partner_id, company_id, tier_id, since, valid_until, failing_since,
                               reason, locked, locked_until, note)
                        SELECT partner_id, %(company)s, tier_id, since, valid_until, failing_since,
                               reason, locked, locked_until, note
                          FROM change
                      ORDER BY partner_id
                   ON CONFLICT (partner_id, company_id) DO UPDATE
                           SET tier_id = excluded.tier_id, since = excluded.since,
                               valid_until = excluded.valid_until,
                               failing_since = excluded.failing_since,
                               reason = excluded.reason, locked = excluded.locked,
                               locked_until = excluded.locked_until, note = excluded.note),
                     moved AS (
                        SELECT * FROM change WHERE old_tier_id IS DISTINCT FROM tier_id),
                     remembered AS (
                        INSERT INTO sales_customer_tier_history (
                               partner_id, company_id, from_tier_id, to_tier_id, date, kind,
                               changed_by_id, reason, note, locked_until)
                        SELECT partner_id, %(company)s, old_tier_id, tier_id,
                               now() AT TIME ZONE 'UTC', %(kind)s, %(uid)s, reason, note,
                               locked_until
                          FROM moved),
                     shown AS (
                        UPDATE res_partner partner
                           SET customer_tier_id = NULLIF(
                               COALESCE(partner.customer_tier_id, '{}') - %(key)s
                               || CASE WHEN moved.tier_id IS NULL THEN '{}'::jsonb
                                       ELSE jsonb_build_object(%(key)s, moved.tier_id) END,
                               '{}')
                          FROM moved
                         WHERE partner.id = moved.partner_id)
                SELECT partner_id, old_tier_id, tier_id FROM moved ORDER BY partner_id
                """,
                query=query,
                company=company.id,
                kind=kind,
                uid=self.env.uid,
                key=SQL("%s::text", str(company.id)),
            )
        )
        self._forget([row[0] for row in rows])
        return rows

    @api.model
    def _forget(self, partner_ids):
        """What is cached of these customers is no longer so."""
        self.invalidate_model(flush=False)
        self.env["sales.customer.tier.history"].invalidate_model(flush=False)
        partners = self.env["res.partner"].browse(partner_ids)
        partners.invalidate_recordset(["customer_tier_id"], flush=False)
        # contacts get the prices of their company
        self.env["res.partner"].invalidate_model(
            ["property_product_pricelist", "customer_tier_reason"], flush=False
        )

    @api.model
    def _compute_job(self):
        """Compute the tiers of all customers of all companies, batch by batch."""
        # reason: the job computes for every company
        tiers = self.env["sales.customer.tier"].sudo()
        groups = tiers._read_group([("state", "=", "running")], ["company_id"])
        members = self.sudo()._read_group([("tier_id", "!=", False)], ["company_id"])
        companies = self.env["res.company"].union(*(row[0] for row in [*groups, *members]))
        for company in companies.sorted("id"):
            if not self._compute_company(company):
                return

    @api.model
    def _compute_company(self, company):
        """Compute the tiers of a company; go on where the last run stopped.

        :return: whether all of it is done, and there is time left
        """
        run = self.env["sales.customer.tier.run"]._get_open(company)
        commit = self.env["ir.cron"]._commit_progress
        conflicts = 0
        while True:
            try:
                with self.env.cr.savepoint():
                    done = run._compute_next(BATCH)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # whoever changed a customer at the same moment went first: look again
                conflicts += 1
                if conflicts > MOST_CONFLICTS:
                    raise
                done = True
                self.env.invalidate_all(flush=False)
            is_time_left = commit(remaining=int(done))
            if not done or not is_time_left:
                return bool(is_time_left)

    # === BY HAND === #

    @api.model
    def _assign(self, partners, company, tier, note, until=None):
        """Give customers a tier by hand; rules leave it alone until a day, or for good.

        :param partners: customers; of contacts, their companies are meant
        :param tier: a tier of the company, or an empty one for none
        :param note: why
        :param until: last day of it, or None
        :raise AccessError: the user is not a sales manager
        """
        self._check_manager()
        self.env.flush_all()
        today, _zone = self.env["sales.customer.tier"]._get_today(company)
        return self._write_changes(
            company,
            SQL(
                """
                SELECT partner.id AS partner_id, membership.tier_id AS old_tier_id,
                       %(tier)s::int AS tier_id,
                       CASE WHEN membership.tier_id IS DISTINCT FROM %(tier)s::int THEN %(today)s
                            ELSE membership.since END AS since,
                       NULL::date AS valid_until, NULL::date AS failing_since,
                       NULL::jsonb AS reason, TRUE AS locked, %(until)s::date AS locked_until,
                       %(note)s AS note
                  FROM res_partner partner
             LEFT JOIN sales_customer_tier_membership membership
                    ON membership.partner_id = partner.id AND membership.company_id = %(company)s
                 WHERE partner.id = ANY(%(ids)s)
                """,
                tier=tier.id or None,
                today=today,
                until=until or None,
                note=note,
                company=company.id,
                ids=partners.commercial_partner_id.ids,
            ),
            kind="manual",
        )

    @api.model
    def _release(self, partners, company):
        """Let the rules decide again, from now on.

        :raise AccessError: the user is not a sales manager
        """
        self._check_manager()
        customers = partners.commercial_partner_id
        # reason: managers change memberships by this only, not by writing them
        self.sudo().search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", company.id),
                ("locked", "=", True),
            ]
        ).write({"locked_until": fields.Date.subtract(fields.Date.today(), days=2)})
        return self._compute_batch(company, customers.ids)

    @api.model
    def _check_manager(self):
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only sales managers give customers a tier by hand. Ask one of them.")
            )
