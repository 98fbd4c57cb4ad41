from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, unique
from odoo.tools.sql import column_exists

from ..tools.search_terms import KINDS, squeeze
from .customer_query import CustomerQuery
from .sales_customer_search_key import TEXT_FIELDS

# The order of those that match equally well: days since then, of the last that happened.
RANK_EPOCH = date(2000, 1, 1)
RANK_FIELDS = ("last_followup_date", "last_contact_date", "create_date")
# Core also finds one and two letters inside of any text, which are not among our terms.
SHORTEST_FOUND_INSIDE = 3
MOST_RESULTS = 1000
# What the name of a partner is made of.
NAME_FIELDS = ("name", "parent_id", "company_name", "type", "commercial_company_name")


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_search = fields.Char(
        string="Find",
        compute="_compute_customer_search",
        search="_search_customer_search",
        exportable=False,
        help="Name, pinyin or its initials, code, phone, WeChat, address, email, tax ID, contact.",
    )
    customer_search_rank = fields.Integer(
        compute="_compute_customer_search_rank", store=True, exportable=False
    )

    _customer_search_idx = models.Index("(customer_search_rank DESC, id DESC)")
    _customer_search_own_idx = models.Index(
        "(user_id, customer_search_rank DESC, id DESC) WHERE user_id IS NOT NULL"
    )

    def _auto_init(self):
        """Add the rank as a column first: it is not computed partner by partner for all."""
        if not column_exists(self.env.cr, "res_partner", "customer_search_rank"):
            self.env.cr.execute(
                "ALTER TABLE res_partner ADD COLUMN customer_search_rank int4 NOT NULL DEFAULT 0"
            )
        return super()._auto_init()

    # === FIELDS === #

    def _compute_customer_search(self):
        self.customer_search = False

    @api.depends(*RANK_FIELDS, *(f"commercial_partner_id.{fname}" for fname in RANK_FIELDS))
    def _compute_customer_search_rank(self):
        for partner in self:
            customer = partner.commercial_partner_id or partner
            moments = [customer[fname] for fname in RANK_FIELDS if customer[fname]]
            last = max(moments, default=fields.Datetime.now()).date()
            partner.customer_search_rank = (last - RANK_EPOCH).days

    @api.model
    def _refresh_search_ranks(self, partner_ids):
        """Compute the ranks of many partners in the database."""
        rank = SQL(
            """GREATEST(customer.last_followup_date::date, customer.last_contact_date::date,
                        customer.create_date::date, %(epoch)s) - %(epoch)s""",
            epoch=RANK_EPOCH,
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner partner
                   SET customer_search_rank = %(rank)s
                  FROM res_partner customer
                 WHERE customer.id = COALESCE(partner.commercial_partner_id, partner.id)
                   AND partner.id = ANY(%(ids)s)
                   AND partner.customer_search_rank IS DISTINCT FROM %(rank)s
                """,
                rank=rank,
                ids=list(partner_ids),
            )
        )

    # === UPKEEP === #

    def _create(self, data_list):
        partners = super()._create(data_list)
        self.env["sales.customer.search.key"]._mark(partners.ids)
        return partners

    def _write_multi(self, vals_list):
        """Notice whatever comes to the database, also what Odoo computes by itself."""
        changed = [
            partner.id
            for partner, vals in zip(self, vals_list, strict=True)
            if not vals.keys().isdisjoint(TEXT_FIELDS)
        ]
        moved = [
            partner.id
            for partner, vals in zip(self, vals_list, strict=True)
            if "customer_search_rank" in vals
        ]
        if changed or moved:
            self.env["sales.customer.search.key"]._mark(changed, moved)
        return super()._write_multi(vals_list)

    # === SEARCH === #

    @api.model
    @api.readonly
    def search_customers(self, text, limit=20):
        """Return the customers that a text stands for, the best match first.

        The text may be a name or a part of it, its pinyin or the initials of it, the code, a phone
        number or its last digits, WeChat ID, address, email, tax ID, or any of these of a contact;
        several words must all match. Small typos are forgiven when nothing else is found. Among
        equal matches come the user's own customers first, then those something happened with last.

        :param str text: what a person would type
        :param int limit: most customers to return, at most 1000
        :return: list of dicts with ``id``, ``display_name``, ``customer_code`` and ``city``, as far
            as the user may read them
        """
        if not isinstance(text, str):
            raise UserError(self.env._("The text to search customers by must be a text."))
        if not isinstance(limit, int):
            raise UserError(self.env._("The limit of a search must be a whole number."))
        limit = max(0, min(limit, MOST_RESULTS))
        # Nothing but this is read: all columns would take as long as to find the customers.
        customers = self.with_context(prefetch_fields=False).browse(
            self._find_customers(text, limit)
        )
        fnames = self._get_accessible(("display_name", "customer_code", "city"))
        customers.fetch([*fnames, *self._get_accessible(NAME_FIELDS)])
        return [{"id": customer.id} | {f: customer[f] for f in fnames} for customer in customers]

    @api.model
    def _get_accessible(self, fnames):
        return [f for f in fnames if self._has_field_access(self._fields[f], "read")]

    @api.model
    def _find_customers(self, text, limit):
        """Return ids of customers, the best match first."""
        self.browse().check_access("read")
        if not limit or not squeeze(text):
            return []
        return self._prepare_customer_query(text, self._get_found_domain(), True).find(limit)

    @api.model
    def _get_found_domain(self):
        return Domain("customer_rank", ">", 0)

    @api.model
    def _get_searchable_kinds(self):
        """Return what the user may search by: for each kind of key the partners it counts for.

        Whoever hides a field by other means than its ``groups``, or of some partners only, must
        say so here: by leaving out kinds, or by domains of the partners whose keys may be found.

        :return: dict of :class:`Domain` by the letter of a kind in ``tools/search_terms.py``
        """
        return {
            kind.letter: Domain.TRUE
            for kind in KINDS.values()
            if all(self._has_field_access(self._fields[f], "read") for f in kind.fields)
        }

    @api.model
    def _get_search_texts(self):
        """Return the texts of all that the user may find, where they lie side by side.

        Whoever reads few of all partners finds them by looking through these. Whoever keeps them
        keeps them true in the database, before anybody could search; there may be more than the
        user reads, as the rules are asked after it.

        :return: :class:`SQL` that selects ``partner_id`` and ``text``, which is the keys joined
            without anything between them, or NULL where it is not kept; or None
        """

    @api.model
    def _prepare_customer_query(self, text, domain=Domain.TRUE, is_customer=False):
        self.flush_model()
        self.env["sales.customer.search.key"]._refresh_marked()
        return CustomerQuery(self, text, domain, is_customer)

    @api.model
    def _search_customer_search(self, operator, value):
        if operator not in ("ilike", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else value
        return Domain.OR(self._get_search_domain(text) for text in texts if isinstance(text, str))

    @api.model
    def _get_search_domain(self, text):
        """Return a domain of all partners that match, and of the companies of contacts that do."""
        if not squeeze(text):
            return Domain.FALSE
        return Domain.OR(
            Domain("id", "any!" if isinstance(found, SQL) else "in", found)
            for found in (
                self._prepare_customer_query(text).get_set(),
                self._prepare_customer_query(text, is_customer=True).get_set(),
            )
        )

    @api.model
    def _search_display_name(self, operator, value):
        """Find by what people know of a customer, wherever a customer is chosen or searched."""
        if operator != "ilike" or not self._is_searchable_text(value):
            return super()._search_display_name(operator, value)
        domain = Domain("customer_search", "ilike", value)
        if self._is_short(value):
            domain |= Domain(super()._search_display_name(operator, value))
        return domain

    @api.model
    def _is_searchable_text(self, text):
        """Tell whether a text can be looked for by keys, and whether all partners have theirs."""
        is_text = isinstance(text, str) and squeeze(text)
        return bool(is_text) and self.env["sales.customer.search.key"]._is_complete()

    @api.model
    def _is_short(self, text):
        """Tell whether core may find a text where keys do not have it."""
        squeezed = squeeze(text)
        return squeezed.isascii() and len(squeezed) < SHORTEST_FOUND_INSIDE

    @api.model
    @api.readonly
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Extend: the best matches come first, and contacts lead to their companies."""
        if operator != "ilike" or not limit or not self._is_searchable_text(name):
            return super().name_search(name, domain, operator, limit)
        self.browse().check_access("read")
        found = dict.fromkeys(self._find_partners(name, Domain(domain or Domain.TRUE), limit))
        if len(found) < limit and self._is_short(name):
            found |= dict.fromkeys(
                id_ for id_, _name in super().name_search(name, domain, operator, limit)
            )
        partners = self.browse(list(found)[:limit])
        # reason: as in core, names are shown of whatever may be found
        return [(partner.id, partner.display_name) for partner in partners.sudo()]

    @api.model
    def _find_partners(self, text, domain, limit, offset=0):
        """Return ids of partners of a domain that match, or whose contacts do, the best first."""
        limit += offset
        wanted = limit + limit // 4 + 10
        pairs = self._prepare_customer_query(text).find_pairs(wanted)
        candidates = list(unique(id_ for pair in pairs for id_ in pair if id_))
        allowed = set(self.search(Domain("id", "in", candidates) & domain).ids)
        found = [id_ for id_ in candidates if id_ in allowed]
        if len(found) < limit and len(pairs) == wanted:
            found += self._find_partners_of_domain(text, domain, limit)
        return list(unique(found))[offset:limit]

    @api.model
    def _find_partners_of_domain(self, text, domain, limit):
        """Find those of a domain, among the many that match but are not in it."""
        found = self._prepare_customer_query(text, domain).find(limit)
        if len(found) < limit:
            found += self._prepare_customer_query(text, domain, is_customer=True).find(limit)
        return found

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        """Extend: a page of a search for customers has the best matches first."""
        if limit and order == self._order and not kwargs.get("bypass_access"):
            text, others = self._split_search_domain(Domain(domain))
            if text:
                ids = self._find_partners(text, others, limit, offset or 0)
                return self.browse(ids)._as_query()
        return super()._search(domain, offset, limit, order, **kwargs)

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        """Extend: whether there are more than a list counts is told without counting them all."""
        text, others = self._split_search_domain(Domain(domain)) if limit else (None, None)
        if not text:
            return super().search_count(domain, limit)
        self.browse().check_access("read")
        return self._prepare_customer_query(text, others).count(limit)

    @api.model
    def _split_search_domain(self, domain):
        """Return the text that a domain searches customers by, if there is one, and the rest."""
        conditions = list(getattr(domain, "children", [domain]))
        if getattr(domain, "OPERATOR", "&") != "&":
            return None, domain
        for condition in conditions:
            if getattr(condition, "field_expr", None) == "customer_search":
                others = Domain.AND(c for c in conditions if c is not condition)
                if condition.operator == "ilike" and squeeze(condition.value):
                    return condition.value, others
        return None, domain
