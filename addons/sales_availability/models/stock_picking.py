from odoo import api, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["stock.move"]._watch_availability():
            return super().create(vals_list)

    def write(self, vals):
        if not {"move_ids", "location_id", "location_dest_id", "picking_type_id"} & set(vals):
            return super().write(vals)
        # One watch around all moves, so that a refusal names each of them.
        with self.move_ids._filter_availability_documents()._watch_availability():
            return super().write(vals)
