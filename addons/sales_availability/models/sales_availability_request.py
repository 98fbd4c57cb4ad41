"""Asking for the release of a shortage, and opening it, on every document that can be saved."""

from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIVITY_TYPE = "sales_availability.mail_activity_release"
RELEASE_GROUP = "sales_availability.group_availability_release"
MAX_ASKED = 5  # people who get an activity; whoever has the right can release


class SalesAvailabilityReleasable(models.AbstractModel):
    """A document whose shortages someone with the right can release."""

    _name = "sales.availability.releasable"
    _description = "Document with Releasable Shortages"

    is_availability_releasable = fields.Boolean(compute="_compute_is_availability_releasable")

    def _compute_is_availability_releasable(self):
        """Whether confirming the document needs a release of what it lacks."""
        for document in self:
            document.is_availability_releasable = bool(document._get_releasable_shortages())

    def _get_releasable_shortages(self):
        shortages = [s for s, mode in self._get_confirmation_shortages() if mode == "approve"]
        documents = {item.document for s in shortages for item in s.items}
        releases = self.env["sales.availability.release"].sudo()  # whether, not by whom and why
        released = releases._get_released_quantities(documents)
        return [
            shortage
            for shortage in shortages
            if shortage.asked > released.get((shortage.items[0].document, shortage.key), 0.0)
        ]

    def action_release_availability_shortage(self):
        """Open the window that releases what the document lacks, for a reason."""
        self.ensure_one()
        return self.env["sales.availability.release.wizard"]._open_for(self)

    def action_request_availability_release(self):
        """Ask those with the right to release what the document lacks."""
        self.ensure_one()
        self.check_access("write")
        if not self._get_releasable_shortages():
            raise UserError(self.env._("%s needs no release.", self.display_name))
        users = self._get_release_users()
        if not users:
            raise UserError(
                self.env._(
                    "Nobody has the right 'Release Shortages'. An administrator can give it under "
                    "Settings > Users."
                )
            )
        self._ask_for_release(users[:MAX_ASKED])

    @api.model
    def _get_release_users(self):
        group = self.env.ref(RELEASE_GROUP).sudo()  # who may release is no secret to who asks
        companies = self.env.company
        return group.all_user_ids.filtered(
            lambda user: user.active and not user.share and companies <= user.company_ids
        )

    def _ask_for_release(self, users):
        note = self.env._("Please release: %s", self._get_release_subject() or self.display_name)
        if "activity_ids" not in self._fields:
            self.message_post(body=note, partner_ids=users.partner_id.ids)
            return
        for user in users:
            self.activity_schedule(ACTIVITY_TYPE, user_id=user.id, note=note)

    def _get_release_subject(self):
        return "; ".join(
            self._prepare_shortage_summary(shortage)
            for shortage in self._get_releasable_shortages()
        )
