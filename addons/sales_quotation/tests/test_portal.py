from odoo.tests import HttpCase, tagged

from .common import QuotationCase

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortal(QuotationCase, HttpCase):
    """The customer signs on the portal, over HTTP."""

    def _sign(self, order):
        order.sudo().require_signature = True
        token = order.sudo()._portal_ensure_token()
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": token, "name": "Li Wei", "signature": PIXEL},
        )

    def _new_signable(self, **floor):
        order = self._new_order([{"price_unit": 80}], require_payment=False)
        self._new_floor(**floor)
        order.with_user(self.manager)._recompute_prices()
        order.order_line.price_unit = 80
        return order

    def test_the_order_waits_and_is_confirmed_by_the_approval(self):
        order = self._new_signable(mode="approve")
        answer = self._sign(order)
        self.assertTrue(answer.get("force_refresh"), answer)
        order.invalidate_recordset()
        self.assertEqual(order.signed_by, "Li Wei")
        self.assertEqual((order.state, order.approval_state), ("draft", "waiting"))
        self.assertIn(self.seller, order.activity_ids.user_id)
        page = self.url_open(answer["redirect_url"]).text
        self.assertIn("Your order has been signed.", page)
        self.assertNotIn("approval", page.lower())
        self.assertNotIn("82.01", page)
        order.with_user(self.lead).action_approval_approve()
        self.assertEqual(order.state, "sale")

    def test_what_is_stopped_waits_for_the_salesperson(self):
        order = self._new_signable(mode="stop")
        answer = self._sign(order)
        self.assertTrue(answer.get("force_refresh"), answer)
        order.invalidate_recordset()
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.activity_ids.user_id, self.seller)

    def test_a_payment_waits_too(self):
        order = self._new_signable(mode="approve")
        methods = self.env["payment.method"].with_context(active_test=False)
        method = methods.search([], limit=1)
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        transaction = (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "reference": "floor-test",
                    "state": "done",
                    "sale_order_ids": [order.id],
                }
            )
        )
        public = transaction.with_user(self.env.ref("base.public_user")).sudo()
        self.assertFalse(public._check_amount_and_confirm_order())
        self.assertEqual((order.state, order.approval_state), ("draft", "waiting"))
        order.with_user(self.lead).action_approval_approve()
        self.assertEqual(order.state, "sale")
