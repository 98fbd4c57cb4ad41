"""The gate: what a document asks before it goes on."""

from odoo import models
from odoo.exceptions import UserError


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    def _get_approval_needs(self):
        """Say which documents need approval now, and why.

        Of a document that was approved once, only what is worse now than it was then counts.

        :return: {document id: list of reasons}
        """
        documents = self.sudo().filtered(lambda d: d._is_approval_open())  # reason: rules are ours
        rules = self.env["sales.approval.rule"]._get_for(self._name) if documents else ()
        if not rules:
            return {}
        names = set(rules.condition_ids.mapped("measure"))
        measures = {document.id: document._get_approval_measures(names) for document in documents}
        worse = documents._get_approval_deltas()
        asking = documents.filtered(lambda d: worse[d.id] is None or worse[d.id])
        needs = {}
        for rule in rules:
            for document in rule._get_hits(asking, measures):
                if not document._is_approval_covered(rule, measures[document.id], worse):
                    approved = document.approval_approved_id.snapshot or {}
                    reason = rule._prepare_reason(
                        measures[document.id], approved.get("measures", {})
                    )
                    needs.setdefault(document.id, []).append(reason)
        return needs

    def _get_approval_deltas(self):
        """Give what is worse than approved; None for what was never approved.

        :return: {document id: list of changes, or None}
        """
        approved = self.filtered("approval_approved_id")
        current = approved._get_approval_snapshots()
        deltas = dict.fromkeys(self.ids)
        for document in approved:
            before = document.approval_approved_id.snapshot
            deltas[document.id] = self._get_approval_worse(before, current[document.id])
        return deltas

    def _is_approval_covered(self, rule, measures, worse):
        """Say whether the last approval answers a rule: it was asked, and nothing got worse."""
        changes = worse[self.id]
        if changes is None:
            return False
        snapshot = self.approval_approved_id.snapshot
        if rule.id not in snapshot.get("rules", ()):
            return False
        approved = snapshot["measures"]
        if any(
            condition._is_worse(measures.get(condition.measure), approved.get(condition.measure))
            for condition in rule.condition_ids
        ):
            return False
        watched = rule._get_watched_fields()
        return bool(watched) and not any(change.field in watched for change in changes)

    def _approval_gate(self, action_name):
        """Let those documents go on that need no approval.

        A document calls it first in an action, and goes on with what it gets.

        :param action_name: name of the action, for whom it is held up
        :return: the documents that may go on; for customers, jobs and the superuser the others
            wait, their request is made, and their salesperson is told
        :raise UserError: for somebody of us, if a document needs approval or waits for it
        """
        documents = self.sudo()._approval_touch()  # reason: whoever comes, the answer is ours
        needs = documents._get_approval_needs()
        held = documents.filtered(
            lambda document: (
                document.id in needs
                or (document.approval_state == "waiting" and document._is_approval_open())
            )
        )
        if held and self.env.user._is_approval_interactive():
            raise UserError("\n".join(document._get_approval_refusal(needs) for document in held))
        held._approval_defer(action_name)
        return self - held

    def _get_approval_refusal(self, needs):
        if self.approval_state == "waiting":
            request = self.approval_request_id
            return self.env._(
                "%(document)s waits for approval by %(steps)s.",
                document=self.display_name,
                steps="; ".join(request.pending_step_ids.mapped("display_name")),
            )
        return self.env._(
            "%(document)s needs approval because of %(reasons)s. Press Ask for Approval.",
            document=self.display_name,
            reasons="; ".join(self._get_approval_reason_lines(needs[self.id])),
        )

    def _approval_defer(self, action_name):
        """Make documents wait that a customer or a job has started an action of."""
        waiting = self.filtered(lambda d: d.approval_state == "waiting")
        requests = waiting.approval_request_id | (self - waiting)._approval_submit(False)
        fresh = requests.filtered(lambda request: request.deferred_action != action_name)
        fresh.write({"deferred_action": action_name})
        label = self._get_approval_action_label(action_name)
        fresh._log("deferred", label)
        text = self.env._("%s: started by the customer or a job, waits for approval", label)
        fresh._tell_responsible(dict.fromkeys(fresh, text))

    def _approval_run(self, action_name):
        """Carry out an action that was held up, now that the document is approved."""
        self.ensure_one()
        method = self._approval_deferred_actions.get(action_name)
        if not method:
            raise UserError(
                self.env._(
                    "%s has to be done by hand.", self._get_approval_action_label(action_name)
                )
            )
        getattr(self, method)()
