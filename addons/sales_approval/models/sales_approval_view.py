from lxml import etree

from odoo import api, models


class SalesApprovalMixin(models.AbstractModel):
    _inherit = "sales.approval.mixin"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Put the buttons, the banner and the count of requests into forms."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and self._approval_in_form:
            self._add_approval_nodes(arch)
        return arch, view

    @api.model
    def _add_approval_nodes(self, arch):
        header = arch.find("header")
        if header is None:
            header = etree.Element("header")
            arch.insert(0, header)
        # first: a phone shows the first button, and hides the others behind a menu
        header[0:0] = self._get_approval_nodes("sales_approval.document_buttons")
        place = arch.index(header) + 1
        arch[place:place] = self._get_approval_nodes("sales_approval.document_banner")
        box = arch.find(".//div[@name='button_box']")
        if box is not None:
            box.extend(self._get_approval_nodes("sales_approval.document_stat_button"))

    @api.model
    def _get_approval_nodes(self, template):
        text = self.env["ir.qweb"]._render(template, {})
        return list(etree.fromstring(f"<t>{text}</t>"))
