import base64

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.payment.tests.common import PaymentCommon

from .common import RoundCommon

SIGNATURE = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
        "rkJggg=="
    )
).decode()


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundPortal(RoundCommon, HttpCase):
    """What customers see over HTTP: the rounds they got, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "chen@langsu.example.com"
        cls.portal = cls._create_user("portal", "base.group_portal", partner_id=cls.customer.id)
        cls.stranger = cls._create_user("stranger", "base.group_portal")
        cls.first.action_quotation_sent()
        cls.second = cls.first._make_round()
        cls.third = cls.second._make_round()
        for order in cls.first | cls.second | cls.third:
            order._portal_ensure_token()

    def _open(self, order, token=None):
        url = f"/my/orders/{order.id}" + (f"?access_token={token.access_token}" if token else "")
        return self.url_open(url)

    def _assert_shown(self, answer, order):
        self.assertIn(f"/my/orders/{order.id}", answer.url)
        self.assertIn(f"Round {order.round_number}", " ".join(answer.text.split()))

    def _assert_refused(self, answer, order):
        self.assertNotIn(f"/my/orders/{order.id}", answer.url)
        self.assertNotIn("Pump", answer.text)

    def test_a_token_opens_its_round_when_that_was_sent(self):
        self._assert_shown(self._open(self.first, self.first), self.first)
        self._assert_refused(self._open(self.second, self.second), self.second)
        self._assert_refused(self._open(self.third, self.third), self.third)
        self.third.action_quotation_sent()
        self._assert_shown(self._open(self.third, self.third), self.third)

    def test_the_token_of_one_round_opens_no_other(self):
        self.third.action_quotation_sent()
        self._assert_refused(self._open(self.third, self.first), self.third)
        self._assert_refused(self._open(self.first, self.third), self.first)
        self._assert_refused(self._open(self.first), self.first)
        page = self._open(self.first, self.first).text
        self.assertNotIn(self.third.access_token, page)
        self.assertNotIn(f"/my/orders/{self.third.id}", page)

    def test_an_outdated_round_says_so(self):
        page = self._open(self.first, self.first).text
        self.assertIn("This round is no longer valid", page)
        self.assertNotIn("There is a newer round", page)
        self.assertNotIn("has been cancelled", page)
        self.assertNotIn("Accept &amp; Sign", page)
        self.third.action_quotation_sent()
        self.assertIn("There is a newer round", self._open(self.first, self.first).text)

    def test_the_customer_jumps_between_sent_rounds(self):
        self.third.action_quotation_sent()
        self.authenticate(self.portal.login, self.portal.login)
        page = self._open(self.first).text
        self.assertIn('name="newer_round"', page)
        self.assertIn(f"/my/orders/{self.third.id}", page)
        self.assertNotIn(f"/my/orders/{self.second.id}", page)
        self._assert_refused(self._open(self.second), self.second)
        self._assert_shown(self._open(self.third), self.third)

    def test_the_list_of_quotations(self):
        self.third.action_quotation_sent()
        self.authenticate(self.portal.login, self.portal.login)
        page = " ".join(self.url_open("/my/quotes").text.split())
        self.assertIn("Earlier rounds", page)
        self.assertIn("Round 1", page)
        self.assertIn("Round 3", page)
        self.assertNotIn("Round 2", page)

    def test_another_customer_sees_none(self):
        self.third.action_quotation_sent()
        self.authenticate(self.stranger.login, self.stranger.login)
        for order in self.first | self.second | self.third:
            self._assert_refused(self._open(order), order)
        self.assertNotIn(self.first.name, self.url_open("/my/quotes").text)

    def _sign(self, order):
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": order.access_token, "name": "Chen", "signature": SIGNATURE},
        )

    def test_only_the_current_round_is_signed(self):
        self.third.action_quotation_sent()
        self.assertIn("error", self._sign(self.first))
        self.assertIn("error", self._sign(self.second))
        self.assertEqual((self.first | self.second).mapped("signature"), [False, False])
        self.assertIn("redirect_url", self._sign(self.third))
        self.assertEqual((self.third.state, self.third.round_state), ("sale", "won"))
        self.assertEqual((self.first | self.second).mapped("round_state"), ["superseded"] * 2)

    def test_a_declined_round_is_lost_and_an_old_one_cannot_be_declined(self):
        self.third.action_quotation_sent()
        self.authenticate(self.portal.login, self.portal.login)
        for order in (self.first, self.third):
            self.url_open(
                f"/my/orders/{order.id}/decline",
                data={"decline_message": "Too dear", "csrf_token": self._get_csrf()},
            )
        self.assertEqual((self.first.round_state, self.third.round_state), ("superseded", "lost"))

    def _get_csrf(self):
        from odoo import http

        return http.Request.csrf_token(self)

    def test_documents_of_unsent_rounds_are_refused(self):
        url = f"/my/orders/{self.second.id}?report_type=html&access_token="
        self._assert_refused(self.url_open(url + self.second.access_token), self.second)

    def test_portal_changes_compare_with_the_round_sent_before(self):
        self.third.print_round_changes = True
        self._give(self.third, pump=10)
        self.third.action_quotation_sent()
        page = " ".join(self._open(self.third, self.third).text.split())
        self.assertIn("Changes since round 1", page)

    def test_quantities_of_an_old_round_stay(self):
        line = self.first.order_line[0]
        self.make_jsonrpc_request(
            f"/my/orders/{self.first.id}/update_line_dict",
            {"line_id": line.id, "access_token": self.first.access_token, "input_quantity": 1},
        )
        self.assertEqual(line.product_uom_qty, 10)


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundPayment(RoundCommon, PaymentCommon):
    """Money meets rounds."""

    def _pay(self, order, state="draft", reference="Pay 1"):
        return self._create_transaction(
            "direct",
            amount=order.amount_total,
            currency_id=order.currency_id.id,
            sale_order_ids=[(6, 0, order.ids)],
            state=state,
            reference=reference,
        )

    def test_an_outdated_round_cannot_be_paid(self):
        self.first._make_round()
        with self.assertRaises(ValidationError) as caught:
            self._pay(self.first)
        self.assertIn("was replaced by a newer round", str(caught.exception))

    def test_a_round_that_is_being_paid_is_not_replaced(self):
        payment = self._pay(self.first, state="pending")
        said = self._refused(self.first.with_user(self.owner)._make_round)
        self.assertIn("is being paid (Pay 1)", said)
        payment.state = "cancel"
        self.assertEqual(self.first._make_round().round_number, 2)

    def test_money_that_comes_too_late_is_told_to_the_salesperson(self):
        payment = self._pay(self.first)
        second = self.first._make_round()
        payment._set_done()
        payment._post_process()
        self.assertEqual(self.first.state, "cancel")
        activity = second.activity_ids
        self.assertEqual(activity.user_id, self.owner)
        self.assertIn("Pay 1", activity.note)
        self.assertIn("round 1", activity.note)

    def test_the_current_round_is_won_by_payment(self):
        second = self.first._make_round()
        second.require_payment = True
        payment = self._pay(second)
        payment._set_done()
        payment._post_process()
        self.assertEqual(second.round_state, "won")
