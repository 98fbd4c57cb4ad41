from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class SalesApprovalAccess(models.AbstractModel):
    """What belongs to a document and is readable by whoever may read that document.

    The condition is a subquery of the documents that one may read, so the database counts, groups
    and pages.
    """

    _name = "sales.approval.access"
    _description = "Readable with the Document"

    res_model = fields.Char(string="Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field="res_model", required=True, readonly=True
    )

    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & self._get_readable_domain()
        return super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _get_readable_domain(self):
        return Domain.OR(
            Domain("res_model", "=", documents._name)
            & Domain("res_id", "in", documents.with_context(active_test=False)._search([]))
            for documents in self._get_document_models()
            if documents.has_access("read")
        )

    def _get_document_models(self):
        mixin = self.env.registry["sales.approval.mixin"]
        return [
            self.env[name]
            for name, model in self.env.registry.items()
            if issubclass(model, mixin) and not model._abstract
        ]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        forbidden = self - self._filter_readable()
        if not forbidden:
            return None
        return forbidden, lambda: AccessError(
            self.env._(
                "You may see this approval only if you may see its document (%s).",
                ", ".join(forbidden.sudo().mapped("res_model")[:1]),
            )
        )

    def _filter_readable(self):
        readable = self.browse()
        models_here = {documents._name for documents in self._get_document_models()}
        # reason: which document it belongs to, before it may be read
        for name, records in self.sudo().grouped("res_model").items():
            if name in models_here:
                documents = self.env[name].browse(records.mapped("res_id")).exists()
                ids = set(documents._filtered_access("read").ids)
                readable |= records.filtered(lambda record, ids=ids: record.res_id in ids)
        return readable.sudo(False)

    def _get_document(self):
        """Give the document of one record.

        :return: recordset of its model, with the rights of this record
        """
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)

    def action_open_document(self):
        """Open the document, if one may read it."""
        self.ensure_one()
        self._get_document().check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
