from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestApprovers(QuotationCase):
    """Who is asked about quotations, and when he is reminded."""

    def _ask(self):
        self._new_floor(mode="approve")
        order = self._new_order([{"price_unit": 80}])
        order.action_approval_ask()
        return order, order.approval_request_id.step_ids

    def _demote(self, user):
        """Let a user read his own quotations only."""
        groups = ("sales_team.group_sale_salesman_all_leads", "sales_team.group_sale_salesman")
        gone, kept = (self.env.ref(name).id for name in groups)
        user.group_ids = [Command.unlink(gone), Command.link(kept)]

    def test_a_leader_who_may_not_read_the_quotation_is_not_asked(self):
        self._demote(self.lead)
        order, step = self._ask()
        self.assertNotIn(self.lead, step.user_ids)
        self.assertIn(self.manager, step.user_ids)
        logs = step.request_id.log_ids.filtered(lambda row: row.event == "left_out")
        self.assertIn("Lead may not read", logs.note)
        order.with_user(self.manager).action_approval_approve()
        self.assertEqual(order.approval_state, "approved")

    def test_a_leader_who_loses_the_right_is_replaced(self):
        order, step = self._ask()
        self.assertEqual(step.user_ids, self.lead)
        self._demote(self.lead)
        step.sudo()._reassign_pending()
        self.assertIn(self.manager, step.user_ids)
        self.assertNotIn(self.lead, order.activity_ids.user_id)

    def test_a_leader_hands_over_to_who_may_read_the_quotation(self):
        order, step = self._ask()
        step.with_user(self.lead).action_hand_over(self.manager.id, "Your customer")
        order.with_user(self.manager).action_approval_approve()
        self.assertEqual(order.approval_state, "approved")

    def test_public_holidays_are_no_working_days(self):
        calendar = self.company.resource_calendar_id
        calendar.tz = "Asia/Shanghai"
        steps = self.env["sales.approval.step"]
        tuesday, friday = date(2026, 9, 29), date(2026, 10, 2)
        self.assertEqual(steps._add_working_days(tuesday, 1, self.company), date(2026, 9, 30))
        self.assertEqual(steps._add_working_days(friday, 1, self.company), date(2026, 10, 5))
        # the first week of October, in UTC
        dates = {"date_from": datetime(2026, 9, 30, 16), "date_to": datetime(2026, 10, 7, 16)}
        values = {"name": "National Day", "calendar_id": calendar.id, "resource_id": False}
        self.env["resource.calendar.leaves"].create(values | dates)
        self.assertEqual(steps._add_working_days(tuesday, 1, self.company), date(2026, 9, 30))
        self.assertEqual(steps._add_working_days(tuesday, 2, self.company), date(2026, 10, 8))
        self.assertFalse(steps._add_working_days(tuesday, 0, self.company))
        self.company.resource_calendar_id = False
        self.assertEqual(steps._add_working_days(tuesday, 2, self.company), date(2026, 10, 1))
