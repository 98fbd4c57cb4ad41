import operator

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.float_utils import float_compare

OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
DIGITS = 6


class SalesApprovalRuleCondition(models.Model):
    """A threshold of a measure that the documents offer."""

    _name = "sales.approval.rule.condition"
    _description = "Threshold of an Approval Rule"
    _order = "rule_id, id"

    rule_id = fields.Many2one("sales.approval.rule", required=True, index=True, ondelete="cascade")
    measure = fields.Selection("_selection_measure", required=True)
    operator = fields.Selection(
        [
            (">", "is above"),
            (">=", "is at least"),
            ("<", "is below"),
            ("<=", "is at most"),
        ],
        required=True,
        default=">",
    )
    value = fields.Float(
        string="Threshold",
        required=True,
        digits=(16, 4),
        help="Amounts are in the currency of the document's company.",
    )

    @api.model
    def _selection_measure(self):
        choices = {}
        for documents in self.env["sales.approval.request"]._get_document_models():
            for name, measure in documents._get_approval_measure_definitions().items():
                choices.setdefault(name, measure.label)
        return sorted(choices.items())

    @api.depends("measure", "operator", "value", "rule_id.res_model")
    def _compute_display_name(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        measures = dict(self._selection_measure())
        for condition in self:
            condition.display_name = (
                f"{measures.get(condition.measure, condition.measure)} "
                f"{operators.get(condition.operator, '')} {condition.value:g}"
            )

    @api.constrains("measure", "rule_id")
    def _check_measure(self):
        for condition in self:
            rule = condition.rule_id
            if condition.measure not in rule._get_documents()._get_approval_measure_definitions():
                raise ValidationError(
                    self.env._(
                        "The documents of the rule %(rule)s have no measure %(measure)s.",
                        rule=rule.name,
                        measure=dict(self._selection_measure())[condition.measure],
                    )
                )

    def _holds(self, measures):
        """Say whether a document with these measures is beyond the threshold."""
        value = measures.get(self.measure)
        if value is None or value is False:
            return False
        return OPERATORS[self.operator](float_compare(value, self.value, DIGITS), 0)

    def _is_worse(self, now, approved):
        """Say whether a measure went further beyond the threshold than was approved."""
        if now is None or approved is None:
            return True
        return OPERATORS[self.operator[0]](float_compare(now, approved, DIGITS), 0)
