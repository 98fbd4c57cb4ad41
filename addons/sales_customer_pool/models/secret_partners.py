"""Nobody links a customer that is secret to him, to see it through a document of his own."""

from collections import defaultdict

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from odoo.addons.sales_customer.models.res_partner_rights import ADDRESS_CONTEXT

SECRET_MODELS = ("res.partner", "sales.customer.pool.card")


def get_linked(value):
    """Return the ids of records that the value of a many2one or x2many field links."""
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        yield int(value)
    for command in value if isinstance(value, (list, tuple)) else ():
        if isinstance(command, int):
            yield command
        elif command and command[0] == Command.LINK:
            yield command[1]
        elif command and command[0] == Command.SET:
            yield from command[2]


class Base(models.AbstractModel):
    """Whatever shows a name to whoever holds its id asks before it takes the id.

    Of all models, as no list of them would stay complete: documents copy what stands on their
    customer, and all many2one fields show its name.
    """

    _inherit = "base"

    @api.model
    def _prepare_create_values(self, vals_list):
        """Extend: after the defaults, which the context may have given."""
        vals_list = super()._prepare_create_values(vals_list)
        self._check_secret_links(vals_list)
        return vals_list

    def write(self, vals):
        """Extend: what was linked before may stay."""
        self._check_secret_links([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        """Extend: a form that is not saved copies and shows the same."""
        if self.env["res.partner"]._is_plain_salesperson():
            fnames = [] if field_names else [n for n, f in self._fields.items() if is_secret(f)]
            self._check_secret_links([{**self.default_get(fnames), **values}])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_links(self, ids):
        """Refuse to link records that a salesperson may not read."""
        linked = self.browse(filter(None, ids))
        if not self.env["res.partner"]._is_plain_salesperson():
            return
        if len(linked._filtered_access("read")) < len(linked):
            raise AccessError(
                self.env._(
                    "This customer belongs to a colleague, or is in a pool. Claim it from the "
                    "pool, or ask its salesperson."
                )
            )

    def _check_secret_links(self, vals_list):
        if not self.env["res.partner"]._is_plain_salesperson():
            return
        links = defaultdict(set)
        for vals in vals_list:
            self._collect_secret_links(vals, links)
        for model, ids in links.items():
            self.env[model]._check_links(ids)

    def _collect_secret_links(self, vals, links):
        """Add the ids that are linked newly to a dict of sets by model, also those in lines."""
        for fname, value in vals.items():
            field = self._fields.get(fname)
            if not value or not field or not field.relational:
                continue
            if is_secret(field):
                # what is linked already; nothing of it is shown
                known = self.sudo()[fname].ids if field.store else ()
                links[field.comodel_name].update(set(get_linked(value)).difference(known))
            for command in value if isinstance(value, (list, tuple)) else ():
                if isinstance(command, (list, tuple)) and len(command) == 3 and command[0] < 2:
                    ids = [command[1]] if command[0] and isinstance(command[1], int) else []
                    lines = self.env[field.comodel_name].browse(ids)
                    lines._collect_secret_links(command[2] or {}, links)


def is_secret(field):
    """Tell whether a field links records whose name may be a secret."""
    return field.relational and field.comodel_name in SECRET_MODELS


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Followers show their name, so they have to be ones that one may see."""
        if partner_ids and self.env["res.partner"]._is_plain_salesperson():
            # those who follow already; nothing of them is shown
            known = self.sudo().message_partner_ids.ids
            self.env["res.partner"]._check_links(set(partner_ids).difference(known))
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)


class ResPartnerNames(models.Model):
    _inherit = "res.partner"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """The name of a customer that was lost still stands on one's documents, but no more.

        Many2one fields show names as superuser, and with whatever the context asks for.
        """
        context = self.env.context
        shown = {key: False for key in ADDRESS_CONTEXT if context.get(key)}
        user = self.with_user(self.env.user)
        if not shown or not user._is_plain_salesperson():
            return super()._compute_display_name()
        secret = self - user._filtered_access("read").with_env(self.env)
        super(ResPartnerNames, self - secret)._compute_display_name()
        bare = secret.with_context(**shown)
        super(ResPartnerNames, bare)._compute_display_name()
        for partner, other in zip(secret, bare, strict=True):
            partner.display_name = other.display_name
        return None


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        """In debug mode, which everybody can switch on, core names the records it refuses."""
        is_naming = self.env.user.has_group("base.group_no_one")
        if not is_naming or not self.env["res.partner"]._is_plain_salesperson():
            return super()._make_access_error(operation, records)
        records.invalidate_recordset()
        return AccessError(
            self.env._(
                "You may not access these records: %(model)s, %(ids)s.",
                model=records._name,
                ids=records.ids[:6],
            )
        )
