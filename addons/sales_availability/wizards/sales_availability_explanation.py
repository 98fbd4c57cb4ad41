from odoo import api, fields, models
from odoo.fields import Command

from ..models.availability_types import AvailabilityKey

TERMS = [
    ("on_hand", "On Hand"),
    ("frozen", "Frozen"),
    ("held", "Held"),
    ("incoming", "Incoming"),
]


class SalesAvailabilityExplanation(models.TransientModel):
    """Why a number is what it is: each term with the documents behind it, read now."""

    _name = "sales.availability.explanation"
    _description = "Why This Number"
    _rec_name = "product_id"

    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="cascade")
    lot_id = fields.Many2one(
        "stock.lot", string="Lot/Serial Number", readonly=True, ondelete="cascade"
    )
    uom_id = fields.Many2one(related="product_id.uom_id")
    on_hand = fields.Float(digits="Product Unit", readonly=True)
    frozen = fields.Float(digits="Product Unit", readonly=True)
    held = fields.Float(digits="Product Unit", readonly=True)
    incoming = fields.Float(string="Counted Incoming", digits="Product Unit", readonly=True)
    available = fields.Float(digits="Product Unit", readonly=True)
    version_id = fields.Many2one("sales.availability.version", string="Terms", readonly=True)
    line_ids = fields.One2many("sales.availability.explanation.line", "explanation_id")

    @api.model
    def _open_for(self, balance):
        """Return the action that explains a row of ``sales.availability.balance``."""
        key = AvailabilityKey(balance.warehouse_id.id, balance.product_id.id, balance.lot_id.id)
        explanation = self.sudo().create(
            self._prepare_explanation(
                key._replace(  # a reader's copy
                    lot_id=key.lot_id or 0
                )
            )
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why This Number"),
            "res_model": self._name,
            "res_id": explanation.id,
            "view_mode": "form",
            "target": "current",
        }

    @api.model
    def _prepare_explanation(self, key):
        engine = self.env["sales.availability"].sudo()  # figures and the names of documents only
        reading = engine._read_availability([key])
        figures = reading.get_figures(key)
        terms = self.env["sales.availability.version"]._get_terms_of_keys([key.of_any_lot])
        return {
            "warehouse_id": key.warehouse_id,
            "product_id": key.product_id,
            "lot_id": key.lot_id or False,
            "on_hand": figures.on_hand,
            "frozen": figures.frozen,
            "held": figures.held,
            "incoming": figures.incoming,
            "available": reading.get_available(key),
            "version_id": terms[key.of_any_lot].version_id or False,
            "line_ids": [Command.create(line) for line in engine._explain(key)],
        }


class SalesAvailabilityExplanationLine(models.TransientModel):
    _name = "sales.availability.explanation.line"
    _description = "Term of an Availability"
    _order = "term, date, id"

    explanation_id = fields.Many2one(
        "sales.availability.explanation", required=True, ondelete="cascade"
    )
    term = fields.Selection(TERMS, required=True)
    name = fields.Char(string="Document")
    note = fields.Char()
    quantity = fields.Float(digits="Product Unit")
    date = fields.Datetime()
    document_model = fields.Char()
    document_res_id = fields.Many2oneReference(model_field="document_model")

    def action_open(self):
        """Open the document, if its reader may."""
        self.ensure_one()
        document = self.env[self.document_model].browse(self.document_res_id)
        document.check_access("read")
        return document.get_formview_action()
