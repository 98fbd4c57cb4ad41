from contextlib import contextmanager

from odoo import api, models

TILL = "sales_quotation_pos.paid"


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        """Keep what was paid at the till: its quotation waits, as when a customer pays online."""
        with self._confirm_for_customer():
            return super().sync_from_ui(orders)

    @contextmanager
    def _confirm_for_customer(self):
        """Let what is confirmed within wait for its approval, where somebody of us is refused.

        It lives on the cursor and not in the context, which a client can send.
        """
        cache = self.env.cr.cache
        before = cache.get(TILL)
        cache[TILL] = self.env.uid
        try:
            yield
        finally:
            cache[TILL] = before
