from odoo import api, models


class StockMoveLine(models.Model):
    """All users read all lines in core: what they show of customers follows the moves."""

    _inherit = "stock.move.line"
    _secret_fields = frozenset(("picking_partner_id", "move_partner_id"))

    def _has_field_access(self, field, operation):
        is_secret = field.name in self._secret_fields and not self.env.su
        if is_secret and self.env["stock.picking"]._is_customer_secret():
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _is_field_secret(self, field):
        is_secret = field.name in self._secret_fields
        return super()._is_field_secret(field) or (
            is_secret and self.env["stock.picking"]._is_customer_secret()
        )

    @api.model
    def _get_stripped_fields(self):
        names = self._secret_fields if self.env["stock.picking"]._is_customer_secret() else ()
        return super()._get_stripped_fields().union(names)
