"""Somebody who is asked lets somebody else decide."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .sales_approval_request import ADMIN


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    def action_hand_over(self, user_id, reason):
        """Let somebody else decide about what waits for me.

        Who is asked, or stands in, hands over his own share; an approval administrator who is
        not asked himself that of everybody who is.

        :param user_id: id of the user who is to decide
        :param reason: why; required
        :raise AccessError: if a step is not mine to hand over
        :raise UserError: if a step does not wait any more, there is no reason, or that user
            cannot decide: by four eyes, or because he may not read the document
        """
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you hand it over: whoever is asked will read it."))
        # reason: nobody may write steps himself; whose they are is checked here
        steps = self.sudo()
        # Who hands over or decides the same step meets there anyway; who hands over another step
        # of the tier to the same person meets here only.
        steps.request_id._check_waiting()
        givers = steps._get_givers()
        taker = self.env["res.users"].sudo().browse(user_id).exists()
        for group, readers in steps._group_by_readers():
            for step in group:
                step._check_taker(taker, readers)
        steps._hand_over(givers, taker, reason)

    def _get_givers(self):
        """Map each step to whose share of it the user hands over.

        :raise AccessError: if one is not his to hand over
        :raise UserError: if one is not asked about any more
        """
        if decided := self.filtered(lambda step: step.state != "pending"):
            names = {"document": decided[0].request_id.res_name, "tier": decided[0].name}
            raise UserError(self.env._("%(document)s: %(tier)s is not asked any more.", **names))
        user = self.env.user
        mine = self._get_mine()
        givers = {step: principal or user for step, principal in mine.items()}
        for step in self - self.browse(step.id for step in mine):
            if user in step.excluded_user_ids or not user.has_group(ADMIN):
                raise AccessError(
                    self.env._(
                        "%(document)s is not yours to hand over. Asked are: %(steps)s.",
                        document=step.request_id.res_name,
                        steps=step.display_name,
                    )
                )
            givers[step] = step.user_ids
        return givers

    def _check_taker(self, taker, readers):
        """Refuse who cannot decide about a step.

        :param taker: user, empty for one that is gone
        :param readers: :class:`ApprovalReaders` of the documents
        """
        document = self._get_document()
        if not taker._filter_approval_able(document._get_approval_company()):
            raise UserError(self._get_taker_text(taker, "unable"))
        if taker in self.excluded_user_ids:
            raise UserError(self._get_taker_text(taker, "excluded"))
        if not readers.filter(document, taker):
            raise UserError(self._get_taker_text(taker, "closed"))
        siblings = self._get_siblings()
        if taker in self.user_ids | siblings.user_ids | siblings.decided_by_id:
            raise UserError(self._get_taker_text(taker, "asked"))

    def _get_taker_text(self, taker, kind):
        names = {"user": taker.name or "?", "document": self.request_id.res_name}
        texts = {
            "unable": self.env._(
                "%(user)s cannot decide about %(document)s: only active internal users who "
                "may work for its company can.",
                **names,
            ),
            "excluded": self.env._(
                "%(user)s asked for %(document)s, created it or is its salesperson, and four eyes "
                "are needed. Choose somebody else.",
                **names,
            ),
            "closed": self.env._(
                "%(user)s may not read %(document)s, so he cannot decide. Choose somebody who may.",
                **names,
            ),
            "asked": self.env._(
                "%(user)s is asked about %(document)s already. Choose somebody else.", **names
            ),
        }
        return texts[kind]

    def _hand_over(self, givers, taker, reason):
        texts = {step: step._get_hand_over_text(givers[step], taker, reason) for step in self}
        self.env["sales.approval.log"].create(
            [
                step.request_id._prepare_log("handed_over", texts[step], step_name=step.name)
                for step in self
            ]
        )
        for giver, steps in self.grouped(lambda step: givers[step]).items():
            gone = [Command.unlink(user.id) for user in giver]
            steps.write({"user_ids": [*gone, Command.link(taker.id)]})
        self._restart_days()
        requests = self.request_id
        requests._close_activities(requests.step_ids)
        requests._post(
            {r: "\n".join(texts[step] for step in self if step.request_id == r) for r in requests}
        )
        note = "\n".join(dict.fromkeys(texts.values()))
        self._tell_asked_people("sales_approval.mail_asked", dict.fromkeys(self, taker), note)

    def _get_hand_over_text(self, giver, taker, reason):
        names = ", ".join((giver or self.env.user).mapped("name"))
        return self.env._(
            "%(giver)s handed over to %(taker)s: %(reason)s",
            giver=names,
            taker=taker.name,
            reason=reason.strip(),
        )


class SalesApprovalRequest(models.Model):
    _inherit = "sales.approval.request"

    can_hand_over = fields.Boolean(compute="_compute_can_hand_over")

    @api.depends("state", "step_ids.state", "step_ids.user_ids")
    @api.depends_context("uid")
    def _compute_can_hand_over(self):
        steps = self._get_hand_over_steps()
        for request in self:
            request.can_hand_over = request in steps.request_id

    def _get_hand_over_steps(self):
        """Give the steps that the user can hand over: his own, or all for an administrator."""
        waiting = self.filtered(lambda request: request.state == "waiting")
        # reason: only whose they are, which is written on the document
        steps = waiting.sudo().pending_step_ids
        mine = steps.browse(step.id for step in steps.with_env(self.env)._get_mine())
        if self.env.user.has_group(ADMIN):
            rest = steps.filtered(lambda step: step.request_id not in mine.request_id)
            mine |= rest.filtered(lambda step: self.env.user not in step.excluded_user_ids)
        return mine.with_env(self.env)

    def action_open_hand_over(self):
        """Open the dialog to let somebody else decide.

        :raise UserError: if there is nothing to hand over
        """
        self.check_access("read")
        steps = self._get_hand_over_steps()
        if not steps:
            raise UserError(
                self.env._(
                    "Nothing of this is yours to hand over: only who is asked, or an approval "
                    "administrator, can."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over"),
            "res_model": "sales.approval.hand.over",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_step_ids": steps.ids,
                "default_offered_step_ids": steps.ids,
                "dialog_size": "medium",
            },
        }


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    def action_approval_open_hand_over(self):
        """Open the dialog to let somebody else decide; see ``sales.approval.request``."""
        return self._get_waiting_requests().action_open_hand_over()
