from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.sale.controllers import portal


class RoundPortal(portal.CustomerPortal):
    def _document_check_access(self, model_name, document_id, access_token=None):
        """Keep a round from customers until it was sent, also from those who have its token."""
        document = super()._document_check_access(model_name, document_id, access_token)
        if (
            model_name == "sale.order"
            and request.env.user.share
            and document.negotiation_id
            and not document.round_sent
        ):
            raise AccessError(request.env._("This round of the quotation was not sent yet."))
        return document

    def _prepare_sale_portal_rendering_values(self, quotation_page=False, **kwargs):
        values = super()._prepare_sale_portal_rendering_values(
            quotation_page=quotation_page, **kwargs
        )
        values["earlier_rounds"] = self._get_earlier_rounds() if quotation_page else []
        return values

    def _get_earlier_rounds(self):
        orders = request.env["sale.order"]
        if not orders.has_access("read"):
            return orders
        partner = request.env.user.partner_id.commercial_partner_id
        domain = [
            ("partner_id", "child_of", partner.ids),
            ("is_superseded", "=", True),
            ("round_sent", "=", True),
        ]
        # reason: as core does, what the rules let through is shown with all its fields
        return orders.search(domain, limit=self._items_per_page).sudo()
