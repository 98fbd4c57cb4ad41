from odoo import fields, models
from odoo.tools import SQL

SHOWN = 1000


class SalesCustomerRecycleSimulation(models.TransientModel):
    """Who would move by a rule until a day, when and why. Nothing is changed."""

    _name = "sales.customer.recycle.simulation"
    _description = "Simulation of a Recycle Rule"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("sales.customer.recycle.rule", required=True, ondelete="cascade")
    until_date = fields.Date(string="Due Until", default=fields.Date.context_today, required=True)
    count = fields.Integer(string="Customers That Would Move", readonly=True)
    line_ids = fields.One2many("sales.customer.recycle.simulation.line", "simulation_id")

    def action_simulate(self):
        """Compute it, whether or not the rule is active."""
        self.ensure_one()
        self.env.flush_all()
        self.line_ids.unlink()
        [[self.count]] = self.env.execute_query(self._get_insert_query())
        self.invalidate_recordset(["line_ids"])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation: %s", self.rule_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def _get_insert_query(self):
        pool = self.rule_id.pool_id
        return SQL(
            """
            WITH due AS MATERIALIZED (%(due)s),
                 moving AS (SELECT * FROM due WHERE due.due < %(limit)s),
                 shown AS (
                    INSERT INTO sales_customer_recycle_simulation_line (
                        simulation_id, partner_id, user_id, due_date, target_pool_id,
                        create_uid, create_date)
                    SELECT %(simulation)s, moving.partner_id, partner.user_id, moving.due,
                           %(target)s, %(uid)s, now() AT TIME ZONE 'UTC'
                      FROM moving
                      JOIN res_partner partner ON partner.id = moving.partner_id
                  ORDER BY moving.due, moving.partner_id
                     LIMIT %(shown)s
                 RETURNING id)
            SELECT COUNT(*) FROM moving
            """,
            due=self.rule_id._get_due_query(SQL("TRUE")),
            limit=pool._get_day_start(fields.Date.add(self.until_date, days=1)),
            simulation=self.id,
            target=self.rule_id.target_pool_id.id,
            uid=self.env.uid,
            shown=SHOWN,
        )


class SalesCustomerRecycleSimulationLine(models.TransientModel):
    """A customer that would move."""

    _name = "sales.customer.recycle.simulation.line"
    _description = "Customer That Would Move"
    _order = "due_date, id"

    simulation_id = fields.Many2one(
        "sales.customer.recycle.simulation", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    user_id = fields.Many2one("res.users", string="Salesperson", ondelete="cascade")
    ownership_date = fields.Datetime(related="partner_id.ownership_date")
    last_followup_date = fields.Datetime(related="partner_id.last_followup_date")
    due_date = fields.Datetime(string="Due")
    reason = fields.Selection(related="simulation_id.rule_id.reason")
    target_pool_id = fields.Many2one(
        "sales.customer.pool", string="Goes to Pool", ondelete="cascade"
    )
