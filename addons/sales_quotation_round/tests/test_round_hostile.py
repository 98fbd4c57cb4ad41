from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..hooks import pre_init_hook, uninstall_hook
from .common import RoundCommon


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestClosedRounds(RoundCommon):
    """A round that is no longer open is refused, whichever way it is tried."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.action_quotation_sent()
        cls.second = cls.first._make_round()
        cls.closed = cls.first.with_user(cls.owner)

    def _assert_closed(self, method, *args):
        said = self._refused(method, *args)
        self.assertIn(f"Round 1 of {self.first.name} is closed: round 2 replaced it", said)

    def test_confirmation(self):
        self._assert_closed(self.closed.action_confirm)
        self._assert_closed(self.first.sudo().action_confirm)
        self.assertEqual(self.first.state, "cancel")

    def test_confirmation_of_many(self):
        other = self._create_quotation().with_user(self.owner)
        self._assert_closed((other | self.closed).action_confirm)

    def test_writing_the_state(self):
        for state in ("sale", "sent", "draft"):
            self._assert_closed(self.closed.write, {"state": state})
        self._assert_closed(self.closed.action_draft)

    def test_cancelling_many_includes_closed_ones(self):
        (self.first | self.second).action_cancel()
        self.assertEqual(self.second.round_state, "lost")

    def test_what_was_offered(self):
        line = self._get_line(self.closed, self.pump)
        self._assert_closed(line.write, {"price_unit": 1})
        self._assert_closed(line.write, {"product_uom_qty": 1})
        self._assert_closed(line.write, {"name": "Other"})
        self._assert_closed(line.unlink)
        self._assert_closed(self.closed.write, {"order_line": [Command.clear()]})
        self._assert_closed(self.closed.write, {"note": "Other terms"})
        self._assert_closed(self.closed.write, {"pricelist_id": False})
        self._assert_closed(
            self.env["sale.order.line"].with_user(self.owner).create,
            {"order_id": self.closed.id, "product_id": self.pump.id},
        )
        self._assert_closed(
            self.env["sale.order.line"].with_context(default_order_id=self.closed.id).create,
            {"product_id": self.pump.id},
        )
        own = self._get_line(self.second, self.pump).with_user(self.owner)
        self._assert_closed(own.write, {"order_id": self.closed.id})

    def test_what_was_reckoned(self):
        line = self._get_line(self.closed, self.pump)
        for name in ("amount_total", "amount_tax", "currency_rate"):
            self._assert_closed(self.closed.write, {name: 1})
        for name in ("price_total", "price_tax", "customer_lead"):
            self._assert_closed(line.write, {name: 1})
        self._assert_closed(line.write, {"extra_tax_data": {}})
        self.assertEqual(self.closed.amount_total, 1300)

    def test_a_closed_round_can_change_hands_and_be_talked_about(self):
        self.first.with_user(self.manager).user_id = self.other
        self.closed.with_user(self.manager).message_post(body="Remember this one")

    def test_rounds_are_not_numbered_by_hand(self):
        order = self.second.with_user(self.owner)
        for values in (
            {"round_number": 9},
            {"is_superseded": False},
            {"negotiation_id": False},
            {"round_state": "won"},
            {"round_sent": True},
            {"base_round_id": False},
        ):
            self._refused(order.write, values)
            self._refused(self.first.sudo().write, values)

    def test_no_order_slips_into_the_negotiation_of_another(self):
        orders = self.env["sale.order"].with_user(self.other)
        values = {"partner_id": self.customer.id}
        negotiation = self.second.negotiation_id.id
        self._refused(orders.create, {**values, "negotiation_id": negotiation})
        self._refused(orders.create, {**values, "round_number": 3})
        order = orders.with_context(
            default_negotiation_id=negotiation,
            default_round_number=7,
            default_is_superseded=True,
            sales_quotation_round_token=True,
        ).create(values)
        self.assertFalse(order.negotiation_id or order.is_superseded)
        self.assertEqual(order.round_number, 1)

    def test_the_identity_of_a_line_is_not_a_client_s_to_write(self):
        line = self._get_line(self.second, self.pump)
        line.with_user(self.owner).write({"round_key": 5})
        self.assertEqual(line.round_key, self._get_line(self.first, self.pump).id)

    def test_the_number_stays(self):
        self.assertIn("keep their number", self._refused(self.second.write, {"name": "S9"}))

    def test_rounds_are_for_one_customer(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self._refused(self.second.write, {"partner_id": stranger.id}, error=ValidationError)
        contact = self.env["res.partner"].create({"name": "Chen", "parent_id": self.customer.id})
        self.second.partner_id = contact

    def test_a_base_of_another_quotation(self):
        other = self._create_quotation()
        wizard = self.env["sales.quotation.new.round"].create(
            {"order_id": self.second.id, "base_round_id": other.id}
        )
        self.assertIn("is not one of", self._refused(wizard.action_create_round))

    def test_comparison_with_another_quotation(self):
        other = self._create_quotation()
        self._refused(self.second.get_rounds_page, other.id, self.second.id)
        self._refused(self.second.get_rounds_page, self.second.id, -1)
        self._refused(self.second.get_rounds_page, "1", self.second.id)

    def test_expected_rounds_that_are_no_numbers(self):
        order = self.second.with_user(self.owner).with_context(expected_round="x; DROP")
        self.assertTrue(order.action_new_round()["res_id"])

    def test_an_accepted_order_has_no_next_round(self):
        order = self._create_quotation()
        order.action_confirm()
        self._refused(order.with_user(self.owner).action_new_round)
        self.assertFalse(order.negotiation_id)

    @mute_logger("odoo.sql_db")
    def test_the_database_allows_one_current_round_and_each_number_once(self):
        for column, value in (("is_superseded", False), ("round_number", 2)):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL(
                        "UPDATE sale_order SET %s = %s WHERE id = %s",
                        SQL.identifier(column),
                        value,
                        self.first.id,
                    )
                )

    def test_a_negotiation_is_not_deleted_under_its_rounds(self):
        self._refused(self.second.negotiation_id.unlink, error=UserError)

    def test_a_won_round_that_was_cancelled_may_be_followed(self):
        self.second.action_confirm()
        self._refused(self.closed.action_new_round)
        self.second.action_cancel()
        self.assertEqual(self.second.round_state, "lost")
        self.assertEqual(self.first._make_round().round_number, 3)

    def test_numbers_are_counted_and_not_written(self):
        negotiation = self.first.negotiation_id.with_user(self.manager)
        company = self.env["res.company"].create({"name": "Branch"})
        for values in ({"last_round": 1}, {"name": "S1"}, {"company_id": company.id}):
            self._refused(negotiation.write, values, error=AccessError)
        negotiation.round_limit = 5
        self.assertEqual(self.second._make_round().round_number, 3)

    def test_no_negative_limits(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env.company.quotation_round_limit = -1
            self.env.flush_all()


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestInstallation(RoundCommon):
    def test_orders_that_were_there_become_first_rounds(self):
        sent, won, lost = (self._create_quotation() for _n in range(3))
        sent.action_quotation_sent()
        won.action_confirm()
        lost.action_cancel()
        self.env.flush_all()
        # as before the installation: no order has rounds, nor those of the demo company
        self.env.cr.execute(
            "UPDATE sale_order SET round_state = NULL, round_number = NULL, negotiation_id = NULL"
        )
        pre_init_hook(self.env)
        self.env.invalidate_all()
        orders = self.first | sent | won | lost
        self.assertEqual(orders.mapped("round_state"), ["open", "open", "won", "lost"])
        self.assertEqual(orders.mapped("round_number"), [1] * 4)
        self.assertEqual(orders.mapped("round_sent"), [False, True, True, False])
        self.assertEqual(sent._make_round().round_number, 2)

    def test_orders_stay_usable_without_the_addon(self):
        second = self.first._make_round()
        name = second.name
        uninstall_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual((self.first.name, second.name), (f"{name}-R1", name))
        context = self.env.ref("sale.action_quotations_with_onboarding").context
        self.assertEqual(context, "{'search_default_my_quotation': 1}")
