from odoo import models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _timeline_sources(self):
        return [*super()._timeline_sources(), *self._get_timeline_contract_sources()]

    def _get_timeline_documents(self):
        """Extend: what is written and planned on contracts belongs here, too."""
        documents = super()._get_timeline_documents()
        contracts = self.env["sales.contract"]
        if contracts.has_access("read"):
            documents["sales.contract"] = contracts._search(self._get_timeline_contract_domain())
        return documents

    def _get_timeline_contract_domain(self):
        return Domain("partner_id", "in", self._get_timeline_partner_ids())

    def _get_timeline_contract_sources(self):
        """Return contracts at the day they begin, and closed ones at the day they were closed."""
        begun, closed = (
            Domain("state", "in", ("running", "cancelled")),
            Domain("state", "=", "closed"),
        )
        return [
            *self._prepare_timeline_contract_source(begun, "date_start"),
            *self._prepare_timeline_contract_source(closed, "closed_date"),
        ]

    def _prepare_timeline_contract_source(self, domain, date):
        names = {"title": "display_name", "user": "user_id", "state": "state"}
        return self._prepare_timeline_source(
            "contract",
            self.env._("Contracts"),
            "fa-handshake-o",
            "sales.contract",
            self._get_timeline_contract_domain() & domain,
            date=date,
            text=("name", "client_order_ref"),
            amount="amount_total",
            **names,
        )
