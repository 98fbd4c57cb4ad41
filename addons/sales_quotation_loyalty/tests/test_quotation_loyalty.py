from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_quotation.tests.common import QuotationCase


@tagged("post_install", "-at_install")
class TestQuotationLoyalty(QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([("id", ">", 0)]).active = False
        cls._new_floor(mode="stop")
        cls._new_ceiling(10, mode="stop")
        discount = {"reward_type": "discount", "discount": 50}
        free = {"reward_type": "product", "reward_product_id": cls.other.id}
        cls.half, cls.gift = (
            cls.env["loyalty.program"].create(
                {
                    "name": name,
                    "program_type": "promotion",
                    "trigger": "auto",
                    "rule_ids": [Command.create({"minimum_amount": 0, "minimum_qty": 0})],
                    "reward_ids": [Command.create(reward)],
                }
            )
            for name, reward in (("Half", discount), ("Gift", free))
        )

    def _claim(self, order, program):
        order._update_programs_and_rewards()
        coupon = order.coupon_point_ids.coupon_id.filtered(lambda c: c.program_id == program)
        self.assertFalse(order._apply_program_reward(program.reward_ids, coupon))
        self.env.flush_all()
        return order.order_line.filtered(lambda line: line.reward_id.program_id == program)

    def test_what_programs_give_asks_for_nothing(self):
        order = self._new_order([{"product_uom_qty": 2}])
        lines = self._claim(order, self.half) | self._claim(order, self.gift)
        self.assertEqual(lines.mapped("price_subtotal"), [-100, 0])
        self.assertEqual(set(order.order_line.mapped("price_mark")), {False})
        self.assertEqual(set(order.order_line.mapped("concession")), {0})
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_rewards_of_earlier_orders_are_not_taken_along(self):
        """Those of before are rewards, too, though nobody remembered then what was granted."""
        earlier, order = self._new_order(), self._new_order()
        reward = self._claim(earlier, self.half)
        reward.sudo().reward_grant = False
        copier = self.env["sales.quotation.copy"].with_user(self.seller)
        copier.create({"order_id": order.id, "source_id": earlier.id}).action_copy()
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(len(order.order_line), 2)

    def test_a_simulation_of_a_floor_finds_no_gifts(self):
        order = self._new_order([{"price_unit": 1}])
        gift = self._claim(order, self.gift)
        self.assertEqual(gift.product_id, self.other)
        action = self._new_floor(2).with_user(self.manager).action_simulate()
        found = self.env["sales.price.simulation"].browse(action["res_id"]).line_ids
        self.assertEqual(found & order.order_line, order.order_line - gift)

    def test_a_mark_that_is_typed_frees_nothing(self):
        reward, gift = self.half.reward_ids, self.gift.reward_ids
        card = self.env["loyalty.card"].create({"program_id": self.half.id, "points": 9})
        marks = {"reward_id": reward.id, "coupon_id": card.id, "name": "Cable", "points_cost": 1}
        cheap = {"price_unit": 10, **marks}
        taken = {**marks, "product_id": reward.discount_line_product_id.id, "price_unit": -90}
        for lines in ([cheap], [{**cheap, "reward_id": gift.id}], [{"price_unit": 100}, taken]):
            with self.subTest(str(lines)):
                order = self._new_order(lines)
                self.assertRefused(UserError, order.action_quotation_sent, "10.00", "82.01")
        order = self._new_order([{"price_unit": 10}])
        order.order_line.write(marks)
        self.assertRefused(UserError, order.action_quotation_sent, "10.00", "82.01")

    def test_a_reward_that_is_changed_counts(self):
        order = self._new_order([{"product_uom_qty": 2}])
        half, gift = self._claim(order, self.half), self._claim(order, self.gift)
        half.price_unit = -60
        self.assertFalse(order.price_mark, "less than was given")
        half.price_unit = -150
        self.assertRefused(UserError, order.action_quotation_sent, "25.00", "82.01")
        half.price_unit = -100
        self.assertFalse(order.price_mark)
        gift.product_uom_qty = 100
        self.assertEqual(gift.price_mark, "stop")
        gift.product_uom_qty = 1
        self.assertFalse(order.price_mark)
        gift.product_id = self.product
        self.assertTrue(gift.is_below_floor or gift.price_subtotal > 0)

    def test_nobody_writes_what_was_granted(self):
        order = self._new_order([{"price_unit": 10}])
        grant = order.order_line.sudo()._prepare_reward_grant()
        with self.assertRaises(AccessError):
            order.order_line.write({"reward_grant": grant})
        with self.assertRaises(AccessError):
            self._new_order([{"price_unit": 10, "reward_grant": grant}])

    def test_salespeople_make_no_programs(self):
        for model in ("loyalty.program", "loyalty.reward", "loyalty.rule", "loyalty.card"):
            found = self.env[model].with_user(self.seller)
            self.assertFalse(found.has_access("create"), model)
            self.assertEqual(found.has_access("write"), model == "loyalty.card", model)

    def test_queries_are_constant(self):
        def count(number):
            order = self._new_order([{"product_uom_qty": 2}] * number)
            self._claim(order, self.half)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._resolve_floors()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        counts = [count(number) for number in (1, 1, 10, 99)]  # and the reward
        self.assertEqual(len(set(counts[1:])), 1, counts)
