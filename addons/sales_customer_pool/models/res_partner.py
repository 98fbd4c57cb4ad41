import json
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .sales_customer_pool_triggers import CHANGE_SETTING

SALESPERSON_GROUP = "sales_team.group_sale_salesman"
ALL_DOCUMENTS_GROUP = "sales_team.group_sale_salesman_all_leads"
MANAGER_GROUP = "sales_team.group_sale_manager"

# What the trigger of the database writes, unknown to the ORM's cache.
KEPT_FIELDS = (
    "user_id",
    "pool_id",
    "home_pool_id",
    "ownership_date",
    "protected_until",
    "recycle_extended_until",
    "recycle_due_date",
    "recycle_rule_id",
    "recycle_warned_days",
)
MANAGED_FIELDS = {
    "pool_id",
    "home_pool_id",
    "protected_until",
    "recycle_locked",
    "recycle_extended_until",
    # what the database keeps, and what only documents prove: it decides when a customer is lost
    "ownership_date",
    "recycle_due_date",
    "recycle_rule_id",
    "recycle_reason",
    "recycle_warned_days",
    "last_followup_date",
    "last_contact_date",
}
# What decides whether a partner is a customer.
KIND_FIELDS = {"customer_rank", "is_company", "parent_id"}
# What has no meaning for a contact.
LEFT_FIELDS = (
    "home_pool_id",
    "ownership_date",
    "protected_until",
    "recycle_extended_until",
    "recycle_due_date",
    "recycle_rule_id",
    "recycle_warned_days",
)


class ResPartner(models.Model):
    """Customers have an owner, or are in a pool, or neither; never both."""

    _inherit = "res.partner"

    user_id = fields.Many2one(index="btree_not_null")
    pool_id = fields.Many2one(
        "sales.customer.pool",
        string="Customer Pool",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="Where the customer is while nobody owns it.",
    )
    home_pool_id = fields.Many2one(
        "sales.customer.pool",
        string="Comes from Pool",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        help="Its rules hold for the customer while somebody owns it.",
    )
    ownership_date = fields.Datetime(string="Held Since", readonly=True, copy=False)
    protected_until = fields.Date(
        copy=False, help="Until the end of this day the customer is not recycled."
    )
    ownership_ids = fields.One2many(
        "sales.customer.ownership", "partner_id", string="Ownership History", readonly=True
    )

    # All that the rules of who reads whom look at: told of a thousand partners without reading one.
    _rights_idx = models.Index(
        "(id) INCLUDE (commercial_partner_id, user_id, pool_id, customer_rank, company_id,"
        " partner_share, active)"
    )

    # === WHO IS A CUSTOMER === #

    @api.model
    def _get_customer_domain(self):
        """Return the domain of the partners that are owned, pooled and recycled."""
        return Domain("customer_rank", ">", 0) & (
            Domain("parent_id", "=", False) | Domain("is_company", "=", True)
        )

    @api.model
    def _check_customer_domain(self, text, label, record):
        """Refuse a text that is no domain of customers, and say where it stands.

        :param text: what was typed
        :param label: label of the field it stands in
        :param record: record that the field belongs to
        """
        try:
            # as the jobs use it; a search that is only built reads nothing
            self.sudo()._search(Domain(safe_eval(text or "[]")))
        except Exception as error:
            raise ValidationError(
                self.env._(
                    'The filter "%(field)s" of "%(record)s" cannot be read: %(error)s. '
                    "Correct it, or leave it empty.",
                    field=label,
                    record=record.display_name,
                    error=error,
                )
            ) from error

    @api.model
    def _is_plain_salesperson(self):
        """Tell whether the user sees the own documents only."""
        user = self.env.user
        return (
            not self.env.su
            and user.has_group(SALESPERSON_GROUP)
            and not user.has_group(ALL_DOCUMENTS_GROUP)
        )

    # === CHANGES BY FORM, IMPORT AND RPC === #

    @api.model_create_multi
    def create(self, vals_list):
        """Who creates a customer owns it, as nobody else could tell that it is there."""
        partners = super().create(vals_list)
        customers = partners._get_customers()
        if customers and self._is_plain_salesperson():
            free = customers.filtered(lambda partner: not partner.user_id and not partner.pool_id)
            free.sudo().user_id = self.env.user  # nobody's yet: the user may take it
        held = customers.filtered(lambda partner: partner.user_id or partner.pool_id)
        held._after_owner_change()
        held._check_holding_limits()
        return partners

    @api.model
    def _prepare_create_values(self, vals_list):
        """Extend: after the defaults, which the context may have given."""
        vals_list = super()._prepare_create_values(vals_list)
        for vals in vals_list:
            self._check_managed_fields(
                {name: vals[name] for name in MANAGED_FIELDS if vals.get(name)}
            )
        return vals_list

    def write(self, vals):
        """Owners change by the rules, and what is known of pooled customers is kept."""
        self._check_managed_fields(vals)
        is_kind = not vals.keys().isdisjoint(KIND_FIELDS)
        before = self._get_customers() if is_kind else self.browse()
        owner_id = vals.get("user_id")
        taken = self.filtered(lambda p: p.user_id.id != owner_id) if owner_id else self.browse()
        result = super().write(vals)
        if is_kind:
            after = self._get_customers()
            (before - after)._leave_ownership()
            (after - before)._enter_ownership()
            (after - before)._check_holding_limits()
        if vals.keys() & {"user_id", "pool_id"}:
            self._after_owner_change()
            taken._get_customers()._check_holding_limits()
        elif vals.keys() & self.env["sales.customer.pool.card"]._get_source_fields():
            self.env["sales.customer.pool.card"]._refresh(self.ids)
        return result

    def _get_customers(self):
        return self.filtered_domain(self._get_customer_domain())

    def _leave_ownership(self):
        """These became contacts of others, which have the owner, and are no customers any more.

        Who could do that with his own customers would keep them from ever being recycled.
        """
        held = self.filtered(lambda partner: partner.user_id or partner.pool_id)
        if held and self._is_plain_salesperson():
            raise UserError(
                self.env._(
                    "%s: a customer that has a salesperson cannot be made a contact of another "
                    "one. Ask a sales manager to do it, or to merge the two.",
                    held[0].name,
                )
            )
        held = held.sudo()  # whoever may change them; what the rules keep goes with the customer
        held.write(dict.fromkeys((*LEFT_FIELDS, "pool_id"), False))
        self.env["sales.customer.pool.card"]._refresh(held.ids)

    def _enter_ownership(self):
        """These were contacts and are customers now, who begin with nobody's time used up."""
        if self._is_plain_salesperson():
            free = self.filtered(lambda partner: not partner.user_id and not partner.pool_id)
            free.sudo().user_id = self.env.user  # nobody's yet, as when it is created
        held = self.filtered("user_id").sudo()  # whoever may change them; the rules keep it
        held.ownership_date = fields.Datetime.now()

    def _after_owner_change(self):
        """Take over what the database made of a change, and show it in the pools."""
        if self:
            self.flush_recordset()
            self._after_statement()

    def _check_managed_fields(self, vals):
        if self.env.su or self.env.user.has_group(MANAGER_GROUP):
            return
        if fnames := MANAGED_FIELDS & vals.keys():
            self._check_pool_admin(sorted(fnames)[0])
        if {"user_id", "customer_rank"} & vals.keys() and self._is_plain_salesperson():
            self._check_own_change(vals)

    def _check_pool_admin(self, fname):
        pools = (self.pool_id | self.home_pool_id).sudo()  # to ask who their administrators are
        if not pools or any(self.env.user not in pool.admin_ids for pool in pools):
            raise UserError(
                self.env._(
                    '"%s" can only be changed by sales managers and administrators of the pool. '
                    "Ask one of them.",
                    self._fields[fname]._description_string(self.env),
                )
            )

    def _check_own_change(self, vals):
        for partner in self._get_customers():
            owner_id = vals.get("user_id", partner.user_id.id)
            is_taken = partner.user_id or partner.pool_id or owner_id != self.env.uid
            is_moved = owner_id != partner.user_id.id and is_taken
            if is_moved or not vals.get("customer_rank", 1):
                raise UserError(
                    self.env._(
                        "%s: the salesperson of a customer does not change here. Use Release or "
                        "Transfer, or claim the customer from its pool.",
                        partner.display_name,
                    )
                )

    # === CHANGES BY STATEMENT === #

    @api.model
    def _change_owner(
        self, partner_ids, condition, user=None, pool=None, protected_until=None, **change
    ):
        """Give customers to a user or into a pool in one statement, in the order of their ids.

        :param condition: SQL that must (still) hold for each of them
        :param change: ``kind`` and, where it has them, ``reason_id``, ``note``, ``rule_id``
        :return: set of the ids that it held for
        """
        self.flush_model()
        statement = SQL(
            """
            UPDATE res_partner
               SET user_id = %(user)s,
                   pool_id = %(pool)s,
                   protected_until = %(protected)s,
                   write_uid = %(uid)s,
                   write_date = now() AT TIME ZONE 'UTC'
             WHERE id IN (SELECT id FROM res_partner
                           WHERE id = ANY(%(ids)s) AND (%(condition)s)
                        ORDER BY id
                             FOR NO KEY UPDATE)
               AND (%(condition)s)
         RETURNING id
            """,
            user=user.id if user else None,
            pool=pool.id if pool else None,
            protected=protected_until,
            uid=self.env.uid,
            ids=list(partner_ids),
            condition=condition,
        )
        with self._owner_change(**change):
            moved = {row[0] for row in self.env.execute_query(statement)}
        self.browse(moved)._after_statement()
        return moved

    def _after_statement(self):
        """Take over what a statement has changed, show it in the pools, and let others follow."""
        if self:
            self.invalidate_recordset(KEPT_FIELDS, flush=False)
            self.env["sales.customer.pool.card"]._refresh(self.ids)
            self._hand_over()

    def _hand_over(self):
        """Hook: these customers have another owner now, or none, or are in another pool.

        Their history tells whom they come from. Called with batches of some thousands.
        """

    @contextmanager
    def _owner_change(self, **change):
        """Tell the trigger that writes the history why the owner changes."""
        self._set_owner_change(json.dumps({k: v for k, v in change.items() if v}))
        yield
        self._set_owner_change("")

    @api.model
    def _set_owner_change(self, text):
        self.env.cr.execute(SQL("SELECT set_config(%s, %s, true)", CHANGE_SETTING, text))

    # === RELEASE, TRANSFER, ASSIGN === #

    def action_release_customer(self):
        """Ask why, and give the customers back into a pool."""
        customers = self.commercial_partner_id
        return customers._open_owner_wizard("sales.customer.release", self.env._("Release to Pool"))

    def action_transfer_customer(self):
        """Ask to whom the customers go."""
        customers = self.commercial_partner_id
        return customers._open_owner_wizard(
            "sales.customer.transfer", self.env._("Transfer Customers")
        )

    def _open_owner_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "default_partner_ids": self.ids},
        }

    def _leave_after_change(self):
        """Reload the list below the dialog; leave a form that could no longer be read."""
        if not self.env.context.get("from_customer_form") or self.has_access("read"):
            return {"type": "ir.actions.act_window_close"}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_customer_pool.my_customers_action"
        )
        return {**action, "target": "main"}

    def _check_may_give_away(self):
        """Only the owner gives a customer away, or who is set above."""
        for partner in self:
            pool = (partner.pool_id or partner.home_pool_id).sudo()  # only to ask for its rights
            is_above = self.env.user.has_group(MANAGER_GROUP) or self.env.user in pool.admin_ids
            if not self.env.su and partner.user_id != self.env.user and not is_above:
                raise UserError(
                    self.env._(
                        "%(customer)s is not your customer. Ask %(user)s or a sales manager.",
                        customer=partner.display_name,
                        # the name only, to say whom to ask
                        user=partner.user_id.sudo().name or self.env._("a sales manager"),
                    )
                )

    def _release(self, pool, reason, note=False):
        """Give customers back into a pool.

        :return: set of the ids that were released
        """
        self._check_may_give_away()
        pool.check_access("read")  # into pools that the user can see, whatever the client sends
        moved = self._change_owner(
            self.ids,
            condition=SQL("user_id = ANY(%s)", self.user_id.ids),
            pool=pool,
            kind="release",
            reason_id=reason.id,
            note=note,
        )
        self._log_owner_change(
            moved,
            self.env._(
                "Released to the pool %(pool)s: %(reason)s", pool=pool.name, reason=reason.name
            ),
        )
        return moved

    def _transfer(self, user, reason=False, note=False):
        """Give customers to a colleague, from whoever has them or from their pools.

        :return: set of the ids that were given
        """
        self._check_may_give_away()
        self._check_salesperson(user)
        if not self.env.user.has_group(MANAGER_GROUP):
            self._check_receiver(user)
        moved = self._change_owner(
            self.ids,
            condition=SQL("user_id IS DISTINCT FROM %s", user.id),
            user=user,
            kind="transfer" if self.env.user in self.user_id else "assign",
            reason_id=reason and reason.id,
            note=note,
        )
        self._log_owner_change(moved, self.env._("Given to %s.", user.name))
        return moved

    @api.model
    def _check_salesperson(self, user):
        person = user.sudo()  # only whether they sell here
        if not person.active or person.share or not person.has_group(SALESPERSON_GROUP):
            raise UserError(
                self.env._(
                    "%s does not sell here. Choose a salesperson who works in the company.",
                    person.name,
                )
            )

    def _check_holding_limits(self):
        """Who sells holds no more by creating customers, or taking nobody's, than by claims."""
        if self._is_plain_salesperson():
            # reason: the limits hold for those who cannot read the pools, or what they created
            pools = self.env["sales.customer.pool"].sudo()
            for user in self.sudo().user_id:
                pools._check_holding_limit(user)

    def _check_receiver(self, user):
        """Who is no manager cannot lift a colleague over the holding limit."""
        for pool in self.home_pool_id.sudo():  # its limits hold for those who cannot read it, too
            if self.env.user in pool.admin_ids or not pool.holding_limit:
                continue
            # as a claim does: what the receiver takes at this moment counts, too
            self.env["sales.customer.claim.counter"].sudo()._open(pool, user)
            if pool._get_held_count(user) + len(self) > pool.holding_limit:
                raise UserError(
                    self.env._(
                        "%(user)s may hold %(limit)s customers by the rules of the pool "
                        '"%(pool)s". '
                        "Choose somebody else, or ask a sales manager.",
                        user=user.name,
                        limit=pool.holding_limit,
                        pool=pool.name,
                    )
                )

    @api.model
    def _log_owner_change(self, partner_ids, body):
        """Say it in the customers' chatter, which who gave them away may no longer read."""
        partners = self.sudo().browse(partner_ids)
        if partners:
            partners._message_log_batch(bodies=dict.fromkeys(partners.ids, body))
