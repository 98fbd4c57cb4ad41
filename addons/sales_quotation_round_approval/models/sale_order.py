from odoo import models

from ..tools.carry import carry_snapshot


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _supersede(self):
        """Extend: what waits for approval in a round that is replaced waits no longer.

        Whoever decides at the same moment meets us in the database.
        """
        # reason: requests are written by nobody; who may close the round ends what it asked for
        order = self.sudo()
        if order.approval_state == "waiting":
            waiting = order.approval_request_id._lock()
            waiting._finish("cancelled", self.env._("A newer round replaced this one."))
        return super()._supersede()

    def _get_activities_to_move(self):
        """Extend: who was asked to approve a round is not asked about another one by that."""
        activities = super()._get_activities_to_move()
        kind = self.env.ref("sales_approval.mail_activity_type_approval")
        return activities.filtered(lambda activity: activity.activity_type_id != kind)

    def _take_over(self, replaced):
        """Extend: what was approved of the base is approved of this round."""
        taken = super()._take_over(replaced)
        self._carry_approval_over()
        return taken

    def _carry_approval_over(self):
        """Take over the last approval of the base, line by line.

        It is compared with what this round is: what is worse asks again. Only the engine writes
        here, as it does when somebody decides; a client can neither call this nor name a base.
        """
        # reason: approvals are written by nobody, and what was approved is not the writer's
        made, base = self.sudo(), self.base_round_id.sudo()
        approval = base.approval_approved_id
        rules = approval._get_rules_to_carry(self._name)
        if not rules or base.approval_state == "rejected":
            return
        snapshot = carry_snapshot(
            approval.snapshot, base._get_round_keys(), made._get_round_keys(), rules
        )
        request = approval.create(made._prepare_carried_request(approval, snapshot))
        request._log_carried_over()
        made._approval_store("approved", "approval_approved_id", request)
        made._approval_restore()

    def _get_round_keys(self):
        return {line.id: line._get_round_key() for line in self.order_line}

    def _prepare_carried_request(self, approval, snapshot):
        """Return values of the approval that this round begins with."""
        return {
            "res_model": self._name,
            "res_id": self.id,
            "res_name": self.display_name,
            "company_id": approval.company_id.id,
            "user_id": approval.user_id.id,
            "responsible_id": self._get_approval_responsible().id,
            "state": "approved",
            "date_done": approval.date_done,
            "reasons": approval.reasons,
            "comment": approval.comment,
            "snapshot": snapshot,
            "carried_from_id": approval._get_carried_origin().id,
        }
