from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesApprovalLog(models.Model):
    """What happened with a request; written once and never changed."""

    _name = "sales.approval.log"
    _description = "Approval Log"
    _inherit = "sales.approval.access"
    _order = "id DESC"
    _rec_name = "event"

    request_id = fields.Many2one(
        "sales.approval.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    event = fields.Selection(
        [
            ("asked", "Asked"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
            ("changed", "Changed"),
            ("reopened", "Needs Approval Again"),
            ("carried", "Carried Over"),
            ("reminded", "Reminded"),
            ("escalated", "Escalated"),
            ("left_out", "Left Out"),
            ("nobody", "Nobody Can Approve"),
            ("reassigned", "Reassigned"),
            ("handed_over", "Handed Over"),
            ("deferred", "Started by Customer or Job"),
            ("done", "Carried Out"),
            ("failed", "Not Carried Out"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, index=True)
    on_behalf_of_id = fields.Many2one("res.users", readonly=True)
    date = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    step_name = fields.Char(string="Tier", readonly=True)
    note = fields.Text(readonly=True)

    _document_idx = models.Index("(res_model, res_id, id)")

    def write(self, vals):
        """Refuse: a log that can be edited is none."""
        if self:
            raise UserError(self.env._("The approval log cannot be changed, by nobody."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_document(self):
        """Refuse: it goes only with its document, by the database."""
        raise UserError(self.env._("The approval log cannot be deleted, by nobody."))
