from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class SalesCustomerAccess(models.AbstractModel):
    """What belongs to a customer and is as secret as that customer.

    A record is found, read, written and deleted only by who may read its customer, whatever its
    own rights allow. The condition is a subquery of the customers that one may read, so the
    database counts, groups and pages.

    The model has a field to its customer, which ``_customer_access_field`` names.
    """

    _name = "sales.customer.access.mixin"
    _description = "As Secret as the Customer"

    _customer_access_field = "partner_id"

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su:
            domain = Domain(domain) & self._get_customer_access_domain()
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _get_customer_access_domain(self):
        """Give what the user may find. Extend it together with the next method."""
        customers = self.env["res.partner"].with_context(active_test=False)._search([])
        return Domain(self._customer_access_field, "in", customers)

    def _filter_customer_access(self):
        """Give those records whose customer the user may read."""
        # reason: whose they are, before they may be read
        customers = self.sudo()[self._customer_access_field].sudo(False)
        readable = set(customers._filtered_access("read").ids)
        name = self._customer_access_field
        found = self.sudo().filtered(lambda record: record[name].id in readable)
        return found.sudo(False)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        forbidden = self - self._filter_customer_access()
        return (forbidden, forbidden._make_customer_access_error) if forbidden else None

    def _make_customer_access_error(self):
        return AccessError(self.env._("You may see this only if you may see its customer."))
