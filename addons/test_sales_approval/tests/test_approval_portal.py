from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalPortal(ApprovalCase):
    """A customer signs: core calls the action as superuser, with the customer's or public user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._new_rule()

    def _sign(self, offer, user=None):
        offer.with_user(user or self.portal).sudo().action_send()

    def test_the_customer_sees_no_error_and_the_salesperson_is_told(self):
        for user in (self.portal, self.env.ref("base.public_user"), self.env.ref("base.user_root")):
            offer = self._new_offer()
            self._sign(offer, user)
            self.assertEqual(offer.state, "draft")
            self.assertEqual(offer.approval_state, "waiting")
            request = offer.approval_request_id
            self.assertEqual(request.user_id, self.seller)
            self.assertEqual(offer.activity_ids.user_id, self.seller | self.lead)
            told = offer.activity_ids.filtered(lambda a: a.user_id == self.seller)
            self.assertIn("waits for approval", told.summary)
            self._sign(offer, user)
            self.assertEqual(len(offer.activity_ids), 2, "signing twice tells once")

    def test_approval_finishes_what_the_customer_started(self):
        offer = self._new_offer()
        self._sign(offer)
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.state, "sent")
        self.assertEqual(offer.sent_by_id, self.seller, "with the rights of the salesperson")
        log = offer.approval_request_id.log_ids.sorted("id").mapped("event")
        self.assertEqual(log, ["asked", "deferred", "approved", "done"])

    def test_a_customer_signs_what_waits_already(self):
        offer = self._new_offer()
        offer.action_approval_ask()
        self._sign(offer)
        self.assertEqual(offer.approval_request_id.deferred_action, "action_send")
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.state, "sent")

    def test_after_a_rejection_nothing_is_carried_out(self):
        offer = self._new_offer()
        self._sign(offer)
        offer.with_user(self.lead).action_approval_reject("No")
        self.assertEqual(offer.state, "draft")

    def test_an_approval_stands_when_its_action_fails(self):
        offer = self._new_offer()
        self._sign(offer)

        why = "No stock"

        def fail(document):
            document.note = "half done"
            document.flush_recordset()
            raise UserError(why)

        self.patch(self.env.registry["test.approval.document"], "_send", fail)
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")
        self.assertFalse(offer.note)
        told = offer.activity_ids.filtered(lambda a: a.user_id == self.seller)
        self.assertIn("No stock", " ".join(told.mapped("summary")))

    def test_some_may_go_on_while_others_wait(self):
        offers = self._new_offer(5) | self._new_offer(20)
        self._sign(offers)
        self.assertEqual(offers.mapped("state"), ["sent", "draft"])

    def test_a_customer_who_changes_what_waits_takes_the_request_back(self):
        offer = self._new_offer()
        offer.action_approval_ask()
        request = offer.approval_request_id
        offer.with_user(self.portal).sudo().line_ids.write({"quantity": 3})
        self.assertEqual(offer.approval_state, "none")
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(offer.activity_ids.user_id, self.seller)
        self.assertIn("Quantity 1.0 → 3.0", offer.activity_ids.summary)

    def test_a_customer_reads_nothing_of_it_on_the_document(self):
        offer = self._new_offer()
        offer.action_approval_ask()
        mine = offer.with_user(self.portal)
        mine.read(["name"])
        [stored] = offer.read(load=None)
        names = [name for name in offer._fields if name.startswith("approval_")]
        self.assertEqual(len(names), 10)
        for name in names:
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    mine.read([name])
                if offer._fields[name].store:
                    with self.assertRaises(AccessError):
                        mine.search([(name, "=", stored[name])])

    def test_a_portal_user_neither_reads_nor_decides(self):
        offer = self._new_offer()
        offer.action_approval_ask()
        mine = offer.with_user(self.portal)
        for call in (
            mine.action_approval_approve,
            mine.action_approval_ask,
            lambda: mine.action_approval_reject("x"),
            mine.action_approval_withdraw,
            mine.action_approval_open_hand_over,
            lambda: (
                offer.sudo()
                .approval_request_id.step_ids.with_user(self.portal)
                .action_hand_over(self.boss.id, "x")
            ),
            lambda: self.env["sales.approval.request"].with_user(self.portal).search([]),
            lambda: self.env["sales.approval.log"].with_user(self.portal).search([]),
            lambda: self.env["sales.approval.rule"].with_user(self.portal).search([]),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(offer.approval_state, "waiting")
