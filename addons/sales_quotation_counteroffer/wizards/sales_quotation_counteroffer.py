import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

MOST_PROBLEMS = 100


class SalesQuotationCounteroffer(models.TransientModel):
    """The file of a customer: compared first, then made a round of."""

    _name = "sales.quotation.counteroffer"
    _description = "Counter-Offer"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    file = fields.Binary(string="Excel File", attachment=True)
    file_name = fields.Char()
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="From the Chatter",
        help="A file that the customer sent by mail is among the attachments of the quotation.",
    )
    step = fields.Selection(
        [("file", "File"), ("comparison", "Comparison")],
        default="file",
        required=True,
        readonly=True,
    )
    note = fields.Text(string="What Was Given and Why")
    comparison = fields.Json(readonly=True)
    can_make = fields.Boolean(readonly=True)
    make_label = fields.Char(compute="_compute_make_label")
    expected_round = fields.Integer(readonly=True)
    compared = fields.Char(readonly=True, help="Tells whether what was compared is still the same.")

    @api.depends("order_id")
    @api.depends_context("lang")
    def _compute_make_label(self):
        for wizard in self:
            wizard.make_label = self.env._("Make Round %s", wizard.order_id.round_count + 1)

    def action_compare(self):
        """Read the file and show what the customer wants; nothing of the quotation changes.

        :return: action that shows the comparison
        :raise UserError: the file cannot be used at all
        :raise AccessError: the quotation is not the user's to write
        """
        self.ensure_one()
        offer = self._read_offer()
        self.write(
            {
                "step": "comparison",
                "comparison": self._prepare_comparison(offer),
                "can_make": offer.has_changes and not offer.problems,
                "expected_round": self.order_id.round_count,
                "compared": self.order_id._get_counteroffer_digest(offer),
            }
        )
        return self._reopen()

    def action_back(self):
        """Go back to choose another file.

        :return: action that shows the dialog again
        """
        self.ensure_one()
        self.write({"step": "file", "comparison": False, "can_make": False})
        return self._reopen()

    def action_make_round(self):
        """Make the next round as the customer wants it, and open it.

        :return: action that opens the new round
        :raise UserError: the file has problems or says nothing new, or the quotation was changed
            after the comparison
        :raise AccessError: the quotation is not the user's to write
        """
        self.ensure_one()
        offer = self._read_offer()
        self._check_offer(offer)
        made = self.order_id._make_counteroffer_round(offer, self.expected_round, self.note)
        self._post_file(made, offer)
        return made._open_round()

    def _check_offer(self, offer):
        if offer.problems:
            texts = "\n".join(self._describe(offer.problems)[:20])
            raise UserError(self.env._("The customer has to correct this first:\n%s", texts))
        if not offer.has_changes:
            raise UserError(
                self.env._("The file says what the quotation says: there is nothing to agree on.")
            )
        if self.compared != self.order_id._get_counteroffer_digest(offer):
            raise UserError(
                self.env._(
                    "%s was changed after you compared. Compare again, and look at it once more.",
                    self.order_id._get_round_name(),
                )
            )

    # ---- the file -----------------------------------------------------------------------------

    def _read_offer(self):
        content, name = self._get_file()
        return self.order_id._read_counteroffer(content, name)

    def _get_file(self):
        """Return content and name of the file that was dropped, or chosen from the chatter."""
        if self.file:
            content = self.with_context(bin_size=False).file
            try:
                return base64.b64decode(content), self.file_name or ""
            except (ValueError, binascii.Error) as error:
                raise UserError(self.env._("The file is damaged. Choose it again.")) from error
        attachment = self.attachment_id
        if not attachment:
            raise UserError(self.env._("Choose the Excel file that the customer sent back."))
        attachment.check_access("read")
        if (attachment.res_model, attachment.res_id) != ("sale.order", self.order_id.id):
            raise UserError(
                self.env._(
                    "“%(file)s” is not in the chatter of %(order)s.",
                    file=attachment.name,
                    order=self.order_id._get_round_name(),
                )
            )
        return attachment.raw or b"", attachment.name

    def _post_file(self, made, offer):
        content, name = self._get_file()
        body = self.env._(
            "Counter-offer of the customer: %(edited)s lines changed, %(added)s added,"
            " %(dropped)s dropped. The file is attached.",
            edited=len(offer.edits),
            added=len(offer.added),
            dropped=len(offer.dropped),
        )
        made.message_post(body=body, attachments=[(name, content)])

    # ---- what is shown ------------------------------------------------------------------------

    def _prepare_comparison(self, offer):
        return {
            **self.order_id._compare_counteroffer(offer),
            "problems": self._describe(offer.problems),
            "notes": self._describe(offer.notes),
        }

    def _describe(self, found):
        """Return texts, the first of them; how many there are beyond."""
        texts = [problem.describe(self.env) for problem in found[:MOST_PROBLEMS]]
        if len(found) > MOST_PROBLEMS:
            texts.append(self.env._("… and %s more.", len(found) - MOST_PROBLEMS))
        return texts

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Counter-Offer"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
