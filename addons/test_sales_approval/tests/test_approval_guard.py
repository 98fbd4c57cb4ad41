from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalGuard(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._new_rule()

    def _waiting(self):
        offer = self._new_offer(lines=[{"discount": 20}, {"discount": 0}])
        offer.action_approval_ask()
        return offer

    def test_while_it_waits_no_way_changes_what_is_guarded(self):
        offer = self._waiting()
        line = offer.line_ids[0]
        other = self._new_offer(0)
        for call, text in (
            (lambda: line.write({"discount": 30}), "Item 0: Discount 20.0 → 30.0"),
            (lambda: line.write({"discount": 10}), "Item 0: Discount 20.0 → 10.0"),
            (lambda: line.write({"quantity": 2}), "Quantity 1.0 → 2.0"),
            (lambda: line.unlink(), "a line was removed"),
            (lambda: offer.write({"payment_days": 90}), "Payment Days 0 → 90"),
            (lambda: offer.write({"line_ids": [Command.clear()]}), "a line was removed"),
            (
                lambda: offer.write({"line_ids": [Command.update(line.id, {"price_unit": 1})]}),
                "Price Unit 100.0 → 1.0",
            ),
            (lambda: line.copy({"document_id": offer.id}), "Item 0: new line"),
            (lambda: other.line_ids.write({"document_id": offer.id}), "new line"),
            (lambda: line.write({"document_id": other.id}), "a line was removed"),
            (
                lambda: line.with_context(default_document_id=offer.id).create({"name": "X"}),
                "X: new line",
            ),
        ):
            with self.subTest(text):
                self.assertRefused(UserError, call, "waits for approval", text)
        self.assertRefused(
            UserError, lambda: line.sudo().write({"discount": 30}), "waits for approval"
        )

    def test_what_is_not_guarded_can_be_changed_while_it_waits(self):
        offer = self._waiting()
        offer.note = "Call on Monday"
        offer.line_ids[0].name = "A better name"
        # the same values, by a one2many that was "written"
        offer.write(
            {
                "line_ids": [
                    Command.update(line.id, {"discount": line.discount}) for line in offer.line_ids
                ]
            }
        )
        offer.write({"line_ids": [Command.create({"name": "Chapter", "is_section": True})]})
        offer.message_post(body="Hello")
        self.assertEqual(offer.approval_state, "waiting")

    def test_one_save_is_judged_by_what_it_ends_with(self):
        """Discounts that move within one save are seen together."""
        offer = self._new_approved()
        line = offer.line_ids
        offer.write(
            {
                "line_ids": [
                    Command.update(line.id, {"discount": 40}),
                    Command.update(line.id, {"discount": 12}),
                ]
            }
        )
        self.assertEqual(offer.approval_state, "approved")
        self.assertFalse(
            offer.approval_request_id.log_ids.filtered(lambda row: row.event == "reopened")
        )

    def test_after_approval_only_the_worse_asks_again(self):
        offer = self._new_approved(20)
        line = offer.line_ids
        line.discount = 16
        line.price_unit = 120
        line.quantity = 7
        self.assertEqual(offer.approval_state, "approved")
        line.discount = 20
        line.price_unit = 100
        self.assertEqual(offer.approval_state, "approved")
        line.discount = 21
        self.assertEqual(offer.approval_state, "outdated")
        self.assertEqual(
            offer.approval_info, "Discounts: Discount 21 % is above 15 % (approved: 20 %)"
        )
        self.assertRefused(UserError, offer.action_send, "approved: 20 %")
        line.discount = 18
        self.assertEqual(offer.approval_state, "approved")
        events = offer.approval_request_id.log_ids.mapped("event")
        self.assertEqual(events.count("reopened"), 1)
        offer.action_send()
        self.assertEqual(offer.state, "sent")

    def test_a_worse_change_that_no_rule_is_about_asks_nobody(self):
        offer = self._new_approved(20)
        offer.line_ids.price_unit = 90
        offer.payment_days = 30
        self.assertEqual(offer.approval_state, "approved")

    def test_another_line_may_not_hide_behind_an_approved_one(self):
        offer = self._new_offer(lines=[{"discount": 20}, {"discount": 0}])
        offer.action_approval_ask()
        offer.with_user(self.lead).action_approval_approve()
        offer.line_ids[1].discount = 20  # the highest discount is what it was
        self.assertEqual(offer.approval_state, "outdated")
        offer.line_ids[1].discount = 0
        self.assertEqual(offer.approval_state, "approved")
        offer.line_ids.create(
            {"document_id": offer.id, "name": "New", "price_unit": 5, "discount": 0}
        )
        self.assertEqual(offer.approval_state, "approved")
        offer.line_ids.create(
            {"document_id": offer.id, "name": "New", "price_unit": 5, "discount": 20}
        )
        self.assertEqual(offer.approval_state, "outdated")

    def test_a_new_approval_is_the_new_measure(self):
        offer = self._new_approved(20)
        offer.line_ids.discount = 25
        offer.action_approval_ask()
        offer.with_user(self.lead).action_approval_approve()
        offer.line_ids.discount = 24
        self.assertEqual(offer.approval_state, "approved")
        offer.line_ids.discount = 26
        self.assertEqual(offer.approval_state, "outdated")

    def test_only_the_rule_that_got_worse_asks(self):
        self._new_rule(
            [("margin", "<", 40)],
            [{"approver_kind": "user", "user_ids": self.boss.ids}],
            name="Low margin",
        )
        offer = self._new_offer(20)
        offer.action_approval_ask()
        offer.with_user(self.lead).action_approval_approve()
        offer.with_user(self.boss).action_approval_approve()
        offer.line_ids.price_unit = 90  # the margin falls, the discount is what it was
        self.assertEqual(offer.approval_state, "outdated")
        offer.action_approval_ask()
        self.assertEqual(offer.approval_request_id.step_ids.user_ids, self.boss)

    def test_every_change_after_approval_is_logged(self):
        offer = self._new_approved(20)
        offer.with_user(self.colleague).line_ids.write({"discount": 30})
        changed = offer.approval_request_id.log_ids.filtered(lambda row: row.event == "changed")
        self.assertEqual(changed.user_id, self.colleague)
        self.assertEqual(changed.note, "Item 0: Discount 20.0 → 30.0")

    def test_a_change_behind_the_guard_is_seen_at_the_decision_and_at_the_gate(self):
        offer = self._waiting()
        query = "UPDATE test_approval_line SET discount = 50 WHERE id = %s"
        self.env.cr.execute(query, [offer.line_ids[0].id])
        self.env.invalidate_all()
        self.assertRefused(
            UserError,
            offer.with_user(self.lead).action_approval_approve,
            "has changed since",
            "Discount 20.0 → 50.0",
        )
        offer = self._new_approved(20)
        self.env.cr.execute(query, [offer.line_ids.id])
        self.env.invalidate_all()
        self.assertRefused(UserError, offer.action_send, "Discount 50 %")

    def test_the_state_is_written_by_nobody(self):
        offer = self._new_offer()
        request = self._new_approved().approval_request_id
        for values in (
            {"approval_state": "approved"},
            {"approval_approved_id": request.id},
            {"approval_request_id": request.id},
        ):
            self.assertRefused(UserError, lambda v=values: offer.write(v), "asking and deciding")
        forged = (
            self.env["test.approval.document"]
            .with_user(self.seller)
            .with_context(
                default_approval_state="approved", default_approval_approved_id=request.id
            )
            .create({"name": "Forged", "approval_state": "approved"})
        )
        self.assertEqual(forged.approval_state, "none")
        self.assertFalse(forged.approval_approved_id)
        self.env["ir.default"].set(
            "test.approval.document", "approval_state", "approved", user_id=self.seller.id
        )
        self.assertEqual(self._new_offer().approval_state, "none")
        copied = request._get_document().copy()
        self.assertEqual(copied.approval_state, "none")
        self.assertTrue(copied.approval_needed)

    def test_a_closed_document_is_guarded_no_more(self):
        offer = self._new_approved(20)
        offer.action_send()
        offer.state = "done"
        offer.line_ids.discount = 50
        self.assertEqual(offer.approval_state, "approved")
        self.assertFalse(offer.approval_needed)
