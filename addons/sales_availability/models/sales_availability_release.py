from odoo import api, fields, models

from .availability_types import AvailabilityKey
from .sales_availability_decision import DOCUMENT_TYPE_NAMES


class SalesAvailabilityRelease(models.Model):
    """Someone with the right let a document promise or move more than is available, and why."""

    _name = "sales.availability.release"
    _description = "Release of a Shortage"
    _order = "id DESC"

    document_type = fields.Selection(DOCUMENT_TYPE_NAMES, required=True, readonly=True)
    document_model = fields.Char(required=True, readonly=True)
    document_res_id = fields.Many2oneReference(
        string="Document", model_field="document_model", required=True, index=True, readonly=True
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True
    )
    lot_id = fields.Many2one(
        "stock.lot", string="Lot/Serial Number", ondelete="cascade", readonly=True
    )
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        readonly=True,
        help="Up to so much the document may ask for.",
    )
    reason = fields.Text(required=True, readonly=True)
    version_id = fields.Many2one(
        "sales.availability.version", string="Terms", ondelete="set null", readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Released by", required=True, default=lambda self: self.env.uid
    )

    @api.model
    def _get_released_quantities(self, documents):
        """Return up to how much each document may ask of what.

        :param documents: collection of (model, id)
        :return: dict {((model, id), AvailabilityKey): quantity in the product's unit}
        """
        released = {}
        for model in {model for model, _id in documents}:
            ids = [res_id for document_model, res_id in documents if document_model == model]
            for release in self.search(
                [("document_model", "=", model), ("document_res_id", "in", ids)]
            ):
                key = (model, release.document_res_id), release._get_key()
                released[key] = max(released.get(key, 0.0), release.quantity)
        return released

    def _get_key(self):
        self.ensure_one()
        return AvailabilityKey(self.warehouse_id.id, self.product_id.id, self.lot_id.id or 0)
