from odoo import api, fields, models


class SalesApprovalHandOver(models.TransientModel):
    """Let somebody else decide, with the reason."""

    _name = "sales.approval.hand.over"
    _description = "Hand Over an Approval"

    step_ids = fields.Many2many(
        "sales.approval.step", "sales_approval_hand_over_step_rel", string="Tiers", required=True
    )
    offered_step_ids = fields.Many2many(
        "sales.approval.step", "sales_approval_hand_over_offered_rel", readonly=True
    )
    has_choice = fields.Boolean(compute="_compute_has_choice")
    document = fields.Text(string="Documents", compute="_compute_document")
    unable_user_ids = fields.Many2many("res.users", compute="_compute_unable_user_ids")
    user_id = fields.Many2one(
        "res.users",
        string="Hand Over to",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('id', 'not in', unable_user_ids)]",
    )
    reason = fields.Text(required=True)

    @api.depends("offered_step_ids")
    def _compute_has_choice(self):
        for dialog in self:
            dialog.has_choice = len(dialog.offered_step_ids) > 1

    @api.depends("step_ids")
    def _compute_document(self):
        for dialog in self:
            dialog.document = "\n".join(
                f"{step.request_id.res_name}, {step.display_name}"
                for step in dialog.step_ids._filtered_access("read")
            )

    @api.depends("step_ids")
    def _compute_unable_user_ids(self):
        """Leave out of the list who is asked already, or excluded by four eyes."""
        for dialog in self:
            # reason: who is asked and excluded is told to who reads the document
            steps = dialog.step_ids._filtered_access("read").sudo()
            dialog.unable_user_ids = steps.user_ids | steps.excluded_user_ids

    def action_confirm(self):
        """Hand over.

        :raise UserError: see ``sales.approval.step.action_hand_over``
        :raise AccessError: if it is not mine to do
        """
        self.ensure_one()
        self.step_ids.action_hand_over(self.user_id.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
