from odoo import api, models


class CrmLead(models.Model):
    """What some may not read on the customer is not copied to leads, which have other readers."""

    _inherit = "crm.lead"

    @api.model
    def _get_restricted_partner_fields(self):
        return self.env["sales.customer.field.rule"]._get_restricted_fields()

    def _compute_phone(self):
        """Extend: leave what the lead has."""
        if "phone" in self._get_restricted_partner_fields():
            return None
        return super()._compute_phone()

    def _compute_email_from(self):
        """Extend: leave what the lead has."""
        if "email" in self._get_restricted_partner_fields():
            return None
        return super()._compute_email_from()

    def _compute_function(self):
        """Extend: leave what the lead has."""
        if "function" in self._get_restricted_partner_fields():
            return None
        return super()._compute_function()

    def _compute_website(self):
        """Extend: leave what the lead has."""
        if "website" in self._get_restricted_partner_fields():
            return None
        return super()._compute_website()

    def _prepare_address_values_from_partner(self, partner):
        # reason: those of its fields that somebody may not read are left out below
        values = super()._prepare_address_values_from_partner(partner.sudo())
        restricted = self._get_restricted_partner_fields()
        return {name: self[name] if name in restricted else v for name, v in values.items()}

    def _prepare_values_from_partner(self, partner):
        # reason: see above
        values = super()._prepare_values_from_partner(partner.sudo())
        restricted = self._get_restricted_partner_fields()
        return {name: value for name, value in values.items() if name not in restricted}

    def _create_customer(self, with_parent=None):
        """Extend: what the lead knows is handed on, though its user may not write it there."""
        partner = super()._create_customer(with_parent)
        hidden = partner._get_hidden_fields("write")
        known_before = self.partner_id | (with_parent or partner.browse())
        for created in (partner | partner.parent_id) - known_before:
            # reason: the values that stand on the lead, for its own customer
            values = self.sudo()._prepare_customer_values(
                created.name, created.is_company, created.parent_id.id
            )
            known = {name: value for name, value in values.items() if name in hidden and value}
            # reason: see above
            created.sudo().write(known)
        return partner

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        hidden = self.env["res.partner"]._get_hidden_fields("write")
        return {name: value for name, value in values.items() if name not in hidden}

    def _get_partner_phone_update(self, force_void=True):
        """Extend: a lead neither tells nor changes what its user may not read on the customer."""
        if "phone" in self.env["res.partner"]._get_hidden_fields():
            return False
        return super()._get_partner_phone_update(force_void)

    def _get_partner_email_update(self, force_void=True):
        """Extend: see above."""
        if "email" in self.env["res.partner"]._get_hidden_fields():
            return False
        return super()._get_partner_email_update(force_void)
