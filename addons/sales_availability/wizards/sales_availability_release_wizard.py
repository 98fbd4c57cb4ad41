from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.availability_types import AvailabilityKey

ACTIVITY_TYPE = "sales_availability.mail_activity_release"
RELEASE_GROUP = "sales_availability.group_availability_release"
DOCUMENT_MODELS = ("sale.order", "stock.picking", "stock.scrap", "account.move")


class SalesAvailabilityReleaseWizard(models.TransientModel):
    """Let one document promise or move more than is available, for a reason that is kept."""

    _name = "sales.availability.release.wizard"
    _description = "Release a Shortage"

    document_model = fields.Char(required=True, readonly=True)
    document_res_id = fields.Many2oneReference(
        model_field="document_model", required=True, readonly=True
    )
    document_name = fields.Char(string="Document", compute="_compute_document_name")
    line_ids = fields.One2many("sales.availability.release.wizard.line", "wizard_id", readonly=True)
    reason = fields.Text(required=True)

    @api.depends("document_model", "document_res_id")
    def _compute_document_name(self):
        for wizard in self:
            wizard.document_name = wizard._get_document().display_name

    def _get_document(self):
        """Return the document, after checking that it is one and that its user may change it."""
        self.ensure_one()
        if self.document_model not in DOCUMENT_MODELS:
            raise UserError(self.env._("Shortages of %s cannot be released.", self.document_model))
        document = self.env[self.document_model].browse(self.document_res_id)
        document.check_access("write")
        return document

    @api.model
    def _open_for(self, document):
        """Return the action that asks for the reason to release what the document lacks."""
        self._check_release_right()
        shortages = document._get_confirmation_shortages()
        if not shortages:
            raise UserError(
                self.env._("%s lacks nothing: it can be confirmed.", document.display_name)
            )
        wizard = self.create(
            {
                "document_model": document._name,
                "document_res_id": document.id,
                "reason": "",
                "line_ids": [
                    Command.create(self._prepare_line(shortage, mode))
                    for shortage, mode in shortages
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release Shortage"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _prepare_line(self, shortage, mode):
        return {
            "document_type": shortage.items[0].document_type,
            "warehouse_id": shortage.key.warehouse_id,
            "product_id": shortage.key.product_id,
            "lot_id": shortage.key.lot_id or False,
            "asked": shortage.asked,
            "available": shortage.available,
            "mode": mode,
        }

    @api.model
    def _check_release_right(self):
        if not self.env.user.has_group(RELEASE_GROUP):
            raise AccessError(
                self.env._(
                    "You may not release shortages. Ask someone with the right 'Release "
                    "Shortages' by the button Request Release."
                )
            )

    def action_release(self):
        """Release what the document lacks, in modes that let someone do so."""
        self._check_release_right()
        for wizard in self:
            document = wizard._get_document()
            lines = wizard.line_ids.filtered(lambda line: line.mode != "stop")
            if not lines:
                raise UserError(
                    self.env._("Shortages in mode Stop cannot be released: reduce the document.")
                )
            releases = self.env["sales.availability.release"].sudo()  # written by this wizard alone
            releases.create([line._prepare_release() for line in lines])
            wizard._post_release(document, lines)
        return {"type": "ir.actions.act_window_close"}

    def _post_release(self, document, lines):
        names = ", ".join(
            f"{line.product_id.display_name} {document._format_quantity(line.asked)}"
            for line in lines
        )
        document.message_post(
            body=self.env._(
                "Shortage released: %(lines)s. Reason: %(reason)s", lines=names, reason=self.reason
            )
        )
        if hasattr(document, "activity_ids"):
            document.activity_ids.filtered(
                lambda activity: activity.activity_type_id == self.env.ref(ACTIVITY_TYPE)
            ).action_feedback(feedback=self.reason)


class SalesAvailabilityReleaseWizardLine(models.TransientModel):
    _name = "sales.availability.release.wizard.line"
    _description = "Shortage to Release"

    wizard_id = fields.Many2one(
        "sales.availability.release.wizard", required=True, ondelete="cascade"
    )
    document_type = fields.Char(required=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id")
    asked = fields.Float(digits="Product Unit")
    available = fields.Float(digits="Product Unit")
    missing = fields.Float(digits="Product Unit", compute="_compute_missing")
    mode = fields.Selection([("warn", "Warn"), ("approve", "Approve"), ("stop", "Stop")])

    @api.depends("asked", "available")
    def _compute_missing(self):
        for line in self:
            line.missing = line.asked - max(line.available, 0.0)

    def _prepare_release(self):
        self.ensure_one()
        wizard = self.wizard_id
        return {
            "document_type": self.document_type,
            "document_model": wizard.document_model,
            "document_res_id": wizard.document_res_id,
            "warehouse_id": self.warehouse_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "quantity": self.asked,
            "reason": wizard.reason,
            "version_id": self._get_version_id(),
            "user_id": self.env.uid,
        }

    def _get_version_id(self):
        key = AvailabilityKey(self.warehouse_id.id, self.product_id.id)
        terms = self.env["sales.availability.version"]._get_terms_of_keys([key])
        return terms[key].version_id or False
