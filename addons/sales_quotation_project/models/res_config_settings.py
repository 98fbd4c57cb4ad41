from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    quote_task_product_id = fields.Many2one(
        related="company_id.quote_task_product_id", readonly=False
    )
    quote_milestone_product_id = fields.Many2one(
        related="company_id.quote_milestone_product_id", readonly=False
    )
