from odoo import models
from odoo.tools.misc import hmac


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Browsers keep screens until this hash changes: what is hidden is part of it."""
        info = super().session_info()
        hidden = self.env["res.partner"]._get_hidden_fields() if info["is_internal_user"] else ()
        if hidden:
            # reason: the key of the database, which hmac reads
            info["registry_hash"] = hmac(
                self.env(su=True), "sales-customer-fields", (info["registry_hash"], sorted(hidden))
            )
        return info
