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
        help="Who is asked. For the other kinds: who is asked when nobody else can be.",
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
            return document.mapped(self.approver_field)
        if self.approver_kind == "manager":
            return document._get_approval_responsible()._get_approval_manager()
        return self.env["res.users"]

    def _get_approvers(self, document, excluded, readers):
        """Give who can decide about a document: able, allowed, of its company, and a reader of it.

        Whom the tier names comes first, then its group, at last the approval administrators.

        :param document: one document, as superuser
        :param excluded: users who may not, by four eyes
        :param readers: :class:`ApprovalReaders` of documents with this one
        :return: (who is asked, who would be asked and may not read the document), res.users
        """
        company = document._get_approval_company()
        left_out = self.env["res.users"]
        for candidates in self._get_candidates_in_turn(document):
            able = candidates._filter_approval_able(company) - excluded
            found = readers.filter(document, able)
            left_out |= able - found
            if found:
                return found, left_out
        return self.env["res.users"], left_out

    def _get_candidates_in_turn(self, document):
        yield self._get_candidates(document)
        yield self.group_id.all_user_ids
        yield self.env["res.users"]._get_approval_administrators()
