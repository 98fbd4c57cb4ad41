from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .availability_types import (
    AvailabilityFigures,
    AvailabilityKey,
    AvailabilityReading,
    Holder,
    HoldSource,
)

# What a move in one of these states still has to take out of the warehouse is promised.
OPEN_MOVE_STATES = ("waiting", "confirmed", "assigned", "partially_available")


class SalesAvailability(models.AbstractModel):
    """The one definition of what is available, for every document.

    available = on hand - frozen - held + usable incoming, where

    - *on hand* is what lies in the internal locations of the warehouse;
    - *frozen* is the part of it in quarantine locations, of blocked or expired lots and of other
      owners, unless the terms of the warehouse (or of the product's category) let it count;
    - *held* is what open stock moves still have to take out of the warehouse (deliveries of
      confirmed orders, returns to vendors, components of manufacturing), wherever their chain of
      operations ends outside of it; what quotations and invoices hold (``sales.availability.hold``)
      and the claims of transactions that are under way (``sales.availability.claim``). A
      make-to-order move that waits for its own supply takes nothing from stock yet;
    - *usable incoming* is what is expected within the days that the terms name.

    Of a lot, available is what is left of the lot itself, and never more than of its product: who
    asks for whatever lot cannot eat a promised one, nor the reverse. Receipts have no lot yet.
    """

    _name = "sales.availability"
    _description = "Availability of Products in Warehouses"

    @api.model
    def _mark_warehouses_stale(self, warehouses):
        """Hook: what the stored balances of the warehouses say has to be read again."""

    # === READING === #

    @api.model
    def _read_availability(self, keys, sources=(), claims_cursor=None, with_expected=False):
        """Read what is on hand, frozen, held and coming, with a constant number of queries.

        :param keys: collection of ``AvailabilityKey``
        :param sources: ``HoldSource`` whose own part of what is held is asked for
        :param claims_cursor: see ``sales.availability.claim._open_claims``
        :param with_expected: read also receipts that do not count
        :return: ``AvailabilityReading``
        """
        if not keys:
            return AvailabilityReading({}, {})
        keys = {*keys, *(key.of_any_lot for key in keys)}
        self._flush_availability_terms()
        claims = self._get_unseen_claims(keys, sources, claims_cursor)
        reading = AvailabilityReading(
            self._get_figures(keys, with_expected),
            self._get_source_holds(keys, {*sources, *(claim.source for claim in claims)}),
            {c.key.of_any_lot for c in claims if c.is_reserving and not c.is_own},
        )
        self._add_claims(reading, claims)
        return reading

    @api.model
    def _flush_availability_terms(self):
        for name in self._get_term_models():
            self.env[name].flush_model()

    @api.model
    def _get_term_models(self):
        """Return the models whose tables the queries read."""
        return (
            "stock.quant",
            "stock.move",
            "stock.move.line",
            "stock.location",
            "stock.lot",
            "sales.availability.hold",
        )

    @api.model
    def _get_figures(self, keys, with_expected=False):
        """Leave out of the query what no key needs: planning it takes longer than running it."""
        terms = self.env["sales.availability.version"]._get_terms_of_keys(
            {key.of_any_lot for key in keys}
        )
        query = self._get_figures_query(
            self._get_keys_query(keys),
            with_lots=any(key.lot_id for key in keys),
            with_incoming=with_expected or any(term.incoming_days for term in terms.values()),
        )
        rows = self.env.execute_query(query)
        return {AvailabilityKey(*row[:3]): AvailabilityFigures(*row[3:]) for row in rows}

    @api.model
    def _get_source_holds(self, keys, sources):
        """Return dict {AvailabilityKey: {HoldSource: (held, part of it that was promised)}}."""
        holds = defaultdict(dict)
        if sources:
            for row in self.env.execute_query(self._get_source_holds_query(keys, sources)):
                holds[AvailabilityKey(*row[2:5])][HoldSource(*row[:2])] = row[5:]
        return holds

    # === CLAIMS === #

    @api.model
    def _get_unseen_claims(self, keys, sources, claims_cursor):
        """Return the claims of others, and own ones that have not become stock moves yet."""
        claims = self.env["sales.availability.claim"]._get_claims(keys, sources, claims_cursor)
        own_ids = {c.source.id for c in claims if c.is_own and c.source.model == "sale.order.line"}
        lines = self.env["sale.order.line"].browse(own_ids).exists()
        promising = lines.filtered(lambda line: line.state == "sale" and not line.move_ids)
        sources = {HoldSource(line._name, line.id) for line in promising}
        return [claim for claim in claims if not claim.is_own or claim.source in sources]

    @api.model
    def _add_claims(self, reading, claims):
        """Count claims, less the holds of their sources that are counted already.

        Several transactions may have claimed for one source; it will not take the sum of them.
        """
        unseen = defaultdict(lambda: defaultdict(float))
        for claim in claims:
            for key in {claim.key, claim.key.of_any_lot}:
                unseen[key, claim.source][claim.transaction_id] += claim.quantity
        for (key, source), quantities in unseen.items():
            seen = reading.get_own_hold(key, [source])
            reading.add_held(key, max(max(quantities.values()) - seen, 0.0))

    # === QUERIES === #

    @api.model
    def _get_keys_query(self, keys):
        """Return rows of the keys, with what their terms say about what counts."""
        keys = sorted(keys)
        products = {key.of_any_lot for key in keys}
        terms = self.env["sales.availability.version"]._get_terms_of_keys(products)
        terms = [terms[key.of_any_lot] for key in keys]
        return SQL(
            """
            SELECT *
              FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamp[],
                          %s::bool[], %s::bool[], %s::bool[], %s::bool[])
                AS k(warehouse_id, product_id, lot_id, incoming_until,
                     count_quarantine, count_blocked, count_expired, count_owned)
            """,
            [key.warehouse_id for key in keys],
            [key.product_id for key in keys],
            [key.lot_id for key in keys],
            [self._get_incoming_limit(term) for term in terms],
            [term.count_quarantine for term in terms],
            [term.count_blocked for term in terms],
            [term.count_expired for term in terms],
            [term.count_owned for term in terms],
        )

    @api.model
    def _get_incoming_limit(self, terms):
        if not terms.incoming_days:
            return None
        return fields.Datetime.now() + timedelta(days=terms.incoming_days)

    @api.model
    def _get_figures_query(self, keys_query, with_lots=True, with_incoming=True):
        """Return rows (warehouse, product, lot, on hand, frozen, held, usable and all incoming).

        :param keys_query: SQL of the rows that :meth:`_get_keys_query` gives
        :param with_lots: whether some of the keys are of lots
        :param with_incoming: whether receipts are asked for
        """
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s),
                 on_hand AS (%(on_hand)s),
                 held AS (%(held)s),
                 incoming AS (%(incoming)s)
            SELECT key.warehouse_id,
                   key.product_id,
                   key.lot_id,
                   COALESCE(on_hand.quantity, 0),
                   COALESCE(on_hand.frozen, 0),
                   COALESCE(held.quantity, 0),
                   COALESCE(incoming.usable, 0),
                   COALESCE(incoming.quantity, 0)
              FROM key
         LEFT JOIN on_hand USING (warehouse_id, product_id, lot_id)
         LEFT JOIN held USING (warehouse_id, product_id, lot_id)
         LEFT JOIN incoming USING (warehouse_id, product_id, lot_id)
            """,
            keys=keys_query,
            on_hand=self._get_on_hand_query(),
            held=self._get_held_query(with_lots),
            incoming=self._get_incoming_query() if with_incoming else self._get_nothing_query(),
        )

    @api.model
    def _get_nothing_query(self):
        return SQL(
            """
            SELECT warehouse_id, product_id, lot_id, 0::float AS quantity, 0::float AS usable
              FROM key WHERE FALSE
            """
        )

    @api.model
    def _get_on_hand_query(self):
        return SQL(
            """
            SELECT key.warehouse_id,
                   key.product_id,
                   key.lot_id,
                   SUM(quant.quantity) AS quantity,
                   SUM(quant.quantity) FILTER (WHERE %(frozen)s) AS frozen
              FROM %(quants)s
          GROUP BY key.warehouse_id, key.product_id, key.lot_id
            """,
            quants=self._get_key_quants(),
            frozen=SQL(" OR ").join(self._get_frozen_conditions().values()),
        )

    @api.model
    def _get_key_quants(self):
        """Return the joined tables ``key``, ``quant``, ``location``, ``lot`` of what is here."""
        return SQL(
            """
                   key
              JOIN stock_quant quant
                ON quant.product_id = key.product_id
               AND (key.lot_id = 0 OR quant.lot_id = key.lot_id)
              JOIN stock_location location
                ON location.id = quant.location_id
               AND location.warehouse_id = key.warehouse_id
               AND location.usage = 'internal'
         LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
            """
        )

    @api.model
    def _get_frozen_conditions(self):
        """Return dict {reason: SQL condition} on ``quant``, ``location``, ``lot`` and ``key``."""
        return {
            "quarantine": SQL("(location.in_quarantine AND NOT key.count_quarantine)"),
            "blocked": SQL("(lot.is_blocked AND NOT key.count_blocked)"),
            "owned": SQL("(quant.owner_id IS NOT NULL AND NOT key.count_owned)"),
        }

    @api.model
    def _get_held_query(self, with_lots):
        return SQL(
            """
            SELECT key.warehouse_id,
                   key.product_id,
                   key.lot_id,
                   SUM(hold.quantity) AS quantity
              FROM key
              JOIN (%s) AS hold
                ON hold.warehouse_id = key.warehouse_id
               AND hold.product_id = key.product_id
               AND (key.lot_id = hold.lot_id
                    OR (key.lot_id = 0 AND NOT hold.is_picked_lot))
          GROUP BY key.warehouse_id, key.product_id, key.lot_id
            """,
            self._get_holds_query(with_lots),
        )

    @api.model
    def _get_source_holds_query(self, keys, sources):
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s),
                 hold AS (%(holds)s),
                 source AS (SELECT * FROM unnest(%(models)s::text[], %(ids)s::int[])
                                AS s(source_model, source_id))
            SELECT hold.source_model, hold.source_id,
                   key.warehouse_id, key.product_id, key.lot_id,
                   SUM(hold.quantity),
                   COALESCE(SUM(hold.quantity) FILTER (WHERE NOT hold.is_picked_lot), 0)
              FROM hold
              JOIN source USING (source_model, source_id)
              JOIN key
                ON hold.warehouse_id = key.warehouse_id
               AND hold.product_id = key.product_id
               AND (key.lot_id = hold.lot_id
                    OR (key.lot_id = 0 AND NOT hold.is_picked_lot))
          GROUP BY hold.source_model, hold.source_id,
                   key.warehouse_id, key.product_id, key.lot_id
            """,
            keys=self._get_keys_query(keys),
            holds=self._get_holds_query(any(key.lot_id for key in keys)),
            models=[source.model for source in sources],
            ids=[source.id for source in sources],
        )

    @api.model
    def _get_holds_query(self, with_lots=True):
        """Return rows of everything that holds stock of the products of ``key``.

        Columns: warehouse_id, product_id, lot_id (0: whatever lot), source_model, source_id (the
        line that holds), move_id and hold_id (the record that says so), quantity in the product's
        unit, is_picked_lot (the lot that a move for whatever lot has already picked: it counts
        for the lot, and is part of the move's quantity for the product).
        """
        return SQL(" UNION ALL ").join(
            [
                self._get_open_moves_query(),
                *([self._get_picked_lots_query()] if with_lots else []),
                self._get_document_holds_query(),
            ]
        )

    @api.model
    def _get_open_moves_query(self):
        """Open moves out of the warehouse of each key, with the document line behind them."""
        return SQL(
            """
            SELECT product.warehouse_id,
                   product.product_id,
                   COALESCE(move.restrict_lot_id, 0) AS lot_id,
                   %(source_model)s AS source_model,
                   %(source_id)s AS source_id,
                   move.id AS move_id,
                   NULL::int AS hold_id,
                   move.product_qty AS quantity,
                   FALSE AS is_picked_lot
              FROM (SELECT DISTINCT warehouse_id, product_id, count_owned FROM key) AS product
              JOIN stock_move move ON move.product_id = product.product_id
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target
                ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE %(is_hold)s
            """,
            source_model=self._get_source_model_sql(),
            source_id=self._get_source_id_sql(),
            is_hold=self._get_open_move_condition(),
        )

    @api.model
    def _get_open_move_condition(self):
        """Return the SQL condition on ``move``, ``source``, ``target`` and ``product``.

        Goods that leave a quarantine or belong to others are frozen, not available: who takes
        them holds nothing.
        """
        return SQL(
            """
            move.state IN %s
            AND source.warehouse_id = product.warehouse_id
            AND source.usage = 'internal'
            AND NOT COALESCE(source.in_quarantine, FALSE)
            AND target.warehouse_id IS DISTINCT FROM product.warehouse_id
            AND (move.restrict_partner_id IS NULL OR product.count_owned)
            AND NOT (move.procure_method = 'make_to_order' AND move.state = 'waiting')
            """,
            OPEN_MOVE_STATES,
        )

    @api.model
    def _get_source_model_sql(self):
        return SQL(
            """
            CASE WHEN move.sale_line_id IS NOT NULL THEN 'sale.order.line'
                 WHEN move.availability_invoice_line_id IS NOT NULL THEN 'account.move.line'
                 ELSE 'stock.move' END
            """
        )

    @api.model
    def _get_source_id_sql(self):
        return SQL("COALESCE(move.sale_line_id, move.availability_invoice_line_id, move.id)")

    @api.model
    def _get_picked_lots_query(self):
        """Lots that moves for whatever lot have picked: nobody can swap them any more."""
        return SQL(
            """
            SELECT product.warehouse_id,
                   product.product_id,
                   line.lot_id,
                   %(source_model)s,
                   %(source_id)s,
                   move.id,
                   NULL::int,
                   line.quantity_product_uom,
                   TRUE
              FROM (SELECT DISTINCT warehouse_id, product_id, count_owned
                      FROM key WHERE lot_id != 0) AS product
              JOIN stock_move move ON move.product_id = product.product_id
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target
                ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
              JOIN stock_move_line line ON line.move_id = move.id
             WHERE %(is_hold)s
               AND move.restrict_lot_id IS NULL
               AND line.picked
               AND line.lot_id IS NOT NULL
            """,
            source_model=self._get_source_model_sql(),
            source_id=self._get_source_id_sql(),
            is_hold=self._get_open_move_condition(),
        )

    @api.model
    def _get_document_holds_query(self):
        """What documents without stock moves hold: quotations until they expire, invoices."""
        return SQL(
            """
            SELECT product.warehouse_id,
                   product.product_id,
                   COALESCE(hold.lot_id, 0),
                   CASE WHEN hold.sale_line_id IS NULL
                        THEN 'account.move.line' ELSE 'sale.order.line' END,
                   COALESCE(hold.sale_line_id, hold.invoice_line_id),
                   NULL::int,
                   hold.id,
                   hold.quantity,
                   FALSE
              FROM (SELECT DISTINCT warehouse_id, product_id FROM key) AS product
              JOIN sales_availability_hold hold
                ON hold.product_id = product.product_id
               AND hold.warehouse_id = product.warehouse_id
             WHERE hold.expiry IS NULL OR hold.expiry > %s
            """,
            fields.Datetime.now(),
        )

    @api.model
    def _get_incoming_query(self):
        """What receipts bring into the warehouse of each key of a product.

        A receipt that waits to be sent on for a make-to-order delivery is spoken for.
        """
        return SQL(
            """
            SELECT key.warehouse_id,
                   key.product_id,
                   key.lot_id,
                   SUM(move.product_qty) AS quantity,
                   SUM(move.product_qty) FILTER (WHERE move.date <= key.incoming_until) AS usable
              FROM key
              JOIN stock_move move ON move.product_id = key.product_id
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target
                ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE key.lot_id = 0
               AND %(is_incoming)s
          GROUP BY key.warehouse_id, key.product_id, key.lot_id
            """,
            is_incoming=self._get_incoming_condition(),
        )

    @api.model
    def _get_incoming_condition(self):
        """Return the SQL condition on ``move``, ``source``, ``target`` and ``key``."""
        return SQL(
            """
            move.state IN %s
            AND target.warehouse_id = key.warehouse_id
            AND target.usage = 'internal'
            AND NOT COALESCE(target.in_quarantine, FALSE)
            AND source.warehouse_id IS DISTINCT FROM key.warehouse_id
            AND move.restrict_partner_id IS NULL
            AND NOT EXISTS (
                    SELECT 1
                      FROM stock_move_move_rel chain
                      JOIN stock_move next_move ON next_move.id = chain.move_dest_id
                      JOIN stock_location next_target
                        ON next_target.id = COALESCE(
                               next_move.location_final_id, next_move.location_dest_id)
                     WHERE chain.move_orig_id = move.id
                       AND next_move.procure_method = 'make_to_order'
                       AND next_move.state = 'waiting'
                       AND next_target.warehouse_id IS DISTINCT FROM key.warehouse_id)
            """,
            OPEN_MOVE_STATES,
        )

    # === WHO HOLDS IT === #

    @api.model
    def _get_holders(self, keys, sources=()):
        """Return the documents that hold stock of the keys, the largest first.

        :param keys: collection of ``AvailabilityKey``
        :param sources: ``HoldSource`` whose own holds are left out
        :return: dict {AvailabilityKey: [Holder]}
        """
        self._flush_availability_terms()
        holders = defaultdict(list)
        for row in self.env.execute_query(self._get_holders_query(keys, sources)):
            holders[AvailabilityKey(*row[:3])].append(Holder(*row[3:]))
        return holders

    @api.model
    def _get_holders_query(self, keys, sources):
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s),
                 hold AS (%(holds)s)
            SELECT key.warehouse_id,
                   key.product_id,
                   key.lot_id,
                   COALESCE(sale.name, invoice.name, picking.name, move.reference, '?') AS document,
                   partner.name AS user_name,
                   SUM(hold.quantity) AS quantity,
                   MIN(COALESCE(document_hold.expiry, sale.commitment_date, move.date)) AS until,
                   CASE WHEN sale.id IS NOT NULL THEN 'sale.order'
                        WHEN invoice.id IS NOT NULL THEN 'account.move'
                        WHEN picking.id IS NOT NULL THEN 'stock.picking'
                        ELSE 'stock.move' END AS model,
                   COALESCE(sale.id, invoice.id, picking.id, move.id) AS document_id,
                   BOOL_OR(document_hold.expiry IS NOT NULL) AS is_quotation
              FROM key
              JOIN hold
                ON hold.warehouse_id = key.warehouse_id
               AND hold.product_id = key.product_id
               AND (key.lot_id = hold.lot_id
                    OR (key.lot_id = 0 AND NOT hold.is_picked_lot))
         LEFT JOIN stock_move move ON move.id = hold.move_id
         LEFT JOIN sales_availability_hold document_hold ON document_hold.id = hold.hold_id
         LEFT JOIN stock_picking picking ON picking.id = move.picking_id
         LEFT JOIN sale_order_line line
                ON line.id = hold.source_id AND hold.source_model = 'sale.order.line'
         LEFT JOIN sale_order sale ON sale.id = line.order_id
         LEFT JOIN account_move_line invoice_line
                ON invoice_line.id = hold.source_id AND hold.source_model = 'account.move.line'
         LEFT JOIN account_move invoice ON invoice.id = invoice_line.move_id
         LEFT JOIN res_users salesperson
                ON salesperson.id = COALESCE(
                       sale.user_id, invoice.invoice_user_id, picking.user_id)
         LEFT JOIN res_partner partner ON partner.id = salesperson.partner_id
             WHERE (hold.source_model, hold.source_id) NOT IN (
                        SELECT * FROM unnest(%(models)s::text[], %(ids)s::int[]))
          GROUP BY key.warehouse_id, key.product_id, key.lot_id,
                   document, user_name, model, document_id
          ORDER BY quantity DESC, document
            """,
            keys=self._get_keys_query(keys),
            holds=self._get_holds_query(),
            models=[source.model for source in sources],
            ids=[source.id for source in sources],
        )

    # === WHERE AND WHEN ELSE === #

    @api.model
    def _get_enough_dates(self, missing):
        """Return from when receipts make up for what is missing of each product.

        :param missing: dict {AvailabilityKey without lot: quantity in the product's unit}
        :return: dict {AvailabilityKey: datetime}, without the keys for which too little comes
        """
        self._flush_availability_terms()
        rows = self.env.execute_query(self._get_enough_dates_query(missing))
        return {AvailabilityKey(*row[:2]): row[2] for row in rows}

    @api.model
    def _get_enough_dates_query(self, missing):
        keys = sorted(missing)
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s),
                 lack AS (SELECT * FROM unnest(%(warehouses)s::int[], %(products)s::int[],
                                               %(missing)s::float[])
                              AS l(warehouse_id, product_id, quantity)),
                 arrival AS (
                    SELECT key.warehouse_id, key.product_id, move.date,
                           SUM(move.product_qty) OVER (
                               PARTITION BY key.warehouse_id, key.product_id
                               ORDER BY move.date, move.id) AS total
                      FROM key
                      JOIN stock_move move ON move.product_id = key.product_id
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target
                        ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
                     WHERE %(is_incoming)s
                       AND (key.incoming_until IS NULL OR move.date > key.incoming_until))
            SELECT arrival.warehouse_id, arrival.product_id, MIN(arrival.date)
              FROM arrival
              JOIN lack USING (warehouse_id, product_id)
             WHERE arrival.total >= lack.quantity
          GROUP BY arrival.warehouse_id, arrival.product_id
            """,
            keys=self._get_keys_query(keys),
            is_incoming=self._get_incoming_condition(),
            warehouses=[key.warehouse_id for key in keys],
            products=[key.product_id for key in keys],
            missing=[missing[key] for key in keys],
        )

    @api.model
    def _get_alternatives(self, product_ids, companies):
        """Return what each warehouse and lot still has of the products.

        :param product_ids: ids of ``product.product``
        :param companies: ``res.company`` whose warehouses count
        :return: dict {AvailabilityKey: quantity in the product's unit}, only what is above zero
        """
        warehouses = self.env["stock.warehouse"].search([("company_id", "in", companies.ids)])
        keys = {AvailabilityKey(w.id, product_id) for w in warehouses for product_id in product_ids}
        keys |= self._get_lot_keys(product_ids, warehouses)
        reading = self._read_availability(keys)
        available = {key: reading.get_available(key) for key in keys}
        return {key: quantity for key, quantity in available.items() if quantity > 0}

    @api.model
    def _get_lot_keys(self, product_ids, warehouses):
        """Return a key for each lot of the products that lies in the warehouses."""
        groups = self.env["stock.quant"]._read_group(
            [
                ("product_id", "in", list(product_ids)),
                ("location_id.warehouse_id", "in", warehouses.ids),
                ("location_id.usage", "=", "internal"),
                ("lot_id", "!=", False),
            ],
            ["location_id", "product_id", "lot_id"],
        )
        return {
            AvailabilityKey(location.warehouse_id.id, product.id, lot.id)
            for location, product, lot in groups
        }
