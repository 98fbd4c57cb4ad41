from markupsafe import Markup

from odoo import api, models

# What is longer is no number or address, and would not fit into Odoo's indexes of them.
LONGEST = {"phone": 100, "mobile": 100, "email_from": 320}


class CrmLead(models.Model):
    """Leads of the website's forms."""

    _inherit = "crm.lead"

    def website_form_input_filter(self, request, values):
        """Extend: nothing that a visitor sends is lost, and no stranger gets the lead."""
        self._keep_long_website_texts(values)
        if "user_id" in values and not self._is_website_salesperson(values["user_id"]):
            del values["user_id"]
        return super().website_form_input_filter(request, values)

    @api.model
    def _keep_long_website_texts(self, values):
        """Move what is too long for its field into the notes."""
        for fname, longest in LONGEST.items():
            if len(values.get(fname) or "") > longest:
                label = self._fields[fname]._description_string(self.env)
                text = Markup("<p>%s: %s</p>") % (label, values.pop(fname))
                values["description"] = (values.get("description") or Markup()) + text

    @api.model
    def _is_website_salesperson(self, user_id):
        """Tell whether the website builder offers this user.

        The form carries whom its designer chose, and anybody can send another number instead.
        """
        domain = [("id", "=", user_id), ("share", "=", False)]
        # reason: only whether there is one; visitors read no users
        return bool(self.env["res.users"].sudo().search_count(domain))
