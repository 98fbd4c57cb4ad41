from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    is_blocked = fields.Boolean(
        string="Blocked",
        tracking=True,
        help="A blocked lot is frozen: it is here, and not available.",
    )
    blocking_reason = fields.Char(tracking=True)
