from contextlib import ExitStack, contextmanager

from odoo import api, models

from .approval_watch import is_lasting, watch_approval


class SalesApprovalLineMixin(models.AbstractModel):
    """A line of a document that may need approval."""

    _name = "sales.approval.line.mixin"
    _description = "Line of a Document with Approval"

    _approval_document_field = None
    _approval_guarded_fields = {}

    @api.model
    def _get_approval_guarded_fields(self):
        """Give the guarded fields of a line.

        :return: {field: "more", "less", "neutral" or "any"}
        """
        return self._approval_guarded_fields

    @api.model_create_multi
    def create(self, vals_list):
        """Watch the documents that get lines."""
        name = self._approval_document_field
        default = self.env.context.get(f"default_{name}")
        ids = {vals.get(name) or default for vals in vals_list}
        with self._watch_approval(ids):
            return super().create(vals_list)

    def write(self, vals):
        """Watch the documents of the lines, and the one that they go to."""
        if not is_lasting(self, vals):
            return super().write(vals)
        name = self._approval_document_field
        with self._watch_approval({*self._get_approval_document_ids(), vals.get(name)}):
            return super().write(vals)

    def unlink(self):
        """Watch the documents that lose lines."""
        with self._watch_approval(set(self._get_approval_document_ids())):
            return super().unlink()

    def _get_approval_document_ids(self):
        # reason: the document of a line, whoever writes the line
        return self.sudo()[self._approval_document_field].ids

    @contextmanager
    def _watch_approval(self, ids):
        documents = self.env[self._fields[self._approval_document_field].comodel_name]
        with ExitStack() as stack:
            if found := sorted(i for i in ids if isinstance(i, int) and i):
                stack.enter_context(watch_approval(documents.browse(found)))
            yield
