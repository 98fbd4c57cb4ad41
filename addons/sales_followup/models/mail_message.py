from odoo import api, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._prove_contact()
        return messages

    def _prove_contact(self):
        """A customer who answers a mail was in contact."""
        answers = self.filtered(lambda m: m.message_type == "email" and m.author_id and m.parent_id)
        if not answers:
            return
        # sudo: the mail gateway's user does not see all customers; only a date is written
        customers = answers.sudo().author_id.commercial_partner_id.filtered("customer_rank")
        customers._raise_contact_date(max(answers.mapped("date")))
