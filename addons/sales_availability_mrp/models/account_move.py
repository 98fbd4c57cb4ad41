from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_availability_checked(self):
        """A kit has no stock of its own that an invoice could take."""
        kit = self.product_id.with_company(self.company_id).kit_bom_id
        return super()._is_availability_checked() and not kit
