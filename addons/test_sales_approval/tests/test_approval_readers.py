from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalReaders(ApprovalCase):
    """Only who may read the document is asked: a secret offer is read by two people."""

    def _new_tier(self, users, **values):
        return {"approver_kind": "user", "user_ids": users.ids, **values}

    def _ask(self, reader, **values):
        offer = self._new_offer(terms="secret", team_lead_id=reader.id, **values)
        offer.action_approval_ask()
        return offer

    def _get_asked(self, offer):
        return offer.sudo().approval_request_id.step_ids.user_ids

    def _be_absent(self, user, deputy):
        today = fields.Date.today()
        dates = {"date_from": today, "date_to": today}
        self.env["sales.approval.absence"].create(
            {"user_id": user.id, "deputy_id": deputy.id, **dates}
        )

    def test_who_may_not_read_it_is_left_out_and_logged(self):
        self._new_rule(tiers=[self._new_tier(self.lead | self.boss)])
        offer = self._ask(self.boss)
        self.assertEqual(self._get_asked(offer), self.boss)
        self.assertEqual(offer.activity_ids.user_id, self.boss)
        self.assertEqual(self._count_mails("lead@x.test"), 0)
        self.assertNotIn(self.lead.partner_id, offer.sudo().message_partner_ids)
        note = "Lead may not read the document and was not asked."
        self.assertEqual(self._get_notes(offer, "left_out"), [note])
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_everybody_is_asked_about_what_everybody_reads(self):
        self._new_rule(tiers=[self._new_tier(self.lead | self.boss)])
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertEqual(self._get_asked(offer), self.lead | self.boss)
        self.assertFalse(self._get_notes(offer, "left_out"))

    def test_two_offers_of_one_request_are_told_apart(self):
        self._new_rule(tiers=[self._new_tier(self.lead | self.boss)])
        secret = self._new_offer(terms="secret", team_lead_id=self.boss.id)
        plain = self._new_offer()
        (secret | plain).action_approval_ask()
        self.assertEqual(self._get_asked(secret), self.boss)
        self.assertEqual(self._get_asked(plain), self.lead | self.boss)

    def test_all_of_those_who_may_read_it_must_approve(self):
        users = self.lead | self.boss
        self._new_rule(tiers=[self._new_tier(users, decision_mode="all")])
        offer = self._ask(self.boss)
        self.assertEqual(offer.sudo().approval_request_id.step_ids.mapped("user_ids"), self.boss)
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_it_falls_back_to_the_group_and_then_to_administrators(self):
        self._new_rule(tiers=[self._new_tier(self.lead, group_id=self.group.id)])
        offer = self._ask(self.cfo)
        self.assertEqual(self._get_asked(offer), self.cfo)
        offer = self._ask(self.admin)
        self.assertEqual(self._get_asked(offer), self.admin)
        [note] = self._get_notes(offer, "left_out")
        for name in ("Lead", "Boss", "Cfo"):
            self.assertIn(f"{name} may not read the document", note)

    def test_who_works_in_another_company_is_asked(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine = self.env.company
        self.seller.company_ids = [Command.link(other.id)]
        self.lead.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self._new_rule()
        offer = self._new_offer()
        offer.sudo().company_id = other
        # the seller works in both, the lead in the other one only
        offer.with_context(allowed_company_ids=(mine | other).ids).action_approval_ask()
        self.assertEqual(self._get_asked(offer), self.lead)

    def test_when_nobody_may_read_it_the_request_is_refused(self):
        self._new_rule(tiers=[self._new_tier(self.lead, name="Sales head")])
        offer = self._new_offer(terms="secret")
        texts = ("Sales head", "Discounts", "Lead", "Approval_admin", "may not read it", "Ask an")
        self.assertRefused(UserError, offer.action_approval_ask, *texts)
        self.assertEqual(offer.approval_state, "none")
        self.assertFalse(offer.approval_request_count)

    def test_what_a_job_asks_about_waits_and_people_are_told(self):
        self._new_rule(tiers=[self._new_tier(self.lead, name="Sales head")])
        offer = self._new_offer(terms="secret")
        self.assertFalse(offer.with_env(self.env)._approval_gate("action_send"))
        offer.invalidate_recordset()
        self.assertEqual(offer.approval_state, "waiting")
        step = offer.sudo().approval_request_id.step_ids
        self.assertEqual((step.state, len(step.user_ids)), ("pending", 0))
        mine = offer.sudo().activity_ids
        self.assertEqual(mine.user_id, self.seller)
        self.assertIn(
            "nobody can approve it in the tier Sales head", ";".join(mine.mapped("summary"))
        )
        tasks = self.env["mail.activity"].search([("user_id", "=", self.admin.id)])
        self.assertEqual(len(tasks), 1)
        self.assertFalse(tasks.res_model, "the administrator may not read the offer")
        self.assertIn("Sales head", tasks.summary)
        self.assertEqual(self._count_mails("approval_admin@x.test"), 1)
        self.assertEqual(len(self._get_notes(offer, "nobody")), 1)
        self._run_job()
        tasks = self.env["mail.activity"].search([("user_id", "=", self.admin.id)])
        self.assertEqual(len(tasks), 1, "told once")
        offer.sudo().team_lead_id = self.lead
        self._run_job()
        self.assertEqual(self._get_asked(offer), self.lead)
        offer.with_user(self.lead).action_approval_approve()
        self.assertEqual((offer.approval_state, offer.state), ("approved", "sent"))

    def test_a_deputy_who_may_not_read_it_is_not_asked(self):
        self._new_rule()
        self._be_absent(self.lead, self.deputy)
        offer = self._ask(self.lead)
        self.assertEqual(offer.activity_ids.user_id, self.lead)
        self.assertEqual(self._count_mails("deputy@x.test"), 0)
        note = "Deputy may not read the document and was not asked."
        self.assertEqual(self._get_notes(offer, "left_out"), [note])
        plain = self._new_offer()
        plain.action_approval_ask()
        self.assertEqual(plain.activity_ids.user_id, self.deputy)

    def test_a_later_tier_is_looked_at_when_it_is_asked(self):
        tiers = [self._new_tier(self.lead, sequence=1), self._new_tier(self.boss, sequence=2)]
        tiers[1]["group_id"] = self.group.id
        self._new_rule(tiers=tiers)
        offer = self._new_offer(user_id=self.lead.id)
        offer.with_user(self.colleague).action_approval_ask()
        first = offer.sudo().approval_request_id.step_ids[0]
        first.user_ids = self.admin
        offer.sudo().team_lead_id = self.cfo
        # behind the engine's back: nobody but the lead and the CFO reads it now
        self._make_secret(offer, self.admin)
        offer.with_user(self.admin).action_approval_approve()
        self.assertEqual(self._get_asked(offer), self.admin | self.cfo)
        self.assertIn("Boss may not read", self._get_notes(offer, "reassigned")[0])
        self.assertEqual(offer.sudo().activity_ids.user_id, self.cfo)

    def _make_secret(self, offer, *others):
        """Close the offer to all but its salesperson, its team lead, and others."""
        rule = self.env.ref("test_sales_approval.test_approval_document_rule_secret")
        users = [self.env.uid, *(user.id for user in others)]
        rule.domain_force = (
            "['|', '|', '|', ('name', '!=', 'Closed'), ('user_id', '=', user.id),"
            f" ('team_lead_id', '=', user.id), ('name', 'in', ['Closed'] if user.id in {users}"
            " else [])]"
        )
        offer.sudo().name = "Closed"
        self.env.flush_all()
        self.env.invalidate_all()

    def test_who_loses_access_later_is_replaced_by_the_job(self):
        self._new_rule(tiers=[self._new_tier(self.lead, group_id=self.group.id)])
        offer = self._new_offer()
        offer.action_approval_ask()
        self._run_job()
        self.assertFalse(self._get_notes(offer, "reassigned"), "nothing has changed")
        offer.sudo().team_lead_id = self.cfo
        self._make_secret(offer)
        self._run_job()
        self.assertEqual(self._get_asked(offer), self.cfo)
        self.assertEqual(offer.sudo().activity_ids.user_id, self.cfo)
        self.assertEqual(self._count_mails("cfo@x.test"), 1)
        [note] = self._get_notes(offer, "reassigned")
        self.assertIn("Lead may not read the document any more", note)
        self.assertIn("Asked instead: Cfo", note)
        self._run_job()
        self.assertEqual(self._count_mails("cfo@x.test"), 1)
        offer.with_user(self.cfo).action_approval_approve()
        self.assertEqual(offer.approval_state, "approved")

    def test_who_still_reads_it_keeps_it_alone(self):
        self._new_rule(tiers=[self._new_tier(self.lead | self.cfo, group_id=self.group.id)])
        offer = self._new_offer()
        offer.action_approval_ask()
        offer.sudo().team_lead_id = self.cfo
        self._make_secret(offer)
        mails = self._count_mails("cfo@x.test")
        self._run_job()
        self.assertEqual(self._get_asked(offer), self.cfo)
        self.assertEqual(self._count_mails("cfo@x.test"), mails, "he was told before")

    def test_an_archived_approver_is_replaced(self):
        self._new_rule(tiers=[self._new_tier(self.lead, group_id=self.group.id)])
        offer = self._new_offer()
        offer.action_approval_ask()
        self.lead.action_archive()
        self._run_job()
        self.assertEqual(self._get_asked(offer), self.group.user_ids)

    def test_where_all_must_approve_a_share_goes_to_somebody_else(self):
        users = self.lead | self.boss
        tier = self._new_tier(users, decision_mode="all", group_id=self.group.id)
        self._new_rule(tiers=[tier])
        offer = self._new_offer()
        offer.action_approval_ask()
        offer.sudo().team_lead_id = self.boss
        self._make_secret(offer, self.cfo)
        self._run_job()
        asked = offer.sudo().approval_request_id.step_ids.mapped("user_ids")
        self.assertEqual(asked, self.boss | self.cfo)
        offer.with_user(self.boss).action_approval_approve()
        self.assertEqual(offer.approval_state, "waiting")

    def test_nobody_is_left_later(self):
        self._new_rule()
        offer = self._new_offer()
        offer.action_approval_ask()
        self._make_secret(offer)
        self._run_job()
        self._run_job()
        self.assertFalse(self._get_asked(offer))
        self.assertEqual(offer.approval_state, "waiting")
        self.assertEqual(offer.sudo().activity_ids.user_id, self.seller)
        self.assertEqual(len(self._get_notes(offer, "nobody")), 1, "told once")

    def test_escalation_reaches_readers_only(self):
        tier = self._new_tier(self.lead, escalation_days=1)
        tier["escalation_user_ids"] = (self.boss | self.cfo).ids
        self._new_rule(tiers=[tier])
        with freeze_time("2026-11-26 10:00:00"):
            offer = self._new_offer()
            offer.action_approval_ask()
        offer.sudo().team_lead_id = self.lead
        self._make_secret(offer, self.boss)
        with freeze_time("2026-11-27 10:00:00"):
            self._run_job()
        self.assertEqual(self._get_asked(offer), self.lead | self.boss)
        self.assertEqual(self._get_notes(offer, "escalated"), ["Boss"])
        self.assertIn("Cfo may not read", self._get_notes(offer, "left_out")[0])
