"""Asking: requests are made for many documents at once, and never written by their users."""

from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .approval_readers import ApprovalReaders


class ApprovalPlan(NamedTuple):
    """Whom one tier asks about one request, before its steps are made.

    :param left_out: users who would be asked, if they could read the document
    :param excluded: users who may not decide, by four eyes
    """

    request: models.BaseModel
    tier: models.BaseModel
    people: models.BaseModel
    left_out: models.BaseModel
    excluded: models.BaseModel

    def get_refusal(self):
        """Say why nobody can be asked, and what to do."""
        env, rule = self.request.env, self.tier.rule_id.name
        names = {"document": self.request.res_name, "tier": self.tier.name, "rule": rule}
        if not self.left_out:
            return env._(
                "Nobody can approve %(document)s in the tier %(tier)s of the rule %(rule)s. "
                "Ask an approval administrator to name somebody else.",
                **names,
            )
        return env._(
            "Nobody can approve %(document)s in the tier %(tier)s of the rule %(rule)s: "
            "%(people)s may not read it. Ask an approval administrator to name somebody who may, "
            "or have one of them allowed to read it.",
            people=", ".join(self.left_out.mapped("name")),
            **names,
        )


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    def action_approval_ask(self, comment=False):
        """Ask for approval of all documents that need it.

        :param comment: text for the approvers
        :raise AccessError: if one of the documents is not mine to write
        :raise UserError: if none of them needs approval
        """
        self.check_access("write")
        if not self.sudo()._approval_submit(comment):  # reason: requests are written by nobody
            raise UserError(self.env._("No approval is needed, or it was asked for already."))

    def action_approval_open_ask(self):
        """Open the dialog to ask, with room for a comment."""
        return self._open_approval_dialog("ask", self.env._("Ask for Approval"))

    def action_approval_open_approve(self):
        """Open the dialog to approve."""
        return self._open_approval_dialog("approved", self.env._("Approve"))

    def action_approval_open_reject(self):
        """Open the dialog to reject."""
        return self._open_approval_dialog("rejected", self.env._("Reject"))

    def _open_approval_dialog(self, decision, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "sales.approval.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_decision": decision,
                "default_res_model": self._name,
                "default_res_ids": self.ids,
                "dialog_size": "medium",
            },
        }

    def action_approval_approve(self, comment=False):
        """Approve what of the documents waits for me; see ``sales.approval.request``."""
        self._get_waiting_requests().action_approve(comment)

    def action_approval_reject(self, comment=False):
        """Reject what of the documents waits for me; see ``sales.approval.request``."""
        self._get_waiting_requests().action_reject(comment)

    def action_approval_withdraw(self, comment=False):
        """Take the requests of the documents back; see ``sales.approval.request``."""
        self._get_waiting_requests().action_withdraw(comment)

    def _get_waiting_requests(self):
        self.check_access("read")
        waiting = self.filtered(lambda document: document.approval_state == "waiting")
        if not waiting:
            raise UserError(self.env._("This does not wait for approval any more."))
        return self.env["sales.approval.request"].browse(waiting.approval_request_id.ids)

    def _approval_submit(self, comment):
        """Make requests for the documents that need one, and ask the first tiers.

        :param comment: text for the approvers
        :return: the requests
        """
        self._approval_touch()
        documents = self.filtered(lambda document: document.approval_state != "waiting")
        needs = documents._get_approval_needs()
        documents = documents.browse(i for i in documents.ids if i in needs)
        snapshots = documents._get_approval_snapshots()
        requests = self.env["sales.approval.request"].create(
            [
                {
                    **document._prepare_approval_request(needs[document.id], comment),
                    "snapshot": {
                        **snapshots[document.id],
                        "rules": document._get_approval_rules(needs[document.id]),
                    },
                }
                for document in documents
            ]
        )
        documents._approval_store("waiting", "approval_request_id", requests)
        requests._log("asked", comment)
        requests._tell_asked()
        documents._create_approval_steps(requests)
        requests._advance(is_new=True)
        return requests

    def _get_approval_rules(self, reasons):
        """Give the rules that an approval would answer: those that ask, and those before."""
        before = (self.approval_approved_id.snapshot or {}).get("rules", [])
        return sorted({*before, *(reason["rule"] for reason in reasons)})

    def _prepare_approval_request(self, reasons, comment):
        responsible = self._get_approval_responsible()
        user = self.env.user if self.env.user._is_approval_interactive() else responsible
        return {
            "res_model": self._name,
            "res_id": self.id,
            "res_name": self.display_name,
            "company_id": self._get_approval_company().id,
            "user_id": (user or self.env.user).id,
            "responsible_id": responsible.id,
            "reasons": self._name_approval_reasons(reasons),
            "comment": comment,
        }

    def _name_approval_reasons(self, reasons):
        """Add what the rules are called now, in each language: asker and approver may differ."""
        rules = self.env["sales.approval.rule"].sudo()  # reason: its name is told in a request
        speakers = {
            code: rules.with_context(lang=code)
            for code, _name in self.env["res.lang"].get_installed()
        }
        return [
            {
                **reason,
                "names": {
                    code: each.browse(reason["rule"]).name for code, each in speakers.items()
                },
            }
            for reason in reasons
        ]

    def _create_approval_steps(self, requests):
        """Make the steps of requests, each for those who may read the document.

        :raise UserError: for somebody of us, if a tier finds nobody; for customers and jobs the
            step is made without people, and those who can mend it are told
        """
        plans = self._plan_approval_steps(requests)
        without = [plan for plan in plans if not plan.people]
        if without and self.env.user._is_approval_interactive():
            raise UserError(without[0].get_refusal())
        self.env["sales.approval.step"].create(
            [vals for plan in plans for vals in self._prepare_approval_steps(plan)]
        )
        requests._log_left_out([(p.request, p.tier.name, p.left_out) for p in plans])
        requests._tell_nobody([(p.request, p.tier.name) for p in without])

    def _plan_approval_steps(self, requests):
        """Say whom each tier of the rules that ask finds for each document.

        :return: list of :class:`ApprovalPlan`
        """
        rules = {rule.id: rule for rule in self.env["sales.approval.rule"]._get_for(self._name)}
        readers = ApprovalReaders(self)
        return [
            document._plan_approval_tier(request, tier, readers)
            for document, request in zip(self, requests, strict=True)
            for reason in request.reasons
            for tier in rules[reason["rule"]].tier_ids
        ]

    def _plan_approval_tier(self, request, tier, readers):
        nobody = self.env["res.users"]
        excluded = self._get_approval_excluded(request.user_id) if tier.is_four_eyes else nobody
        people, left_out = tier._get_approvers(self, excluded, readers)
        return ApprovalPlan(request, tier, people, left_out, excluded)

    def _prepare_approval_steps(self, plan):
        """Give the values of the steps of a tier: one for all approvers, or one for each."""
        is_each = plan.people and plan.tier.decision_mode == "all"
        shares = plan.people if is_each else [plan.people]
        return [
            self._prepare_approval_step(plan.request, plan.tier, users, plan.excluded)
            for users in shares
        ]

    def _prepare_approval_step(self, request, tier, users, excluded):
        return {
            "request_id": request.id,
            "res_model": request.res_model,
            "res_id": request.res_id,
            "rule_id": tier.rule_id.id,
            "rule_key": tier.rule_id.id,
            "tier_id": tier.id,
            "name": tier.name,
            "sequence": tier.sequence,
            "user_ids": [Command.set(users.ids)],
            "excluded_user_ids": [Command.set(excluded.ids)],
            "reminder_days": tier.reminder_days,
            "escalation_days": tier.escalation_days,
            "escalation_user_ids": [Command.set(tier.escalation_user_ids.ids)],
        }

    def _approval_set_finished(self, state, requests):
        """Write on the documents how their requests ended.

        :param state: of the requests
        :param requests: one for each document, which belongs to it
        """
        documents = self.exists()
        if state == "approved":
            requests = requests.filtered(lambda request: request.res_id in documents.ids)
            documents = documents.browse(requests.mapped("res_id"))
            documents._approval_store("approved", "approval_approved_id", requests)
        elif state == "rejected":
            documents._approval_store("rejected")
        else:
            documents._approval_restore()

    def _approval_restore(self):
        """Be again what the documents were before they were asked about."""
        before = self.filtered("approval_approved_id")
        (self - before)._approval_store("none")
        needs = before._get_approval_needs()
        outdated = before.filtered(lambda document: document.id in needs)
        outdated._approval_store("outdated")
        (before - outdated)._approval_store("approved")
