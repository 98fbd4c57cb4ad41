from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..tools.customer_keys import ContactValues, CustomerKey, get_customer_keys
from .sales_customer_key_policy import KIND_SELECTION

BUILD_BATCH = 5000
MANY = 1000


class SalesCustomerKey(models.Model):
    """What a customer can be recognised by: its name, numbers and addresses, normalised.

    The keys of a company are those of all its contacts. They are kept by ``res.partner`` whenever
    a partner changes, through whichever channel. A hard key (of a kind whose duplicates are
    refused) is unique in the database: of two who save the same at once one gets it, the other
    one waits for the end of that transaction, fails to serialise, is repeated by Odoo and then
    sees whom it belongs to.
    """

    _name = "sales.customer.key"
    _description = "Customer Key"
    _log_access = False
    _order = "kind, value, is_hard DESC, partner_id"
    _rec_name = "value"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="partner_id.user_id")
    kind = fields.Selection(KIND_SELECTION, required=True, readonly=True)
    value = fields.Char(required=True, readonly=True)
    is_hard = fields.Boolean(string="Has the Key", readonly=True)
    company_res_id = fields.Integer(
        string="Company ID", required=True, default=0, readonly=True, help="0: shared by all"
    )

    _hard_idx = models.UniqueIndex("(kind, value, company_res_id) WHERE is_hard")
    _value_idx = models.Index("(kind, value)")
    _partner_unique = models.Constraint(
        "UNIQUE (partner_id, kind, value)", "A customer has each key once."
    )

    # === WHICH KEYS === #

    @api.model
    def _read_partner_keys(self, partner_ids):
        """Return what active companies and their active contacts have now.

        :param partner_ids: ids of commercial partners
        :return: dict {partner id: (company id or 0, set of CustomerKey)}
        """
        members = defaultdict(list)
        for row in self._read_members(partner_ids):
            members[row["root_id"]].append(row)
        return {
            root_id: (rows[0]["company_res_id"], self._get_keys_of_rows(rows))
            for root_id, rows in members.items()
        }

    @api.model
    def _read_members(self, partner_ids):
        # all at once: a part now and the rest later would write each partner twice
        self.env["res.partner"].flush_model()
        query = SQL(
            """
            SELECT root.id AS root_id, root.name, root.is_company,
                   COALESCE(root.company_id, 0) AS company_res_id,
                   root.vat, root.company_registry,
                   COALESCE(country.code, root_country.code, company_country.code) AS country_code,
                   member.phone, member.mobile, member.email, member.website, member.wechat
              FROM res_partner root
              JOIN res_partner member
                ON member.commercial_partner_id = root.id AND member.active
              JOIN res_company company ON company.id = COALESCE(root.company_id, %s)
              JOIN res_partner company_partner ON company_partner.id = company.partner_id
         LEFT JOIN res_country country ON country.id = member.country_id
         LEFT JOIN res_country root_country ON root_country.id = root.country_id
         LEFT JOIN res_country company_country ON company_country.id = company_partner.country_id
             WHERE root.id = ANY(%s) AND root.active AND root.commercial_partner_id = root.id
          ORDER BY root.id, member.id
            """,
            self.env.company.id,
            list(partner_ids),
        )
        self.env.cr.execute(query)
        return self.env.cr.dictfetchall()

    @api.model
    def _get_keys_of_rows(self, rows):
        root = rows[0]
        return get_customer_keys(
            name=root["name"],
            is_company=root["is_company"],
            tax_numbers=(root["vat"], root["company_registry"]),
            contacts=[
                ContactValues(
                    row["country_code"],
                    (row["phone"], row["mobile"]),
                    (row["email"],),
                    (row["website"],),
                    row["wechat"],
                )
                for row in rows
            ],
        )

    # === KEEPING THEM === #

    @api.model
    def _sync_keys(self, partner_ids, is_refusing=True):
        """Bring the keys of commercial partners up to date, all in a handful of statements.

        :param partner_ids: ids of partners; those that are no commercial partners lose their keys
        :param is_refusing: whether a hard key that another customer has is refused, or kept as a
            duplicate to clean up
        :raise UserError: says which customers cannot be saved, and why
        """
        if len(partner_ids) >= MANY:
            self._renew_plans()
        self._touch_keys(partner_ids)
        current = self._read_partner_keys(partner_ids)
        wanted = {
            (partner_id, *key): company_id
            for partner_id, (company_id, keys) in current.items()
            for key in keys
        }
        obsolete = []
        for row in self._read_rows(partner_ids):
            if wanted.get(row[1:4], -1) == row[5]:
                del wanted[row[1:4]]
            else:
                obsolete.append(row)
        freed = self._delete_rows(obsolete)
        self._add_keys(wanted, is_refusing)
        self._promote_freed(freed)
        if obsolete or wanted:
            self.invalidate_model()

    @api.model
    def _renew_plans(self):
        """Let PostgreSQL know of the many partners that were created just now.

        It plans the check of a foreign key once for a session: while there were few partners, to
        read all of them each time. An import into a new database would take minutes for it.
        """
        self.env.cr.execute("ANALYZE (SKIP_LOCKED) res_partner (id)")

    @api.model
    def _touch_keys(self, partner_ids):
        """Let two who change contacts of the same customer at once meet at one row of it.

        Otherwise one could take away the phone that the other has just seen to be a key already.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_key SET kind = kind WHERE id IN (
                    SELECT MIN(id) FROM sales_customer_key
                     WHERE partner_id = ANY(%s) GROUP BY partner_id ORDER BY partner_id)
                """,
                sorted(partner_ids),
            ),
            log_exceptions=False,  # who comes second is repeated by Odoo
        )

    @api.model
    def _read_rows(self, partner_ids):
        self.env.cr.execute(
            SQL(
                """
                SELECT id, partner_id, kind, value, is_hard, company_res_id
                  FROM sales_customer_key WHERE partner_id = ANY(%s)
                """,
                list(partner_ids),
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _delete_rows(self, rows):
        """Delete rows of :meth:`_read_rows`.

        :return: list of (kind, value, company id) that nobody has now
        """
        if rows:
            ids = [row[0] for row in rows]
            self.env.cr.execute(SQL("DELETE FROM sales_customer_key WHERE id = ANY(%s)", ids))
        return [(row[2], row[3], row[5]) for row in rows if row[4]]

    @api.model
    def _release_keys(self, partner_ids):
        """Take all keys from partners that are about to go: others may have them."""
        self._promote_freed(self._delete_rows(self._read_rows(partner_ids)))
        self.invalidate_model()

    @api.model
    def _add_keys(self, wanted, is_refusing):
        """Add keys, with as many statements for duplicates as for others if none is refused.

        Who is not told of duplicates does not learn of them by measuring either.

        :param wanted: dict {(partner id, kind, value): company id or 0}
        """
        hard_kinds = set(self.env["sales.customer.key.policy"]._get_kinds("block"))
        hard = {key: company for key, company in wanted.items() if key[1] in hard_kinds}
        shared = self._get_shared_conflicts(hard)
        own = {key: company for key, company in hard.items() if key not in shared}
        added = self._insert_rows(own, is_hard=True) if own or not is_refusing else set()
        refused = {key: company for key, company in hard.items() if key not in added}
        if refused and is_refusing:
            self._raise_duplicates(refused)
        soft = {key: c for key, c in wanted.items() if key not in hard or key in refused}
        if soft or not is_refusing:
            self._insert_rows(soft, is_hard=False)

    @api.model
    def _insert_rows(self, keys, is_hard):
        """Insert keys, leaving out hard ones that are taken.

        :return: set of those that were inserted
        """
        # in one order, so that two batches with the same keys never wait for each other crosswise
        rows = sorted((key[1], key[2], company, key[0]) for key, company in keys.items())
        kinds, values, companies, partners = ([row[place] for row in rows] for place in range(4))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_customer_key (partner_id, kind, value, is_hard, company_res_id)
                SELECT t.partner_id, t.kind, t.value, %s, t.company_id
                  FROM unnest(%s::int[], %s::text[], %s::text[], %s::int[])
                       WITH ORDINALITY AS t (partner_id, kind, value, company_id, position)
              ORDER BY t.position
                    ON CONFLICT DO NOTHING
             RETURNING partner_id, kind, value
                """,
                is_hard,
                partners,
                kinds,
                values,
                companies,
            ),
            log_exceptions=False,  # of two at once one fails to serialise: Odoo repeats it
        )
        return set(self.env.cr.fetchall())

    @api.model
    def _get_shared_conflicts(self, hard):
        """Return those of the hard keys of one company's customers that a shared customer has.

        Or is given at the same time.
        """
        own = {key: company for key, company in hard.items() if company}
        if not own:
            return {}
        shared = {key[1:] for key, company in hard.items() if not company}
        shared |= {found[:2] for found in self._find_holders({(*key[1:], 0) for key in own})}
        return {key: company for key, company in own.items() if key[1:] in shared}

    @api.model
    def _find_holders(self, keys):
        """:return: dict {(kind, value, company id): id of the partner that has the hard key}"""
        kinds, values, companies = map(list, zip(*keys, strict=True))
        self.env.cr.execute(
            SQL(
                """
                SELECT k.kind, k.value, k.company_res_id, k.partner_id
                  FROM sales_customer_key k
                  JOIN unnest(%s::text[], %s::text[], %s::int[]) AS t (kind, value, company_id)
                    ON (k.kind, k.value, k.company_res_id) = (t.kind, t.value, t.company_id)
                 WHERE k.is_hard
                """,
                kinds,
                values,
                companies,
            )
        )
        return {row[:3]: row[3] for row in self.env.cr.fetchall()}

    @api.model
    def _promote_freed(self, freed):
        if not freed:
            return
        kinds, values, companies = map(list, zip(*freed, strict=True))
        self._promote_keys(
            SQL(
                "(kind, value, company_res_id) IN "
                "(SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]))",
                kinds,
                values,
                companies,
            )
        )

    @api.model
    def _promote_keys(self, condition):
        """Give hard keys that nobody has to the first of the duplicates that want them."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_key SET is_hard = true WHERE id IN (
                    SELECT DISTINCT ON (kind, value, company_res_id) id
                      FROM sales_customer_key soft
                     WHERE %s AND kind = ANY(%s)
                       AND NOT EXISTS (
                           SELECT FROM sales_customer_key hard
                            WHERE hard.is_hard
                              AND (hard.kind, hard.value) = (soft.kind, soft.value)
                              AND hard.company_res_id IN (0, soft.company_res_id))
                  ORDER BY kind, value, company_res_id, partner_id)
                """,
                condition,
                self.env["sales.customer.key.policy"]._get_kinds("block"),
            )
        )

    @api.model
    def _build_keys(self):
        """Give keys to all partners that are there already. The oldest customer comes first."""
        self.env.cr.execute(
            """
            SELECT id FROM res_partner WHERE active AND commercial_partner_id = id
          ORDER BY customer_rank > 0 DESC, id
            """
        )
        partner_ids = [row[0] for row in self.env.cr.fetchall()]
        for batch in split_every(BUILD_BATCH, partner_ids, list):
            self._sync_keys(batch, is_refusing=False)

    # === REFUSING === #

    @api.model
    def _raise_duplicates(self, refused):
        """:param refused: dict {(partner id, kind, value): company id or 0}"""
        holders = self._find_holders(
            {(key[1], key[2], c) for key, company in refused.items() for c in {company, 0}}
        )
        Partner = self.env["res.partner"]
        conflicts = defaultdict(list)
        for (partner_id, kind, value), company in sorted(refused.items()):
            holder_id = holders.get((kind, value, company)) or holders.get((kind, value, 0))
            conflicts[partner_id].append((CustomerKey(kind, value), Partner.browse(holder_id)))
        raise UserError(
            "\n\n".join(
                # the names of those that are being saved
                Partner._get_duplicate_refusal(Partner.browse(partner_id).sudo().name, found)
                for partner_id, found in conflicts.items()
            )
        )

    # === FINDING === #

    @api.model
    def _find_matches(self, keys, limit=20):
        """Return who else has keys that are warned of or refused.

        :param keys: collection of :class:`CustomerKey`
        :param limit: at most so many for each key: a big company's domain is no news
        :return: dict {key: list of partner ids}
        """
        kinds = self.env["sales.customer.key.policy"]._get_kinds("warn", "block")
        keys = sorted(key for key in keys if key[0] in kinds)
        if not keys:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT t.kind, t.value, found.partner_id
                  FROM unnest(%s::text[], %s::text[]) AS t (kind, value),
                       LATERAL (SELECT k.partner_id FROM sales_customer_key k
                                 WHERE (k.kind, k.value) = (t.kind, t.value)
                                   AND k.company_res_id = ANY(%s)
                                 LIMIT %s) AS found
                """,
                [key[0] for key in keys],
                [key[1] for key in keys],
                [0, *self.env.companies.ids],
                limit,
            )
        )
        found = defaultdict(list)
        for kind, value, partner_id in self.env.cr.fetchall():
            found[CustomerKey(kind, value)].append(partner_id)
        return found

    @api.model
    def _get_duplicates_action(self, kinds=None):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_customer.sales_customer_key_action_duplicates"
        )
        blocked = self.env["sales.customer.key.policy"]._get_kinds("block")
        kinds = [kind for kind in kinds or blocked if kind in blocked]
        return {**action, "domain": [("is_hard", "=", False), ("kind", "in", kinds)]}

    @api.model
    def action_open_duplicates(self):
        """Open the customers that share what may not be shared."""
        return self._get_duplicates_action()

    def action_open_sharers(self):
        """Open all customers that have this key."""
        self.ensure_one()
        domain = [("kind", "=", self.kind), ("value", "=", self.value)]
        return {
            "type": "ir.actions.act_window",
            "name": self.value,
            "res_model": "res.partner",
            "view_mode": "list,form",
            "domain": [("id", "in", self.search(domain).partner_id.ids)],
        }
