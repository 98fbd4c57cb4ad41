"""Which goods core's reservation may take: no frozen ones, and no lot that is promised."""

from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _gather(self, product_id, location_id, *args, **kwargs):
        quants = super()._gather(product_id, location_id, *args, **kwargs)
        if not self.env.context.get("availability_reserving") or location_id.in_quarantine:
            return quants
        return quants.filtered(lambda quant: not quant._is_frozen())

    def _is_frozen(self):
        """Return whether the goods must stay, other than for their owner or their date."""
        self.ensure_one()
        return self.location_id.in_quarantine or self.lot_id.is_blocked


class StockMove(models.Model):
    _inherit = "stock.move"

    def _prepare_merge_moves_distinct_fields(self):
        return [
            *super()._prepare_merge_moves_distinct_fields(),
            "availability_invoice_line_id",
            "restrict_lot_id",
        ]

    def _prepare_procurement_values(self):
        return {**super()._prepare_procurement_values(), "restrict_lot_id": self.restrict_lot_id.id}

    def _action_assign(self, *args, **kwargs):
        """Let promised lots go to those they were promised to, and the others take other lots."""
        moves = self.filtered("restrict_lot_id")
        swapped = moves._take_promised_lots_back() if moves else self.browse()
        result = super()._action_assign(*args, **kwargs)
        if swapped:
            swapped._action_assign()
        return result

    def _take_promised_lots_back(self):
        """Unreserve promised lots from open moves for whatever lot that have not picked them.

        :return: the moves that now need other goods
        """
        swapped = self.browse()
        for move in self.filtered(lambda m: m.state in ("confirmed", "partially_available")):
            missing = move.product_qty - sum(move.move_line_ids.mapped("quantity_product_uom"))
            missing -= move._get_available_quantity(move.location_id, lot_id=move.restrict_lot_id)
            for line in move._get_swappable_lines():
                if move.product_id.uom_id.compare(missing, 0.0) <= 0:
                    break
                missing -= line.quantity_product_uom
                swapped |= line.move_id
                line.unlink()
        return swapped

    def _get_swappable_lines(self):
        return self.env["stock.move.line"].search(
            [
                ("lot_id", "=", self.restrict_lot_id.id),
                ("location_id", "child_of", self.location_id.id),
                ("picked", "=", False),
                ("state", "in", ("assigned", "partially_available")),
                ("move_id.restrict_lot_id", "=", False),
                ("move_id", "!=", self.id),
                ("quantity_product_uom", ">", 0),
            ],
            order="id desc",  # who reserved last looks for another lot first
        )

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        self = self.with_context(availability_reserving=True)
        if not self.restrict_lot_id or lot_id:
            return super()._update_reserved_quantity_vals(
                need, location_id, lot_id, package_id, owner_id, strict
            )
        # Core's search for a lot also finds goods without one: ask place by place instead.
        vals_list, taken = [], 0.0
        for place in self._get_promised_lot_locations(location_id):
            if self.product_id.uom_id.compare(need, taken) > 0:
                vals, quantity = super()._update_reserved_quantity_vals(
                    need - taken, place, self.restrict_lot_id, package_id, owner_id
                )
                vals_list += vals
                taken += quantity
        return vals_list, taken

    def _get_promised_lot_locations(self, location):
        quants = self.env["stock.quant"].search(
            [
                ("lot_id", "=", self.restrict_lot_id.id),
                ("location_id", "child_of", location.id),
                ("quantity", ">", 0),
            ]
        )
        return quants.location_id
