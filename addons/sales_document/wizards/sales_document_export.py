import base64
import io
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import filters
from ..tools.preview import make_preview


class SalesDocumentExport(models.TransientModel):
    """Makes documents of chosen records: one file, or a zip of many."""

    _name = "sales.document.export"
    _description = "Export Documents"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(readonly=True)
    count = fields.Integer(compute="_compute_count", string="Documents")
    template_id = fields.Many2one(
        "sales.document.template",
        domain="[('id', 'in', template_ids)]",
        compute="_compute_template_id",
        store=True,
        readonly=False,
        help="Empty: the default document.",
    )
    template_ids = fields.Many2many(
        "sales.document.template", string="Fitting Templates", compute="_compute_template_ids"
    )
    kind = fields.Selection(
        [("xlsx", "Excel"), ("docx", "Word")],
        string="Format",
        compute="_compute_kind",
        store=True,
        readonly=False,
        required=True,
        default="xlsx",
    )
    is_posted = fields.Boolean(
        string="Attach to the Chatter", help="Each record keeps its document in its messages."
    )
    can_post = fields.Boolean(compute="_compute_can_post")
    file = fields.Binary(attachment=True, readonly=True)
    file_name = fields.Char(readonly=True)
    preview = fields.Html(readonly=True)

    @api.depends("res_ids")
    def _compute_count(self):
        for export in self:
            export.count = len(export.res_ids or ())

    @api.depends("res_model", "res_ids")
    def _compute_template_ids(self):
        templates = self.env["sales.document.template"]
        for export in self:
            records = export._get_records()
            export.template_ids = templates.search(templates._get_use_domain(records))

    @api.depends("res_model", "res_ids")
    def _compute_template_id(self):
        for export in self:
            export.template_id = export.template_ids[:1]

    @api.depends("template_id")
    def _compute_kind(self):
        for export in self:
            export.kind = export.template_id.kind or export.kind or "xlsx"

    @api.depends("res_model")
    def _compute_can_post(self):
        for export in self:
            export.can_post = hasattr(export._get_records(), "message_post")

    def _get_records(self):
        """Return the records, of a model that can become documents; access is checked later."""
        known = dict(self.env["sales.document.template"]._get_document_models())
        if self.res_model not in known:
            raise UserError(self.env._("Documents cannot be made of “%s”.", self.res_model or ""))
        return self.env[self.res_model].browse(self.res_ids or ()).exists()

    def action_download(self):
        """Make the documents and download them."""
        self.ensure_one()
        documents = self._make_documents()
        if self.is_posted and self.can_post:
            for record, name, content in documents:
                record.message_post(attachments=[(name, content)])
        self.file_name, content = self._pack(documents)
        self.file = base64.b64encode(content)
        return self._download()

    def action_preview(self):
        """Show the first document in this dialog."""
        self.ensure_one()
        records = self._get_records()[:1]
        kind = self.template_id.kind or self.kind
        for record, _name, content in records._iterate_documents(kind, self.template_id):
            formats = filters.Formats(self.with_context(lang=record._get_document_lang()).env)
            self.preview = make_preview(kind, content, formats)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export Documents"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _make_documents(self):
        records = self._get_records()
        if not records:
            raise UserError(self.env._("Choose at least one record to export."))
        kind = self.template_id.kind or self.kind
        return list(records._iterate_documents(kind, self.template_id))

    def _pack(self, documents):
        """Return name and content of what is downloaded."""
        if len(documents) == 1:
            _record, name, content = documents[0]
            return name, content
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for _record, name, content in documents:
                archive.writestr(name, content)
        return self.env._("Documents") + ".zip", stream.getvalue()

    def _download(self):
        address = f"/web/content/{self._name}/{self.id}/file"
        return {
            "type": "ir.actions.act_url",
            "url": f"{address}?download=true&filename_field=file_name",
            "target": "download",  # after "self" the buttons of the form stay disabled
        }
