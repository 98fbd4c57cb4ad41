from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def signup(self, values, token=None):
        """Let everybody sign up, whoever has the same mail address; also by another login.

        Odoo comes as superuser then, whom duplicates are refused, and a refusal would tell.
        """
        with self.env["res.partner"]._refuse_no_duplicates():
            return super().signup(values, token)
