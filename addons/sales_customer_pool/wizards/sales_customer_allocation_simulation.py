from odoo import fields, models
from odoo.fields import Command, Domain

SHOWN = 1000


class SalesCustomerAllocationSimulation(models.TransientModel):
    """Who would get the customers that nobody has by a rule. Nothing is changed."""

    _name = "sales.customer.allocation.simulation"
    _description = "Simulation of an Allocation Rule"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("sales.customer.allocation.rule", required=True, ondelete="cascade")
    line_ids = fields.One2many("sales.customer.allocation.simulation.line", "simulation_id")

    def action_simulate(self):
        """Compute it, whether or not the rule is active."""
        self.ensure_one()
        partners = self.env["res.partner"]
        domain = partners._get_customer_domain() & Domain("user_id", "=", False)
        domain &= self.rule_id._get_partner_domain()
        chosen, left = self.rule_id._choose(partners.search(domain, limit=SHOWN))
        lines = [
            {"partner_id": i, "user_id": line.user_id.id}
            for _rule, line, ids in chosen
            for i in ids
        ]
        lines += [{"partner_id": partner.id} for partner in left]
        self.line_ids = [Command.clear(), *map(Command.create, lines)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation: %s", self.rule_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }


class SalesCustomerAllocationSimulationLine(models.TransientModel):
    """A customer, and who would get it."""

    _name = "sales.customer.allocation.simulation.line"
    _description = "Customer That Would Be Allocated"

    simulation_id = fields.Many2one(
        "sales.customer.allocation.simulation", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Salesperson", ondelete="cascade", help="Empty: everybody is full."
    )
