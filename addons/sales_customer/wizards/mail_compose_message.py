from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _compute_partner_ids_all_have_email(self):
        """Extend: only whether there are addresses, for those who may not read them."""
        # reason: which addresses they are is not told
        composers = self.sudo()
        return super(MailComposeMessage, composers)._compute_partner_ids_all_have_email()
