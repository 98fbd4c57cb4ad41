from odoo import models


class SalesFollowupOrigin(models.AbstractModel):
    """A document that follow-ups are logged from.

    Inherit it and return the values of the new follow-up from :meth:`_get_followup_defaults`.
    """

    _name = "sales.followup.origin"
    _description = "Origin of Follow-ups"

    def _get_followup_defaults(self):
        """Return the values that a follow-up logged from this document begins with."""
        self.ensure_one()
        return {}

    def action_log_followup(self):
        """Open a new follow-up with everything filled in but the text."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "sales_followup.sales_followup_action_log"
        )
        defaults = self._get_followup_defaults()
        action["context"] = {f"default_{name}": value for name, value in defaults.items()}
        return action
