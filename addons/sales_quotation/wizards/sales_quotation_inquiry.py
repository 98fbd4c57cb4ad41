from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.inquiry import parse_inquiry

MAILS = 50  # of one opportunity; the last ones


class SalesQuotationPaste(models.TransientModel):
    _inherit = "sales.quotation.paste"

    def _check_inquiry(self):
        """Show what the opportunity of the quotation asks for.

        :raise UserError: if nothing in it is known
        """
        lead = self.order_id.opportunity_id
        if not lead:
            raise UserError(self.env._("%s has no opportunity.", self.order_id.name))
        lead.check_access("read")
        rows = self._read_inquiry(lead)
        self._show_rows(rows)
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%s names no product that is known here. Paste the lines instead.", lead.name
                )
            )
        if left := len(rows) - len(self.line_ids):
            text = self.env._("Left out, as text without a product: %s", left)
            self.info = "\n".join(filter(None, [self.info, text]))

    def _read_inquiry(self, lead):
        """Read all sources; what a later one repeats, as answers quote, is taken once."""
        rows, seen = [], set()
        for place, lines in self._get_inquiry_sources(lead):
            known = set(seen)
            for line in lines:
                key = line._replace(number=0, place="", problems=(), is_sure=True)
                seen.add(key)
                if key not in known:
                    rows.append(line._replace(place=line.place or place))
        return [row._replace(number=number) for number, row in enumerate(rows, 1)]

    def _get_inquiry_sources(self, lead):
        """Extend: where else inquiries come from.

        :return: list of (name of the source, list of PastedLine)
        """
        sources = [(self.env._("Description"), parse_inquiry(lead.description))]
        mails = self.env["mail.message"].search(
            [
                ("model", "=", "crm.lead"),
                ("res_id", "=", lead.id),
                ("message_type", "=", "email"),
            ],
            order="date desc, id desc",
            limit=MAILS,
        )
        for mail in mails.sorted(lambda mail: (mail.date, mail.id)):
            sources.append((self._get_mail_place(mail), parse_inquiry(mail.body)))
        return sources

    def _get_mail_place(self, mail):
        return self.env._("Mail of %s", format_date(self.env, mail.date))
