from contextlib import contextmanager

from odoo import api, fields, models
from odoo.modules import module
from odoo.tools import SQL

# Products whose balances are read again in one transaction.
BATCH = 500
# Batches that someone who opens the screen waits for; what is left is the job's.
SCREEN_BATCHES = 4
REFRESH_LOCK = "sales_availability.refresh"


def refreshing(method):
    """Let a method that only reads elsewhere be called on a cursor that can write."""
    method._readonly = False
    return method


class SalesAvailabilityStale(models.Model):
    """Products whose balances have to be read again.

    Triggers of the database append a mark in the transaction that changes a source
    (``_create_triggers``): core itself merges quants by SQL, which no method could notice.
    """

    _name = "sales.availability.stale"
    _description = "Mark of a Changed Availability"
    _log_access = False

    product_res_id = fields.Integer(required=True, index=True)


class SalesAvailabilityBalance(models.Model):
    """What each warehouse has of each product and lot: a stored copy, for lists and charts.

    The control never reads it: it reads the sources. A change of the sources leaves a mark, and
    marked products are read again by a job and by whoever opens the list.
    """

    _name = "sales.availability.balance"
    _description = "Product Availability"
    # What is short comes first. By product would mean to sort by its name, through all rows.
    _order = "available, id"
    _rec_name = "product_id"
    _log_access = False

    level = fields.Selection(
        [("product", "Product"), ("lot", "Lot/Serial Number")],
        required=True,
        help="A product's row says what there is of it in all; the rows of its lots say the same "
        "lot by lot. Do not add them up together.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    categ_id = fields.Many2one("product.category", string="Product Category", ondelete="set null")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number", ondelete="cascade")
    uom_id = fields.Many2one(related="product_id.uom_id")
    on_hand = fields.Float(digits="Product Unit")
    frozen = fields.Float(
        digits="Product Unit",
        help="In quarantine, of a blocked or expired lot, or of another owner.",
    )
    held = fields.Float(
        digits="Product Unit", help="By confirmed documents, quotations and invoices."
    )
    incoming = fields.Float(digits="Product Unit", help="All that is expected.")
    usable_incoming = fields.Float(
        string="Counted Incoming",
        digits="Product Unit",
        help="The part of it that counts by the terms of the warehouse.",
    )
    available = fields.Float(
        digits="Product Unit", help="On hand - frozen - held + counted incoming."
    )

    _key_uniq = models.UniqueIndex("(product_id, warehouse_id, COALESCE(lot_id, 0))")
    _available_idx = models.Index("(level, available, id)")
    _all_available_idx = models.Index("(available, id)")
    _categ_idx = models.Index("(categ_id)")
    _lot_idx = models.Index("(lot_id) WHERE lot_id IS NOT NULL")
    _warehouse_idx = models.Index("(warehouse_id, level)")

    # === READING IT AS IT IS NOW === #

    @api.model
    @refreshing
    def web_search_read(self, *args, **kwargs):
        """Read rows as the web client does, after what has changed was read again."""
        with self._refreshed() as balances:
            return super(SalesAvailabilityBalance, balances).web_search_read(*args, **kwargs)

    @api.model
    @refreshing
    def search_read(self, *args, **kwargs):
        """Read rows, after what has changed was read again."""
        with self._refreshed() as balances:
            return super(SalesAvailabilityBalance, balances).search_read(*args, **kwargs)

    @api.model
    @refreshing
    def formatted_read_group(self, *args, **kwargs):
        """Read groups, after what has changed was read again."""
        with self._refreshed() as balances:
            return super(SalesAvailabilityBalance, balances).formatted_read_group(*args, **kwargs)

    @api.model
    @refreshing
    def web_read_group(self, *args, **kwargs):
        """Read groups as the web client does, after what has changed was read again."""
        with self._refreshed() as balances:
            return super(SalesAvailabilityBalance, balances).web_read_group(*args, **kwargs)

    @api.model
    @refreshing
    def formatted_read_grouping_sets(self, *args, **kwargs):
        """Read pivots as the web client does, after what has changed was read again."""
        with self._refreshed() as balances:
            return super(SalesAvailabilityBalance, balances).formatted_read_grouping_sets(
                *args, **kwargs
            )

    @api.model
    @contextmanager
    def _refreshed(self):
        """Give the model on a snapshot that is younger than the refresh of what was marked."""
        self.env.flush_all()  # the triggers see what is in the database
        if not self.env["sales.availability.stale"].sudo().search_count([], limit=1):  # no secret
            yield self
            return
        self._refresh_marked(SCREEN_BATCHES)
        if module.current_test:
            self.env.invalidate_all()
            yield self
            return
        with self.env.registry.cursor() as cursor:
            yield self.with_env(self.env(cr=cursor))

    # === REFRESH === #

    @api.model
    def _refresh_marked(self, batches):
        """Read the balances of marked products again, in transactions of their own.

        :return: whether there may be marks left
        """
        return all(self._refresh_batch() for _n in range(batches))

    @api.model
    def _refresh_batch(self):
        with self.env["sales.availability.claim"]._claim_cursor() as cursor:
            # One at a time: an older reading must never be written over a younger one.
            cursor.execute(
                SQL("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", REFRESH_LOCK)
            )
            product_ids = self._take_marks(cursor)
            if product_ids:
                self._rewrite_balances(cursor, product_ids)
        return bool(product_ids)

    @api.model
    def _take_marks(self, cursor):
        """Delete the marks of some products and return their ids.

        The transaction is READ COMMITTED: what is read after this statement includes whatever the
        deleted marks stood for.
        """
        cursor.execute(
            SQL(
                """
                DELETE FROM sales_availability_stale
                 WHERE product_res_id IN (
                        SELECT DISTINCT product_res_id FROM sales_availability_stale LIMIT %s)
             RETURNING product_res_id
                """,
                BATCH,
            )
        )
        return sorted({product_id for (product_id,) in cursor.fetchall()})

    @api.model
    def _rewrite_balances(self, cursor, product_ids):
        cursor.execute(self._get_upsert_query(product_ids))
        cursor.execute(
            SQL(
                """
                DELETE FROM sales_availability_balance
                 WHERE product_id = ANY(%s)
                   AND (on_hand, frozen, held, incoming) = (0, 0, 0, 0)
                """,
                product_ids,
            )
        )

    @api.model
    def _get_upsert_query(self, product_ids):
        return SQL(
            """
            INSERT INTO sales_availability_balance AS balance (
                   level, warehouse_id, company_id, product_id, categ_id, lot_id,
                   on_hand, frozen, held, incoming, usable_incoming, available)
            %(balances)s
            ON CONFLICT (product_id, warehouse_id, COALESCE(lot_id, 0)) DO UPDATE
               SET categ_id = EXCLUDED.categ_id,
                   on_hand = EXCLUDED.on_hand,
                   frozen = EXCLUDED.frozen,
                   held = EXCLUDED.held,
                   incoming = EXCLUDED.incoming,
                   usable_incoming = EXCLUDED.usable_incoming,
                   available = EXCLUDED.available
             WHERE (balance.categ_id, balance.on_hand, balance.frozen, balance.held,
                    balance.incoming, balance.usable_incoming, balance.available)
                   IS DISTINCT FROM
                   (EXCLUDED.categ_id, EXCLUDED.on_hand, EXCLUDED.frozen, EXCLUDED.held,
                    EXCLUDED.incoming, EXCLUDED.usable_incoming, EXCLUDED.available)
            """,
            balances=self._get_balances_query(product_ids),
        )

    @api.model
    def _get_balances_query(self, product_ids):
        """Return rows as they ought to be in the table, read from the sources."""
        figures = self.env["sales.availability"]._get_figures_query(
            self._get_balance_keys_query(product_ids)
        )
        return SQL(
            """
            WITH figures (warehouse_id, product_id, lot_id,
                          on_hand, frozen, held, usable, expected) AS (%(figures)s),
                 free AS (
                    SELECT *, on_hand - frozen - held + usable AS available FROM figures)
            SELECT CASE WHEN free.lot_id = 0 THEN 'product' ELSE 'lot' END,
                   free.warehouse_id,
                   warehouse.company_id,
                   free.product_id,
                   template.categ_id,
                   NULLIF(free.lot_id, 0),
                   free.on_hand, free.frozen, free.held, free.expected, free.usable,
                   LEAST(free.available, product_free.available)
              FROM free
              JOIN free product_free
                ON product_free.warehouse_id = free.warehouse_id
               AND product_free.product_id = free.product_id
               AND product_free.lot_id = 0
              JOIN stock_warehouse warehouse ON warehouse.id = free.warehouse_id
              JOIN product_product product ON product.id = free.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            figures=figures,
        )

    @api.model
    def _get_balance_keys_query(self, product_ids):
        """Return the keys of products for which there is anything, with their terms."""
        return SQL(
            """
            WITH wanted AS (%(wanted)s)
            SELECT wanted.warehouse_id,
                   wanted.product_id,
                   wanted.lot_id,
                   CASE WHEN terms.availability_incoming_days > 0
                        THEN %(now)s::timestamp
                             + terms.availability_incoming_days * INTERVAL '1 day' END
                       AS incoming_until,
                   COALESCE(terms.availability_count_quarantine, FALSE) AS count_quarantine,
                   COALESCE(terms.availability_count_blocked, FALSE) AS count_blocked,
                   COALESCE(terms.availability_count_expired, FALSE) AS count_expired,
                   COALESCE(terms.availability_count_owned, FALSE) AS count_owned
              FROM wanted
              JOIN product_product product ON product.id = wanted.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
         LEFT JOIN LATERAL (
                    SELECT version.*
                      FROM sales_availability_version version
                 LEFT JOIN product_category special ON special.id = version.categ_id
                     WHERE version.is_current
                       AND version.warehouse_id = wanted.warehouse_id
                       AND (version.categ_id IS NULL
                            OR starts_with(category.parent_path, special.parent_path))
                  ORDER BY LENGTH(special.parent_path) DESC NULLS LAST
                     LIMIT 1) AS terms ON TRUE
            """,
            wanted=self._get_wanted_keys_query(product_ids),
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_wanted_keys_query(self, product_ids):
        """Return the keys of products for which there is, or was, anything."""
        return SQL(
            """
            WITH source (warehouse_id, product_id, lot_id) AS (
                    SELECT warehouse_id, product_id, lot_id
                      FROM sales_availability_balance
                     WHERE product_id = ANY(%(ids)s)
                     UNION
                    SELECT location.warehouse_id, quant.product_id, quant.lot_id
                      FROM stock_quant quant
                      JOIN stock_location location ON location.id = quant.location_id
                     WHERE quant.product_id = ANY(%(ids)s) AND location.usage = 'internal'
                     UNION
                    SELECT unnest(ARRAY[source.warehouse_id, target.warehouse_id]),
                           move.product_id,
                           move.restrict_lot_id
                      FROM stock_move move
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target
                        ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
                     WHERE move.product_id = ANY(%(ids)s)
                       AND move.state IN (
                           'waiting', 'confirmed', 'partially_available', 'assigned')
                     UNION
                    SELECT warehouse_id, product_id, lot_id
                      FROM sales_availability_hold
                     WHERE product_id = ANY(%(ids)s))
            SELECT warehouse_id, product_id, COALESCE(lot_id, 0) AS lot_id
              FROM source
             WHERE warehouse_id IS NOT NULL
             UNION
            SELECT warehouse_id, product_id, 0
              FROM source
             WHERE warehouse_id IS NOT NULL
            """,
            ids=list(product_ids),
        )

    # === JOBS === #

    @api.model
    def _refresh_job(self):
        """Read marked products again, batch by batch, as long as the scheduler gives time."""
        stale = self.env["sales.availability.stale"]
        while self._refresh_batch():
            remaining = stale.search_count([])
            if not self.env["ir.cron"]._commit_progress(BATCH, remaining=remaining):
                break

    @api.model
    def _mark_all(self):
        """Mark every product that has or had anything: nightly, as time changes what counts."""
        self.env.cr.execute(
            """
            INSERT INTO sales_availability_stale (product_res_id)
            SELECT product_id FROM sales_availability_balance
             UNION
            SELECT product_id FROM stock_quant
             UNION
            SELECT product_id FROM stock_move
             WHERE state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
             UNION
            SELECT product_id FROM sales_availability_hold
            """
        )

    def action_explain(self):
        """Show the documents behind each number of the row, as they are now."""
        self.ensure_one()
        self.check_access("read")
        return self.env["sales.availability.explanation"]._open_for(self)


class SalesAvailability(models.AbstractModel):
    _inherit = "sales.availability"

    @api.model
    def _mark_warehouses_stale(self, warehouses):
        """Mark the products of warehouses whose terms have changed."""
        self.env["sales.availability.balance"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_availability_stale (product_res_id)
                SELECT DISTINCT product_id
                  FROM sales_availability_balance
                 WHERE warehouse_id = ANY(%s)
                """,
                warehouses.ids,
            )
        )
