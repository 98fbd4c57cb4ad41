"""Nobody links a customer that is secret to him, to see it through a document of his own."""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _check_links(self, partner_ids, known=()):
        """Refuse to link customers that the user may not read.

        :param partner_ids: ids that are about to be linked
        :param known: ids that are linked already; what is lost may stay where it is
        """
        new = self.browse(set(filter(None, partner_ids)) - set(known))
        if new and self._is_plain_salesperson() and len(new._filtered_access("read")) < len(new):
            raise AccessError(
                self.env._(
                    "This customer belongs to a colleague, or is in a pool. Claim it from the "
                    "pool, or ask its salesperson."
                )
            )


def get_linked(vals, fnames):
    """Return the ids of partners in values of a record."""
    for fname in fnames:
        value = vals.get(fname)
        if isinstance(value, int):
            yield value
        for command in value if isinstance(value, (list, tuple)) else ():
            if isinstance(command, int):
                yield command
            elif command[0] == Command.LINK:
                yield command[1]
            elif command[0] == Command.SET:
                yield from command[2]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        """Quotations are for customers that one may see."""
        self._check_partner_links(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Quotations are for customers that one may see, or saw when they were made."""
        self._check_partner_links([vals])
        return super().write(vals)

    def _check_partner_links(self, vals_list):
        fnames = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        linked = [i for vals in vals_list for i in get_linked(vals, fnames)]
        if linked:
            known = {i for fname in fnames for i in self[fname].ids}
            self.env["res.partner"]._check_links(linked, known)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        """Leads copy phone and email of their customer, so it has to be one that one may see."""
        self._check_partner_links(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        """Leads copy phone and email of their customer, so it has to be one that one may see."""
        self._check_partner_links([vals])
        return super().write(vals)

    def _check_partner_links(self, vals_list):
        linked = [i for vals in vals_list for i in get_linked(vals, ("partner_id",))]
        if linked:
            self.env["res.partner"]._check_links(linked, self.partner_id.ids)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        """Attendees show their email, so they have to be ones that one may see."""
        linked = [i for vals in vals_list for i in get_linked(vals, ("partner_ids",))]
        self.env["res.partner"]._check_links(linked)
        return super().create(vals_list)

    def write(self, vals):
        """Attendees show their email, so they have to be ones that one may see."""
        if linked := list(get_linked(vals, ("partner_ids",))):
            # those who are invited already; nothing of them is shown
            self.env["res.partner"]._check_links(linked, self.sudo().partner_ids.ids)
        return super().write(vals)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Followers show their name, so they have to be ones that one may see."""
        if partner_ids and self.env["res.partner"]._is_plain_salesperson():
            # those who follow already; nothing of them is shown
            known = self.sudo().message_partner_ids.ids
            self.env["res.partner"]._check_links(partner_ids, known)
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)
