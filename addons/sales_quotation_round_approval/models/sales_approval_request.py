from odoo import fields, models
from odoo.tools import format_date


class SalesApprovalRequest(models.Model):
    _inherit = "sales.approval.request"

    carried_from_id = fields.Many2one(
        "sales.approval.request",
        string="Carried Over From",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The approval of an earlier round that this round has taken over.",
    )

    def _get_carried_origin(self):
        """Return the approval that somebody gave, however many rounds it has gone through."""
        return self.carried_from_id or self

    def _get_rules_to_carry(self, model):
        """Return ids of the rules whose approval holds for another round, too.

        Those that are in force and were not changed since: a rule that was changed may ask others.
        """
        if not self:
            return set()
        rules = self.env["sales.approval.rule"]._get_for(model)
        rules = rules.filtered(lambda rule: rule.id in self.snapshot.get("rules", ()))
        return {rule.id for rule in rules if rule._get_last_change() <= self.date_done}

    def _log_carried_over(self):
        """Say in the log of the new round who approved it, as which round."""
        origin = self._get_carried_origin()
        approvers = origin.step_ids.filtered(lambda step: step.state == "approved").decided_by_id
        note = self.env._(
            "Approved as round %(round)s by %(users)s on %(date)s, carried over",
            round=origin._get_document().round_number,
            users=", ".join(approvers.mapped("name")) or "-",
            date=format_date(self.env, fields.Datetime.context_timestamp(self, origin.date_done)),
        )
        self._log("carried", note)


class SalesApprovalRule(models.Model):
    _inherit = "sales.approval.rule"

    def _get_last_change(self):
        """Return when the rule, its thresholds or its tiers were changed last, to the second."""
        self.ensure_one()
        parts = (self, *self.condition_ids, *self.tier_ids)
        return max(part.write_date for part in parts).replace(microsecond=0)
