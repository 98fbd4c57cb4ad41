from odoo import api, fields, models

from .availability_types import AvailabilityKey, DemandItem, HoldSource

AVAILABILITY_FIELDS = {"location_id", "lot_id", "owner_id", "product_id", "product_uom_id"}


class StockScrap(models.Model):
    _name = "stock.scrap"
    _inherit = ["stock.scrap", "sales.availability.document", "sales.availability.releasable"]

    availability_warning = fields.Text(compute="_compute_availability_warning")

    @api.depends("scrap_qty", "product_id", "product_uom_id", "location_id", "lot_id", "state")
    def _compute_availability_warning(self):
        for scrap in self:
            scrap.availability_warning = scrap._get_availability_warning()

    @api.model_create_multi
    def create(self, vals_list):
        with self.browse()._watch_availability() as watch:
            scraps = super().create(vals_list)
            watch.add_new(scraps)
        return scraps

    def write(self, vals):
        if (AVAILABILITY_FIELDS | {"scrap_qty"}).isdisjoint(vals):
            return super().write(vals)
        with self._watch_availability():
            return super().write(vals)

    def _get_availability_items(self):
        return [scrap._get_scrap_item() for scrap in self if scrap._is_availability_checked()]

    def _is_availability_checked(self):
        """Return whether a draft takes our own goods out of stock that is not frozen anyway."""
        self.ensure_one()
        location = self.location_id
        return bool(
            self.state == "draft"
            and self.product_id.is_storable
            and location.warehouse_id
            and location.usage == "internal"
            and not location.in_quarantine
            and not self.owner_id
        )

    def _get_scrap_item(self):
        quantity = self.product_uom_id._compute_quantity(
            self.scrap_qty, self.product_id.uom_id, rounding_method="HALF-UP"
        )
        return DemandItem(
            HoldSource(self._name, self._origin.id or 0),
            (self._name, self._origin.id or 0),
            "scrap",
            False,
            AvailabilityKey(
                self.location_id.warehouse_id._origin.id,
                self.product_id._origin.id,
                self.lot_id._origin.id or 0,
            ),
            quantity,
        )

    def _get_shortage_title(self):
        return self.env._("This scrap order takes more than is available:")
