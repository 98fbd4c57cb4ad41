from odoo import models

from .pos_order import TILL


class ResUsers(models.Model):
    _inherit = "res.users"

    def _is_approval_interactive(self):
        """Extend: a till that sends what was paid is not somebody who could change a price."""
        return super()._is_approval_interactive() and self.env.cr.cache.get(TILL) != self.id
