from datetime import datetime, time, timedelta

import pytz

from odoo import api, models


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    @api.model
    def _add_working_days(self, day, count, company):
        """Extend: count the days of the company's working hours, without public holidays."""
        calendar = (
            company.sudo().resource_calendar_id
        )  # reason: whoever asks, the days are the same
        if not (count and calendar):
            return super()._add_working_days(day, count, company)
        zone = pytz.timezone(calendar.tz or "UTC")
        start = zone.localize(datetime.combine(day + timedelta(days=1), time.min))
        end = calendar.plan_days(count, start, compute_leaves=True)
        # who works until midnight ends the day that he began
        found = end and (end - timedelta(microseconds=1)).date()
        return found or super()._add_working_days(day, count, company)
