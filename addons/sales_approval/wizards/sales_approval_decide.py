from odoo import api, fields, models


class SalesApprovalDecide(models.TransientModel):
    """Ask, approve or reject, with room for a comment."""

    _name = "sales.approval.decide"
    _description = "Approval Dialog"

    decision = fields.Selection(
        [("ask", "Ask for Approval"), ("approved", "Approve"), ("rejected", "Reject")],
        required=True,
        readonly=True,
    )
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    request_ids = fields.Many2many(
        "sales.approval.request", "sales_approval_decide_request_rel", readonly=True
    )
    reason = fields.Text(string="Reasons", compute="_compute_reason")
    comment = fields.Text()

    def _get_documents(self):
        model = self.env.get(self.res_model or "")
        known = {documents._name for documents in self.request_ids._get_document_models()}
        if model is None or model._name not in known:
            return self.env["sales.approval.mixin"]
        documents = model.browse(i for i in self.res_ids or () if isinstance(i, int)).exists()
        documents.check_access("read")
        return documents

    @api.depends("res_model", "res_ids", "request_ids")
    def _compute_reason(self):
        for dialog in self:
            documents = dialog._get_documents()
            texts = [
                f"{document.display_name}\n{document.approval_info or ''}" for document in documents
            ] or [f"{r.res_name}\n{r.reason}" for r in dialog.request_ids]
            dialog.reason = "\n\n".join(texts)

    def action_confirm(self):
        """Do it.

        :raise UserError: see the methods of ``sales.approval.request``
        :raise AccessError: if it is not mine to do
        """
        self.ensure_one()
        documents = self._get_documents()
        if self.decision == "ask":
            documents.action_approval_ask(self.comment)
        else:
            requests = self.request_ids or documents._get_waiting_requests()
            requests._decide(self.decision, self.comment)
        return {"type": "ir.actions.act_window_close"}
