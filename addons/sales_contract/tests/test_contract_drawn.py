from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestContractDrawn(ContractCase):
    def test_what_is_left_is_counted(self):
        order = self._draw(6)
        self.assertEqual(self._left(), (0, 20))
        self.assertEqual(self.cables.quantity_quoted, 6)
        order.action_confirm()
        self.assertEqual(self._left(), (6, 14))
        self.assertEqual(self.cables.quantity_quoted, 0)
        order.order_line.product_uom_qty = 8
        self.assertEqual(self._left(), (8, 12))
        order.order_line.product_uom_id = self.dozen
        self.assertEqual(self._left(), (96, -76))
        order._action_cancel()
        self.assertEqual(self._left(), (0, 20))
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._left(), (96, -76))

    def test_lines_that_come_and_go_on_confirmed_orders(self):
        order = self._draw(6, confirm=True)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "contract_line_id": self.cables.id,
                        }
                    )
                ]
            }
        )
        self.assertEqual(self._left(), (7, 13))
        order.order_line[0].contract_line_id = False
        self.assertEqual(self._left(), (1, 19))
        order._action_cancel()
        order.sudo().unlink()
        self.assertEqual(self._left(), (0, 20))

    def test_a_price_without_a_limit_is_drawn_from_for_ever(self):
        self._draw(5000, line=self.plugs, confirm=True)
        self.assertEqual(self._left(self.plugs), (5000, 0))
        self.assertFalse(self.plugs.order_line_ids.contract_info)

    def test_the_agreed_price_stays(self):
        self.env.user.group_ids |= self.env.ref("sale.group_discount_per_so_line")
        order = self._draw(6)
        line = order.order_line
        self.assertEqual((line.price_unit, line.discount), (90, 5))
        line.product_uom_qty = 7
        self.assertEqual((line.price_unit, line.discount), (90, 5))
        order.action_update_prices()
        self.assertEqual((line.price_unit, line.discount), (90, 5))
        line.product_uom_id = self.dozen
        self.assertEqual((line.price_unit, line.discount), (1080, 5))
        line.product_uom_id = self.product.uom_id
        line.price_unit = 88
        line.product_uom_qty = 9
        self.assertEqual(line.price_unit, 88, "what somebody typed stays")

    def test_prices_of_other_lines_are_left_alone(self):
        order = self._draw(6)
        plain = self._new_order([{"product_uom_qty": 2}])
        self.product.list_price = 130
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        for found, price in ((order, 90), (plain, 100)):
            found.partner_id = other
            self.assertEqual(found.order_line.price_unit, price, "core does not change it, too")
        self.assertFalse(order.order_line.contract_line_id)

    def test_a_line_that_is_linked_gets_the_agreed_price(self):
        line = self._new_order([{"product_uom_qty": 2}]).order_line
        line.contract_line_id = self.cables
        self.assertEqual((line.price_unit, line.discount), (90, 5))
        sold = self._new_order([{"product_uom_qty": 2}]).order_line
        sold.order_id.action_confirm()
        sold.contract_line_id = self.cables
        self.assertEqual((sold.price_unit, sold.discount), (100, 0))
        self.assertEqual(self._left(), (2, 18))

    def test_floors_and_ceilings_hold(self):
        self._new_floor(1.3, mode="stop")  # 92.30 for what costs 71
        order = self._draw(1)
        self.assertTrue(order.order_line.is_below_floor)
        self.assertRefused(UserError, order.action_confirm, "Cable")
        self.env["sales.price.floor"].search([]).unlink()
        self._new_ceiling(10, mode="stop")
        self.assertRefused(UserError, self._draw(1).action_confirm, "Cable")

    def test_another_product_or_customer_has_no_part(self):
        order = self._draw(6, confirm=True)
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        copy = order.copy({"partner_id": other.id})
        self.assertFalse(copy.order_line.contract_line_id)
        draft = self._draw(2)
        draft.order_line.product_id = self.other
        self.assertFalse(draft.order_line.contract_line_id)
        self.assertEqual(draft.order_line.price_unit, 10)
        self.assertRefused(
            ValidationError,
            lambda: draft.order_line.write({"contract_line_id": self.cables.id}),
            self.contract.name,
        )
        hour = self.env.ref("uom.product_uom_hour")
        self.assertRefused(
            ValidationError,
            lambda: self._draw(1).order_line.write({"product_uom_id": hour.id}),
            "Hours",
        )

    def test_a_copy_keeps_drawing(self):
        copy = self._draw(6, confirm=True).with_user(self.seller).copy()
        self.assertEqual(copy.order_line.contract_line_id, self.cables)
        copy.action_confirm()
        self.assertEqual(self._left(), (12, 8))

    def test_a_contact_of_the_customer_draws(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        self._draw(3, partner_id=contact.id, confirm=True)
        self.assertEqual(self._left(), (3, 17))

    # ---- more than agreed ---------------------------------------------------------------------

    def test_who_draws_too_much_is_told_before_and_after(self):
        order = self._draw(15)
        self.assertFalse(order.contract_info)
        order.order_line.copy({"order_id": order.id, "product_uom_qty": 8})
        self.assertIn("Cable: 23 asked for, 20 of 20 Units left on", order.contract_info)
        self.assertEqual(order.order_line.mapped("is_beyond_contract"), [True, True])
        order.action_confirm()
        self.assertEqual(self._left(), (23, -3))
        self.assertIn("Cable: 23 of 20 Units ordered from", order.contract_info)
        self.assertIn(self.contract.name, order.contract_info)

    def test_stop_refuses_to_confirm(self):
        self.contract.over_quantity = "stop"
        self._draw(15, confirm=True)
        order = self._draw(6)
        message = self.assertRefused(
            UserError, order.action_confirm, order.name, "Cable", "21 of 20", "sales manager"
        )
        self.assertIn(self.contract.name, message)
        self.assertEqual(order.state, "draft")
        self.assertEqual(self._left(), (15, 5))
        order.order_line.product_uom_qty = 5
        order.action_confirm()
        self.assertEqual(self._left(), (20, 0))
        with self.assertRaises(UserError):
            order.order_line.product_uom_qty = 6
        self.env.invalidate_all()
        order.order_line.product_uom_qty = 4
        self.assertEqual(self._left(), (19, 1))
        self.assertRefused(UserError, lambda: self._draw(2).write({"state": "sale"}), "21 of 20")
        self.assertRefused(UserError, lambda: self._draw(2, state="sale"), "21 of 20")
        self.assertRefused(
            UserError, lambda: order.order_line.copy({"order_id": order.id}), "of 20"
        )

    def test_less_of_what_is_overdrawn_already_is_not_refused(self):
        order = self._draw(25, confirm=True)
        self.contract.over_quantity = "stop"
        order.order_line.product_uom_qty = 22
        self.assertEqual(self._left(), (22, -2))
        self.assertRefused(
            UserError, lambda: order.order_line.write({"product_uom_qty": 23}), "23 of 20"
        )

    def test_a_customer_who_accepts_sees_no_error_and_the_seller_is_told_once(self):
        self.contract.over_quantity = "stop"
        order = self._draw(25)
        public = self.env.ref("base.public_user")
        order.with_user(public).sudo().action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._left(), (25, -5))
        activity = order.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("25 of 20", activity.note)

    # ---- out of time --------------------------------------------------------------------------

    def test_lapsed_contracts_are_told(self):
        today = fields.Date.context_today(self.env.user)
        order = self._draw(1)
        sold = self._draw(1, confirm=True)
        self.contract.write({"date_start": today - timedelta(9), "date_end": today - timedelta(1)})
        self.assertIn("expired on", order.contract_info)
        self.assertIn("expired on", sold.contract_info)
        sold.date_order = fields.Datetime.now() - timedelta(3)
        self.assertFalse(sold.contract_info, "it was ordered in time")
        self.contract.date_end = False
        self.contract.action_close()
        self.assertIn("was closed on", order.contract_info)
        self.assertFalse(sold.contract_info, "it was ordered before")
        order.action_confirm()
        self.assertIn("was closed on", order.contract_info)

    def test_stop_refuses_what_lapsed(self):
        self.contract.over_quantity = "stop"
        orders = [self._draw(1), self._draw(1, line=self.plugs)]
        self.contract.action_close()
        for order in orders:
            self.assertRefused(UserError, order.action_confirm, order.name, "was closed on")

    def test_another_currency_keeps_the_worth(self):
        other = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        other.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "rate": 2,
                "name": "2020-01-01",
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "Other", "currency_id": other.id})
        order = self._draw(1)
        order.pricelist_id = pricelist
        order.action_update_prices()
        rate = self.currency._convert(90, other, self.company, order.date_order, round=False)
        self.assertAlmostEqual(order.order_line.price_unit, rate)
