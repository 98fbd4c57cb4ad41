from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _timeline_sources(self):
        return [*super()._timeline_sources(), *self._get_timeline_delivery_sources()]

    def _get_timeline_delivery_sources(self):
        """Return what went out and came back, at its day; what is still to go, when it is due."""
        done, waiting = Domain("state", "=", "done"), Domain("state", "not in", ("done", "cancel"))
        return [
            *self._prepare_timeline_delivery_source(done, "date_done"),
            *self._prepare_timeline_delivery_source(waiting, "scheduled_date"),
        ]

    def _get_timeline_delivery_domain(self):
        family = Domain("partner_id", "in", self._get_timeline_partner_ids())
        # a return of a delivery is a receipt, but from a customer
        return family & (
            Domain("picking_type_code", "=", "outgoing") | Domain("return_id", "!=", False)
        )

    def _prepare_timeline_delivery_source(self, domain, date):
        names = {"title": "name", "body": "origin", "user": "user_id", "state": "state"}
        return self._prepare_timeline_source(
            "delivery",
            self.env._("Deliveries"),
            "fa-truck",
            "stock.picking",
            self._get_timeline_delivery_domain() & domain,
            date=date,
            text=("name", "origin"),
            **names,
        )
