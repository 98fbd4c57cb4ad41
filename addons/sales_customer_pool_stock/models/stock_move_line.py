from odoo import api, models


class StockMoveLine(models.Model):
    """All users read all lines in core: what they show of customers follows the moves."""

    _inherit = "stock.move.line"
    _secret_fields = frozenset(("picking_partner_id", "move_partner_id"))

    @api.model
    def _is_field_secret(self, field):
        is_secret = field.name in self._secret_fields
        return super()._is_field_secret(field) or (
            is_secret and self.env["stock.picking"]._is_customer_secret()
        )

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Leave out what the user may not read: a screen that asked for it could not be opened."""
        view = super().get_view(view_id, view_type, **options)
        if not self.env["stock.picking"]._is_customer_secret():
            return view
        return self.env["sales.customer.field.rule"]._strip_view(view, self._secret_fields)
