"""Asking: requests are made for many documents at once, and never written by their users."""

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command


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
        documents._create_approval_steps(requests)
        requests._log("asked", comment)
        requests._tell_asked()
        requests._advance()
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
            "reasons": reasons,
            "comment": comment,
        }

    def _create_approval_steps(self, requests):
        rules = {rule.id: rule for rule in self.env["sales.approval.rule"]._get_for(self._name)}
        vals_list = [
            vals
            for document, request in zip(self, requests, strict=True)
            for reason in request.reasons
            for tier in rules[reason["rule"]].tier_ids
            for vals in document._prepare_approval_steps(request, tier)
        ]
        self.env["sales.approval.step"].create(vals_list)

    def _prepare_approval_steps(self, request, tier):
        """Give the values of the steps of a tier: one for all approvers, or one for each."""
        nobody = self.env["res.users"]
        excluded = self._get_approval_excluded(request.user_id) if tier.is_four_eyes else nobody
        approvers = tier._get_approvers(self, excluded)
        if not approvers and self.env.user._is_approval_interactive():
            raise UserError(
                self.env._(
                    "Nobody can approve %(document)s in the tier %(tier)s of the rule %(rule)s. "
                    "Ask an approval administrator to name somebody else.",
                    document=request.res_name,
                    tier=tier.name,
                    rule=tier.rule_id.name,
                )
            )
        shares = approvers if approvers and tier.decision_mode == "all" else [approvers]
        return [self._prepare_approval_step(request, tier, users, excluded) for users in shares]

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
