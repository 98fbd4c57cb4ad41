from odoo import api, fields, models
from odoo.exceptions import ValidationError

WINDOWED = ("orders", "ordered", "invoiced")
MONEY = ("ordered", "invoiced", "overdue_amount")


class SalesCustomerTierCondition(models.Model):
    """One figure of a customer, and what it must be to enter a tier and to stay in it."""

    _name = "sales.customer.tier.condition"
    _description = "Condition of a Customer Tier"
    _order = "tier_id, id"
    _rec_name = "kind"

    tier_id = fields.Many2one("sales.customer.tier", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("orders", "Confirmed orders"),
            ("ordered", "Ordered, less credit notes"),
            ("invoiced", "Invoiced, less credit notes"),
            ("age_ordered", "Days since the first order"),
            ("age_created", "Days since the customer was created"),
            ("overdue_amount", "Overdue amount"),
            ("overdue_days", "Overdue days"),
        ],
        string="Figure",
        required=True,
        default="orders",
        help="Amounts are untaxed (overdue ones with taxes) and in the currency of the company.",
    )
    operator = fields.Selection(
        [("min", "at least"), ("max", "at most")],
        string="Is",
        required=True,
        compute="_compute_operator",
        store=True,
        readonly=False,
        precompute=True,
    )
    enter_value = fields.Float(string="To Enter", digits=(16, 2))
    stay_value = fields.Float(
        string="To Stay",
        digits=(16, 2),
        compute="_compute_stay_value",
        store=True,
        readonly=False,
        precompute=True,
        help="Looser than what it takes to enter, so that customers do not move to and fro.",
    )
    months = fields.Integer(
        string="Within Months",
        default=12,
        help="Only what was in the last so many months counts. 0: all of it.",
    )
    is_windowed = fields.Boolean(compute="_compute_is_windowed")

    _unique = models.Constraint(
        "UNIQUE (tier_id, kind, operator, months)",
        "The same condition stands twice in this tier.",
    )
    _months_check = models.Constraint("CHECK (months >= 0)", "Months cannot be negative.")

    @api.depends("kind")
    def _compute_operator(self):
        for condition in self:
            limits = condition.kind in ("overdue_amount", "overdue_days")
            condition.operator = "max" if limits else "min"

    @api.depends("enter_value")
    def _compute_stay_value(self):
        for condition in self:
            condition.stay_value = condition.enter_value

    @api.depends("kind")
    def _compute_is_windowed(self):
        for condition in self:
            condition.is_windowed = condition.kind in WINDOWED

    @api.constrains("operator", "enter_value", "stay_value")
    def _check_stay_value(self):
        """Whoever enters may stay, at least until the next figures."""
        for condition in self:
            distance = condition.enter_value - condition.stay_value
            if distance * (1 if condition.operator == "min" else -1) < 0:
                raise ValidationError(
                    self.env._(
                        'Tier "%(tier)s", %(figure)s: what it takes to stay (%(stay)s) is stricter '
                        "than what it takes to enter (%(enter)s). Make it looser, or the same.",
                        tier=condition.tier_id.name,
                        figure=condition._get_kind_label(),
                        stay=f"{condition.stay_value:g}",
                        enter=f"{condition.enter_value:g}",
                    )
                )

    def _get_kind_label(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _get_window(self):
        """Return the months that count, 0 for all time."""
        return self.months if self.kind in WINDOWED else 0

    def _get_metric(self):
        """Return the name of the column that the figure stands in: the same for the same figure."""
        return f"{self.kind}_{self._get_window()}"
