from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    restrict_lot_id = fields.Many2one(
        "stock.lot",
        string="Promised Lot",
        index="btree_not_null",
        ondelete="restrict",
        help="The move takes exactly this lot.",
    )

    # What holds and what comes is read by product; done moves pile up, open ones do not.
    _open_product_idx = models.Index(
        "(product_id) WHERE state IN ('waiting', 'confirmed', 'partially_available', 'assigned')"
    )
