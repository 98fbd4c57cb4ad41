from odoo import api, models


class StockMove(models.Model):
    """Salespeople read all moves, as what is free depends on all of them, but not who they are for.

    A record rule would leave moves out of the quantities that are computed as the user.
    """

    _inherit = "stock.move"
    _secret_fields = frozenset(("partner_id", "restrict_partner_id"))

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        is_secret = operation == "read" and field.name in self._secret_fields
        return not (is_secret and self.env["stock.picking"]._is_customer_secret())

    @api.model
    def _get_stripped_fields(self):
        names = self._secret_fields if self.env["stock.picking"]._is_customer_secret() else ()
        return super()._get_stripped_fields().union(names)
