import logging

from odoo import api, fields, models
from odoo.tools import SQL, ormcache, split_every
from odoo.tools.sql import column_exists

from ..tools.search_terms import KINDS, build_keys, build_terms

_logger = logging.getLogger(__name__)

BATCH = 2000
MANY_MISSING = 100_000
MOST_RECENT = 40_000
# Of more in one transaction, an import or a mass action, the job takes care at night.
MOST_MOVED = 200
# So many partners tell how many of all a user reads.
SAMPLE = 400
# Up to so many partners are read while the addon is installed; more than that by the job.
BUILT_AT_INSTALLATION = 5000
PENDING = "sales_customer_search.pending"
TEXT_FIELDS = tuple(dict.fromkeys(fname for kind in KINDS.values() for fname in kind.fields))


class SalesCustomerSearchKey(models.Model):
    """What a partner can be found by: one row for each, contacts and companies alike.

    A contact has its own row, and not a share of its company's: so record rules tell who may find
    it, and what changes on a contact touches nothing else.

    ``keys`` and ``terms`` are arrays, which fields of Odoo cannot be; see ``tools/search_terms.py``
    for what is in them. Only SQL writes here, and nobody but the search reads.
    """

    _name = "sales.customer.search.key"
    _description = "Customer Search Key"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")

    is_recent = fields.Boolean(help="Among those something happened with last.")

    _recent_idx = models.Index("(partner_id) WHERE is_recent")
    _partner_uniq = models.UniqueIndex("(partner_id)")

    def init(self):
        """Add the columns that are no fields, and the index that finds by them."""
        if not column_exists(self.env.cr, self._table, "terms"):
            self.env.cr.execute(
                """
                ALTER TABLE sales_customer_search_key
                  ADD COLUMN keys text[],
                  ADD COLUMN terms int[];
                """
            )
        # so many terms are worth knowing: how to search depends on how common each is
        self.env.cr.execute(
            """
            ALTER TABLE sales_customer_search_key
              ALTER COLUMN terms SET STATISTICS 3000,
              ALTER COLUMN keys SET STATISTICS 0
            """
        )
        self._create_terms_index()

    def _create_terms_index(self):
        # Every search reads the list of pending entries from its beginning: keep it short.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS sales_customer_search_key_terms_idx
                ON sales_customer_search_key USING gin (terms)
              WITH (fastupdate = on, gin_pending_list_limit = 512);
            CREATE INDEX IF NOT EXISTS sales_customer_search_key_recent_terms_idx
                ON sales_customer_search_key USING gin (terms)
              WITH (fastupdate = on, gin_pending_list_limit = 512)
             WHERE is_recent
            """
        )

    # === UPKEEP === #

    @api.model
    def _mark(self, partner_ids, moved_ids=()):
        """Let partners be read again before the next search, or the end of the transaction.

        :param moved_ids: partners that something happened with
        """
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = set(), set()
            precommit.add(self._refresh_marked)
        changed, moved = precommit.data[PENDING]
        changed.update(partner_ids)
        moved.update(moved_ids)

    @api.model
    def _refresh_marked(self):
        """Read marked partners again, in batches."""
        changed, moved = self.env.cr.precommit.data.get(PENDING, (set(), set()))
        for batch in split_every(BATCH, sorted(changed), list):
            self._refresh(batch)
        if 0 < len(moved) <= MOST_MOVED:
            self._set_recent(SQL("SELECT unnest(%s) AS id", list(moved)))
        changed.clear()
        moved.clear()

    @api.model
    def _set_recent(self, partners):
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_search_key key
                   SET is_recent = TRUE
                  FROM (%s) AS partner
                 WHERE key.partner_id = partner.id AND key.is_recent IS NOT TRUE
                """,
                partners,
            )
        )

    @api.model
    def _refresh_recent(self):
        """Let as many partners as are worth an index of their own be the recent ones."""
        recent = SQL(
            """
            SELECT id FROM res_partner ORDER BY customer_search_rank DESC, id DESC LIMIT %s
            """,
            MOST_RECENT,
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_search_key
                   SET is_recent = FALSE
                 WHERE is_recent AND partner_id NOT IN (%s)
                """,
                recent,
            )
        )
        self._set_recent(recent)

    @api.model
    def _refresh(self, partner_ids):
        """Read partners in the database and write their rows, as far as they differ."""
        ids, keys, terms = [], [], []
        for partner_id, values in self._read_texts(partner_ids):
            found = build_keys(values)
            ids.append(partner_id)
            keys.append(self._format_array(found))
            terms.append(self._format_array(build_terms(found)))
        if ids:
            self.env.cr.execute(self._get_upsert_query(ids, keys, terms))

    @api.model
    def _format_array(self, values):
        # neither keys nor terms hold a character that is special in an array
        return f"{{{','.join(map(str, values))}}}"

    @api.model
    def _read_texts(self, partner_ids):
        """Return pairs of the id of a partner and its texts by field name."""
        columns = SQL(", ").join(self._get_text_column(fname) for fname in TEXT_FIELDS)
        query = SQL(
            """
            SELECT partner.id, %s
              FROM res_partner partner
         LEFT JOIN res_country_state state ON state.id = partner.state_id
             WHERE partner.id = ANY(%s)
            """,
            columns,
            list(partner_ids),
        )
        self.env.cr.execute(query)
        return [
            (row[0], dict(zip(TEXT_FIELDS, row[1:], strict=True))) for row in self.env.cr.fetchall()
        ]

    @api.model
    def _get_text_column(self, fname):
        return (
            SQL.identifier("state", "name")
            if fname == "state_id"
            else SQL.identifier("partner", fname)
        )

    @api.model
    def _get_upsert_query(self, ids, keys, terms):
        return SQL(
            """
            INSERT INTO sales_customer_search_key AS old (partner_id, keys, terms)
            SELECT id, keys::text[], terms::int[]
              FROM unnest(%s::int[], %s::text[], %s::text[]) AS new(id, keys, terms)
          ORDER BY id
       ON CONFLICT (partner_id) DO UPDATE
               SET keys = excluded.keys, terms = excluded.terms
             WHERE old.keys IS DISTINCT FROM excluded.keys
                OR old.terms IS DISTINCT FROM excluded.terms
            """,
            ids,
            keys,
            terms,
        )

    # === BUILD === #

    @api.model
    def _start_build(self):
        if self._count_missing(BUILT_AT_INSTALLATION + 1) <= BUILT_AT_INSTALLATION:
            last = 0
            while last := self._build_batch(last):
                pass
        else:
            self._set_building(True)
            # reason: who installs an addon need not have rights on jobs
            self.env.ref("sales_customer_search.ir_cron_build_keys").sudo()._trigger()

    @api.model
    def _count_missing(self, limit=None):
        query = SQL(
            """
            SELECT count(*)
              FROM (SELECT
                      FROM res_partner partner
                     WHERE NOT EXISTS (
                           SELECT
                             FROM sales_customer_search_key key
                            WHERE key.partner_id = partner.id)
                     LIMIT %s) AS missing
            """,
            limit,
        )
        self.env.cr.execute(query)
        return self.env.cr.fetchone()[0]

    @api.model
    def _build_batch(self, after):
        """Read those of the next partners that have no row.

        :return: id of the last of the next partners, 0 when there are none
        """
        query = SQL(
            """
            SELECT partner.id, key.partner_id
              FROM (SELECT id FROM res_partner WHERE id > %s ORDER BY id LIMIT %s) AS partner
         LEFT JOIN sales_customer_search_key key ON key.partner_id = partner.id
          ORDER BY partner.id
            """,
            after,
            BATCH,
        )
        self.env.cr.execute(query)
        rows = self.env.cr.fetchall()
        if missing := [partner_id for partner_id, found in rows if not found]:
            self._refresh(missing)
            self.env["res.partner"]._refresh_search_ranks(missing)
        return rows[-1][0] if rows else 0

    @api.model
    def _build_job(self):
        """Read partners that have no row, batch by batch, as long as the scheduler gives time."""
        remaining = self._count_missing()
        if not remaining and self._is_complete():
            self._refresh_recent()
            return
        if remaining > MANY_MISSING:
            # an index of very many rows is made in a fraction of the time that it takes to grow
            self._set_building(True)
            self._drop_terms_index()
        last = 0
        while last := self._build_batch(last):
            remaining = max(remaining - BATCH, 0)
            _logger.info("Customer search: %s partners cannot be found yet", remaining)
            if not self.env["ir.cron"]._commit_progress(BATCH, remaining=remaining):
                return
        self._finish_build()

    @api.model
    def _drop_terms_index(self):
        self.env.cr.execute(
            """
            DROP INDEX IF EXISTS sales_customer_search_key_terms_idx,
                                 sales_customer_search_key_recent_terms_idx
            """
        )

    @api.model
    def _finish_build(self):
        self._refresh_recent()
        self.env.cr.execute("SET LOCAL maintenance_work_mem = '256MB'")
        self._create_terms_index()
        self._set_building(False)
        self.env.cr.execute("ANALYZE sales_customer_search_key")
        self.env.registry.clear_cache()

    @api.model
    def _set_building(self, is_building):
        # reason: the state of the job is nobody's setting
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("sales_customer_search.is_building", is_building)

    @api.model
    def _is_complete(self):
        """Tell whether all partners can be found by their keys."""
        # reason: everybody searches
        parameters = self.env["ir.config_parameter"].sudo()
        return not parameters.get_param("sales_customer_search.is_building")

    # === STATISTICS === #

    @api.model
    @ormcache("uid", "company_ids", "day")
    def _get_readable_share(self, uid, company_ids, day):
        """Return which share of the partners a user reads, as a sample tells it.

        It decides how to search, and nothing else: it may be as old as a day.

        :param company_ids: tuple of ids of the companies that the user has chosen
        :param day: the sample is taken again every day
        """
        # from everywhere: those of one salesperson may lie side by side
        query = SQL(
            """
            SELECT partner_id
              FROM sales_customer_search_key
             WHERE is_recent
          ORDER BY hashint4(partner_id)
             LIMIT %s
            """,
            SAMPLE,
        )
        ids = [id_ for (id_,) in self.env.execute_query(query)]
        partners = self.env["res.partner"].with_user(uid).with_context(active_test=False)
        partners = partners.with_context(allowed_company_ids=list(company_ids))
        return partners.search_count([("id", "in", ids)]) / len(ids) if ids else 1.0

    @api.model
    @ormcache("day")
    def _get_term_statistics(self, day):
        """Return how common terms are, as PostgreSQL has counted them.

        :param day: the statistics are read again every day
        :return: (number of rows, {term: share of the rows}, share of a term that is not in it)
        """
        self.env.cr.execute(
            """
            SELECT GREATEST(class.reltuples, 0)::float,
                   stats.most_common_elems::text::int[],
                   stats.most_common_elem_freqs
              FROM pg_class class
         LEFT JOIN pg_stats stats
                ON stats.schemaname = current_schema
               AND stats.tablename = class.relname
               AND stats.attname = 'terms'
             WHERE class.oid = 'sales_customer_search_key'::regclass
            """
        )
        rows, terms, shares = self.env.cr.fetchone()
        # the shares end with the least and the greatest of them
        shares = dict(zip(terms or (), shares or (), strict=False))
        # most of the many others are far less common than the least of these
        return rows, shares, min(shares.values(), default=0) / 50
