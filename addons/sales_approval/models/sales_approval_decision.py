"""How a request goes on: who decides, what is asked next, and how it ends."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class SalesApprovalRequest(models.Model):
    _inherit = "sales.approval.request"

    def _decide(self, decision, comment):
        self.check_access("read")
        if decision == "rejected" and not (comment or "").strip():
            raise UserError(self.env._("Say why you reject it: the salesperson will read it."))
        self._check_waiting()
        # reason: nobody may write steps himself; whose they are is checked here
        steps = self.sudo().step_ids
        mine = steps.with_env(self.env)._get_mine()
        self._check_mine(self.browse(step.request_id.id for step in mine))
        if decision == "approved":
            self.sudo()._check_unchanged()
        for principal, found in _by_principal(steps, mine):
            found._record_decision(decision, comment, principal)
        if decision == "rejected":
            self.sudo()._finish("rejected", comment)
        else:
            self.sudo()._advance()

    def _check_mine(self, mine):
        if foreign := self - mine:
            foreign = foreign[:1].sudo()  # reason: to name who decides
            raise AccessError(
                self.env._(
                    "%(document)s is not yours to decide. Asked are: %(steps)s.",
                    document=foreign.res_name,
                    steps="; ".join(foreign.pending_step_ids.mapped("display_name")),
                )
            )

    def _check_unchanged(self):
        """Refuse to approve what is not any more what was asked for."""
        for name, requests in self.grouped("res_model").items():
            documents = self.env[name].browse(requests.mapped("res_id"))
            current = documents._get_approval_snapshots()
            for request in requests:
                document = documents.browse(request.res_id)
                before, after = request.snapshot, current[request.res_id]
                if changes := document._get_approval_changes(before, after):
                    raise UserError(
                        self.env._(
                            "%(document)s has changed since it was asked about: %(changes)s. "
                            "Ask its salesperson to withdraw the request and to ask again.",
                            document=request.res_name,
                            changes=document._get_approval_change_text(changes),
                        )
                    )

    def _advance(self, is_new=False):
        """Ask the next tiers, or finish what has none left.

        :param is_new: whether the tiers were found just now; else their people may have changed
        """
        open_steps = self.step_ids.filtered(lambda step: step.state in ("waiting", "pending"))
        finished = self - open_steps.request_id
        due = open_steps.browse()
        for steps in open_steps.grouped(lambda step: (step.request_id, step.rule_key)).values():
            first = min(steps.mapped("sequence"))
            due |= steps.filtered(lambda s, f=first: s.sequence == f and s.state == "waiting")
        if not is_new:
            due._reassign()
        due._ask()
        open_steps.request_id._close_activities(open_steps)
        finished._finish("approved", False)

    def _finish(self, state, comment):
        """End requests, tell who asked, and close what others had to do."""
        if not self:
            return
        self.write({"state": state, "date_done": fields.Datetime.now()})
        rest = self.step_ids.filtered(lambda step: step.state in ("waiting", "pending"))
        rest.write({"state": "skipped", "reminder_date": False, "escalation_date": False})
        self._close_activities(self.step_ids.browse())
        if state == "cancelled":
            self._log("withdrawn", comment)
        for name, requests in self.grouped("res_model").items():
            documents = self.env[name].browse(requests.mapped("res_id"))
            documents._approval_set_finished(state, requests)
        self._tell_outcome(state, comment)
        if state == "approved":
            self._run_deferred()

    def _run_deferred(self):
        """Carry out what a customer or a job had started, as the salesperson.

        The approval stands when it cannot be done: the salesperson is told why.
        """
        for request in self.filtered("deferred_action"):
            user = request.responsible_id.filtered("active") or self.env.user
            company = request.company_id or user.company_id
            document = request._get_document().with_user(user)
            document = document.with_context(allowed_company_ids=company.ids)
            try:
                with self.env.cr.savepoint():
                    document._approval_run(request.deferred_action)
            except UserError as error:
                request._log("failed", str(error))
                request._tell_failure(str(error))
            else:
                request._log("done", document._get_approval_action_label(request.deferred_action))

    def _log(self, event, note=False):
        """Write one row for each request."""
        self._log_each(event, dict.fromkeys(self, note))

    def _log_each(self, event, notes, **values):
        """Write one row for each request, with a note of its own.

        :param notes: {request: text}
        """
        self.env["sales.approval.log"].create(
            [request._prepare_log(event, note, **values) for request, note in notes.items()]
        )

    def _log_left_out(self, found):
        """Write who was not asked because the document is closed to him, a row for each tier.

        :param found: list of (request, name of the tier, users)
        """
        self.env["sales.approval.log"].create(
            [
                request._prepare_log("left_out", request._get_left_out_text(users), step_name=name)
                for request, name, users in found
                if users
            ]
        )

    def _get_left_out_text(self, users):
        return "\n".join(
            self.env._("%s may not read the document and was not asked.", name)
            for name in users.mapped("name")
        )

    def _prepare_log(self, event, note=False, **values):
        return {
            "request_id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "event": event,
            "user_id": self.env.uid,
            "note": note,
            **values,
        }


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    def _record_decision(self, decision, comment, principal):
        self.write(
            {
                "state": decision,
                "decided_by_id": self.env.uid,
                "on_behalf_of_id": principal.id,
                "decided_date": fields.Datetime.now(),
                "comment": comment,
                "reminder_date": False,
                "escalation_date": False,
            }
        )
        self.env["sales.approval.log"].create(
            [
                step.request_id._prepare_log(
                    decision, comment, step_name=step.name, on_behalf_of_id=principal.id
                )
                for step in self
            ]
        )


def _by_principal(steps, mine):
    """Give (principal, steps decided for that person), the own ones first."""
    groups = {}
    for step, principal in mine.items():
        groups.setdefault(principal, []).append(step.id)
    return [
        (principal, steps.browse(groups[principal]))
        for principal in sorted(groups, key=lambda user: user.ids)
    ]
