from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalHandOver(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._new_rule()
        cls.offer = cls._new_offer()
        cls.offer.action_approval_ask()
        cls.step = cls.offer.approval_request_id.step_ids

    def _hand_over(self, giver, taker, reason="On a journey", step=None):
        return (step or self.step).with_user(giver).action_hand_over(taker.id, reason)

    def test_an_approver_hands_over_and_the_other_decides(self):
        self._hand_over(self.lead, self.boss)
        self.assertEqual(self.step.user_ids, self.boss)
        self.assertEqual(self.offer.activity_ids.user_id, self.boss)
        text = "Lead handed over to Boss: On a journey"
        self.assertEqual(self._get_notes(self.offer, "handed_over"), [text])
        mail = self.env["mail.mail"].search([("email_to", "ilike", "boss@x.test")])
        self.assertIn(text, mail.body_html)
        self.assertIn(text, "".join(self.offer.sudo().message_ids.mapped("body")))
        self.assertRefused(
            AccessError, self.offer.with_user(self.lead).action_approval_approve, "not yours"
        )
        self.offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(self.offer.approval_state, "approved")

    def test_only_one_s_own_share_of_a_group(self):
        self.rule.tier_ids.write({"approver_kind": "group", "group_id": self.group.id})
        offer = self._new_offer()
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        mails = self._count_mails("cfo@x.test")
        self._hand_over(self.boss, self.lead, step=step)
        self.assertEqual(step.user_ids, self.lead | self.cfo)
        self.assertEqual(self._count_mails("cfo@x.test"), mails, "only the new one is told")
        self.assertRefused(
            UserError, lambda: self._hand_over(self.lead, self.cfo, step=step), "asked about"
        )

    def test_a_reason_is_needed(self):
        for reason in (False, "", "  "):
            self.assertRefused(
                UserError, lambda r=reason: self._hand_over(self.lead, self.boss, r), "Say why"
            )

    def test_whom_it_cannot_be_handed_to(self):
        gone = self._new_user("gone")
        gone.active = False
        for taker, text in (
            (self.seller, "four eyes"),
            (self.lead, "asked about"),
            (self.portal, "only active internal"),
            (gone, "only active internal"),
            (self.env["res.users"].browse(999999), "only active internal"),
        ):
            self.assertRefused(UserError, lambda t=taker: self._hand_over(self.lead, t), text)
        self.rule.tier_ids.is_four_eyes = False
        offer = self._new_offer()
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        self._hand_over(self.lead, self.seller, step=step)
        self.assertEqual(step.user_ids, self.seller)

    def test_the_new_one_must_read_the_document(self):
        offer = self._new_offer(terms="secret", team_lead_id=self.lead.id)
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        call = lambda: self._hand_over(self.lead, self.boss, step=step)  # noqa: E731
        self.assertRefused(UserError, call, "Boss may not read Offer")

    def test_only_who_is_asked_or_an_administrator_hands_over(self):
        for user in (self.seller, self.colleague, self.boss):
            self.assertRefused(
                AccessError, lambda u=user: self._hand_over(u, self.cfo), "hand over", "Lead"
            )
            request = self.offer.approval_request_id.with_user(user)
            self.assertFalse(request.can_hand_over)
            self.assertRefused(UserError, request.action_open_hand_over, "yours to hand over")
        request = self.offer.approval_request_id.with_user(self.admin)
        self.assertTrue(request.can_hand_over)
        self._hand_over(self.admin, self.cfo, "Lead is ill")
        self.assertEqual(self.step.user_ids, self.cfo)
        [note] = self._get_notes(self.offer, "handed_over")
        self.assertEqual(note, "Lead handed over to Cfo: Lead is ill")
        logs = self.step.request_id.log_ids
        self.assertEqual(logs.filtered(lambda r: r.event == "handed_over").user_id, self.admin)

    def test_an_administrator_who_asks_does_not_choose_who_approves(self):
        offer = self._new_offer(user=self.admin)
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        self.assertFalse(offer.approval_can_hand_over)
        self.assertRefused(
            AccessError, lambda: self._hand_over(self.admin, self.boss, step=step), "not yours"
        )

    def test_what_one_may_not_read_one_does_not_hand_over(self):
        offer = self._new_offer(terms="secret", team_lead_id=self.lead.id)
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        self.env.invalidate_all()
        for user in (self.admin, self.colleague):
            with self.assertRaises(AccessError):
                self._hand_over(user, self.boss, step=step)

    def test_a_deputy_hands_over_for_the_absent(self):
        today = fields.Date.today()
        dates = {"date_from": today, "date_to": today}
        self.env["sales.approval.absence"].create(
            {"user_id": self.lead.id, "deputy_id": self.deputy.id, **dates}
        )
        self._hand_over(self.deputy, self.boss)
        self.assertEqual(self.step.user_ids, self.boss)
        self.assertEqual(
            self._get_notes(self.offer, "handed_over"), ["Lead handed over to Boss: On a journey"]
        )

    def test_where_all_must_approve_nobody_gets_two_shares(self):
        users = (self.lead | self.boss).ids
        self.rule.tier_ids.write({"user_ids": users, "decision_mode": "all"})
        offer = self._new_offer()
        offer.action_approval_ask()
        step = offer.approval_request_id.step_ids.filtered(lambda s: s.user_ids == self.lead)
        call = lambda: self._hand_over(self.lead, self.boss, step=step)  # noqa: E731
        self.assertRefused(UserError, call, "Boss is asked about Offer already")
        offer.with_user(self.boss).action_approval_approve()
        self.assertRefused(UserError, call, "Boss is asked about Offer already")
        self._hand_over(self.lead, self.cfo, step=step)
        offer.with_user(self.cfo).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_what_is_decided_is_not_handed_over(self):
        self.offer.with_user(self.lead).action_approval_approve()
        call = lambda: self._hand_over(self.lead, self.boss)  # noqa: E731
        self.assertRefused(UserError, call, "does not wait any more")

    def test_days_begin_again(self):
        self.rule.tier_ids.write({"reminder_days": 1, "escalation_days": 2})
        with freeze_time("2026-11-23 10:00:00"):
            offer = self._new_offer()
            offer.action_approval_ask()
        step = offer.approval_request_id.step_ids
        with freeze_time("2026-11-25 10:00:00"):
            self._hand_over(self.lead, self.boss, step=step)
        self.assertEqual(step.reminder_date, fields.Date.to_date("2026-11-26"))
        self.assertEqual(step.escalation_date, fields.Date.to_date("2026-11-27"))

    def _open(self, records, user):
        action = records.with_user(user)
        action = getattr(action, self._openers[records._name])()
        model = self.env[action["res_model"]].with_user(user)
        return Form(model.with_context(**action["context"]))

    _openers = {
        "sales.approval.request": "action_open_hand_over",
        "test.approval.document": "action_approval_open_hand_over",
    }

    def test_on_screen(self):
        for records in (self.offer, self.offer.approval_request_id):
            dialog = self._open(records, self.lead)
            self.assertIn("Offer, Tier 0: Lead", dialog.document)
            self.assertFalse(dialog.has_choice)
            self.assertEqual(set(dialog.unable_user_ids.ids), set((self.lead | self.seller).ids))
        dialog.user_id = self.boss
        dialog.reason = "You know him"
        dialog.save().action_confirm()
        self.assertEqual(self.step.user_ids, self.boss)

    def test_several_at_once_and_one_of_several(self):
        other = self._new_offer()
        other.action_approval_ask()
        requests = self.offer.approval_request_id | other.approval_request_id
        dialog = self._open(requests, self.lead)
        self.assertTrue(dialog.has_choice)
        dialog.user_id = self.boss
        dialog.reason = "On leave"
        dialog.save().action_confirm()
        self.assertEqual(requests.step_ids.user_ids, self.boss)
        self.assertEqual(self._count_mails("boss@x.test"), 1)
        self._new_rule([("amount", ">", 1)], [{"approver_kind": "user", "user_ids": self.cfo.ids}])
        offer = self._new_offer()
        offer.action_approval_ask()
        discount, amount = offer.approval_request_id.step_ids
        dialog = self._open(offer, self.admin)
        dialog.step_ids = amount
        dialog.user_id = self.boss
        dialog.reason = "Ill"
        dialog.save().action_confirm()
        self.assertEqual((discount.user_ids, amount.user_ids), (self.lead, self.boss))

    def test_a_dialog_is_one_s_own(self):
        step = self.step
        dialog = self.env["sales.approval.hand.over"].with_user(self.lead)
        dialog = dialog.create(
            {"step_ids": step.ids, "user_id": self.boss.id, "reason": "Secret reason"}
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            dialog.with_user(self.colleague).read(["reason"])
        # somebody else's step in one's own dialog
        mine = self.env["sales.approval.hand.over"].with_user(self.colleague)
        mine = mine.create({"step_ids": step.ids, "user_id": self.boss.id, "reason": "x"})
        with self.assertRaises(AccessError):
            mine.action_confirm()

    def test_a_dialog_tells_nothing_of_what_one_may_not_read(self):
        offer = self._new_offer(terms="secret", team_lead_id=self.lead.id)
        offer.action_approval_ask()
        self.env.invalidate_all()
        step_ids = offer.sudo().approval_request_id.step_ids.ids
        values = {"step_ids": step_ids, "user_id": self.boss.id, "reason": "x"}
        dialogs = self.env["sales.approval.hand.over"]
        with self.assertRaises(AccessError):
            dialogs.with_user(self.colleague).create(values)
        dialog = dialogs.with_user(self.lead).create(values)
        self.assertIn("Offer", dialog.document)
        offer.sudo().team_lead_id = self.boss
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(dialog.document)
        self.assertFalse(dialog.unable_user_ids)
