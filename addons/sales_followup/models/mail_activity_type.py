from odoo import fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    is_reminder = fields.Boolean(
        string="Customer Reminder",
        help="A category of its own on the board Today, in the morning mail and for recurrence.",
    )
