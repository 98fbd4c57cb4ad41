"""What a re-allocation decided holds when goods arrive later, too."""

from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    availability_rank = fields.Integer(
        string="Place in Re-allocation",
        readonly=True,
        help="The place that a re-allocation of goods gave to the move among those for the same "
        "product: who comes first is reserved first. 0: none did, the order is that of priority "
        "and date.",
    )

    def _action_assign(self, *args, **kwargs):
        moves = self._sorted_by_rank()
        return super(StockMove, moves)._action_assign(*args, **kwargs)

    def _sorted_by_rank(self):
        """Let ranked moves for the same goods change places among themselves.

        Receipts and the scheduler give moves by priority and date. Moves that no re-allocation
        has ranked keep the place that this gives them.
        """
        ranked = self.filtered("availability_rank")
        if len(ranked) < 2:
            return self
        queues = {
            key: iter(moves.sorted("availability_rank"))
            for key, moves in ranked.grouped(lambda move: move._get_rank_key()).items()
        }
        return self.browse(
            next(queues[move._get_rank_key()]).id if move.availability_rank else move.id
            for move in self
        )

    def _get_rank_key(self):
        self.ensure_one()
        return self.product_id, self.location_id.warehouse_id

    def _reduce_reservation(self, quantity, lines):
        """Unreserve goods of a move.

        :param quantity: how much, in the product's unit
        :param lines: the move lines to take it from, in this order
        """
        self.ensure_one()
        for line in lines:
            if self.product_id.uom_id.compare(quantity, 0.0) <= 0:
                break
            taken = min(quantity, line.quantity_product_uom)
            quantity -= taken
            line._reduce_reserved(taken)
        self._recompute_state()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _reduce_reserved(self, quantity):
        self.ensure_one()
        left = self.quantity_product_uom - quantity
        if self.product_id.uom_id.compare(left, 0.0) <= 0:
            self.unlink()
            return
        self.quantity = self.product_id.uom_id._compute_quantity(
            left, self.product_uom_id, rounding_method="HALF-UP"
        )
