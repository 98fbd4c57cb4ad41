from odoo import api, fields, models


class StockLocation(models.Model):
    _inherit = "stock.location"

    is_quarantine = fields.Boolean(
        string="Quarantine",
        help="Goods in this location, and in those below it, are frozen: they are here, and not "
        "available.",
    )
    in_quarantine = fields.Boolean(compute="_compute_in_quarantine", store=True, recursive=True)

    @api.depends("is_quarantine", "location_id.in_quarantine")
    def _compute_in_quarantine(self):
        for location in self:
            location.in_quarantine = location.is_quarantine or location.location_id.in_quarantine
