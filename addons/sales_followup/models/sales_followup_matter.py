from odoo import fields, models


class SalesFollowupMatter(models.Model):
    """What follow-ups are about, and the text that one begins with."""

    _name = "sales.followup.matter"
    _description = "Follow-up Matter"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    template = fields.Text(
        translate=True, help="What is filled in as the content of a new follow-up of this matter."
    )
