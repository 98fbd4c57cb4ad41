from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    quote_task_product_id = fields.Many2one(
        "product.product",
        string="Product for Tasks",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
        help="What a task becomes on a quotation. Empty: the product of last time.",
    )
    quote_milestone_product_id = fields.Many2one(
        "product.product",
        string="Product for Milestones",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True)]",
        help="What a milestone becomes on a quotation. Empty: the product of last time.",
    )
