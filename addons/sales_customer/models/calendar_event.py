import vobject
from markupsafe import Markup

from odoo import api, models


class CalendarEvent(models.Model):
    """What some may not read on contacts is neither written into events nor sent with them."""

    _inherit = "calendar.event"

    @api.model
    def _prepare_partner_contact_details_html(self, section_title, partner):
        """Extend: the name only."""
        restricted = self.env["sales.customer.field.rule"]._get_restricted_fields()
        if restricted.isdisjoint(("email", "phone")):
            return super()._prepare_partner_contact_details_html(section_title, partner)
        return [Markup("<strong>%s</strong>") % section_title, partner.name or ""]

    def _compute_invalid_email_partner_ids(self):
        """Extend: only whether there is an address to write to."""
        # reason: which address it is, is not told
        events = self.sudo()
        return super(CalendarEvent, events)._compute_invalid_email_partner_ids()

    def _get_ics_file(self):
        """Extend: the file that all who are invited get has their names only."""
        if "email" not in self.env["sales.customer.field.rule"]._get_restricted_fields():
            return super()._get_ics_file()
        # reason: core writes the addresses, which who invites may not read; they are taken out
        files = super(CalendarEvent, self.sudo())._get_ics_file()
        return {event_id: self._strip_addresses(content) for event_id, content in files.items()}

    @api.model
    def _strip_addresses(self, content):
        calendar = vobject.readOne(content.decode())
        for attendee in calendar.vevent.contents.get("attendee", ()):
            attendee.value = "MAILTO:"
        return calendar.serialize().encode()


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Extend: who invites need not read where the mails go."""
        # reason: the addresses of those who are invited, for the mails only
        attendees = self.sudo()
        return super(CalendarAttendee, attendees)._notify_attendees(
            mail_template, notify_author, force_send
        )
