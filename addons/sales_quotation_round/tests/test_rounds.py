from odoo.tests import tagged

from .common import RoundCommon


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRounds(RoundCommon):
    def test_a_new_round_keeps_number_and_lines(self):
        second = self.first._make_round()
        self.assertEqual(second.name, self.first.name)
        self.assertEqual(second.display_name, f"{self.first.name} round 2")
        self.assertEqual(self.first.display_name, f"{self.first.name} round 1")
        self.assertEqual(second.order_line.product_id, self.first.order_line.product_id)
        self.assertEqual(second.order_line.mapped("round_key"), self.first.order_line.ids)
        self.assertEqual((self.first.state, self.first.round_state), ("cancel", "superseded"))
        self.assertEqual((second.state, second.round_state), ("draft", "open"))
        self.assertEqual(second.user_id, self.owner)
