from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestGate(QuotationCase):
    def _approve(self, order, user=None):
        order.action_approval_ask()
        order.with_user(user or self.lead).action_approval_approve()

    def test_warn_is_a_mark_and_stops_nobody(self):
        self._new_floor(mode="warn")
        order = self._new_order([{"price_unit": 80}])
        self.assertEqual(order.price_mark, "warn")
        self.assertIn("80.00", order.price_info)
        self.assertIn("below the floor price 82.01", order.price_info)
        order.action_quotation_send()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_figures_told_are_those_of_the_line(self):
        self._new_floor(basis="fixed", fixed_price=1640.1, mode="warn")
        order = self._new_order([{"price_unit": 1600, "product_uom_qty": 6}])
        self.assertIn("Cable: 1,600.00 ", order.price_info)
        self.assertIn("1,640.10 ", order.price_info)

    def test_stop_names_line_price_and_floor_by_every_way(self):
        self._new_floor(mode="stop")
        order = self._new_order([{"price_unit": 80}, {"product_id": self.other.id}])
        order.note = "A draft may be saved"
        for call in (
            order.action_quotation_send,
            order.action_quotation_sent,
            order.action_confirm,
            lambda: order.write({"state": "sale"}),
            lambda: order.write({"state": "sent"}),
            lambda: order.with_user(self.manager).action_confirm(),
            lambda: self._new_order([{"price_unit": 80}], state="sale"),
            lambda: order.with_context(mark_so_as_sent=True).message_post(body="Here"),
        ):
            self.assertRefused(UserError, call, "[CAB] Cable", "80.00", "82.01")
        self.assertEqual(order.state, "draft")
        order.order_line[0].price_unit = 90
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_price_and_state_in_one_write(self):
        self._new_floor(mode="stop")
        order = self._new_order([{"price_unit": 90}])
        command = Command.update(order.order_line.id, {"price_unit": 1})
        self.assertRefused(
            UserError,
            lambda: order.write({"state": "sale", "order_line": [command]}),
            "below the floor price",
        )

    def test_approve_asks_the_leader_without_any_rule_of_the_administrator(self):
        self._new_floor(mode="approve")
        order = self._new_order([{"price_unit": 80}])
        self.assertTrue(order.approval_needed)
        for call in (
            order.action_quotation_send,
            order.action_quotation_sent,
            order.action_confirm,
            lambda: order.write({"state": "sale"}),
        ):
            self.assertRefused(UserError, call, "needs approval", "Cable", "80.00", "82.01")
        order.action_approval_ask()
        step = order.approval_request_id.step_ids
        self.assertEqual(step.user_ids, self.lead)
        self.assertRefused(UserError, order.action_confirm, "waits for approval")
        with self.assertRaises(UserError):
            order.action_approval_approve()
        order.with_user(self.lead).action_approval_approve()
        order.action_quotation_send()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_leader_never_approves_his_own(self):
        self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": self.lead.id})
        self._new_floor()
        order = self._new_order([{"price_unit": 80}], user=self.lead)
        order.action_approval_ask()
        users = order.approval_request_id.step_ids.user_ids
        self.assertIn(self.manager, users)
        self.assertNotIn(self.lead, users)
        with self.assertRaises(UserError):
            order.action_approval_approve()

    def test_only_the_worse_asks_again(self):
        self._new_floor()
        self._new_ceiling(25)
        order = self._new_order([{"price_unit": 80}, {"price_unit": 100}])
        self._approve(order)
        first, second = order.order_line
        first.price_unit = 81
        second.price_unit = 90
        first.product_uom_qty = 5
        self.assertEqual(order.approval_state, "approved")
        first.price_unit = 79.9
        self.assertEqual(order.approval_state, "outdated")
        self.assertRefused(UserError, order.action_confirm, "79.90", "82.01")
        first.price_unit = 80
        self.assertEqual(order.approval_state, "approved")
        second.price_unit = 81
        self.assertEqual(order.approval_state, "outdated", "another line is below now")
        second.price_unit = 85
        self.assertEqual(order.approval_state, "approved")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_while_it_waits_prices_are_kept(self):
        self._new_floor()
        order = self._new_order([{"price_unit": 80}])
        order.action_approval_ask()
        self.assertRefused(
            UserError, lambda: order.order_line.write({"price_unit": 70}), "waits for approval"
        )

    def test_a_confirmed_order_is_no_way_around(self):
        self._new_floor()
        order = self._new_order([{"price_unit": 90}])
        order.action_confirm()
        line = order.order_line
        for call in (
            lambda: line.write({"price_unit": 70}),
            lambda: line.write({"discount": 30}),
            lambda: order.write({"order_line": [Command.update(line.id, {"price_unit": 70})]}),
            lambda: order.write(
                {"order_line": [Command.create({"product_id": self.product.id, "price_unit": 1})]}
            ),
        ):
            self.assertRefused(UserError, call, "confirmed already", "82.01")
        line.price_unit = 85
        line.product_uom_qty = 3
        self.assertEqual(line.price_unit, 85)
        self.assertEqual(line.floor_price, 82.01, "resolved once")

    def test_a_job_that_confirms_waits_and_is_told(self):
        self._new_floor()
        order = self._new_order([{"price_unit": 80}])
        order.with_user(self.env.ref("base.user_root")).action_confirm()
        self.assertEqual((order.state, order.approval_state), ("draft", "waiting"))
        self.assertIn(self.seller, order.activity_ids.user_id)
        order.with_user(self.lead).action_approval_approve()
        self.assertEqual(order.state, "sale")

    def test_a_job_never_confirms_what_is_stopped(self):
        self._new_floor(mode="stop")
        order = self._new_order([{"price_unit": 80}])
        for _n in range(2):
            order.with_user(self.env.ref("base.user_root")).action_confirm()
        self.assertEqual(order.state, "draft")
        self.assertEqual(len(order.activity_ids), 1)
        self.assertEqual(order.activity_ids.user_id, self.seller)
        self.assertIn("82.01", order.activity_ids.note)

    def test_several_orders_at_once(self):
        self._new_floor(mode="stop")
        orders = self._new_order([{"price_unit": 90}]) | self._new_order([{"price_unit": 80}])
        orders.with_user(self.env.ref("base.user_root")).action_confirm()
        self.assertEqual(orders.mapped("state"), ["sale", "draft"])

    def test_the_rule_behind_it_stays(self):
        rule = self.env.ref("sales_quotation.approval_rule_prices")
        for call in (
            rule.unlink,
            rule.action_archive,
            lambda: rule.write({"condition_ids": [Command.clear()]}),
        ):
            self.assertRefused(UserError, call, "floor prices")
        rule.name = "Prices"
        rule.tier_ids.write({"approver_kind": "user", "user_ids": self.manager.ids})
        self._new_floor()
        order = self._new_order([{"price_unit": 80}])
        order.action_approval_ask()
        self.assertEqual(order.approval_request_id.step_ids.user_ids, self.manager)

    def test_thresholds_of_the_administrator(self):
        self.env["sales.approval.rule"].create(
            {
                "name": "Large",
                "res_model": "sale.order",
                "condition_ids": [
                    Command.create({"measure": "amount", "operator": ">", "value": 5000}),
                    Command.create({"measure": "concession", "operator": ">", "value": 10}),
                ],
                "tier_ids": [
                    Command.create(
                        {
                            "name": "Boss",
                            "approver_kind": "user",
                            "user_ids": self.manager.ids,
                        }
                    )
                ],
            }
        )
        self.assertFalse(self._new_order([{"product_uom_qty": 99}]).approval_needed)
        order = self._new_order([{"product_uom_qty": 99, "discount": 15}])
        self.assertIn("Highest concession 15 %", order.approval_info)
        self._approve(order, self.manager)
        order.order_line.discount = 14
        self.assertEqual(order.approval_state, "approved")
        order.order_line.discount = 16
        self.assertEqual(order.approval_state, "outdated")
