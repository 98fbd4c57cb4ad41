from odoo import fields, models
from odoo.tools import SQL

RUNNING = SQL("contract.commercial_partner_id = partner.id AND contract.state = 'running'")


class SalesCustomerRecycleRule(models.Model):
    _inherit = "sales.customer.recycle.rule"

    exempt_running_contract = fields.Boolean(
        string="Not with a Running Contract",
        default=True,
        help="Customers with a running contract stay, until its last day.",
    )

    def _get_conditions(self):
        """Extend: a contract without an end keeps its customer until it is closed."""
        yield from super()._get_conditions()
        if self.exempt_running_contract:
            yield SQL(
                "NOT EXISTS (SELECT FROM sales_contract contract"
                " WHERE %s AND contract.date_end IS NULL)",
                RUNNING,
            )

    def _get_floor_expression(self):
        """Extend: nothing happens when a contract expires, so its last day has to be known now."""
        floor = super()._get_floor_expression()
        if not self.exempt_running_contract:
            return floor
        return SQL(
            "GREATEST(%s, (SELECT MAX(contract.date_end) FROM sales_contract contract WHERE %s))",
            floor,
            RUNNING,
        )
