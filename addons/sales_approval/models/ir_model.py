from odoo import models


class IrModel(models.Model):
    _inherit = "ir.model"

    def unlink(self):
        """Forget what was asked about documents whose model goes."""
        names = self.mapped("model")
        if "sales.approval.request" not in names:
            self.env["sales.approval.request"]._forget_models(names)
        return super().unlink()
