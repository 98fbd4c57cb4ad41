from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    quotation_round_limit = fields.Integer(
        related="company_id.quotation_round_limit", readonly=False
    )
    print_round_changes = fields.Boolean(related="company_id.print_round_changes", readonly=False)
