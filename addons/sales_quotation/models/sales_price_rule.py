from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

MODES = [
    ("warn", "Warn"),
    ("approve", "Ask for approval"),
    ("stop", "Stop"),
]


class SalesPriceRule(models.AbstractModel):
    """What floors and ceilings have in common: where they hold, when, and how strictly."""

    _name = "sales.price.rule"
    _description = "Rule on Sales Prices"
    _order = "sequence, id"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Among rules that are equally specific.")
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    mode = fields.Selection(
        MODES,
        required=True,
        default="approve",
        help="Warn: a mark on the line. Ask for approval: neither sent nor confirmed before a "
        "manager has approved. Stop: neither sent nor confirmed.",
    )
    categ_id = fields.Many2one(
        "product.category", string="Category", help="With all categories below it."
    )
    partner_domain = fields.Char(
        string="Customers", default="[]", required=True, help="Empty: all customers."
    )
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="Until")

    _date_check = models.Constraint(
        "CHECK (date_start IS NULL OR date_end IS NULL OR date_start <= date_end)",
        "The last day of a rule cannot be before its first.",
    )

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        """Nobody asks about customers, by a filter, what he may not read of them."""
        # constraints are checked as superuser
        partners = self.env["res.partner"].sudo(False)
        for rule in self:
            try:
                partners._search(rule._get_partner_domain(), limit=1)
            except (ValueError, SyntaxError, KeyError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        'The filter "Customers" of the rule %(rule)s cannot be read: %(error)s',
                        rule=rule.display_name,
                        error=error,
                    )
                ) from error

    def _get_partner_domain(self):
        return Domain(literal_eval(self.partner_domain or "[]"))

    @api.model
    def _get_for_companies(self, companies):
        """Give the rules in force, whoever asks, the most specific first.

        :param companies: res.company
        """
        # reason: rules hold for those who may not read them
        rules = self.sudo().search(
            [("company_id", "in", [False, *companies.ids]), ("active", "=", True)]
        )
        return rules.sorted(lambda rule: rule._get_rank())

    def _get_for_order(self, order):
        """Give those of the rules that hold for an order, whatever it sells.

        :param order: sale.order, as superuser
        """
        return self.filtered(lambda rule: rule._is_applicable(order))

    def _is_applicable(self, order):
        """Say whether one rule holds for an order. Override for conditions of one's own.

        :param order: sale.order, as superuser
        """
        self.ensure_one()
        return (
            (not self.company_id or self.company_id == order.company_id)
            and self._is_on(order._get_price_day())
            and self._covers_partner(order.partner_id)
        )

    def _is_on(self, day):
        return (not self.date_start or self.date_start <= day) and (
            not self.date_end or day <= self.date_end
        )

    def _covers_partner(self, partner):
        if self.partner_domain in (False, "[]"):
            return True
        company = (partner.commercial_partner_id or partner)._origin
        return bool(company.filtered_domain(self._get_partner_domain()))

    def _get_rank(self):
        """Give what rules are sorted by, the most specific first."""
        return (self.sequence, self.id)

    def action_simulate(self):
        """Show which lines of the last 90 days the rule would have held up."""
        self.ensure_one()
        simulation = self.env["sales.price.simulation"].create(
            {"res_model": self._name, "res_id": self.id}
        )
        return simulation.action_run()
