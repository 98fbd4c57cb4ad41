from odoo import api, models

from odoo.addons.sales_document.tools.schema import Placeholder
from odoo.addons.sales_document.tools.values import clean_text
from odoo.addons.sales_quotation_document.tools.quotation_xlsx import LONGEST_CELL

from ..tools.keys import LineKey, digest


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _get_document_schema(self):
        key = Placeholder(
            compute="_get_counteroffer_keys", label=self.env._("Key for counter-offers")
        )
        return {**super()._get_document_schema(), "key": key}

    def _get_counteroffer_keys(self):
        """Return the key of each line, signed for its quotation."""
        keys = {}
        for order, lines in self.grouped("order_id").items():
            signer = order._get_counteroffer_signer()
            keys.update((line.id, signer.sign(line._prepare_counteroffer_key())) for line in lines)
        return keys

    def _prepare_counteroffer_key(self):
        """Say what the file says of the line, so that an edit of the customer can be told."""
        self.ensure_one()
        return LineKey(
            self.id,
            self.product_uom_qty,
            self.price_unit,
            self.discount,
            digest(clean_text(self.product_id.default_code or "")),
            digest(clean_text(self.name or "")[:LONGEST_CELL]),
            digest(clean_text(self.product_uom_id.display_name or "")),
        )

    def _is_of_combo(self):
        self.ensure_one()
        return self.product_type == "combo" or bool(self.combo_item_id)
