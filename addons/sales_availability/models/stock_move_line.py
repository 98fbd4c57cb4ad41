from odoo import models

from .availability_types import AvailabilityKey


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _is_leaving(self):
        """Return whether the line takes our own goods out of stock that is not frozen anyway.

        From a quarantine only deliveries are looked at: moving it elsewhere takes from nobody.
        """
        self.ensure_one()
        return bool(
            self.picked
            and self.quantity_product_uom
            and not self.owner_id
            and (
                not self.location_id.in_quarantine
                or self.move_id._get_availability_document_type() == "delivery"
            )
        )

    def _get_availability_key(self):
        self.ensure_one()
        return AvailabilityKey(
            self.location_id.warehouse_id._origin.id,
            self.product_id._origin.id,
            self.lot_id._origin.id or 0,
        )
