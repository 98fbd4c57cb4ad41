from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools.misc import discardattr

from .sales_customer_field_rule import ESSENTIAL_FIELDS

ADDRESS_CONTEXT = {"show_address": "contact_address", "show_email": "email", "show_vat": "vat"}


class ResPartner(models.Model):
    """Fields that a role may not read cannot be read through whatever path."""

    _inherit = "res.partner"

    @api.model
    def _get_hidden_fields(self, operation="read"):
        return self.env["sales.customer.field.rule"]._get_hidden_fields(operation)

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        is_hidden = field.name in self._get_hidden_fields(operation)
        return not is_hidden or (operation == "read" and self._are_colleagues())

    def _are_colleagues(self):
        """Tell whether all of these work in the company: no mail could be sent in their name."""
        # reason: what they are is no secret
        return bool(self) and not any(self.sudo().mapped("partner_share"))

    def _fields_sync(self, values):
        """Core compares and copies fields of the company as the user, who may not read them all."""
        if self._get_hidden_fields() & {*self._address_fields(), *self._commercial_fields()}:
            return super(ResPartner, self.sudo())._fields_sync(values)
        return super()._fields_sync(values)

    @api.model
    def _get_stripped_fields(self):
        return super()._get_stripped_fields() | self._get_hidden_fields()

    @api.depends_context("uid")
    def _compute_display_name(self):
        """A name that shows more where it is asked for does not show what is hidden.

        Many2one fields show names as superuser: who asks counts, not by which right.
        """
        rules = self.env["sales.customer.field.rule"]
        is_job = self.env.uid == SUPERUSER_ID
        hidden = frozenset() if is_job else rules._get_hidden_fields_of(self.env.uid, "read")
        off = {
            key: False
            for key, name in ADDRESS_CONTEXT.items()
            if name in hidden and self.env.context.get(key)
        }
        if not off:
            return super()._compute_display_name()
        bare = self.with_context(**off)
        super(ResPartner, bare)._compute_display_name()
        for partner, other in zip(self, bare, strict=True):
            partner.display_name = other.display_name
        return None

    @api.model
    def _search_display_name(self, operator, value):
        """The one box finds by what the user may read, and by nothing else."""
        domain = super()._search_display_name(operator, value)
        hidden = self._get_hidden_fields()
        if not hidden or domain is NotImplemented:
            return domain
        neutral = Domain.TRUE if operator in Domain.NEGATIVE_OPERATORS else Domain.FALSE
        return Domain(domain).map_conditions(
            lambda c: neutral if c.field_expr.split(".")[0] in hidden else c
        )

    @api.model
    def _find_or_create_from_emails(self, emails, *args, **kwargs):
        """Extend: mails are addressed by addresses, which who writes them may not read."""
        if "email" not in self._get_hidden_fields():
            return super()._find_or_create_from_emails(emails, *args, **kwargs)
        # reason: only to find who has an address that is known already; rules hold below
        found = super(ResPartner, self.sudo())._find_or_create_from_emails(emails, *args, **kwargs)
        return [partner.with_env(self.env)._filtered_access("read") for partner in found]

    @api.model
    def _search_phone_mobile_search(self, operator, value):
        """Core asks no rights of fields that are only searched by: this one looks into phones."""
        if not self.env.su:
            self._check_field_access(self._fields["phone_mobile_search"], "read")
        return super()._search_phone_mobile_search(operator, value)


class ResUsers(models.Model):
    """Users show the fields of their partners as their own."""

    _inherit = "res.users"

    def _has_field_access(self, field, operation):
        if not super()._has_field_access(field, operation):
            return False
        if not field.inherited or self.env.su:
            return True
        is_own = self._origin == self.env.user
        is_hidden = field.name in self.env["res.partner"]._get_hidden_fields(operation)
        return not is_hidden or is_own or (operation == "read" and self._are_colleagues())

    def _are_colleagues(self):
        # reason: what they are is no secret
        return bool(self) and not any(self.sudo().mapped("share"))

    @api.model
    def _get_stripped_fields(self):
        hidden = self.env["res.partner"]._get_hidden_fields()
        names = {name for name in hidden if name in self._fields and self._fields[name].inherited}
        return super()._get_stripped_fields() | names


def _get_guard(model_class):
    """Return a ``_has_field_access`` for a model with fields that show something of partners."""

    def _has_field_access(self, field, operation):
        is_related = field.name in self._partner_paths and not self.env.su
        if is_related and self._is_related_hidden(field):
            return False
        return super(model_class, self)._has_field_access(field, operation)

    return _has_field_access


class Base(models.AbstractModel):
    """Fields of other models that show a hidden field of a partner are hidden with it.

    Rights are asked each time that a field of any record is read. So ``_has_field_access`` is not
    overridden here but on the models that have such fields, as far as they are known by then: what
    is added to a model later, such as a custom field, sets it up again.
    """

    _inherit = "base"
    # of related fields that go through partners: {name: names of the fields of partners}
    _partner_paths = {}

    @api.model
    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        paths = {f.name: self._get_partner_path(f) for f in self._fields.values() if f.related}
        model_class = self.env.registry[self._name]
        model_class._partner_paths = {name: path for name, path in paths.items() if path}
        if model_class._partner_paths:
            model_class._has_field_access = _get_guard(model_class)
        else:
            discardattr(model_class, "_has_field_access")
        return result

    @api.model
    def _get_partner_path(self, field):
        """Return the fields of partners that may be hidden and that a field goes through."""
        if field.inherited:  # users have a rule of their own for them
            return frozenset()
        path, model = set(), self
        for name in field.related.split("."):
            if model._name == "res.partner":
                path.add(name)
            model = self.env.get(model._fields[name].comodel_name)
        return frozenset(path) - ESSENTIAL_FIELDS

    @api.model
    def _is_field_secret(self, field):
        """Hook: tell whether a field shows what is hidden from the user.

        Whoever finds more than related fields overrides ``_has_field_access``, too.
        """
        return field.name in self._partner_paths and self._is_related_hidden(field)

    @api.model
    def _is_related_hidden(self, field):
        hidden = self.env["res.partner"]._get_hidden_fields()
        return not hidden.isdisjoint(self._partner_paths[field.name])

    @api.model
    def _has_secrets(self):
        """Hook: tell whether any field may be kept from the user: a quick check."""
        return bool(self.env["res.partner"]._get_hidden_fields())

    @api.model
    def _get_stripped_fields(self):
        """Hook: return the names of the fields that are left out of the user's screens."""
        return {field.name for field in self._fields.values() if self._is_field_secret(field)}

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        """Leave hidden fields out: a screen that asked for them could not be opened."""
        view = super().get_view(view_id, view_type, **options)
        if not self._has_secrets():
            return view
        return self.env["sales.customer.field.rule"]._strip_view(view, self)

    # Core asks no rights of related fields where it searches, groups and orders by them: it follows
    # them as superuser, and asks only of what they lead to.

    @api.model
    def _search(self, domain, *args, **kwargs):
        for condition in Domain(domain).iter_conditions() if not self.env.su else ():
            self._check_related_access(condition.field_expr)
        return super()._search(domain, *args, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        if not self.env.su:
            self._check_related_access(field_expr)
        return super()._field_to_sql(alias, field_expr, query)

    @api.model
    def _check_related_access(self, field_expr):
        field = self._fields.get(field_expr.partition(".")[0])
        if field and field.related and not field.store and self._is_field_secret(field):
            self._check_field_access(field, "read")
