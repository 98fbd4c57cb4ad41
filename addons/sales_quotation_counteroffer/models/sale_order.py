from odoo import api, fields, models
from odoo.tools.misc import hmac

from odoo.addons.sales_document.tools.schema import Placeholder

from ..tools.counteroffer_sheet import CounterofferSheet
from ..tools.keys import COLUMNS, MARKS, FileKey, Signer

SCOPE = "sales_quotation_counteroffer"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    round_reason = fields.Selection(
        selection_add=[("counteroffer", "Customer's Counter-Offer")],
        ondelete={"counteroffer": "set other"},
    )

    # ---- what the exported file carries -------------------------------------------------------

    @api.model
    def _get_document_schema(self):
        marks = {name: Placeholder(label=self.env._("Mark of a column")) for name in COLUMNS}
        children = {
            "file": Placeholder(label=self.env._("Key of the file")),
            "end": Placeholder(label=self.env._("Mark of the end of the lines")),
            **marks,
        }
        keys = Placeholder(
            compute="_get_counteroffer_marks",
            label=self.env._("Keys for counter-offers"),
            children=children,
        )
        return {**super()._get_document_schema(), "counteroffer": keys}

    @api.model
    def _get_sheet_class(self):
        return CounterofferSheet

    def _get_counteroffer_marks(self):
        """Return key and marks of each quotation."""
        return {
            order.id: {
                **MARKS,
                "file": order._get_counteroffer_signer().sign(order._prepare_counteroffer_key()),
            }
            for order in self
        }

    def _prepare_counteroffer_key(self):
        self.ensure_one()
        return FileKey(
            self.id,
            self.round_number,
            self.currency_id.name,
            self.company_id.id,
            max(self.order_line.ids, default=0),
        )

    def _get_counteroffer_signer(self):
        """Return what signs keys of this quotation and of no other, in this database only."""
        self.ensure_one()
        # reason: the secret of the database is for nobody to read, and only a hash leaves here
        system = self.env(su=True)
        database = system["ir.config_parameter"].get_param("database.uuid")
        return Signer(hmac(system, SCOPE, (database, self.id)))
