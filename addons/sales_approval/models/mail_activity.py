from odoo import models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """An approval is given by its button, where it is checked, and not by a tick."""
        self._check_approval_decided()
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def _check_approval_decided(self):
        kind = self.env.ref("sales_approval.mail_activity_type_approval", False)
        waiting = self.filtered(lambda activity: kind and activity.activity_type_id == kind)
        # reason: whoever has the activity must be told, whether he may read the request or not
        requests = self.env["sales.approval.request"].sudo()
        for model, activities in waiting.grouped("res_model").items():
            domain = [("res_model", "=", model), ("state", "=", "waiting")]
            if found := requests.search(
                [*domain, ("res_id", "in", activities.mapped("res_id"))], limit=1
            ):
                raise UserError(
                    self.env._(
                        "%s still waits for approval. Open it and press Approve or Reject; "
                        "that closes this activity, too.",
                        found.res_name,
                    )
                )
