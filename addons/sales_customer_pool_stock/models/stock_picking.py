from lxml import etree

from odoo import api, models

STOCK_GROUP = "stock.group_stock_user"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    @api.model
    def _is_customer_secret(self):
        """Tell whether the user sees no more of deliveries than what concerns own customers.

        Who works in the warehouse reads the address on every box.
        """
        partners = self.env["res.partner"]
        return partners._is_plain_salesperson() and not self.env.user.has_group(STOCK_GROUP)

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Leave out of the lists of moves what the user may not read."""
        view = super().get_view(view_id, view_type, **options)
        return self._strip_moves(view) if self._is_customer_secret() else view

    @api.model
    def _strip_moves(self, view):
        arch = etree.fromstring(view["arch"])
        for node in arch.xpath("//field[list or kanban or form]"):
            model = self.env.get(self._fields[node.get("name")].comodel_name)
            hidden = getattr(model, "_secret_fields", None)
            for nested in list(node) if hidden else ():
                nested_view = {"arch": etree.tostring(nested, encoding="unicode")}
                stripped = self.env["sales.customer.field.rule"]._strip_view(nested_view, hidden)
                node.replace(nested, etree.fromstring(stripped["arch"]))
        return {**view, "arch": etree.tostring(arch, encoding="unicode")}
