from odoo import fields, models


class SalesCustomerRequest(models.TransientModel):
    """Ask for a customer that somebody else has, by what it is known by."""

    _name = "sales.customer.request"
    _description = "Ask for a Customer"

    text = fields.Char(
        string="Known By",
        required=True,
        help="Tax ID, phone, email, WeChat ID or the whole name of the customer.",
    )
    note = fields.Text(string="Reason")

    def action_request(self):
        """Send the request to the owner of the customer."""
        self.ensure_one()
        return self.env["res.partner"].action_request_customer(self.text, self.note or "")
