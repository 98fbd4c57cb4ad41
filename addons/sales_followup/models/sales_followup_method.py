from odoo import fields, models


class SalesFollowupMethod(models.Model):
    """By which way customers are followed up."""

    _name = "sales.followup.method"
    _description = "Follow-up Method"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_verifiable = fields.Boolean(
        string="Verifiable Contact",
        help="Follow-ups by this method count as proven contact when there is proof: an answered "
        "mail or a confirmed order. All others are only notes.",
    )
    preferred_by = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["followup_method"].selection,
        string="Customers Who Prefer",
        help="The method that is filled in for customers with this preferred contact.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Reminder of the Next Step",
        domain=[("is_reminder", "=", True)],
        ondelete="set null",
        help="The category of the reminder that a next step makes.",
    )
