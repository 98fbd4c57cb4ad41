from odoo import fields, models


class SalesCustomerGrade(models.Model):
    """What a customer is worth, and so how often it is contacted."""

    _name = "sales.customer.grade"
    _description = "Customer Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    followup_interval = fields.Integer(
        string="Follow-up Every (Days)",
        default=30,
        help="So often a customer of this grade should be contacted. 0: no interval.",
    )
    active = fields.Boolean(default=True)

    _interval_check = models.Constraint(
        "CHECK (followup_interval >= 0)", "The follow-up interval cannot be negative."
    )
