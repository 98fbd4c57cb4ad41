from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "sales.followup.origin"]

    def _get_followup_defaults(self):
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        contact = self.partner_id - customer
        return {"lead_id": self.id, "partner_id": customer.id, "contact_id": contact.id}

    def write(self, vals):
        """What was logged on a lead belongs to the customer that it becomes."""
        written = super().write(vals)
        if "partner_id" in vals:
            # sudo: follow-ups of others on the lead belong to its customer just as well
            followups = self.env["sales.followup"].sudo().search([("lead_id", "in", self.ids)])
            self.env["mail.activity"]._refresh_customers(self)
            followups.partner_id._update_followup_dates()
        return written
