from lxml import etree

from odoo import api, models

from ..tools.form_arrangement import REQUIRED_MARK


class ResPartner(models.Model):
    """The customer form is arranged by the layout of whoever opens it."""

    _inherit = "res.partner"

    @api.model
    def _get_customer_layout(self, view_type):
        layouts = self.env["sales.customer.layout"]
        if view_type != "form" or self.env.context.get("without_customer_layout"):
            return layouts
        # reason: who sees a layout need not read layouts
        return layouts.sudo().browse(layouts._get_layout_id() or ())

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._get_customer_layout(view_type).id)

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        layout = self._get_customer_layout(view_type)
        if layout and layout._is_customer_form(view):
            layout._arrange(arch, bool(options.get("mobile")))
        return arch, view

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Ask nobody for what he may not write."""
        view = super().get_view(view_id, view_type, **options)
        if REQUIRED_MARK not in view["arch"]:
            return view
        barred = self._get_hidden_fields("write")
        arch = etree.fromstring(view["arch"])
        for node in arch.iterfind(f".//field[@{REQUIRED_MARK}]"):
            required = node.attrib.pop(REQUIRED_MARK)
            if node.get("name") in barred:
                node.set("required", required or "False")
        return {**view, "arch": etree.tostring(arch, encoding="unicode")}
