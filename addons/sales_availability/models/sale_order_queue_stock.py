from odoo import api, models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, *args, **kwargs):
        """Goods that arrive, are counted or come out of quarantine are for those who wait."""
        moves = super()._action_done(*args, **kwargs)
        if any(move.state == "done" and move.location_dest_id.warehouse_id for move in moves):
            self.env["sale.order"]._trigger_availability_queue()
        return moves

    def _action_confirm(self, *args, **kwargs):
        """Receipts that are planned count where the terms say so."""
        moves = super()._action_confirm(*args, **kwargs)
        if "incoming" in moves.picking_type_id.mapped("code"):
            self.env["sale.order"]._trigger_availability_queue()
        return moves

    def write(self, vals):
        """A receipt that comes sooner may count now, where the terms say so."""
        result = super().write(vals)
        if "date" in vals and "incoming" in self.picking_type_id.mapped("code"):
            self.env["sale.order"]._trigger_availability_queue()
        return result

    def _action_cancel(self):
        """What a cancelled document does not take is free again."""
        promised = self.filtered(lambda move: move.state not in ("draft", "done", "cancel"))
        result = super()._action_cancel()
        if promised:
            self.env["sale.order"]._trigger_availability_queue()
        return result


class StockLot(models.Model):
    _inherit = "stock.lot"

    def write(self, vals):
        result = super().write(vals)
        if "is_blocked" in vals and not vals["is_blocked"]:
            self.env["sale.order"]._trigger_availability_queue()
        return result


class SalesAvailabilityHold(models.Model):
    _inherit = "sales.availability.hold"

    def unlink(self):
        result = super().unlink()
        self.env["sale.order"]._trigger_availability_queue()
        return result


class StockLocation(models.Model):
    _inherit = "stock.location"

    def write(self, vals):
        result = super().write(vals)
        if "is_quarantine" in vals and not vals["is_quarantine"]:
            self.env["sale.order"]._trigger_availability_queue()
        return result


class SalesAvailability(models.AbstractModel):
    _inherit = "sales.availability"

    @api.model
    def _mark_warehouses_stale(self, warehouses):
        """Other terms may let more count."""
        result = super()._mark_warehouses_stale(warehouses)
        self.env["sale.order"]._trigger_availability_queue()
        return result
