from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .test_portal import PIXEL, QuotationCase


@tagged("post_install", "-at_install")
class TestOptionalLines(QuotationCase, HttpCase):
    """What a customer can choose on the portal is offered, and held to floors before it is sent."""

    def _new_offer(self, price=80, section=None, **values):
        section = {"display_type": "line_section", "name": "Options", "product_id": False} | (
            {"is_optional": True} if section is None else section
        )
        option = {"product_uom_qty": 0, "price_unit": price, **values}
        return self._new_order([{"price_unit": 100}, section, option], require_payment=False)

    def test_an_option_below_its_floor_is_not_sent(self):
        self._new_floor(mode="stop")
        order = self._new_offer()
        self.assertEqual(order.order_line[2].price_mark, "stop")
        self.assertRefused(UserError, order.action_quotation_sent, "80.00", "82.01")
        order.order_line[2].price_unit = 90
        order.action_quotation_sent()
        self.assertEqual(order.state, "sent")

    def test_an_option_above_the_ceiling_asks(self):
        self._new_ceiling(10)
        order = self._new_offer(price=100, discount=40)
        self.assertAlmostEqual(order.order_line[2].concession, 40)
        self.assertTrue(order.approval_needed)
        self.assertIn("40.00 %", order.approval_info)

    def test_taxes_that_are_included_are_taken_out(self):
        tax = self.env["account.tax"].create(
            {"name": "13 %", "amount": 13, "price_include_override": "tax_included"}
        )
        self.product.taxes_id = tax
        self._new_floor(basis="fixed", fixed_price=100)
        self.assertTrue(self._new_offer(price=112, tax_ids=tax.ids).order_line[2].is_below_floor)
        self.assertFalse(self._new_offer(price=113, tax_ids=tax.ids).order_line[2].is_below_floor)

    def test_what_nobody_can_choose_is_not_offered(self):
        self._new_floor(mode="stop")
        order = self._new_offer(section={})
        self.assertFalse(order.price_mark)
        order.order_line[1].is_optional = True
        self.assertEqual(order.price_mark, "stop", "the section was made optional")
        order.order_line[2].sequence = 1
        order.order_line[1].sequence = 99
        self.assertFalse(order.price_mark, "the line was moved out of it")

    def test_parts_of_sections(self):
        self._new_floor(mode="stop")
        order = self._new_offer(section={})
        lines = order.order_line
        lines[1].write({"is_optional": True, "sequence": 1})
        lines[0].sequence = 0
        part = lines.create(
            {"order_id": order.id, "display_type": "line_subsection", "name": "P", "sequence": 2}
        )
        lines[2].sequence = 3
        self.assertEqual(lines[2].price_mark, "stop", "in a part of an optional section")
        (lines[1] | part).is_optional = False
        self.assertFalse(lines[2].price_mark)
        part.is_optional = True
        self.assertEqual(lines[2].price_mark, "stop")
        self.assertTrue(lines[2]._is_line_optional())

    # === ON THE PORTAL === #

    def _choose(self, order, line, **values):
        order = order.sudo()
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/update_line_dict",
            {"access_token": order._portal_ensure_token(), "line_id": line.id, **values},
        )

    def _sign(self, order):
        order.sudo().require_signature = True
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": order.sudo().access_token, "name": "Li", "signature": PIXEL},
        )
        self.assertTrue(answer.get("force_refresh"), answer)
        order.invalidate_recordset()

    def test_the_customer_chooses_and_signs(self):
        self._new_floor(mode="stop")
        order = self._new_offer(price=90)
        order.action_quotation_sent()
        self._choose(order, order.order_line[2], input_quantity=7)
        self._sign(order)
        self.assertEqual((order.state, order.order_line[2].product_uom_qty), ("sale", 7))

    def test_nothing_is_taken_off_by_a_quantity_below_nothing(self):
        for mode in ("stop", "approve"):
            self._new_floor(mode=mode)
            order = self._new_offer(price=90)
            order.action_quotation_sent()
            self._choose(order, order.order_line[2], input_quantity=-1)
            self._sign(order)
            self.assertEqual(order.state, "sent")
            self.assertIn(self.seller, order.activity_ids.user_id)

    def test_only_options_are_changed_there(self):
        self._new_floor(mode="stop")
        order = self._new_offer(price=100)
        order.action_quotation_sent()
        self._choose(order, order.order_line[0], input_quantity=0)
        self._choose(order, order.order_line[0], input_quantity=5, price_unit=1)
        self._choose(order, order.order_line[2], input_quantity=5, price_unit=1, discount=99)
        order.invalidate_recordset()
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 0, 5])
        self.assertEqual(order.order_line.mapped("price_unit"), [100, 0, 100])

    def test_a_choice_while_it_waits_is_told_and_asked_about_again(self):
        floor = self._new_floor(mode="warn")
        order = self._new_offer(price=100)
        order.action_quotation_sent()
        floor.mode = "approve"
        order.sudo()._resolve_floors()
        order.order_line[0].price_unit = 80
        self._choose(order, order.order_line[2], input_quantity=2)
        self._sign(order)
        self.assertEqual((order.state, order.approval_state), ("sent", "waiting"))
        self._choose(order, order.order_line[2], input_quantity=3)
        order.invalidate_recordset()
        self.assertEqual((order.state, order.approval_state), ("sent", "none"))
        texts = "".join(order.message_ids.mapped("body")) + str(order.activity_ids.mapped("note"))
        self.assertIn("ask again", texts)
        order.action_approval_ask()
        order.with_user(self.lead).action_approval_approve()
        order.action_confirm()
        self.assertEqual((order.state, order.order_line[2].product_uom_qty), ("sale", 3))

    def test_lines_of_a_confirmed_order_are_not_chosen(self):
        order = self._new_offer(price=90)
        order.action_quotation_sent()
        order.action_confirm()
        self._choose(order, order.order_line[2], input_quantity=2)
        self.assertFalse(order.order_line[2].product_uom_qty)
