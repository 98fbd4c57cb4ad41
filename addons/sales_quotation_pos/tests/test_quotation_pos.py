from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_quotation.tests.common import QuotationCase


@tagged("post_install", "-at_install")
class TestQuotationPos(QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "base.group_user,point_of_sale.group_pos_user,sales_team.group_sale_salesman_all_leads"
        )
        cls.cashier = cls._new_user("cashier", groups)
        cash = cls.env["account.journal"].create({"name": "Till", "type": "cash", "code": "TILLX"})
        cls.method = cls.env["pos.payment.method"].create({"name": "Cash", "journal_id": cash.id})
        methods = [Command.set(cls.method.ids)]
        cls.till = cls.env["pos.config"].create({"name": "Till", "payment_method_ids": methods})
        cls.till.with_user(cls.cashier).open_ui()
        cls.product.available_in_pos = True

    def _load(self, order):
        return order.with_user(self.cashier).load_sale_order_from_pos(self.till.id)

    def _pay(self, order):
        """Send what the till sends when the quotation is settled and paid."""
        line = order.order_line
        values = {
            "name": "Till/1",
            "uuid": f"floor-{order.id}",
            "session_id": self.till.current_session_id.id,
            "partner_id": order.partner_id.id,
            "pricelist_id": order.pricelist_id.id,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "fiscal_position_id": False,
            "amount_total": line.price_total,
            "amount_tax": 0,
            "amount_paid": line.price_total,
            "amount_return": 0,
            "state": "paid",
            "to_invoice": False,
            "sequence_number": 1,
            "lines": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "qty": 1,
                        "price_unit": line.price_unit,
                        "discount": 0,
                        "price_subtotal": line.price_subtotal,
                        "price_subtotal_incl": line.price_total,
                        "tax_ids": [],
                        "sale_order_origin_id": order.id,
                        "sale_order_line_id": line.id,
                        "uuid": f"line-{line.id}",
                    }
                )
            ],
            "payment_ids": [
                Command.create(
                    {
                        "amount": line.price_total,
                        "payment_method_id": self.method.id,
                        "name": fields.Datetime.to_string(fields.Datetime.now()),
                        "uuid": f"pay-{order.id}",
                    }
                )
            ],
        }
        found = self.env["pos.order"].with_user(self.cashier).sync_from_ui([values])
        self.env.flush_all()
        return self.env["pos.order"].browse(found["pos.order"][0]["id"])

    def test_it_is_refused_before_it_is_paid(self):
        for mode, text in (("stop", "82.01"), ("approve", "needs approval")):
            floor = self._new_floor(mode=mode)
            order = self._new_order([{"price_unit": 80}])
            self.assertRefused(UserError, lambda order=order: self._load(order), "80.00", text)
            floor.unlink()
        order.action_approval_ask()
        order.with_user(self.lead).action_approval_approve()
        self.assertIn("sale.order", self._load(order))

    def test_what_was_paid_waits_and_is_confirmed_by_the_approval(self):
        self._new_floor()
        order = self._new_order([{"price_unit": 80}])
        paid = self._pay(order)
        self.assertIn(paid.state, ("paid", "done"))
        self.assertEqual((order.state, order.approval_state), ("draft", "waiting"))
        self.assertIn(self.seller, order.activity_ids.user_id)
        self.assertTrue(self.cashier._is_approval_interactive(), "the cashier is one of us again")
        order.with_user(self.lead).action_approval_approve()
        self.assertEqual(order.state, "sale")

    def test_what_is_stopped_is_told(self):
        self._new_floor(mode="stop")
        order = self._new_order([{"price_unit": 80}])
        self.assertIn(self._pay(order).state, ("paid", "done"))
        self.assertEqual((order.state, order.activity_ids.user_id), ("draft", self.seller))

    def test_what_holds_is_settled_as_ever(self):
        self._new_floor(mode="stop")
        order = self._new_order([{"price_unit": 90}])
        self.assertIn("sale.order", self._load(order))
        self._pay(order)
        self.assertEqual(order.state, "sale")
