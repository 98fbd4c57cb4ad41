from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalesApprovalRuleTier(models.Model):
    """One station on the way of a request: who is asked, and when he is reminded."""

    _name = "sales.approval.rule.tier"
    _description = "Tier of an Approval Rule"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one("sales.approval.rule", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="The same number: asked at the same time. A higher one: afterwards."
    )
    approver_kind = fields.Selection(
        [
            ("user", "People"),
            ("group", "Group"),
            ("manager", "Manager of the salesperson"),
            ("field", "Field of the document"),
        ],
        string="Approver",
        required=True,
        default="group",
    )
    user_ids = fields.Many2many(
        "res.users",
        "sales_approval_tier_user_rel",
        string="People",
        domain=[("share", "=", False)],
    )
    group_id = fields.Many2one(
        "res.groups",
        help="Who is asked; for a manager or field: who is asked when nobody is found there.",
    )
    approver_field = fields.Char(string="Field", help="A path to users, such as team_id.user_id.")
    decision_mode = fields.Selection(
        [("any", "One of them"), ("all", "All of them")],
        string="Who Must Approve",
        required=True,
        default="any",
    )
    is_four_eyes = fields.Boolean(
        string="Four Eyes",
        default=True,
        help="Who asks, who created the document and its salesperson cannot approve it.",
    )
    reminder_days = fields.Integer(
        string="Remind After", help="Working days until a reminder, and between two. 0: never."
    )
    escalation_days = fields.Integer(
        string="Escalate After", help="Working days until others may decide, too. 0: never."
    )
    escalation_user_ids = fields.Many2many(
        "res.users",
        "sales_approval_tier_escalation_rel",
        string="Escalate to",
        domain=[("share", "=", False)],
        help="Empty: the managers of the approvers, else the approval administrators.",
    )

    _days_check = models.Constraint(
        "CHECK (reminder_days >= 0 AND escalation_days >= 0)", "Days cannot be negative."
    )

    @api.constrains("approver_kind", "user_ids", "approver_field", "rule_id")
    def _check_approver(self):
        for tier in self:
            if tier.approver_kind == "user" and not tier.user_ids:
                raise ValidationError(self.env._("The tier %s names nobody.", tier.name))
            if tier.approver_kind == "field":
                tier._check_approver_field()

    def _check_approver_field(self):
        model = self.rule_id._get_documents()
        for name in (self.approver_field or "").split("."):
            field = model._fields.get(name) if model is not None else None
            if field is None or not field.relational:
                raise ValidationError(
                    self.env._(
                        "%(path)s of the tier %(tier)s is no path to users.",
                        path=self.approver_field or "?",
                        tier=self.name,
                    )
                )
            model = self.env[field.comodel_name]
        if model._name != "res.users":
            raise ValidationError(
                self.env._(
                    "%(path)s of the tier %(tier)s is no path to users.",
                    path=self.approver_field,
                    tier=self.name,
                )
            )

    def _get_candidates(self, document):
        """Give whom this tier names for a document, before four eyes and absences."""
        if self.approver_kind == "user":
            return self.user_ids
        if self.approver_kind == "field":
            found = document.mapped(self.approver_field)
        elif self.approver_kind == "manager":
            found = document._get_approval_responsible()._get_approval_manager()
        else:
            found = self.env["res.users"]
        return found or self.group_id.all_user_ids

    def _get_approvers(self, document, excluded):
        """Give who can decide about a document: able, allowed and of its company.

        :param document: one document, as superuser
        :param excluded: users who may not, by four eyes
        :return: res.users; the approval administrators when nobody else is left
        """
        company = document._get_approval_company()
        administrators = self.env["res.users"]._get_approval_administrators()
        for candidates in (self._get_candidates(document), administrators):
            found = candidates.filtered(
                lambda user: (
                    user.active
                    and not user.share
                    and not user._is_superuser()
                    and (not company or company in user.company_ids)
                )
            )
            if found - excluded:
                return found - excluded
        return self.env["res.users"]
