from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_lines_from_inquiry(self):
        """Show what the opportunity of the quotation asks for, to be added as lines.

        :raise UserError: if nothing in it is known here
        :raise AccessError: if the quotation or its opportunity is not mine
        """
        self.ensure_one()
        self.check_access("write")
        paste = self.env["sales.quotation.paste"].create({"order_id": self.id, "is_inquiry": True})
        paste._check_inquiry()
        return paste._reopen()
