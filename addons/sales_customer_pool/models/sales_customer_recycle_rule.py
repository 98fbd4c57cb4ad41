from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

REASONS = [
    ("no_followup", "No Follow-up"),
    ("no_contact", "No Proven Contact"),
    ("no_opportunity", "No Opportunity"),
    ("no_order", "No Order"),
    ("protection_over", "Protection Over"),
    ("owner_gone", "Salesperson Gone"),
]
LONGEST = 3650  # days


class SalesCustomerRecycleRule(models.Model):
    """When customers go back into a pool by themselves."""

    _name = "sales.customer.recycle.rule"
    _description = "Recycle Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Of rules due at the same time the first one counts."
    )
    active = fields.Boolean(default=False, tracking=True, help="Simulate the rule before.")
    pool_id = fields.Many2one(
        "sales.customer.pool",
        required=True,
        index=True,
        ondelete="cascade",
        help="The rule holds for customers that came from this pool, and for those of its members "
        "that came from none.",
    )
    company_id = fields.Many2one(related="pool_id.company_id", store=True, index=True)
    target_pool_id = fields.Many2one(
        "sales.customer.pool",
        string="Goes to Pool",
        required=True,
        compute="_compute_target_pool_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    reason = fields.Selection(REASONS, required=True, default="no_followup", tracking=True)
    days = fields.Integer(default=30, required=True, tracking=True)
    day_ids = fields.One2many("sales.customer.recycle.days", "rule_id", string="Other Days")
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Days Of",
        ondelete="restrict",
        help="Only the working days of this calendar count. Empty: every day counts.",
    )
    warning_ids = fields.One2many("sales.customer.recycle.warning", "rule_id", string="Warnings")
    exempt_open_order = fields.Boolean(
        string="Not with Open Orders",
        default=True,
        help="Customers with a confirmed order that is not fully invoiced stay.",
    )
    exempt_open_invoice = fields.Boolean(
        string="Not with Unpaid Invoices", default=True, help="Customers who owe something stay."
    )
    exempt_open_opportunity = fields.Boolean(string="Not with Open Opportunities")
    exempt_domain = fields.Char(
        string="Not These", default="[]", help="Customers that the rule leaves alone."
    )

    _days_check = models.Constraint(
        f"CHECK (days >= 0 AND days <= {LONGEST})",
        f"The days of a rule have to be between 0 and {LONGEST}.",
    )

    @api.depends("pool_id")
    def _compute_target_pool_id(self):
        for rule in self:
            rule.target_pool_id = rule.target_pool_id or rule.pool_id

    @api.constrains("exempt_domain")
    def _check_exempt_domain(self):
        for rule in self:
            label = rule._fields["exempt_domain"]._description_string(self.env)
            self.env["res.partner"]._check_customer_domain(rule.exempt_domain, label, rule)

    @api.model_create_multi
    def create(self, vals_list):
        """A new rule changes when customers are due."""
        rules = super().create(vals_list)
        rules._after_rule_change()
        return rules

    def write(self, vals):
        """A changed rule changes when customers are due."""
        was_active = self.filtered("active")
        result = super().write(vals)
        (was_active | self)._after_rule_change(was_active)
        return result

    def unlink(self):
        """Without the rule its customers are due by another one, or not at all."""
        self._after_rule_change()
        return super().unlink()

    def _after_rule_change(self, was_active=()):
        if was_active or any(rule.active for rule in self):
            self.env["sales.customer.recycle.mark"]._mark_all()

    def action_simulate(self):
        """Show who would move, when and why, without changing anything."""
        self.ensure_one()
        simulation = self.env["sales.customer.recycle.simulation"].create({"rule_id": self.id})
        return simulation.action_simulate()

    # === DAYS === #

    def _get_tz(self):
        return self.calendar_id.tz or self.pool_id._get_tz()

    def _get_work_days(self):
        """Return the working days around today, and when each of them ends, in UTC.

        So many that a customer whose time began before the first of them is due in any case.
        """
        span = timedelta(days=400 + 8 * max([self.days, *self.day_ids.mapped("days")]))
        span = min(span, timedelta(days=LONGEST))
        zone = pytz.timezone(self._get_tz())
        start, stop = (
            zone.localize(datetime.combine(self.pool_id._get_today() + shift, time.min))
            for shift in (-span, span)
        )
        calendar = self.calendar_id.sudo()  # whoever looks, the days are the same
        ends = {}
        for _begin, end, _origin in calendar._work_intervals_batch(start, stop)[False]:
            local = end.astimezone(zone)
            # who works until midnight ends the day that he began
            ends[(local - timedelta(microseconds=1)).date()] = end.astimezone(pytz.utc)
        days = sorted(ends)
        return days, [ends[day].replace(tzinfo=None) for day in days]


class SalesCustomerRecycleDays(models.Model):
    """Other days of a rule for customers of a grade, from a source, or both."""

    _name = "sales.customer.recycle.days"
    _description = "Days of a Recycle Rule"
    _order = "rule_id, grade_id, source_id, id"

    rule_id = fields.Many2one(
        "sales.customer.recycle.rule", required=True, index=True, ondelete="cascade"
    )
    grade_id = fields.Many2one("sales.customer.grade", ondelete="cascade")
    source_id = fields.Many2one("utm.source", ondelete="cascade")
    days = fields.Integer(required=True)

    _days_check = models.Constraint(
        f"CHECK (days >= 0 AND days <= {LONGEST})",
        f"The days of a rule have to be between 0 and {LONGEST}.",
    )
    _key_uniq = models.UniqueIndex(
        "(rule_id, COALESCE(grade_id, 0), COALESCE(source_id, 0))",
        "A grade and source has its days already in this rule.",
    )


class SalesCustomerRecycleWarning(models.Model):
    """So many days before a customer is recycled its owner is warned."""

    _name = "sales.customer.recycle.warning"
    _description = "Warning before Recycling"
    _order = "days DESC, id"
    _rec_name = "days"

    rule_id = fields.Many2one(
        "sales.customer.recycle.rule", required=True, index=True, ondelete="cascade"
    )
    days = fields.Integer(string="Days Before", required=True)

    _days_check = models.Constraint("CHECK (days > 0)", "A warning has to come before.")
    _key_uniq = models.UniqueIndex("(rule_id, days)", "There is a warning on this day already.")
