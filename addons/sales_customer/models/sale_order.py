from odoo import api, fields, models


class SaleOrder(models.Model):
    """Whoever orders in a shop is told of no other customer; who reads the order is."""

    _inherit = "sale.order"

    customer_duplicate_message = fields.Text(
        string="Possible Duplicates",
        compute="_compute_customer_duplicate_message",
        groups="base.group_user",
        help="Who the customer may be already, if the customer was made by a visitor or by itself.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_customer_duplicate_message(self):
        """Compare when one of us reads, and not when a visitor orders, who could measure it."""
        # reason: only whose customers were made by visitors; what is told is read as the user
        customers = {order: order.partner_id.commercial_partner_id for order in self.sudo()}
        made = self.env["res.partner"].union(*customers.values())
        made = made.filtered(lambda partner: partner.create_uid.share)
        readable = made.sudo(False)._filtered_access("read")
        for order in self:
            found = readable & customers[order.sudo()].sudo(False)
            found = found.with_prefetch(readable.ids)
            order.customer_duplicate_message = found.customer_duplicate_message
