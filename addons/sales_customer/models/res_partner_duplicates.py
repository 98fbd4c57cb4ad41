from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ..tools.customer_keys import (
    KEY_SOURCES,
    KINDS,
    ContactValues,
    CustomerKey,
    get_customer_keys,
)

# How much it tells about two customers that they have the same.
WEIGHTS = {"tax": 100, "wechat": 60, "phone": 50, "mail": 50, "name": 40, "domain": 10}
MOST_NAMES = 5


class ResPartner(models.Model):
    """What a user learns about duplicates: all of those they may read, nothing of the others."""

    _inherit = "res.partner"

    customer_duplicate_message = fields.Text(
        string="Possible Duplicates", compute="_compute_customer_duplicate_message"
    )

    # === THE REFUSAL === #

    def _get_duplicate_notice(self, user):
        """Hook: what a user who may not read this customer is told about it. One sentence.

        :param user: who tried to save the same customer
        """
        self.ensure_one()
        if self.sudo().user_id:  # only whether there is one, not who
            return self.env._("This customer exists already and belongs to a colleague.")
        return self.env._("This customer exists already.")

    @api.model
    def _get_duplicate_refusal(self, name, conflicts):
        """Return why a partner cannot be saved.

        :param name: how the user calls the partner
        :param conflicts: list of (CustomerKey, the partner that has it)
        """
        holders = self.browse({holder.id for _key, holder in conflicts})
        readable = holders._filtered_access("read")
        lines = [self._get_conflict_line(key, holder, readable) for key, holder in conflicts]
        if holders - readable or {key.kind for key, _h in conflicts} - self._get_visible_kinds():
            lines.append(
                self.env._(
                    "To get it, ask its owner: Sales > Orders > Ask for a Customer, with the same "
                    "number."
                )
            )
        return "\n".join([self.env._("%s cannot be saved: it is a duplicate.", name), *lines])

    def _get_conflict_line(self, key, holder, readable):
        values = {"label": self._get_key_labels()[key.kind], "value": key.value}
        if holder in readable and key.kind in self._get_visible_kinds():
            return self.env._(
                '%(label)s "%(value)s" belongs to %(customer)s.',
                customer=holder.display_name,
                **values,
            )
        # as superuser: the notice may say until when, which depends on what is not readable
        notice = holder.sudo()._get_duplicate_notice(self.env.user)
        return self.env._('%(label)s "%(value)s" is taken. %(notice)s', notice=notice, **values)

    @api.model
    def _get_visible_kinds(self):
        """Who may not read a number is not told either which customer has the same."""
        hidden = self._get_hidden_fields()
        return {kind for kind, names in KEY_SOURCES.items() if not names & hidden}

    @api.model
    def _get_key_labels(self):
        field = self.env["sales.customer.key.policy"]._fields["kind"]
        return dict(field._description_selection(self.env))

    # === THE WARNING === #

    def _get_own_customer_keys(self):
        """Return the keys of a record as it stands in the form, saved or not."""
        self.ensure_one()
        values = self.sudo()  # the user may know a field they may not read: it was typed
        contact = ContactValues(
            (values.country_id or values.company_id.country_id or self.env.company.country_id).code
            or "",
            (values.phone, values.mobile),
            (values.email,),
            (values.website,),
            values.wechat,
        )
        is_root = not values.parent_id or values.is_company
        return get_customer_keys(
            name=values.name if is_root else "",
            is_company=values.is_company,
            tax_numbers=(values.vat, values.company_registry) if is_root else (),
            contacts=[contact],
        )

    def _get_warned_keys(self):
        """Return the keys of each of the partners: stored ones, and those just typed."""
        keys = {partner: partner._get_own_customer_keys() for partner in self}
        roots = {partner: partner.sudo().commercial_partner_id._origin.id for partner in self}
        stored = defaultdict(set)
        ids = [root_id for root_id in roots.values() if root_id]
        for row in self.env["sales.customer.key"]._read_rows(ids) if ids else ():
            stored[row[1]].add(CustomerKey(row[2], row[3]))
        for partner in self:
            if partner._origin.id == roots[partner] == partner.id:
                keys[partner] = stored[roots[partner]]
        return keys, roots

    @api.depends(lambda self: self._get_customer_key_fields())
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_customer_duplicate_message(self):
        warnings = self._get_duplicate_warnings(self._find_duplicates())
        for partner in self:
            partner.customer_duplicate_message = warnings[partner]

    def _find_duplicates(self):
        """Return who may be the same customer, the most similar first.

        A constant number of queries for any number of partners.

        :return: dict {partner: {other partner: list of kinds}}
        """
        return self._rank_matches(*self._get_warned_keys())

    @api.model
    def _rank_matches(self, keys, own_ids=None):
        """Return who has the same keys, the most similar first.

        :param keys: dict {whatever has them: collection of CustomerKey}
        :param own_ids: dict {whatever has them: id of the partner that it is itself}
        :return: dict {whatever has them: {partner: list of kinds}}
        """
        matches = self.env["sales.customer.key"]._find_matches(set().union(*keys.values()))
        result = {}
        for owner, own_keys in keys.items():
            kinds = defaultdict(set)
            for key in own_keys:
                for other_id in matches.get(key, ()):
                    kinds[other_id].add(key.kind)
            kinds.pop((own_ids or {}).get(owner), None)
            ranked = sorted(kinds.items(), key=lambda i: (-sum(WEIGHTS[k] for k in i[1]), i[0]))
            result[owner] = {
                self.browse(other_id): sorted(found, key=KINDS.index) for other_id, found in ranked
            }
        return result

    @api.model
    def _get_duplicate_warnings(self, duplicates):
        """Return what the user is told about what :meth:`_rank_matches` found."""
        if self.env.user.share:  # nothing, as they are not told who else is a customer
            return dict.fromkeys(duplicates, "")
        found = self.browse({p.id for others in duplicates.values() for p in others})
        readable = found._filtered_access("read")
        return {owner: self._get_warning(others, readable) for owner, others in duplicates.items()}

    @api.model
    def _get_warning(self, duplicates, readable):
        visible = self._get_visible_kinds()
        labels = {kind: text for kind, text in self._get_key_labels().items() if kind in visible}
        named = [
            partner.with_prefetch(readable.ids)
            for partner, kinds in duplicates.items()
            if partner in readable and labels.keys() & kinds
        ]
        lines = [
            self.env._(
                "%(customer)s: same %(what)s",
                customer=partner.display_name,
                what=", ".join(labels[kind] for kind in duplicates[partner] if kind in labels),
            )
            for partner in named[:MOST_NAMES]
        ]
        if len(named) > MOST_NAMES:
            lines.append(self.env._("More customers: %s", len(named) - MOST_NAMES))
        if hidden := len(duplicates) - len(named):
            lines.append(self.env._("Customers of colleagues: %s", hidden))
        return "\n".join(lines)

    def action_open_duplicates(self):
        """Open those possible duplicates that the user may read."""
        self.ensure_one()
        visible = self._get_visible_kinds()
        duplicates = self._find_duplicates()[self].items()
        found = self.browse([partner.id for partner, kinds in duplicates if visible & {*kinds}])
        domain = [("id", "in", found._filtered_access("read").ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Possible Duplicates"),
            "res_model": "res.partner",
            "view_mode": "list,form",
            "domain": domain,
        }

    # === ASKING FOR IT === #

    @api.model
    def action_request_customer(self, text, note=""):
        """Ask the owner of a customer for it, without learning whose it is.

        Who asks for a customer again too soon gets the same answer, and nobody is asked: another
        answer would tell which name belongs to a number.

        :param text: tax ID, phone, mail address, WeChat ID or name of the customer
        :param note: why
        :raise UserError: there is no such customer, or the user has asked too often today
        """
        if self.env.user.share:
            raise UserError(self.env._("Only members of the company can ask for a customer."))
        limits = self.env["sales.customer.request.limit"]
        limits._count_request()
        customers = self._find_requested_customers(text)
        if not customers:
            raise UserError(
                self.env._('There is no customer with "%s". You can create it.', text or "")
            )
        self.browse(limits._take_customers(customers.ids))._schedule_request(text, note)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": limits._get_answer(),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def _find_requested_customers(self, text):
        contact = ContactValues(
            self.env.company.country_id.code or "", (text,), (text,), (), text or ""
        )
        keys = get_customer_keys(name=text, tax_numbers=(text,), contacts=[contact])
        keys = {key for key in keys if key.kind != "domain"}
        matches = self.env["sales.customer.key"]._find_matches(keys, limit=2)
        by_kind = {key.kind: ids for key, ids in matches.items()}
        ids = next((by_kind[kind] for kind in KINDS if kind in by_kind), [])
        return self.browse(ids)

    def _schedule_request(self, text, note):
        """Make an activity for each owner."""
        name = self.env.user.name
        # as Odoo itself: whose name stands below an activity or mail may read it for good
        for customer in self.with_user(SUPERUSER_ID):
            customer.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=customer.env._("%s asks for this customer", name),
                note=note or text,
                user_id=customer._get_request_user().id,
            )

    def _get_request_user(self):
        """Hook: who decides about a request for this customer."""
        self.ensure_one()
        managers = self.env.ref("sales_team.group_sale_manager").all_user_ids
        owner = self.user_id.filtered("active")  # who has left answers nobody
        return owner or managers.filtered("active")[:1] or self.env.user
