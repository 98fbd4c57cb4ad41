from odoo import api, fields, models


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "sales.availability.releasable"]

    availability_warning = fields.Text(compute="_compute_availability_warning")

    @api.depends("move_ids.product_uom_qty", "move_ids.product_id", "state")
    def _compute_availability_warning(self):
        for picking in self:
            picking.availability_warning = (
                picking.state not in ("done", "cancel")
                and picking.move_ids._filter_availability_documents()._get_availability_warning()
            )

    def _get_confirmation_shortages(self):
        """Return where the transfers ask for too much, see ``sales.availability.document``."""
        promising = self.move_ids._filter_availability_documents()
        return promising._get_confirmation_shortages() + self.move_ids._get_leaving_shortages()

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

    def _prepare_shortage_summary(self, shortage):
        return self.move_ids._prepare_shortage_summary(shortage)

    def _format_quantity(self, quantity):
        return self.move_ids._format_quantity(quantity)
