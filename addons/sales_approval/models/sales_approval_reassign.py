"""Who is asked and may not read the document any more is replaced by somebody who may."""

from odoo import api, models
from odoo.fields import Command, Domain

BATCH = 200


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    @api.model
    def _reassign_job(self):
        """Look at all that waits, in batches.

        :return: whether there is time left for more
        """
        last = 0
        pending = Domain("state", "=", "pending")
        while steps := self.search(pending & Domain("id", ">", last), order="id", limit=BATCH):
            last = steps[-1].id
            # whoever decides or hands over at this moment goes first
            free = steps.request_id.try_lock_for_update(allow_referencing=True)
            steps.filtered(lambda step, free=free: step.request_id in free)._reassign_pending()
            if not self.env["ir.cron"]._commit_progress(len(steps)):
                return False
        return True

    def _reassign_pending(self):
        """Reassign, and move activities and mails along."""
        before = {step: step.user_ids for step in self}
        changed = self._reassign()
        changed.request_id._close_activities(changed.request_id.step_ids)
        people = {step: step.user_ids - before[step] for step in changed}
        changed._tell_asked_people("sales_approval.mail_asked", people)

    def _reassign(self):
        """Leave out who may not read the document any more; if nobody is left, ask others.

        :return: the steps whose people have changed
        """
        changes = {
            step: found
            for steps, readers in self._group_by_readers()
            for step in steps
            if (found := step._get_people_now(readers)) != step.user_ids
        }
        lost = {step: step.user_ids - found for step, found in changes.items()}
        rows = [step._prepare_reassigned_log(lost[step], found) for step, found in changes.items()]
        self.env["sales.approval.log"].create(rows)
        changed = self.browse(step.id for step in changes)
        for found, steps in changed.grouped(lambda step: changes[step]).items():
            steps.user_ids = [Command.set(found.ids)]
        without = changed.filtered(lambda step: not step.user_ids)
        without.request_id._tell_nobody([(step.request_id, step.name) for step in without])
        return changed

    def _get_people_now(self, readers):
        """Give who of those who are asked still can decide, else whom the tier finds now."""
        document = self._get_document().sudo()  # reason: whom the rule finds, whoever decides
        able = self.user_ids._filter_approval_able(document._get_approval_company())
        if kept := readers.filter(document, able):
            return kept
        excluded = self.excluded_user_ids | self._get_siblings().user_ids
        # without its tier, which may be gone, the administrators are asked
        found, _left_out = self.tier_id._get_approvers(document, excluded, readers)
        return found

    def _get_siblings(self):
        """Give the other steps of the same tier: each person decides in one of them."""
        return (
            self.request_id.step_ids.filtered(
                lambda step: step.rule_key == self.rule_key and step.tier_id == self.tier_id
            )
            - self
        )

    def _prepare_reassigned_log(self, lost, found):
        texts = [
            self.env._("%s may not read the document any more and is not asked.", name)
            for name in lost.mapped("name")
        ]
        if new := found - self.user_ids:
            texts.append(self.env._("Asked instead: %s", ", ".join(new.mapped("name"))))
        return self.request_id._prepare_log("reassigned", "\n".join(texts), step_name=self.name)
