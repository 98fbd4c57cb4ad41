from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError


class SalesReminderSnooze(models.TransientModel):
    """Put a reminder off, and say why."""

    _name = "sales.reminder.snooze"
    _description = "Snooze Reminders"

    activity_ids = fields.Many2many("mail.activity", required=True)
    date = fields.Date(
        string="Until",
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=1),
    )
    reason = fields.Char(required=True)

    def action_snooze(self):
        """Put off."""
        self.ensure_one()
        if self.date < fields.Date.context_today(self):
            raise UserError(self.env._("Until: choose today or a later day."))
        if not self.reason.strip():
            raise UserError(self.env._("Reason: say why the reminder is put off."))
        self.activity_ids._snooze(self.date, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
