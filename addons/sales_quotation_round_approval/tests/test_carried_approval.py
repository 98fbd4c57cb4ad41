from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_quotation.tests.common import QuotationCase


@tagged("post_install", "-at_install")
class TestCarriedApproval(QuotationCase):
    """Round 1 has a cable at 80.00 below its floor of 82.01, which the leader approved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.floor = cls._new_floor(mode="approve")
        cls.first = cls._new_order([{"price_unit": 80}, {"product_id": cls.other.id}])
        cls.rule = cls.env.ref("sales_quotation.approval_rule_prices")

    def _approve(self, order):
        order.action_approval_ask()
        order.with_user(self.lead).action_approval_approve()
        order.invalidate_recordset()

    def _approve_first(self):
        self._approve(self.first)
        return self.first._make_round()

    def _get_log(self, order):
        return self.env["sales.approval.log"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        )

    def test_an_equal_round_goes_through_at_once(self):
        second = self._approve_first()
        self.assertEqual(second.approval_state, "approved")
        self.assertFalse(second.approval_needed)
        second.action_quotation_send()
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_the_log_says_who_approved_it_as_which_round(self):
        second = self._approve_first()
        log = self._get_log(second)
        self.assertEqual(log.event, "carried")
        self.assertIn("Approved as round 1 by Lead on ", log.note)
        self.assertTrue(log.note.endswith(", carried over"))
        self.assertEqual(log.user_id, self.seller)
        self.assertEqual(
            second.approval_approved_id.carried_from_id, self.first.approval_approved_id
        )
        third = second._make_round()
        self.assertIn("Approved as round 1 by Lead on ", self._get_log(third).note)
        self.assertEqual(third.approval_state, "approved")

    def test_a_better_round_goes_through_at_once(self):
        second = self._approve_first()
        second.order_line[0].price_unit = 81
        self.assertEqual(second.approval_state, "approved")
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_only_what_is_worse_asks_again(self):
        second = self._approve_first()
        second.order_line[0].price_unit = 79
        self.assertEqual(second.approval_state, "outdated")
        self.assertRefused(UserError, second.action_confirm, "needs approval", "79.00")
        second.order_line[0].price_unit = 80
        self.assertEqual(second.approval_state, "approved")
        second.order_line[1].price_unit = 1
        self.assertEqual(second.approval_state, "outdated")
        self._approve(second)
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_a_line_that_was_added_was_approved_by_nobody(self):
        second = self._approve_first()
        self.env["sale.order.line"].create(
            {"order_id": second.id, "product_id": self.product.id, "price_unit": 80}
        )
        self.assertEqual(second.approval_state, "outdated")

    def test_another_product_further_below_its_floor_asks(self):
        dear = self._new_product("Cable 2", 100, 90)
        second = self._approve_first()
        second.order_line[0].write({"product_id": dear.id, "price_unit": 80})
        self.assertEqual(second.approval_state, "outdated")

    def _new_rule(self):
        """Return a rule that every quotation asks for, of the manager."""
        tier = {
            "name": "Boss",
            "approver_kind": "user",
            "user_ids": [Command.set(self.manager.ids)],
        }
        return self.env["sales.approval.rule"].create(
            {"name": "All", "res_model": "sale.order", "tier_ids": [Command.create(tier)]}
        )

    def test_other_terms_ask(self):
        self._new_rule()
        order = self._new_order()
        order.action_approval_ask()
        order.with_user(self.manager).action_approval_approve()
        second = order._make_round()
        self.assertEqual(second.approval_state, "approved")
        second.payment_term_id = self.env["account.payment.term"].create({"name": "Never"})
        self.assertEqual(second.approval_state, "outdated")

    def test_a_line_that_got_worse_after_the_approval_asks_in_the_next_round(self):
        self._approve(self.first)
        self.first.order_line[0].price_unit = 70
        self.assertEqual(self.first.approval_state, "outdated")
        second = self.first._make_round()
        self.assertEqual(second.approval_state, "outdated")
        self.assertRefused(UserError, second.action_confirm, "70.00")

    def test_a_line_deleted_and_made_anew_asks(self):
        self._approve(self.first)
        self.first.order_line[0].unlink()
        self.env["sale.order.line"].create(
            {"order_id": self.first.id, "product_id": self.product.id, "price_unit": 80}
        )
        self.assertEqual(self.first._make_round().approval_state, "outdated")

    def test_the_base_counts_and_not_the_round_that_was_replaced(self):
        second = self._approve_first()
        second.order_line[0].price_unit = 60
        third = self.first._make_round()
        self.assertEqual(third.approval_state, "approved")
        fourth = second._make_round()
        self.assertEqual(fourth.approval_state, "outdated")

    # === WHAT IS NOT CARRIED === #

    def test_a_base_that_was_never_approved(self):
        second = self.first._make_round()
        self.assertEqual(second.approval_state, "none")
        self.assertFalse(second.approval_approved_id)
        self.assertRefused(UserError, second.action_confirm, "needs approval")

    def test_a_base_that_was_rejected(self):
        self._approve(self.first)
        self.first.order_line[0].price_unit = 70
        self.first.action_approval_ask()
        self.first.with_user(self.lead).action_approval_reject("Too low")
        second = self.first._make_round()
        self.assertEqual(second.approval_state, "none")
        self.assertFalse(self._get_log(second))

    def test_a_rule_that_was_changed_since(self):
        self._approve(self.first)
        self.first.approval_approved_id.sudo().date_done = "2020-01-01"
        second = self.first._make_round()
        self.assertEqual(second.approval_state, "none")
        self.assertRefused(UserError, second.action_confirm, "needs approval")

    def test_a_rule_that_is_not_in_force_any_more(self):
        rule = self._new_rule()
        order = self._new_order()
        order.action_approval_ask()
        order.with_user(self.manager).action_approval_approve()
        rule.active = False
        second = order._make_round()
        rule.active = True
        self.assertFalse(second.approval_approved_id)
        self.assertIn(second.id, second._get_approval_needs())

    def test_a_floor_that_rose_asks(self):
        self._approve(self.first)
        self.floor.factor = 1.3
        second = self.first._make_round()
        self.assertEqual(second.approval_state, "outdated")

    def test_an_order_that_was_copied_takes_nothing_over(self):
        self._approve(self.first)
        self.assertEqual(self.first.copy().approval_state, "none")

    # === WHAT WAITED === #

    def test_what_waits_in_a_round_ends_with_it(self):
        self.first.action_approval_ask()
        request = self.first.approval_request_id
        asked = self.env["mail.activity"].search([("res_id", "=", self.first.id)])
        self.assertEqual(asked.user_id, self.lead)
        second = self.first._make_round()
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(asked.exists())
        self.assertFalse(second.activity_ids)
        self.assertEqual(second.approval_state, "none")
        self.assertIn("newer round", self._get_log(self.first)[0].note)
        with self.assertRaises(UserError):
            request.with_user(self.lead).action_approve()

    # === NOBODY FORGES IT === #

    def test_neither_context_nor_values_forge_an_approval(self):
        self._approve(self.first)
        approval = self.first.approval_approved_id
        forged = {
            "approval_state": "approved",
            "approval_approved_id": approval.id,
            "base_round_id": self.first.id,
        }
        context = {f"default_{name}": value for name, value in forged.items()}
        orders = self.env["sale.order"].with_user(self.seller)
        values = {"partner_id": self.customer.id}
        for call in (
            lambda: orders.create({**values, "base_round_id": self.first.id}),
            lambda: self.first.write({"approval_state": "approved"}),
            lambda: self.first.write({"base_round_id": self.first.id}),
        ):
            self.assertRefused(UserError, call)
        made = orders.with_context(**context, sales_quotation_round_token=True).create(values)
        self.assertEqual(made.approval_state, "none")
        self.assertFalse(made.approval_approved_id)
        self.assertFalse(made.base_round_id)

    def test_identities_of_lines_are_not_the_client_s(self):
        second = self._approve_first()
        cable = second.order_line[0]
        forged = (
            self.env["sale.order.line"]
            .with_user(self.seller)
            .create(
                {
                    "order_id": second.id,
                    "product_id": self.product.id,
                    "price_unit": 10,
                    "round_key": cable.round_key,
                }
            )
        )
        self.assertFalse(forged.round_key)
        forged.round_key = cable.round_key
        self.assertFalse(forged.round_key)
        third = second._make_round()
        self.assertEqual(third.approval_state, "outdated")

    def test_requests_are_not_written_by_users(self):
        second = self._approve_first()
        request = second.approval_approved_id
        for user in (self.seller, self.lead, self.manager):
            requests = request.with_user(user)
            for call in (
                lambda r=requests: r.write({"carried_from_id": False}),
                lambda r=requests: r.create(
                    {
                        "res_model": "sale.order",
                        "res_id": self.first.id,
                        "user_id": r.env.uid,
                        "state": "approved",
                    }
                ),
            ):
                self.assertRefused(AccessError, call)

    def test_who_may_read_the_round_reads_its_approval(self):
        second = self._approve_first()
        stranger = self._new_user("stranger", "sales_team.group_sale_salesman")
        request = second.approval_approved_id
        self.assertEqual(request.with_user(self.seller).state, "approved")
        self.assertEqual(request.date_done, request.carried_from_id.date_done)
        self.assertLessEqual(request.date_done, fields.Datetime.now())
        with self.assertRaises(AccessError):
            request.with_user(stranger).read(["snapshot"])
