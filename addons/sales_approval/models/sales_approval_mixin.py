from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools.misc import formatLang

# a customer reads his documents, too, and not what we think of them
INTERNAL = "base.group_user"
STATES = ("none", "waiting", "approved", "rejected", "outdated")


class ApprovalMeasure(NamedTuple):
    """A figure of a document that rules can have thresholds for.

    :param label: translated name
    :param unit: "%", "currency" (of the document's company) or any text
    :param better: what is better for the company, "more" or "less": then it is guarded like a
        field. None: only thresholds look at it.
    :param fields: guarded fields that it stands on; a rule about it asks again when one of them
        gets worse. Empty: all of them.
    """

    label: str
    unit: str = ""
    better: str | None = None
    fields: tuple = ()


class SalesApprovalMixin(models.AbstractModel):
    """A document that may need approval. See the README for how to take it in.

    The document inherits ``mail.thread`` and ``mail.activity.mixin``, too.
    """

    _name = "sales.approval.mixin"
    _description = "Document with Approval"

    # guarded field: what is better for the company ("more", "less", "neutral", "any")
    _approval_guarded_fields = {}
    _approval_lines_field = None
    _approval_company_field = "company_id"
    _approval_responsible_field = "user_id"
    # action behind a gate: method that carries it out once the document is approved
    _approval_deferred_actions = {}
    # buttons and banner are put into every form of the document that has a header
    _approval_in_form = True

    approval_state = fields.Selection(
        "_selection_approval_state",
        string="Approval",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        groups=INTERNAL,
    )
    approval_version = fields.Integer(
        readonly=True,
        groups=INTERNAL,
        copy=False,
        export_string_translation=False,
        help="Written by everybody who edits, asks or decides, so that they meet in the database.",
    )
    approval_request_id = fields.Many2one(
        "sales.approval.request",
        groups=INTERNAL,
        string="Last Approval Request",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    approval_approved_id = fields.Many2one(
        "sales.approval.request",
        groups=INTERNAL,
        string="Last Approval",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What was approved last. Only what is worse than that asks again.",
    )
    approval_needed = fields.Boolean(compute="_compute_approval_info", groups=INTERNAL)
    approval_info = fields.Text(string="Why", compute="_compute_approval_info", groups=INTERNAL)
    approval_can_decide = fields.Boolean(
        string="Mine to Approve",
        compute="_compute_approval_can",
        search="_search_approval_can_decide",
        groups=INTERNAL,
    )
    approval_can_hand_over = fields.Boolean(compute="_compute_approval_can", groups=INTERNAL)
    approval_can_withdraw = fields.Boolean(compute="_compute_approval_can", groups=INTERNAL)
    approval_request_count = fields.Integer(
        compute="_compute_approval_request_count", groups=INTERNAL
    )

    @api.model
    def _selection_approval_state(self):
        """Give the states; a method, so that one translation serves all documents."""
        labels = (
            self.env._("Not Asked"),
            self.env._("Waiting for Approval"),
            self.env._("Approved"),
            self.env._("Rejected"),
            self.env._("Needs Approval Again"),
        )
        return list(zip(STATES, labels, strict=True))

    # ---- what a document says about itself ----------------------------------------------------

    @api.model
    def _get_approval_guarded_fields(self):
        """Give the guarded fields of the document.

        :return: {field: "more", "less", "neutral" or "any"}
        """
        return self._approval_guarded_fields

    def _get_approval_lines(self):
        """Give the lines that are guarded. Override to leave out sections and notes."""
        self.ensure_one()
        return self[self._approval_lines_field] if self._approval_lines_field else self.browse()

    @api.model
    def _get_approval_measure_definitions(self):
        """Give the figures that rules can have thresholds for.

        :return: {name: :class:`ApprovalMeasure`}
        """
        return {}

    def _get_approval_measure_getters(self):
        """Give how the figures of one document are found, amounts in its company's currency.

        :return: {name: callable without arguments that returns a number}
        """
        self.ensure_one()
        return {}

    def _get_approval_measures(self, names=None):
        """Give figures of one document.

        :param names: those that somebody asks for; None: all. A long document is opened more
            often than a rule looks at each of its figures.
        :return: {name: number}
        """
        getters = self._get_approval_measure_getters()
        return {name: get() for name, get in getters.items() if names is None or name in names}

    def _is_approval_open(self):
        """Say whether approval still matters for one document: not any more when it is closed."""
        self.ensure_one()
        return True

    def _get_approval_company(self):
        """Give the company of one document, empty if it has none."""
        self.ensure_one()
        name = self._approval_company_field
        return self[name] if name in self._fields else self.env["res.company"]

    def _get_approval_responsible(self):
        """Give the salesperson of one document, else who created it; internal users only."""
        self.ensure_one()
        name = self._approval_responsible_field
        user = self[name] if name in self._fields else self.env["res.users"]
        found = (user, self.create_uid)
        able = (u for u in found if u.active and u._is_approval_interactive())
        return next(able, user.browse())

    def _get_approval_excluded(self, asker):
        """Give who cannot approve one document, where four eyes are asked for."""
        return asker | self.create_uid | self._get_approval_responsible()

    @api.model
    def _get_approval_action_label(self, action_name):
        """Give the name of an action behind a gate, as a user knows it."""
        return action_name.removeprefix("action_").replace("_", " ").capitalize()

    # ---- what it shows ------------------------------------------------------------------------

    @api.depends("approval_state")
    def _compute_approval_info(self):
        documents = self._origin.filtered(lambda d: d.approval_state != "waiting")
        needs = documents._get_approval_needs()
        for document in self:
            reasons = needs.get(document._origin.id, [])
            document.approval_needed = bool(reasons)
            document.approval_info = document._origin._get_approval_info(reasons)

    def _get_approval_info(self, reasons):
        if self.approval_state == "waiting":
            request = self.approval_request_id.sudo()  # reason: told to who reads the document
            asked = "; ".join(request.pending_step_ids.mapped("display_name"))
            lines = [request.reason, request.comment, self.env._("Asked: %s", asked)]
            return "\n".join(filter(None, lines))
        lines = self._get_approval_reason_lines(reasons)
        if self.approval_state == "rejected":
            request = self.approval_request_id.sudo()  # reason: told to who reads the document
            step = request.step_ids.filtered(lambda s: s.state == "rejected")[:1]
            lines.insert(
                0,
                self.env._(
                    "Rejected by %(user)s: %(comment)s",
                    user=step.decided_by_id.name,
                    comment=step.comment,
                ),
            )
        return "\n".join(lines)

    def _get_approval_reason_lines(self, reasons):
        currency = self.sudo()._get_approval_company().currency_id if self else None
        return [self._get_approval_reason_text(reason, currency) for reason in reasons]

    @api.model
    def _get_approval_reason_text(self, reason, currency=None):
        """Put a reason into words: "Discounts: Discount 18 % is above 15 %".

        :param reason: what ``sales.approval.rule._prepare_reason`` gave
        :param currency: res.currency for amounts
        """
        words = [self._get_approval_condition_text(c, currency) for c in reason["conditions"]]
        name = self._get_approval_reason_name(reason)
        if not words:
            return name
        return self.env._("%(rule)s: %(conditions)s", rule=name, conditions=", ".join(words))

    @api.model
    def _get_approval_reason_name(self, reason):
        """Give the name of the rule behind a reason, in the reader's language if it has one."""
        return (reason.get("names") or {}).get(self.env.lang) or reason["name"]

    @api.model
    def _get_approval_condition_text(self, condition, currency):
        definitions = self._get_approval_measure_definitions()
        measure = definitions.get(condition["measure"], ApprovalMeasure(condition["measure"]))
        names = {
            "measure": measure.label,
            "value": self._format_approval_value(measure, condition["value"], currency),
            "limit": self._format_approval_value(measure, condition["limit"], currency),
        }
        texts = {
            ">": self.env._("%(measure)s %(value)s is above %(limit)s", **names),
            ">=": self.env._("%(measure)s %(value)s is at least %(limit)s", **names),
            "<": self.env._("%(measure)s %(value)s is below %(limit)s", **names),
            "<=": self.env._("%(measure)s %(value)s is at most %(limit)s", **names),
        }
        text = texts[condition["operator"]]
        if condition["approved"] is None:
            return text
        approved = self._format_approval_value(measure, condition["approved"], currency)
        return self.env._("%(text)s (approved: %(approved)s)", text=text, approved=approved)

    @api.model
    def _format_approval_value(self, measure, value, currency):
        if measure.unit == "currency" and currency:
            return formatLang(self.env, value or 0.0, currency_obj=currency)
        number = formatLang(self.env, value or 0.0, digits=2)
        point = self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point or "."
        if point in number:
            number = number.rstrip("0").removesuffix(point)
        return f"{number} {measure.unit}".strip() if measure.unit != "currency" else number

    @api.depends("approval_state", "approval_request_id")
    @api.depends_context("uid")
    def _compute_approval_can(self):
        for document in self:
            # reason: a button for its approver; what he may do is checked when he presses it
            request = document.approval_request_id.sudo()
            waiting = document.approval_state == "waiting"
            document.approval_can_decide = waiting and request.can_decide
            document.approval_can_hand_over = waiting and request.can_hand_over
            document.approval_can_withdraw = waiting and request.can_withdraw

    def _search_approval_can_decide(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return [
            ("approval_state", "=", "waiting"),
            ("approval_request_id", "any!", [("can_decide", "=", True)]),
        ]

    def _compute_approval_request_count(self):
        counts = self.env["sales.approval.request"]._read_group(
            [("res_model", "=", self._name), ("res_id", "in", self._origin.ids)],
            ["res_id"],
            ["__count"],
        )
        by_document = dict(counts)
        for document in self:
            document.approval_request_count = by_document.get(document._origin.id, 0)

    def action_approval_open(self):
        """Show all requests of the document, and their log."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approvals"),
            "res_model": "sales.approval.request",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }
