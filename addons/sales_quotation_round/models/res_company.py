from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    quotation_round_limit = fields.Integer(
        string="Round Limit",
        default=0,
        help="Rounds that a quotation may have; 0 for any number.",
    )
    print_round_changes = fields.Boolean(
        string="Print Changes",
        help="Quotations say what changed since the round that was sent before.",
    )

    _quotation_round_limit_positive = models.Constraint(
        "CHECK (quotation_round_limit >= 0)", "The round limit is 0 (none) or more."
    )
