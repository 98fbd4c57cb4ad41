from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Values of a customer that a pool may mask; the card shows the others.
MASKABLE = ("name", "phone", "mobile", "email", "wechat", "street", "city", "website", "vat")
# Values that everybody who may see the pool sees.
PUBLIC = {
    "company_id": "company_id",
    "sales_region_id": "sales_region_id",
    "industry_id": "industry_id",
    "source_id": "source_id",
    "customer_grade_id": "grade_id",
    "last_followup_date": "last_followup_date",
    "ownership_date": "pool_date",
}
MASK = "***"


class SalesCustomerPoolCard(models.Model):
    """What may be seen of a customer in a pool: one row for each, without what is masked.

    A row of its own, as what is not stored in it cannot be read, searched, sorted, grouped or
    exported by anybody. Its id is the id of the customer, so that whoever claims a card that a
    colleague has just taken away can still be told so.
    """

    _name = "sales.customer.pool.card"
    _description = "Customer in the Pool"
    _order = "pool_date DESC, id DESC"
    _log_access = False

    pool_id = fields.Many2one("sales.customer.pool", required=True, ondelete="cascade")
    # Its name would tell what the card masks.
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        ondelete="cascade",
        groups="sales_team.group_sale_salesman_all_leads",
    )
    company_id = fields.Many2one("res.company", ondelete="cascade")
    name = fields.Char(string="Customer Name", index="trigram")
    phone = fields.Char()
    mobile = fields.Char()
    email = fields.Char()
    wechat = fields.Char(string="WeChat ID")
    street = fields.Char()
    city = fields.Char()
    website = fields.Char()
    vat = fields.Char(string="Tax ID")
    sales_region_id = fields.Many2one("sales.region", index=True, ondelete="set null")
    industry_id = fields.Many2one("res.partner.industry", ondelete="set null")
    source_id = fields.Many2one("utm.source", ondelete="set null")
    grade_id = fields.Many2one("sales.customer.grade", index=True, ondelete="set null")
    last_followup_date = fields.Datetime(string="Last Follow-up")
    pool_date = fields.Datetime(string="In the Pool Since")
    pool_days = fields.Integer(string="Days in the Pool", compute="_compute_pool_days")
    has_reveal = fields.Boolean(compute="_compute_has_reveal", exportable=False)

    _pool_idx = models.Index("(pool_id, pool_date)")
    _partner_uniq = models.UniqueIndex("(partner_id)")

    @api.depends("pool_date")
    def _compute_pool_days(self):
        now = fields.Datetime.now()
        for card in self:
            card.pool_days = (now - card.pool_date).days if card.pool_date else 0

    @api.depends("pool_id.mask_ids", "pool_id.reveal_daily_limit")
    @api.depends_context("uid")
    def _compute_has_reveal(self):
        """Tell whether the user can look at anything that the card masks."""
        for pool, cards in self.grouped("pool_id").items():
            free = pool._is_free_of_limits()
            cards.has_reveal = bool(pool.mask_ids and (free or pool.reveal_daily_limit))

    @api.model
    def _get_source_fields(self):
        """Return the fields of a customer that its card shows."""
        return {*MASKABLE, *PUBLIC, "active", "customer_rank", "is_company", "parent_id"}

    @api.model
    def _mask_name(self, name):
        return (name or "")[:1] + MASK

    # === KEEPING THEM === #

    @api.model
    def _refresh_pools(self, pools):
        self._refresh_where(SQL("partner.pool_id = ANY(%s)", pools.ids))

    @api.model
    def _refresh(self, partner_ids):
        """Show customers in the pool they are in, as they are now, and nowhere else."""
        if partner_ids:
            self._refresh_where(SQL("partner.id = ANY(%s)", list(partner_ids)))

    @api.model
    def _refresh_where(self, condition):
        self.env["res.partner"].flush_model()
        self.env["sales.customer.pool"].flush_model()
        in_pool = SQL("partner.pool_id IS NOT NULL AND partner.active AND %s", condition)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sales_customer_pool_card card
                 USING res_partner partner
                 WHERE partner.id = card.id
                   AND (partner.pool_id IS NULL OR NOT partner.active)
                   AND %s
                """,
                condition,
            )
        )
        self.env.cr.execute(self._get_upsert_query(in_pool))
        self.invalidate_model(flush=False)

    @api.model
    def _get_upsert_query(self, in_pool):
        columns = [*PUBLIC.values(), *MASKABLE]
        names = SQL(", ").join(map(SQL.identifier, columns))
        updates = SQL(", ").join(
            SQL("%s = EXCLUDED.%s", SQL.identifier(c), SQL.identifier(c)) for c in columns
        )
        return SQL(
            """
            INSERT INTO sales_customer_pool_card (id, partner_id, pool_id, %(names)s)
            SELECT partner.id, partner.id, partner.pool_id, %(values)s
              FROM res_partner partner
              JOIN (SELECT pool.id, COALESCE(array_agg(mask.code), '{}') AS codes
                      FROM sales_customer_pool pool
                 LEFT JOIN sales_customer_mask_sales_customer_pool_rel rel
                        ON rel.sales_customer_pool_id = pool.id
                 LEFT JOIN sales_customer_mask mask ON mask.id = rel.sales_customer_mask_id
                  GROUP BY pool.id) pool
                ON pool.id = partner.pool_id
             WHERE %(in_pool)s
          ORDER BY partner.id
                ON CONFLICT (id) DO UPDATE SET pool_id = EXCLUDED.pool_id, %(updates)s
            """,
            names=names,
            values=SQL(", ").join([*self._get_public_values(), *self._get_masked_values()]),
            in_pool=in_pool,
            updates=updates,
        )

    @api.model
    def _get_public_values(self):
        return [SQL.identifier("partner", source) for source in PUBLIC]

    @api.model
    def _get_masked_values(self):
        for code in MASKABLE:
            value = SQL.identifier("partner", code)
            hidden = SQL("LEFT(%s, 1) || %s", value, MASK) if code == "name" else SQL("NULL")
            yield SQL("CASE WHEN %s = ANY(pool.codes) THEN %s ELSE %s END", code, hidden, value)

    # === CLAIM === #

    def action_claim(self):
        """Take the customers; who gets only some of them is told why not the others."""
        partner_ids = self.ids
        refusals = self._claim()
        if len(refusals) == len(partner_ids):
            raise UserError("\n".join(refusals.values()))
        count = len(partner_ids) - len(refusals)
        return self._notify(
            self.env._("%s customers are yours now.", count)
            if count > 1
            else self.env._("The customer is yours now."),
            "\n".join(refusals.values()),
            is_complete=not refusals,
        )

    def _claim(self):
        """Claim the cards, in one statement for each pool.

        :return: dict of the ids of the customers that are refused, and why
        """
        refusals = {}
        by_pool = self._group_by_pool()
        for pool, partner_ids in by_pool.items():
            refusals |= pool._claim(partner_ids, self.env.user)
        gone = set(self.ids) - {i for partner_ids in by_pool.values() for i in partner_ids}
        refusals |= dict.fromkeys(
            gone, self.env._("This customer is no longer in a pool of yours. Refresh the list.")
        )
        claimed = set(self.ids) - refusals.keys()
        self.env["res.partner"]._log_owner_change(
            claimed, self.env._("Claimed by %s.", self.env.user.name)
        )
        return refusals

    def _group_by_pool(self):
        """Return the ids of the customers by the pool they are, or have just been, in.

        Pools that the user does not see are left out, and nothing is said of their customers.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id,
                       COALESCE(partner.pool_id, (
                           SELECT change.from_pool_id
                             FROM sales_customer_ownership change
                            WHERE change.partner_id = partner.id
                         ORDER BY change.id DESC
                            LIMIT 1))
                  FROM res_partner partner
                 WHERE partner.id = ANY(%s)
              ORDER BY partner.id
                """,
                self.ids,
            )
        )
        pools = self.env["sales.customer.pool"].browse({row[1] for row in rows if row[1]})
        visible = set(pools._filtered_access("read").ids) & set(
            self._get_claimable_pools(pools).ids
        )
        found = defaultdict(list)
        for partner_id, pool_id in rows:
            if pool_id in visible:
                found[self.env["sales.customer.pool"].browse(pool_id)].append(partner_id)
        return found

    @api.model
    def _get_claimable_pools(self, pools):
        """Who only reads a pool, as all managers of teams do, still has to be its member."""
        user = self.env.user
        return pools.sudo().filtered(  # to read who its members and administrators are
            lambda pool: (
                user in pool.member_ids
                or user in pool.admin_ids
                or user.has_group("sales_team.group_sale_manager")
            )
        )

    @api.model
    def _notify(self, title, message, is_complete=True):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": "success" if is_complete else "warning",
                "sticky": not is_complete,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === REVEAL, ASSIGN === #

    def action_reveal(self):
        """Choose a masked value to look at."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reveal a Value"),
            "res_model": "sales.customer.reveal.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_card_id": self.id},
        }

    def _reveal(self, mask):
        """Return a masked value of a customer; it is logged, and counted for who is limited."""
        self.ensure_one()
        self.check_access("read")
        if mask not in self.pool_id.mask_ids:
            raise UserError(self.env._('"%s" is not masked: it stands on the card.', mask.name))
        counter = self.env["sales.customer.claim.counter"]
        free = self.pool_id._is_free_of_limits()
        if not free and not counter._count_reveal(self.pool_id, self.env.user):
            raise UserError(self._get_reveal_refusal())
        self.env["sales.customer.reveal"]._log_reveal(self, mask)
        # the one value that was asked for and logged
        return self.env["res.partner"].sudo().browse(self.id)[mask.code] or ""

    def _get_reveal_refusal(self):
        if not self.pool_id.reveal_daily_limit:
            return self.env._(
                'Nothing is revealed in the pool "%s". Claim the customer to see it.',
                self.pool_id.name,
            )
        return self.env._(
            'You may look at %(limit)s masked values a day in the pool "%(pool)s". '
            "Claim the customer, or come back tomorrow.",
            limit=self.pool_id.reveal_daily_limit,
            pool=self.pool_id.name,
        )

    def action_assign(self):
        """Give the customers to a salesperson."""
        self.pool_id._check_admin()
        partners = self.env["res.partner"].browse(self.ids)
        return partners._open_owner_wizard(
            "sales.customer.transfer", self.env._("Assign Customers")
        )
