from odoo import api, fields, models

from odoo.addons.sales_approval.models.sales_approval_mixin import ApprovalMeasure


class TestApprovalDocument(models.Model):
    """An offer: what sales_quotation, contracts and plans are in small."""

    _name = "test.approval.document"
    _description = "Test Offer"
    _inherit = ["mail.thread", "mail.activity.mixin", "sales.approval.mixin"]

    _approval_guarded_fields = {"payment_days": "less", "partner_id": "any", "terms": "any"}
    _approval_lines_field = "line_ids"
    _approval_deferred_actions = {"action_send": "_send"}

    name = fields.Char(required=True)
    note = fields.Char()
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user)
    team_lead_id = fields.Many2one("res.users")
    partner_id = fields.Many2one("res.partner")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    payment_days = fields.Integer()
    terms = fields.Char()
    line_ids = fields.One2many("test.approval.line", "document_id", copy=True)
    amount = fields.Monetary(compute="_compute_amount", store=True)
    state = fields.Selection(
        [("draft", "Draft"), ("sent", "Sent"), ("done", "Done")], default="draft"
    )
    sent_by_id = fields.Many2one("res.users", copy=False)

    @api.depends("line_ids.subtotal")
    def _compute_amount(self):
        for document in self:
            document.amount = sum(document.line_ids.mapped("subtotal"))

    def _get_approval_lines(self):
        return super()._get_approval_lines().filtered(lambda line: not line.is_section)

    @api.model
    def _get_approval_measure_definitions(self):
        return {
            "amount": ApprovalMeasure(self.env._("Amount"), "currency"),
            "discount": ApprovalMeasure(
                self.env._("Discount"), "%", better="less", fields=("discount",)
            ),
            "margin": ApprovalMeasure(self.env._("Margin"), "%", fields=("discount", "price_unit")),
            "warranty": ApprovalMeasure(
                self.env._("Warranty"), better="less", fields=("warranty",)
            ),
        }

    def _get_approval_measure_getters(self):
        lines = self._get_approval_lines()
        return {
            "amount": lambda: sum(lines.mapped("subtotal")),
            "discount": lambda: max(lines.mapped("discount"), default=0.0),
            "warranty": lambda: max(lines.mapped("warranty"), default=0),
            "margin": lambda: lines._get_margin_percent(),
        }

    def _is_approval_open(self):
        return self.state != "done"

    def action_send(self):
        """Send, those that may."""
        self._approval_gate("action_send")._send()

    def _send(self):
        self.write({"state": "sent", "sent_by_id": self.env.uid})


class TestApprovalLine(models.Model):
    _name = "test.approval.line"
    _description = "Test Offer Line"
    _inherit = ["sales.approval.line.mixin"]

    _approval_document_field = "document_id"
    _approval_guarded_fields = {
        "discount": "less",
        "price_unit": "more",
        "quantity": "neutral",
        "warranty": "less",
    }

    document_id = fields.Many2one(
        "test.approval.document", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True)
    is_section = fields.Boolean()
    quantity = fields.Float(default=1.0)
    price_unit = fields.Float()
    discount = fields.Float()
    cost = fields.Float()
    warranty = fields.Integer()  # nothing of the document is computed from it
    subtotal = fields.Float(compute="_compute_subtotal", store=True)

    def _get_margin_percent(self):
        cost = sum(line.cost * line.quantity for line in self)
        amount = sum(self.mapped("subtotal"))
        return (amount - cost) / amount * 100 if amount else 0.0

    @api.depends("quantity", "price_unit", "discount")
    def _compute_subtotal(self):
        for line in self:
            line.subtotal = line.quantity * line.price_unit * (1 - line.discount / 100)
