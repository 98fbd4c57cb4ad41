import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.business_card import parse_cards
from ..tools.customer_keys import ContactValues, get_customer_keys

ENCODINGS = ("utf-8-sig", "gb18030")
COMPANY_FIELDS = ("website", "vat", "street", "zip")
CONTACT_FIELDS = ("function", "mobile", "wechat", "email", "phone")


class SalesCustomerIntake(models.TransientModel):
    """New customers from a business card, a mail signature or a vCard, shown before saving."""

    _name = "sales.customer.intake"
    _description = "New Customers from Text"

    text = fields.Text(help="A business card, the signature of an email, or a vCard.")
    file = fields.Binary(string="vCard File")
    file_name = fields.Char()
    line_ids = fields.One2many("sales.customer.intake.line", "intake_id", string="Customers")
    source_id = fields.Many2one("utm.source")

    def action_read(self):
        """Read the text and the file, and show what was recognised."""
        self.ensure_one()
        cards = [card for text in self._get_texts() for card in self._parse(text)]
        if not cards:
            raise UserError(
                self.env._("Nothing was recognised. Paste a business card, a signature or a vCard.")
            )
        self.line_ids = [fields.Command.clear(), *map(fields.Command.create, cards)]
        return self._get_reopen_action()

    def _get_texts(self):
        return [self.text or "", *([self._decode_file()] if self.file else [])]

    def _decode_file(self):
        try:
            content = base64.b64decode(self.file)
        except binascii.Error as error:
            raise UserError(self.env._("The file %s cannot be read.", self.file_name)) from error
        for encoding in ENCODINGS:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue  # the next one
        raise UserError(self.env._("The file %s is no vCard: it is no text.", self.file_name or ""))

    @api.model
    def _parse(self, text):
        try:
            return parse_cards(text)
        except ValueError as error:
            raise UserError(self.env._("This is no valid vCard: %s", error)) from error

    def _get_reopen_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Customers from Text"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_create(self):
        """Save the customers that are not left out, all or none of them."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not line.is_skipped)
        if not lines:
            raise UserError(self.env._("There is no customer to save."))
        partners = self.env["res.partner"].create([line._prepare_customer() for line in lines])
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("New Customers"),
            "res_model": "res.partner",
        }
        if len(partners) == 1:
            return action | {"view_mode": "form", "res_id": partners.id}
        return action | {"view_mode": "list,form", "domain": [("id", "in", partners.ids)]}


class SalesCustomerIntakeLine(models.TransientModel):
    """What one card says. Everything can be corrected before it is saved."""

    _name = "sales.customer.intake.line"
    _description = "Customer Read from Text"

    intake_id = fields.Many2one("sales.customer.intake", required=True, ondelete="cascade")
    is_skipped = fields.Boolean(string="Leave Out")
    company_name = fields.Char(string="Company")
    contact_name = fields.Char(string="Contact")
    function = fields.Char(string="Job Position")
    phone = fields.Char()
    mobile = fields.Char()
    email = fields.Char()
    website = fields.Char()
    wechat = fields.Char(string="WeChat ID")
    vat = fields.Char(string="Tax ID")
    street = fields.Char(string="Address")
    zip = fields.Char()
    duplicate_message = fields.Text(
        string="Possible Duplicates", compute="_compute_duplicate_message"
    )

    @api.depends(
        "company_name", "contact_name", "phone", "mobile", "email", "website", "wechat", "vat"
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_duplicate_message(self):
        partners = self.env["res.partner"]
        duplicates = partners._rank_matches({line: line._get_customer_keys() for line in self})
        warnings = partners._get_duplicate_warnings(duplicates)
        for line in self:
            line.duplicate_message = warnings[line]

    def _get_customer_keys(self):
        self.ensure_one()
        contact = ContactValues(
            self.env.company.country_id.code or "",
            (self.phone, self.mobile),
            (self.email,),
            (self.website,),
            self.wechat,
        )
        name = self.company_name or self.contact_name
        return get_customer_keys(name, bool(self.company_name), (self.vat,), [contact])

    def _prepare_customer(self):
        """Return values of the company with its contact, or of the person who is the customer."""
        self.ensure_one()
        if not (self.company_name or self.contact_name):
            raise UserError(self.env._("Each customer needs a name: of a company or of a person."))
        customer = {
            "name": self.company_name or self.contact_name,
            "is_company": bool(self.company_name),
            "customer_rank": 1,
            "user_id": self.env.uid,
            "source_id": self.intake_id.source_id.id,
            **self._prepare_fields(COMPANY_FIELDS),
        }
        contact = self._prepare_fields(CONTACT_FIELDS)
        if not self.company_name or not self.contact_name:
            return customer | contact
        contact["name"] = self.contact_name
        if self.phone:
            customer["phone"] = self.phone
        return {**customer, "child_ids": [fields.Command.create(contact)]}

    def _prepare_fields(self, names):
        return {name: self[name] for name in names if self[name]}
