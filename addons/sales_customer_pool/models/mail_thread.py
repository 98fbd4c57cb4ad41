from odoo import models


class Base(models.AbstractModel):
    _inherit = "base"

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Who has lost a customer still writes in the chatter of his documents.

        Core reads all followers with the user's own rights, and fails at a customer that has
        become secret. Those are looked over and left out: nothing of them is shown.
        """
        partners = self.env["res.partner"]
        if not partners._is_plain_salesperson():
            return super()._message_get_suggested_recipients_batch(*args, **kwargs)
        # what is found of customers that the user may not read is left out below
        found = super(Base, self.sudo())._message_get_suggested_recipients_batch(*args, **kwargs)
        ids = {r["partner_id"] for recipients in found.values() for r in recipients} - {False}
        readable = set(partners.browse(ids)._filtered_access("read").ids)
        return {
            record_id: [r for r in recipients if not r["partner_id"] or r["partner_id"] in readable]
            for record_id, recipients in found.items()
        }
