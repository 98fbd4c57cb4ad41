from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_document_addresses(self):
        """Return {id: the address in one line, without the name}; {} if parts are hidden."""
        names = {*self._formatting_address_fields(), "state_id", "country_id"}
        fields = (self._fields[name] for name in names if name in self._fields)
        if not all(self._has_field_access(field, "read") for field in fields):
            return {}
        return {partner.id: partner._get_document_address() for partner in self}

    def _get_document_address(self):
        lines = self._display_address(without_company=True).splitlines()
        return ", ".join(stripped for line in lines if (stripped := line.strip(" ,")))
