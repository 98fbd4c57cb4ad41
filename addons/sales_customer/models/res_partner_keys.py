from contextlib import contextmanager

from odoo import api, models

from ..tools.customer_keys import KEY_SOURCES

PENDING = "sales_customer.pending_keys"
UNTOLD = "sales_customer.untold"


class ResPartner(models.Model):
    """Every way to save a partner keeps its keys, because this is where all ways meet."""

    _inherit = "res.partner"

    @api.model
    def _get_customer_key_fields(self):
        """Hook: fields whose change may change keys."""
        return [
            "name",
            "is_company",
            "parent_id",
            "company_id",
            "active",
            "vat",
            "company_registry",
            "phone",
            "mobile",
            "email",
            "website",
            "wechat",
            "country_id",
        ]

    @contextmanager
    def _keep_customer_keys(self):
        """Bring the keys up to date at the end of the outermost block, once for all of it.

        Saving a partner saves its contacts and its company, too: each of them adds its ids.
        """
        cache = self.env.cr.cache
        if PENDING in cache:
            yield cache[PENDING]
            return
        cache[PENDING] = pending = set()
        try:
            yield pending
        finally:
            cache.pop(PENDING, None)
        if pending:
            # keys are nobody's to read, but everybody keeps them who saves a partner
            Key = self.env["sales.customer.key"]
            Key._sync_keys(pending, is_refusing=self._is_refusing_duplicates())

    @api.model
    def _is_refusing_duplicates(self):
        """Portal users and visitors are not told who else is a customer: those are cleaned up."""
        return not self.env.user.share and UNTOLD not in self.env.cr.cache

    @contextmanager
    def _refuse_no_duplicates(self):
        """Save what a customer does who comes as superuser: within, no duplicate is refused.

        It lives on the cursor and not in the context, which a client can send.
        """
        cache = self.env.cr.cache
        if UNTOLD in cache:
            yield
            return
        cache[UNTOLD] = True
        try:
            yield
        finally:
            del cache[UNTOLD]

    def _get_keyed_ids(self):
        """Return the ids of the customers whose keys depend on these partners."""
        partners = self.sudo()  # the company of a contact may be nobody's to read
        return {*partners.ids, *partners.commercial_partner_id.ids}

    @api.model_create_multi
    def create(self, vals_list):
        with self._keep_customer_keys() as pending:
            partners = super().create(vals_list)
            pending |= partners._get_keyed_ids()
        return partners

    def write(self, vals):
        if not vals.keys() & set(self._get_customer_key_fields()):
            return super().write(vals)
        is_moving = bool(vals.keys() & {"parent_id", "is_company"})
        with self._keep_customer_keys() as pending:
            if is_moving:
                pending |= self._get_keyed_ids()
            if self._are_contacts_moving(vals):
                self._leave_company()
            result = super().write(vals)
            pending |= self._get_descendant_ids() if is_moving else self._get_keyed_ids()
        return result

    def _are_contacts_moving(self, vals):
        return bool(vals.get("parent_id")) and all(
            partner.parent_id
            and partner.parent_id.id != vals["parent_id"]
            and not vals.get("is_company", partner.is_company)
            for partner in self
        )

    def _leave_company(self):
        """Core gives the tax ID of the old company to a new one without: two would have it."""
        self.check_access("write")
        # what the company gave them is not theirs, whether or not the user may see it
        values = dict.fromkeys(self._synced_commercial_fields(), False)
        return super(ResPartner, self.sudo()).write(values)

    def _get_descendant_ids(self):
        """A company that becomes part of another one, or a person, takes its contacts along."""
        domain = [("id", "child_of", self.ids)]
        partners = self.sudo().with_context(active_test=False)  # also those of other salespeople
        return partners.search(domain)._get_keyed_ids()

    def copy_data(self, default=None):
        """A copy is another customer: what only one may have stays with the first."""
        blocked = self.env["sales.customer.key.policy"]._get_kinds("block")
        unique = set().union(*(KEY_SOURCES[kind] for kind in blocked)) - {*(default or ())}
        return [
            {name: value for name, value in vals.items() if name not in unique}
            for vals in super().copy_data(default)
        ]

    def unlink(self):
        with self._keep_customer_keys() as pending:
            remaining = self._get_keyed_ids() - set(self.ids)
            self.env["sales.customer.key"]._release_keys(self.ids)
            result = super().unlink()
            pending -= set(self.ids)
            pending |= remaining
        return result

    @api.depends_context("uid")
    def _compute_same_vat_partner_id(self):
        """Core finds duplicates as superuser and names them: only to those who may read them."""
        if self._get_hidden_fields() & {"vat", "company_registry"}:
            self.same_vat_partner_id = self.same_company_registry_partner_id = False
            return
        super()._compute_same_vat_partner_id()
        if self.env.su:
            return
        for name in ("same_vat_partner_id", "same_company_registry_partner_id"):
            found = self.mapped(name)
            readable = found._filtered_access("read")
            for partner in self:
                if partner[name] not in readable:
                    partner[name] = False
