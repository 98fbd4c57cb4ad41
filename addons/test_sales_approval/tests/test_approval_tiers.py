from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalTiers(ApprovalCase):
    def test_a_high_discount_is_asked_for_and_approved(self):
        self._new_rule()
        offer = self._new_offer(18)
        self.assertTrue(offer.approval_needed)
        self.assertEqual(offer.approval_info, "Discounts: Discount 18 % is above 15 %")
        self.assertRefused(UserError, offer.action_send, "Discount 18 %", "Ask for Approval")
        offer.action_approval_ask("Big customer")
        self.assertEqual(offer.approval_state, "waiting")
        self.assertRefused(UserError, offer.action_send, "waits for approval by Tier 0: Lead")
        activity = offer.activity_ids
        self.assertEqual(activity.user_id, self.lead)
        offer.with_user(self.lead).action_approval_approve("Fine")
        self.assertEqual(offer.approval_state, "approved")
        self.assertFalse(offer.activity_ids)
        offer.action_send()
        self.assertEqual(offer.state, "sent")
        log = offer.approval_request_id.log_ids.sorted("id")
        self.assertEqual(log.mapped("event"), ["asked", "approved"])
        self.assertEqual(log.mapped("note"), ["Big customer", "Fine"])
        self.assertEqual(log[1].user_id, self.lead)

    def test_a_low_discount_asks_nobody(self):
        self._new_rule()
        offer = self._new_offer(15)
        self.assertFalse(offer.approval_needed)
        self.assertRefused(UserError, offer.action_approval_ask, "No approval is needed")
        offer.action_send()
        self.assertEqual(offer.state, "sent")

    def test_a_rejection_says_why_and_can_be_asked_again(self):
        self._new_rule()
        offer = self._new_offer()
        offer.action_approval_ask()
        lead = offer.with_user(self.lead)
        self.assertRefused(UserError, lead.action_approval_reject, "Say why")
        lead.action_approval_reject("Too much")
        self.assertEqual(offer.approval_state, "rejected")
        self.assertIn("Rejected by Lead: Too much", offer.approval_info)
        self.assertRefused(UserError, offer.action_send, "needs approval")
        offer.line_ids.discount = 16
        offer.action_approval_ask()
        self.assertEqual(offer.approval_state, "waiting")
        self.assertEqual(offer.approval_request_count, 2)

    def test_tiers_come_one_after_the_other(self):
        self._new_rule(
            tiers=[
                {"approver_kind": "user", "user_ids": self.lead.ids, "sequence": 1},
                {"approver_kind": "user", "user_ids": self.boss.ids, "sequence": 2},
            ]
        )
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertRefused(
            AccessError, offer.with_user(self.boss).action_approval_approve, "Tier 0: Lead"
        )
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "waiting")
        self.assertEqual(offer.activity_ids.user_id, self.boss)
        self.assertRefused(
            AccessError, offer.with_user(self.lead).action_approval_approve, "Tier 1: Boss"
        )
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_the_same_sequence_is_asked_at_once(self):
        self._new_rule(
            tiers=[
                {"approver_kind": "user", "user_ids": self.lead.ids},
                {"approver_kind": "user", "user_ids": self.boss.ids},
            ]
        )
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(offer.activity_ids.user_id, self.lead | self.boss)
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "waiting")
        self.assertEqual(offer.activity_ids.user_id, self.lead)
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_one_of_a_group_or_all_of_it(self):
        any_rule = self._new_rule(tiers=[{"approver_kind": "group", "group_id": self.group.id}])
        offer = self._new_offer()
        offer.action_approval_ask()
        offer.with_user(self.cfo).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")
        any_rule.tier_ids.decision_mode = "all"
        offer = self._new_offer()
        offer.action_approval_ask()
        offer.with_user(self.cfo).action_approval_approve()
        self.assertEqual(offer.approval_state, "waiting")
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_a_field_of_the_document_names_the_approver(self):
        rule = self._new_rule(
            tiers=[
                {
                    "approver_kind": "field",
                    "approver_field": "team_lead_id",
                    "group_id": self.group.id,
                }
            ]
        )
        offer = self._new_offer(team_lead_id=self.lead.id)
        offer.action_approval_ask()
        self.assertEqual(offer.approval_request_id.step_ids.user_ids, self.lead)
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(offer.approval_request_id.step_ids.user_ids, self.boss | self.cfo)
        with self.assertRaises(ValidationError):
            rule.tier_ids.approver_field = "partner_id.name"

    def test_the_manager_of_the_salesperson_or_the_group(self):
        self._new_rule(tiers=[{"approver_kind": "manager", "group_id": self.group.id}])
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(offer.approval_request_id.step_ids.user_ids, self.boss | self.cfo)
        self.patch(
            self.env.registry["res.users"],
            "_get_approval_manager",
            lambda users: self.lead.with_env(users.env),
        )
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(offer.approval_request_id.step_ids.user_ids, self.lead)

    def test_four_eyes(self):
        both = (self.lead | self.seller).ids
        rule = self._new_rule(tiers=[{"approver_kind": "user", "user_ids": both}])
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertRefused(AccessError, offer.action_approval_approve, "not yours to decide")
        # the lead asks for the offer of the seller: now neither can approve, administrators can
        offer = self._new_offer()
        offer.with_user(self.lead).action_approval_ask()
        self.assertNotIn(self.lead, offer.approval_request_id.step_ids.user_ids)
        self.assertIn(self.admin, offer.approval_request_id.step_ids.user_ids)
        rule.tier_ids.is_four_eyes = False
        offer = self._new_offer()
        offer.action_approval_ask()
        offer.action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_a_deputy_decides_on_behalf_of_the_absent(self):
        self._new_rule()
        today = fields.Date.today()
        self.env["sales.approval.absence"].create(
            [
                {
                    "user_id": absent.id,
                    "deputy_id": deputy.id,
                    "date_from": today,
                    "date_to": today,
                }
                for absent, deputy in ((self.lead, self.boss), (self.boss, self.deputy))
            ]
        )
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(offer.activity_ids.user_id, self.deputy)
        # the boss is absent himself, so the chain passes him by
        self.assertFalse(offer.with_user(self.boss).approval_can_decide)
        self.assertTrue(offer.with_user(self.deputy).approval_can_decide)
        offer.with_user(self.deputy).action_approval_approve()
        step = offer.approval_request_id.step_ids
        self.assertEqual(step.decided_by_id, self.deputy)
        self.assertEqual(step.on_behalf_of_id, self.lead)
        log = offer.approval_request_id.log_ids.filtered(lambda row: row.event == "approved")
        self.assertEqual(log.on_behalf_of_id, self.lead)

    def test_the_deputy_is_not_the_one_who_asks(self):
        self._new_rule()
        today = fields.Date.today()
        self.env["sales.approval.absence"].create(
            {
                "user_id": self.lead.id,
                "deputy_id": self.seller.id,
                "date_from": today,
                "date_to": today,
            }
        )
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertRefused(AccessError, offer.action_approval_approve, "not yours")
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_several_rules_each_with_its_tiers(self):
        self._new_rule()
        self._new_rule(
            [("margin", "<", 45), ("amount", ">", 50)],
            [{"approver_kind": "user", "user_ids": self.boss.ids}],
            name="Low margin",
        )
        offer = self._new_offer(20)
        self.assertEqual(len(offer.approval_info.splitlines()), 2)
        self.assertIn("Margin 37.5 % is below 45 %, Amount", offer.approval_info)
        offer.action_approval_ask()
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "waiting")
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_a_rule_applies_to_what_its_filter_finds(self):
        self._new_rule((), domain="[('payment_days', '>', 60)]", name="Long credit")
        self.assertFalse(self._new_offer(payment_days=60).approval_needed)
        offer = self._new_offer(payment_days=61)
        self.assertEqual(offer.approval_info, "Long credit")
        with self.assertRaises(ValidationError):
            self._new_rule(domain="[('nonsense', '=', 1)]")

    def test_rules_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._new_rule(company_id=company.id)
        self.assertFalse(self._new_offer().approval_needed)

    def test_what_waits_keeps_its_tiers_when_rules_change(self):
        rule = self._new_rule()
        offer, draft = self._new_offer(), self._new_offer()
        offer.action_approval_ask()
        rule.tier_ids.user_ids = self.boss
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")
        draft.action_approval_ask()
        self.assertEqual(draft.approval_request_id.step_ids.user_ids, self.boss)
        other = self._new_offer()
        other.action_approval_ask()
        rule.unlink()
        other.with_user(self.boss).action_approval_approve()
        self.assertEqual(other.approval_state, "approved")

    def test_a_withdrawn_request_frees_the_document(self):
        self._new_rule()
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertRefused(
            UserError, offer.with_user(self.colleague).action_approval_withdraw, "Only Seller"
        )
        offer.action_approval_withdraw()
        self.assertEqual(offer.approval_state, "none")
        self.assertFalse(offer.activity_ids)
        offer.line_ids.discount = 30
        self.assertRefused(
            UserError, offer.with_user(self.lead).action_approval_approve, "not wait"
        )

    def test_the_activity_is_closed_by_the_decision_only(self):
        self._new_rule()
        offer = self._new_offer()
        offer.action_approval_ask()
        activity = offer.with_user(self.lead).activity_ids
        self.assertRefused(UserError, activity.action_feedback, "press Approve or Reject")
        self.assertEqual(offer.approval_state, "waiting")

    def test_approvers_and_who_asked_get_one_mail_each(self):
        self._new_rule()
        offers = self._new_offer() | self._new_offer()
        mails = self.env["mail.mail"].search([])
        offers.action_approval_ask()
        asked = self.env["mail.mail"].search([]) - mails
        self.assertEqual(len(asked), 1)
        self.assertIn("lead@x.test", asked.email_to)
        for offer in offers:
            address = f"/mail/view?model=test.approval.document&amp;res_id={offer.id}"
            self.assertIn(address, asked.body_html)
        offers.with_user(self.lead).action_approval_approve()
        told = self.env["mail.mail"].search([]) - mails - asked
        self.assertEqual(len(told), 1)
        self.assertIn("seller@x.test", told.email_to)

    def test_a_rule_is_simulated(self):
        rule = self._new_rule()
        self.env["test.approval.document"].search([]).unlink()
        offers = self._new_offer(20) | self._new_offer(5) | self._new_offer(30)
        simulation = self.env["sales.approval.simulation"].browse(
            rule.with_user(self.admin).action_simulate()["res_id"]
        )
        self.assertEqual((simulation.checked_count, simulation.asking_count), (3, 2))
        found = self.env["test.approval.document"].search(simulation.action_open()["domain"])
        self.assertEqual(found, offers[0] | offers[2])
        self.assertFalse(self.env["sales.approval.request"].search_count([]))

    def test_a_deleted_document_takes_its_requests_along(self):
        self._new_rule()
        offer = self._new_offer()
        offer.action_approval_ask()
        request = offer.approval_request_id
        offer.unlink()
        self.assertFalse(request.exists())
