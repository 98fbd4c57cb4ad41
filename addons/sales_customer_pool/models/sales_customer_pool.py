from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

MANAGER_GROUP = "sales_team.group_sale_manager"


class SalesCustomerPool(models.Model):
    """Customers that nobody owns, and who may take them by which rules."""

    _name = "sales.customer.pool"
    _description = "Customer Pool"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Empty: for the customers of all companies.",
    )
    user_ids = fields.Many2many(
        "res.users",
        "sales_customer_pool_user_rel",
        string="Salespeople",
        domain=[("share", "=", False)],
        help="They see the customers of the pool and may claim them.",
    )
    team_ids = fields.Many2many("crm.team", string="Sales Teams")
    member_ids = fields.Many2many(
        "res.users",
        "sales_customer_pool_member_rel",
        string="Members",
        compute="_compute_member_ids",
        store=True,
        help="The salespeople and those of the sales teams.",
    )
    admin_ids = fields.Many2many(
        "res.users",
        "sales_customer_pool_admin_rel",
        string="Administrators",
        domain=[("share", "=", False)],
        help="They read all customers of the pool, and give them to whom they like.",
    )
    is_intake = fields.Boolean(
        string="Takes New Customers",
        help="New customers that no allocation rule gave to a salesperson come here.",
    )
    # === SECRECY === #
    mask_ids = fields.Many2many(
        "sales.customer.mask",
        string="Masked Fields",
        default=lambda self: self._default_mask_ids(),
        help="Hidden from the salespeople until they have claimed the customer.",
    )
    reveal_daily_limit = fields.Integer(
        string="Revealed Values per Day",
        help="So many masked values each salesperson may look at in a day. 0: none.",
    )
    # === LIMITS === #
    day_claim_limit = fields.Integer(string="Claims per Day", help="0: no limit.", tracking=True)
    week_claim_limit = fields.Integer(string="Claims per Week", help="0: no limit.", tracking=True)
    claim_interval = fields.Integer(
        string="Minutes between Claims", help="0: no minimum.", tracking=True
    )
    holding_limit = fields.Integer(
        string="Customers Held",
        help="Of all customers of a salesperson. 0: no limit.",
        tracking=True,
    )
    holding_exempt_domain = fields.Char(
        string="Not Counted", default="[]", help="Customers that do not count as held."
    )
    cooldown_days = fields.Integer(
        string="Cool-down (Days)",
        help="So long whoever lost or released a customer may not claim it again.",
        tracking=True,
    )
    freeze_days = fields.Integer(
        string="Freeze (Days)",
        help="So long nobody may claim a customer that has just come into the pool.",
        tracking=True,
    )
    protection_days = fields.Integer(
        string="Protection (Days)",
        help="So long a claimed customer is not recycled, whatever the rules say.",
        tracking=True,
    )
    card_count = fields.Integer(string="Customers", compute="_compute_card_count")

    _limits_check = models.Constraint(
        """CHECK (reveal_daily_limit >= 0 AND day_claim_limit >= 0 AND week_claim_limit >= 0
           AND claim_interval >= 0 AND holding_limit >= 0 AND cooldown_days >= 0
           AND freeze_days >= 0 AND protection_days >= 0)""",
        "The limits and days of a pool cannot be negative.",
    )

    @api.model
    def _default_mask_ids(self):
        return self.env["sales.customer.mask"].search([("code", "not in", ("name", "city"))])

    @api.depends("user_ids", "team_ids.crm_team_member_ids.active", "team_ids.member_ids")
    def _compute_member_ids(self):
        # Who has left stays a member: their customers are still the pool's business.
        for pool in self.with_context(active_test=False):
            pool.member_ids = pool.user_ids | pool.team_ids.member_ids

    def _compute_card_count(self):
        groups = self.env["sales.customer.pool.card"]._read_group(
            [("pool_id", "in", self.ids)], ["pool_id"], ["__count"]
        )
        counts = {pool.id: count for pool, count in groups}
        for pool in self:
            pool.card_count = counts.get(pool.id, 0)

    @api.constrains("holding_exempt_domain")
    def _check_holding_exempt_domain(self):
        for pool in self:
            self.env["res.partner"]._check_customer_domain(
                pool.holding_exempt_domain, pool._fields["holding_exempt_domain"].string, pool
            )

    def write(self, vals):
        """What is masked changes what the cards show."""
        result = super().write(vals)
        if vals.keys() & {"mask_ids", "company_id", "active"}:
            self.env["sales.customer.pool.card"]._refresh_pools(self)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        partners = self.env["res.partner"].sudo()  # whoever may delete pools: all its customers
        if pool := partners.search([("pool_id", "in", self.ids)], limit=1).pool_id:
            raise UserError(
                self.env._(
                    'There are customers in the pool "%s". Move them, or archive the pool.',
                    pool.name,
                )
            )

    def action_open_cards(self):
        """Open the customers of the pool."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_customer_pool.sales_customer_pool_card_action"
        )
        return {**action, "domain": [("pool_id", "=", self.id)], "context": {}}

    # === TIME === #

    def _get_tz(self):
        """Return the name of the time zone in which the pool's days begin and end."""
        company = self.company_id or self.env.company
        return company.resource_calendar_id.tz or self.env.user.tz or "UTC"

    def _get_today(self):
        now = pytz.utc.localize(fields.Datetime.now())
        return now.astimezone(pytz.timezone(self._get_tz())).date()

    def _get_day_start(self, day):
        """Return when a day begins at the pool, in UTC."""
        local = pytz.timezone(self._get_tz()).localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_next_week(self):
        today = self._get_today()
        return today + timedelta(days=7 - today.weekday())

    # === RIGHTS === #

    def _is_free_of_limits(self):
        """Tell whether the user is above the rules of the pool."""
        return (
            self.env.su
            or self.env.user.has_group(MANAGER_GROUP)
            or self.env.user in self.sudo().admin_ids  # the list is no secret to those on it
        )

    def _check_admin(self):
        for pool in self:
            if not pool._is_free_of_limits():
                raise UserError(
                    self.env._(
                        'Only sales managers and the administrators of the pool "%s" may do this. '
                        "Ask one of them.",
                        pool.sudo().name,  # the name only, to say where to ask
                    )
                )

    def _get_held_count(self, user):
        """Return how many customers a user holds, without those that do not count."""
        partners = self.env["res.partner"].sudo()  # its own ones, counted by what the pool says
        exempt = Domain(safe_eval(self.holding_exempt_domain or "[]"))
        domain = partners._get_customer_domain() & Domain("user_id", "=", user.id)
        if not exempt.is_true():
            domain &= ~exempt
        # archived ones, too: nobody makes room by hiding customers
        return partners.with_context(active_test=False).search_count(domain)

    @api.model
    def _check_holding_limit(self, user):
        """Refuse that a salesperson holds more customers than any of the own pools allows.

        Call it when the customers are the user's already. Two transactions in which the same user
        gets some meet at the user's claim counter.
        """
        pools = self.search([("member_ids", "in", user.ids)])
        if not pools or not all(pools.mapped("holding_limit")) or user in pools.admin_ids:
            return
        pool = max(pools, key=lambda pool: pool.holding_limit)
        self.env["sales.customer.claim.counter"]._open(pool, user)
        held = pool._get_held_count(user)
        if held > pool.holding_limit:
            raise UserError(
                self.env._(
                    '%(user)s would hold %(held)s customers, and the pool "%(pool)s" allows '
                    "%(limit)s. Release one first, or ask a sales manager.",
                    user=user.name,
                    held=held,
                    pool=pool.name,
                    limit=pool.holding_limit,
                )
            )
