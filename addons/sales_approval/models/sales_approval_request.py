from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SalesApprovalRequest(models.Model):
    """One document asked once: why, what exactly, and who said what."""

    _name = "sales.approval.request"
    _description = "Approval Request"
    _inherit = "sales.approval.access"
    _order = "id DESC"
    _rec_name = "res_name"

    res_name = fields.Char(string="Document", readonly=True)
    model_name = fields.Char(string="Kind", compute="_compute_model_name")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, required=True, index=True
    )
    responsible_id = fields.Many2one("res.users", string="Salesperson", readonly=True, index=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("cancelled", "Withdrawn"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    comment = fields.Text(string="Why", readonly=True)
    date_done = fields.Datetime(string="Decided on", readonly=True)
    reasons = fields.Json(string="Reason Data", readonly=True)
    reason = fields.Text(compute="_compute_reason", string="Reasons")
    snapshot = fields.Json(readonly=True, help="What exactly is asked for.")
    deferred_action = fields.Char(
        readonly=True, help="What a customer or a job has started, and approval will finish."
    )
    deferred_label = fields.Char(string="Started", compute="_compute_deferred_label")
    touch_count = fields.Integer(readonly=True)
    step_ids = fields.One2many("sales.approval.step", "request_id", readonly=True)
    log_ids = fields.One2many("sales.approval.log", "request_id", readonly=True)
    pending_step_ids = fields.One2many(
        "sales.approval.step",
        "request_id",
        domain=[("state", "=", "pending")],
        string="Waiting for",
    )
    can_decide = fields.Boolean(
        string="Mine to Decide", compute="_compute_can_decide", search="_search_can_decide"
    )
    can_withdraw = fields.Boolean(compute="_compute_can_withdraw")

    _waiting_uniq = models.UniqueIndex(
        "(res_model, res_id) WHERE state = 'waiting'",
        "This document waits for approval already. Reload the page to see by whom.",
    )
    _document_idx = models.Index("(res_model, res_id, id)")

    @api.depends("res_model")
    def _compute_model_name(self):
        labels = dict(self.env["sales.approval.rule"]._selection_res_model())
        for request in self:
            request.model_name = labels.get(request.res_model, request.res_model)

    @api.depends("deferred_action", "res_model")
    @api.depends_context("lang")
    def _compute_deferred_label(self):
        for request in self:
            action = request.res_model in self.env and request.deferred_action
            documents = self.env[request.res_model] if action else None
            request.deferred_label = action and documents._get_approval_action_label(action)

    @api.depends("reasons")
    @api.depends_context("lang")
    def _compute_reason(self):
        for request in self:
            request.reason = "\n".join(request._get_reason_lines())

    def _get_reason_lines(self):
        self.ensure_one()
        if self.res_model not in self.env:
            return [reason["name"] for reason in self.reasons or []]
        documents = self.env[self.res_model]
        currency = self.sudo().company_id.currency_id  # reason: to write an amount, no more
        return [documents._get_approval_reason_text(item, currency) for item in self.reasons or []]

    @api.depends("step_ids.state", "step_ids.user_ids")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        mine = (
            self.env["sales.approval.step"]
            .sudo()
            .search(  # reason: only to find one's own
                [
                    ("request_id", "in", self.ids),
                    *self.env["sales.approval.step"]._get_mine_domain(),
                ]
            )
        )
        for request in self:
            request.can_decide = request in mine.request_id

    def _search_can_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = self.env["sales.approval.step"]._get_mine_domain()
        return (
            [
                ("state", "=", "waiting"),
                ("step_ids", "any!", mine),
            ]
            if True in value
            else NotImplemented
        )

    @api.depends("state", "user_id", "responsible_id")
    @api.depends_context("uid")
    def _compute_can_withdraw(self):
        for request in self:
            owners = request.user_id | request.responsible_id
            request.can_withdraw = request.state == "waiting" and (
                self.env.user in owners or self.env.user.has_group(ADMIN)
            )

    @api.model
    def _forget_models(self, names):
        """Remove rules and requests of kinds of documents that go.

        An addon that stops using approvals for a model that stays calls it in its uninstall hook.

        :param names: names of models
        """
        # reason: they go whoever uninstalls
        self.env["sales.approval.rule"].sudo().with_context(active_test=False).search(
            [("res_model", "in", names)]
        ).unlink()
        self.sudo().search([("res_model", "in", names)]).unlink()

    def _lock(self):
        """Make everybody else who decides, withdraws or edits wait for us, or start again.

        First the documents, then the requests, both in the order of their ids.

        :return: those that still wait
        """
        for name, requests in sorted(self.grouped("res_model").items()):
            # reason: an approver need not be allowed to write the document
            self.env[name].sudo().browse(requests.mapped("res_id")).exists()._approval_touch()
        rows = self.env.execute_query(
            SQL(
                """
                WITH waiting AS (
                    SELECT id FROM sales_approval_request
                     WHERE id = ANY(%s) AND state = 'waiting'
                  ORDER BY id FOR NO KEY UPDATE)
                   UPDATE sales_approval_request request
                      SET touch_count = COALESCE(touch_count, 0) + 1
                     FROM waiting
                    WHERE request.id = waiting.id
                RETURNING request.id
                """,
                self.ids,
            )
        )
        return self.browse(sorted(request_id for [request_id] in rows))

    def _check_waiting(self):
        waiting = self._lock()
        if late := self - waiting:
            late = late[:1].sudo()  # reason: to tell what became of it
            states = dict(self._fields["state"]._description_selection(self.env))
            decided = late.step_ids.filtered("decided_by_id").sorted("decided_date")[-1:]
            raise UserError(
                self.env._(
                    "%(document)s does not wait any more: %(state)s by %(user)s.",
                    document=late.res_name,
                    state=states[late.state],
                    user=decided.decided_by_id.name or late.user_id.name,
                )
            )

    def action_approve(self, comment=False):
        """Approve the steps that are mine to decide.

        :param comment: text for the log
        :raise AccessError: if there is a request of which nothing is mine to decide
        :raise UserError: if one does not wait any more, or its document has changed meanwhile
        """
        self._decide("approved", comment)

    def action_reject(self, comment=False):
        """Reject requests of which a step is mine to decide.

        :param comment: why; required
        :raise AccessError: if there is a request of which nothing is mine to decide
        :raise UserError: if one does not wait any more, or there is no comment
        """
        self._decide("rejected", comment)

    def action_withdraw(self, comment=False):
        """Take back what I asked for, or what was asked for my document.

        :param comment: text for the log
        :raise UserError: if it is somebody else's, or does not wait any more
        """
        self.check_access("read")
        self._check_waiting()
        for request in self:
            if not request.can_withdraw:
                raise UserError(
                    self.env._(
                        "Only %(user)s, the salesperson or an approval administrator can withdraw "
                        "the request for %(document)s.",
                        user=request.user_id.name,
                        document=request.res_name,
                    )
                )
        # reason: nobody may write requests himself
        self.sudo()._finish("cancelled", comment)

    def action_open_decide(self):
        """Open the dialog to decide, with room for a comment."""
        return self._open_dialog("approved")

    def action_open_reject(self):
        """Open the dialog to reject, with room for the reason."""
        return self._open_dialog("rejected")

    def _open_dialog(self, decision):
        names = {"approved": self.env._("Approve"), "rejected": self.env._("Reject")}
        return {
            "type": "ir.actions.act_window",
            "name": names[decision],
            "res_model": "sales.approval.decide",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_request_ids": self.ids,
                "default_decision": decision,
                "dialog_size": "medium",
            },
        }


ADMIN = "sales_approval.group_sales_approval_admin"
