from odoo import api, fields, models
from odoo.fields import Domain


class SalesApprovalStep(models.Model):
    """One tier of a rule in one request: who is asked, who answered, and for whom."""

    _name = "sales.approval.step"
    _description = "Approval Step"
    _inherit = "sales.approval.access"
    _order = "request_id DESC, sequence, id"

    request_id = fields.Many2one(
        "sales.approval.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    rule_id = fields.Many2one("sales.approval.rule", readonly=True, index=True, ondelete="set null")
    tier_id = fields.Many2one(
        "sales.approval.rule.tier", string="Tier of the Rule", readonly=True, ondelete="set null"
    )
    rule_key = fields.Integer(readonly=True, help="The rule, even when it is deleted.")
    name = fields.Char(string="Tier", readonly=True)
    sequence = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Later"),
            ("pending", "Asked"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("skipped", "Not Needed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    user_ids = fields.Many2many(
        "res.users", "sales_approval_step_user_rel", string="Approvers", readonly=True
    )
    excluded_user_ids = fields.Many2many(
        "res.users", "sales_approval_step_excluded_rel", string="Four Eyes", readonly=True
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, index=True)
    on_behalf_of_id = fields.Many2one("res.users", readonly=True)
    decided_date = fields.Datetime(string="Decided on", readonly=True)
    comment = fields.Text(readonly=True)
    reminder_days = fields.Integer(readonly=True)
    escalation_days = fields.Integer(readonly=True)
    escalation_user_ids = fields.Many2many(
        "res.users", "sales_approval_step_escalation_rel", readonly=True
    )
    reminder_date = fields.Date(readonly=True)
    escalation_date = fields.Date(readonly=True)

    _due_idx = models.Index("(LEAST(reminder_date, escalation_date)) WHERE state = 'pending'")

    @api.model
    def _get_mine_domain(self):
        """Give the steps that the user can decide today, for himself or as a deputy."""
        user = self.env.user
        people = user | self.env["sales.approval.absence"]._get_principals(user)
        return [
            ("state", "=", "pending"),
            ("user_ids", "in", people.ids),
            ("excluded_user_ids", "not in", user.ids),
        ]

    def _get_mine(self):
        """Map the steps of ``self`` that the user can decide to the person he decides for."""
        # reason: approvers, excluded and absent people are no secret of the decision
        mine = self.sudo().filtered_domain(Domain(self._get_mine_domain()))
        user = self.env.user
        principals = self.env["sales.approval.absence"]._get_principals(user)
        return {
            step: user.browse() if user in step.user_ids else (principals & step.user_ids)[:1]
            for step in mine
        }

    @api.depends("name", "user_ids")
    def _compute_display_name(self):
        for step in self:
            # reason: who is asked is written on the document
            names = step.sudo().user_ids.mapped("name")
            shown = ", ".join(names[:3]) + (" ..." if len(names) > 3 else "")
            step.display_name = f"{step.name}: {shown}" if shown else step.name
