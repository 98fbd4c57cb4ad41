from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    reminder_escalation_days = fields.Integer(
        string="Escalate Reminders After (Days)",
        default=3,
        help="A reminder that is overdue for so many days goes to the team leader, once. 0: never.",
    )

    _reminder_escalation_check = models.Constraint(
        "CHECK (reminder_escalation_days >= 0)", "The days until escalation cannot be negative."
    )
