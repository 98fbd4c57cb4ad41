from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _timeline_sources(self):
        return [*super()._timeline_sources(), *self._get_timeline_delivery_sources()]

    def _get_timeline_delivery_sources(self):
        """Return what went out and came back, at its day; what is still to go, when it is due."""
        pickings = Domain("partner_id", "in", self._get_timeline_partner_ids())
        # a return of a delivery is a receipt, but from a customer
        pickings &= Domain("picking_type_code", "=", "outgoing") | Domain("return_id", "!=", False)
        values = {
            "kind": "delivery",
            "label": self.env._("Deliveries"),
            "icon": "fa-truck",
            "model": "stock.picking",
            "text": ("name", "origin"),
            "title": "name",
            "body": "origin",
            "user": "user_id",
            "state": "state",
        }
        done = Domain("state", "=", "done")
        return [
            *self._prepare_timeline_source(domain=pickings & done, date="date_done", **values),
            *self._prepare_timeline_source(
                domain=pickings & ~done & Domain("state", "!=", "cancel"),
                date="scheduled_date",
                **values,
            ),
        ]
