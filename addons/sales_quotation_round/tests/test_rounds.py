from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import RoundCommon


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRounds(RoundCommon):
    """What a salesperson does with rounds."""

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

    def test_a_quotation_without_rounds_looks_as_ever(self):
        self.assertEqual(self.first.display_name, self.first.name)
        self.assertEqual((self.first.round_number, self.first.round_count), (1, 1))
        self.assertEqual(self.first.round_state, "open")
        self.assertFalse(self.first.negotiation_id)

    def test_the_reference_of_the_customer_and_the_promised_date_go_along(self):
        self.first.write({"client_order_ref": "PO 7", "commitment_date": "2031-01-01 08:00:00"})
        second = self.first._make_round()
        self.assertEqual(second.client_order_ref, "PO 7")
        self.assertEqual(second.commitment_date, self.first.commitment_date)
        self.assertFalse(second.duplicated_order_ids)

    def test_any_earlier_round_is_a_base(self):
        second = self.first._make_round()
        self._give(second, pump=10)
        third = second._make_round()
        fourth = self.first._make_round(reason="scope", note="Back to the beginning")
        self.assertEqual(fourth.round_number, 4)
        self.assertEqual(fourth.base_round_id, self.first)
        self.assertEqual(self._get_line(fourth, self.pump).discount, 0)
        self.assertEqual(fourth.order_line.mapped("round_key"), self.first.order_line.ids)
        states = (self.first | second | third | fourth).mapped("round_state")
        self.assertEqual(states, ["superseded"] * 3 + ["open"])
        self.assertEqual(fourth.round_reason, "scope")

    def test_discounts_are_kept_or_left(self):
        self._give(self.first, pump=10)
        self.assertEqual(self._get_line(self.first._make_round(), self.pump).discount, 10)
        without = self.first._make_round(keep_discounts=False)
        self.assertEqual(self._get_line(without, self.pump).discount, 0)

    def test_the_button_opens_the_new_round(self):
        order = self.first.with_user(self.owner)
        action = order.with_context(expected_round=1).action_new_round()
        second = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(second.round_number, 2)
        self.assertEqual(second.create_uid, self.owner)
        self.assertIn(f"{self.first.name} round 2", self.first.message_ids[0].body)
        self.assertIn("made from", second.message_ids[0].body)

    def test_who_has_not_seen_the_last_round_is_told(self):
        second = self.first._make_round()
        order = self.first.with_user(self.owner).with_context(expected_round=1)
        said = self._refused(order.action_new_round)
        self.assertIn(f"round 2 of {self.first.name} already", said)
        self.assertFalse(second.is_superseded)
        self.assertEqual(order.with_context(expected_round=2).round_count, 2)

    def test_the_wizard_takes_a_base_and_a_reason(self):
        second = self.first._make_round()
        second._make_round()
        wizard = Form(
            self.env["sales.quotation.new.round"]
            .with_user(self.owner)
            .with_context(default_order_id=second.id)
        )
        self.assertEqual(wizard.base_round_id, second)
        wizard.base_round_id = self.first
        wizard.reason, wizard.note = "competitor", "Ours is better"
        made = self.env["sale.order"].browse(wizard.save().action_create_round()["res_id"])
        self.assertEqual((made.round_number, made.base_round_id), (4, self.first))
        self.assertEqual((made.round_reason, made.round_note), ("competitor", "Ours is better"))

    def test_the_accepted_round_wins_and_the_others_stay_closed(self):
        second = self.first._make_round()
        third = second._make_round()
        third.with_user(self.owner).action_confirm()
        self.assertEqual((third.state, third.round_state), ("sale", "won"))
        self.assertEqual((self.first | second).mapped("round_state"), ["superseded"] * 2)
        self.assertIn("was accepted", self._refused(self.first._make_round))

    def test_a_declined_round_is_lost_and_may_be_followed_by_another(self):
        second = self.first._make_round()
        second.action_cancel()
        self.assertEqual(second.round_state, "lost")
        third = second._make_round()
        self.assertEqual((second.round_state, third.round_state), ("superseded", "open"))

    def test_the_current_round_can_be_opened_again(self):
        second = self.first._make_round()
        second.action_cancel()
        second.action_draft()
        self.assertEqual(second.round_state, "open")

    def test_the_limit_of_the_company_and_that_of_a_manager(self):
        self.env.company.quotation_round_limit = 2
        second = self.first._make_round()
        said = self._refused(second.with_user(self.owner)._make_round)
        self.assertIn("has had 2 rounds, and 2 are allowed", said)
        self.assertIn("Ask a sales manager", said)
        second.negotiation_id.with_user(self.manager).round_limit = 3
        third = second.with_user(self.owner)._make_round()
        self.assertEqual(third.round_number, 3)
        self.assertIn("3 are allowed", self._refused(third.with_user(self.owner)._make_round))

    def test_a_limit_of_one_allows_no_second_round(self):
        self.env.company.quotation_round_limit = 1
        self._refused(self.first._make_round)
        self.assertEqual(self.first.state, "draft")

    def test_found_by_number_and_round(self):
        second = self.first._make_round()
        orders = self.env["sale.order"]
        self.assertEqual(orders.name_search(second.display_name)[0][0], second.id)
        self.assertEqual(len(orders.name_search(self.first.name)), 2)
        chinese = f"{second.name} 第2轮"
        self.assertEqual(orders.name_search(chinese)[0][0], second.id)
        self.assertEqual(orders.search([("display_name", "=", second.display_name)]), second)
        self.assertFalse(orders.search([("display_name", "=", f"{self.first.name} round 9")]))

    def test_a_quotation_is_counted_once(self):
        count = self.customer.with_user(self.manager).sale_order_count
        self.env["sale.report"].search([("partner_id", "=", self.customer.id)])
        self.first._make_round()._make_round()
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.with_user(self.manager).sale_order_count, count)
        groups = self.env["sale.report"]._read_group(
            [("partner_id", "=", self.customer.id)], aggregates=["price_subtotal:sum"]
        )
        self.assertEqual(groups[0][0], 1300)

    def test_the_list_begins_with_current_rounds(self):
        for xmlid in ("action_quotations_with_onboarding", "act_res_partner_2_sale_order"):
            action = self.env.ref(f"sale.{xmlid}")
            self.assertIn("'search_default_current_rounds': 1", action.context)
        arch = self.env["sale.order"].get_view(
            self.env.ref("sale.sale_order_view_search_inherit_quotation").id, "search"
        )["arch"]
        self.assertIn('name="current_rounds"', arch)

    def test_statistics_of_rounds(self):
        self.first._make_round()._make_round().action_confirm()
        other = self._create_quotation()
        other._make_round().action_cancel()
        domain = [("is_superseded", "=", False), ("partner_id", "=", self.customer.id)]
        figures = self.env["sale.order"]._read_group(
            domain, ["round_state"], ["round_number:avg", "__count"]
        )
        found = {state: (mean, count) for state, mean, count in figures}
        self.assertEqual(found, {"won": (3, 1), "lost": (2, 1)})

    def test_combos_hang_together_in_the_next_round(self):
        combo = self.env["product.combo"].create(
            {"name": "Kit", "combo_item_ids": [Command.create({"product_id": self.hose.id})]}
        )
        kit = self.env["product.product"].create(
            {"name": "Kit", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        order = self._create_quotation(order_line=[Command.create({"product_id": kit.id})])
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.hose.id,
                "linked_line_id": order.order_line.id,
                "combo_item_id": combo.combo_item_ids.id,
            }
        )
        lines = order._make_round().order_line
        self.assertEqual(lines[1].linked_line_id, lines[0])

    def test_a_duplicate_is_a_quotation_of_its_own(self):
        second = self.first._make_round()
        copy = second.copy()
        self.assertNotEqual(copy.name, second.name)
        self.assertEqual((copy.round_number, copy.round_count), (1, 1))
        self.assertFalse(
            copy.negotiation_id or copy.base_round_id or any(copy.order_line.mapped("round_key"))
        )

    def test_links_show_each_round(self):
        second = self.first._make_round()
        second.action_quotation_sent()
        self.assertEqual(
            self.first.round_links,
            [
                {"id": self.first.id, "round": 1, "state": "superseded", "sent": False},
                {"id": second.id, "round": 2, "state": "open", "sent": True},
            ],
        )
        self.assertEqual(self.first.current_round_id, second)

    def test_all_rounds_together_can_be_deleted(self):
        second = self.first._make_round()
        negotiation = second.negotiation_id
        said = self._refused(second.unlink)
        self.assertIn("part of a history", said)
        (self.first | second).unlink()
        self.assertFalse(negotiation.exists())


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundQueries(RoundCommon):
    def _create_rounds(self, lines, rounds):
        values = {"product_id": self.pump.id, "product_uom_qty": 1, "tax_ids": False}
        order = self._create_quotation(order_line=[Command.create(values) for _n in range(lines)])
        for _n in range(rounds - 1):
            order = order._make_round()
        return order

    def _count(self, call, order):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call(order)
        return self.env.cr.sql_log_count - before

    def _assert_constant(self, call, orders):
        call(orders[0])
        counts = [self._count(call, order) for order in orders]
        self.assertEqual(len(set(counts)), 1, counts)

    def test_queries_do_not_grow_with_lines(self):
        orders = [self._create_rounds(lines, 2) for lines in (1, 10, 100)]
        self._assert_constant(lambda order: order.get_rounds_page(), orders)

    def test_queries_do_not_grow_with_rounds(self):
        orders = [self._create_rounds(1, rounds) for rounds in (2, 10, 100)]
        self._assert_constant(lambda order: order.get_rounds_page(), orders)
        self._assert_constant(lambda order: order.round_links, orders)
        rounds = [order._get_readable_rounds() for order in orders]
        self._assert_constant(lambda some: some.mapped("display_name"), rounds)
        self._assert_constant(lambda some: some.mapped("round_count"), rounds)
        self._assert_constant(lambda some: some.mapped("round_links"), rounds)
