from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain


class SalesApprovalRule(models.Model):
    """Which documents need approval, and whose."""

    _name = "sales.approval.rule"
    _description = "Approval Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    res_model = fields.Selection("_selection_res_model", string="Document", required=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: all companies.")
    domain = fields.Char(
        string="Applies to", default="[]", required=True, help="Which documents are looked at."
    )
    condition_ids = fields.One2many(
        "sales.approval.rule.condition",
        "rule_id",
        string="Thresholds",
        copy=True,
        help="All of them must hold. Without any, every document that the rule applies to asks.",
    )
    tier_ids = fields.One2many(
        "sales.approval.rule.tier",
        "rule_id",
        string="Tiers",
        copy=True,
        help="The same sequence: at the same time. A higher one: afterwards.",
    )
    waiting_count = fields.Integer(compute="_compute_waiting_count")

    @api.model
    def _selection_res_model(self):
        documents = self.env["sales.approval.request"]._get_document_models()
        return sorted((model._name, self._get_model_label(model)) for model in documents)

    @api.model
    def _get_model_label(self, model):
        # reason: the name of a kind of document is no secret
        return self.env["ir.model"].sudo()._get(model._name).name or model._description

    @api.model
    def default_get(self, fields):
        """A new rule asks a group of administrators until somebody else is chosen."""
        defaults = super().default_get(fields)
        if "tier_ids" in fields and not defaults.get("tier_ids"):
            defaults["tier_ids"] = [Command.create({"name": self.env._("First tier")})]
        return defaults

    def _compute_waiting_count(self):
        counts = self.env["sales.approval.step"]._read_group(
            [("rule_id", "in", self.ids), ("state", "=", "pending")],
            ["rule_id"],
            ["request_id:count_distinct"],
        )
        by_rule = {rule.id: count for rule, count in counts}
        for rule in self:
            rule.waiting_count = by_rule.get(rule.id, 0)

    @api.constrains("domain", "res_model")
    def _check_domain(self):
        for rule in self:
            documents = rule._get_documents()
            try:
                documents._search(rule._get_domain(), limit=1)
            except (ValueError, SyntaxError, KeyError, TypeError) as error:
                raise ValidationError(
                    self.env._(
                        'The filter "Applies to" of the rule %(rule)s cannot be read: %(error)s',
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.constrains("tier_ids")
    def _check_tiers(self):
        for rule in self:
            if not rule.tier_ids:
                raise ValidationError(
                    self.env._("The rule %s needs a tier: who is asked?", rule.name)
                )

    def _get_documents(self):
        return self.env[self.res_model]

    def _get_domain(self):
        """Give the filter of the rule and of its company."""
        documents = self._get_documents()
        domain = Domain(literal_eval(self.domain or "[]"))
        company_field = documents._approval_company_field
        if self.company_id and company_field in documents._fields:
            domain &= Domain(company_field, "in", [False, self.company_id.id])
        return domain

    @api.model
    def _get_for(self, model):
        """Give the rules in force for a kind of document, whoever asks."""
        # reason: rules hold for those who may not read them
        domain = [("res_model", "=", model), ("active", "=", True)]
        return self.sudo().search_fetch(domain, ["name", "domain", "company_id", "res_model"])

    def _get_hits(self, documents, measures):
        """Say which of the documents this rule asks about.

        :param documents: recordset, as superuser
        :param measures: {document id: {name: value}}
        :return: recordset
        """
        self.ensure_one()
        found = documents.filtered_domain(self._get_domain())
        return found.filtered(
            lambda document: all(
                condition._holds(measures[document.id]) for condition in self.condition_ids
            )
        )

    def _get_watched_fields(self):
        """Give the fields that this rule is about; empty: all that are guarded."""
        self.ensure_one()
        measures = self._get_documents()._get_approval_measure_definitions()
        watched = [
            set(measures[condition.measure].fields)
            for condition in self.condition_ids
            if condition.measure in measures
        ]
        return set().union(*watched) if watched and all(watched) else set()

    def _prepare_reason(self, measures, approved):
        """Give the reason of a hit as data, to be put into words in the reader's language."""
        self.ensure_one()
        return {
            "rule": self.id,
            "name": self.name,
            "conditions": [
                {
                    "measure": condition.measure,
                    "operator": condition.operator,
                    "limit": condition.value,
                    "value": measures.get(condition.measure),
                    "approved": approved.get(condition.measure),
                }
                for condition in self.condition_ids
            ],
        }

    def action_open_waiting(self):
        """List what waits because of this rule."""
        self.ensure_one()
        pending = [("rule_id", "=", self.id), ("state", "=", "pending")]
        domain = [("state", "=", "waiting"), ("step_ids", "any", pending)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waiting for Approval"),
            "res_model": "sales.approval.request",
            "view_mode": "list,form",
            "domain": domain,
        }

    def action_simulate(self):
        """Show which documents of the last 90 days would have asked."""
        self.ensure_one()
        simulation = self.env["sales.approval.simulation"].create({"rule_id": self.id})
        return simulation.action_run()
