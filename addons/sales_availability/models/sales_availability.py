from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

# What a move in one of these states still has to take out of the warehouse is promised.
OPEN_MOVE_STATES = ("waiting", "confirmed", "assigned", "partially_available")


class AvailabilityKey(NamedTuple):
    """What stock is counted for: one product in one warehouse."""

    warehouse_id: int
    product_id: int


class AvailabilityFigures(NamedTuple):
    """Quantities of one key, in the product's own unit of measure."""

    on_hand: float = 0.0
    held: float = 0.0

    @property
    def available(self):
        return self.on_hand - self.held


class AvailabilityReading(NamedTuple):
    """What was read for some keys, and the part that some sales order lines have in it."""

    figures: dict[AvailabilityKey, AvailabilityFigures]
    line_holds: dict[AvailabilityKey, dict[int, float]]

    def add_claim(self, claim):
        """Count a claim, less the moves of its line that are already counted."""
        unseen = claim.quantity - self.line_holds.get(claim.key, {}).get(claim.line_id, 0.0)
        figures = self.figures[claim.key]
        self.figures[claim.key] = figures._replace(held=figures.held + max(unseen, 0.0))

    def get_figures(self, key, line_ids=()):
        """Return the :class:`AvailabilityFigures` of a key as the given lines see them."""
        figures = self.figures[key]
        holds = self.line_holds.get(key, {})
        own = sum(quantity for line_id, quantity in holds.items() if line_id in line_ids)
        return figures._replace(held=figures.held - own)


class SalesAvailability(models.AbstractModel):
    """The one definition of what is available, for every document.

    available = on hand - held, where

    - *on hand* is the quantity of our own goods (quants without an owner) in the internal
      locations of the warehouse;
    - *held* is what open stock moves still have to take out of the warehouse (deliveries of
      confirmed orders, returns to vendors, components of manufacturing), wherever their chain of
      operations ends outside of it, plus the claims of transactions that are under way (see
      ``sales.availability.claim``). A make-to-order move that waits for its own supply takes
      nothing from stock yet.
    """

    _name = "sales.availability"
    _description = "Availability of Products in Warehouses"

    @api.model
    def _read_availability(self, keys, line_ids=(), claims_cursor=None):
        """Read what is on hand and held, with a constant number of queries.

        :param keys: collection of :class:`AvailabilityKey`
        :param line_ids: ids of the sales order lines whose own part of what is held is asked for
        :param claims_cursor: see ``sales.availability.claim._open_claims``
        :return: :class:`AvailabilityReading`
        """
        if not keys:
            return AvailabilityReading({}, {})
        keys = sorted(keys)
        self._flush_stock_terms()
        claims = self._get_unseen_claims(keys, line_ids, claims_cursor)
        claiming_line_ids = {claim.line_id for claim in claims}
        reading = AvailabilityReading(
            self._get_figures(keys),
            self._get_line_holds(keys, claiming_line_ids.union(line_ids)),
        )
        for claim in claims:
            reading.add_claim(claim)
        return reading

    @api.model
    def _get_unseen_claims(self, keys, line_ids, claims_cursor):
        """Return the claims without those of this transaction that have become stock moves."""
        claims = self.env["sales.availability.claim"]._get_claims(keys, line_ids, claims_cursor)
        own_line_ids = [claim.line_id for claim in claims if claim.is_own]
        if not own_line_ids:
            return claims
        moves = self.env["stock.move"]._read_group(
            [("sale_line_id", "in", own_line_ids)], ["sale_line_id"]
        )
        moved_line_ids = {line.id for (line,) in moves}
        return [c for c in claims if not (c.is_own and c.line_id in moved_line_ids)]

    @api.model
    def _get_figures(self, keys):
        rows = self.env.execute_query(self._get_figures_query(keys))
        return {
            AvailabilityKey(warehouse_id, product_id): AvailabilityFigures(on_hand, held)
            for warehouse_id, product_id, on_hand, held in rows
        }

    @api.model
    def _get_line_holds(self, keys, line_ids):
        holds = defaultdict(dict)
        if line_ids:
            rows = self.env.execute_query(self._get_line_holds_query(keys, list(line_ids)))
            for line_id, warehouse_id, product_id, quantity in rows:
                holds[AvailabilityKey(warehouse_id, product_id)][line_id] = quantity
        return holds

    @api.model
    def _flush_stock_terms(self):
        self.env["stock.quant"].flush_model()
        self.env["stock.move"].flush_model()
        self.env["stock.location"].flush_model(["warehouse_id", "usage"])

    @api.model
    def _get_figures_query(self, keys):
        return SQL(
            """
            WITH key AS (%(keys)s),
                 on_hand AS (%(on_hand)s),
                 held AS (%(held)s)
            SELECT key.warehouse_id,
                   key.product_id,
                   COALESCE(on_hand.quantity, 0),
                   COALESCE(held.quantity, 0)
              FROM key
         LEFT JOIN on_hand USING (warehouse_id, product_id)
         LEFT JOIN held USING (warehouse_id, product_id)
            """,
            keys=self._get_keys_query(keys),
            on_hand=self._get_on_hand_query(),
            held=self._get_held_query(),
        )

    @api.model
    def _get_line_holds_query(self, keys, line_ids):
        return SQL(
            """
            WITH key AS (%(keys)s),
                 demand AS (%(open_moves)s)
            SELECT sale_line_id, warehouse_id, product_id, SUM(quantity)
              FROM demand
             WHERE sale_line_id = ANY(%(line_ids)s)
          GROUP BY sale_line_id, warehouse_id, product_id
            """,
            keys=self._get_keys_query(keys),
            open_moves=self._get_open_moves_query(),
            line_ids=line_ids,
        )

    @api.model
    def _get_keys_query(self, keys):
        return SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[]) AS k(warehouse_id, product_id)",
            [key.warehouse_id for key in keys],
            [key.product_id for key in keys],
        )

    @api.model
    def _get_on_hand_query(self):
        return SQL(
            """
            SELECT key.warehouse_id, key.product_id, SUM(quant.quantity) AS quantity
              FROM key
              JOIN stock_quant quant ON quant.product_id = key.product_id
              JOIN stock_location location ON location.id = quant.location_id
             WHERE location.warehouse_id = key.warehouse_id
               AND location.usage = 'internal'
               AND quant.owner_id IS NULL
          GROUP BY key.warehouse_id, key.product_id
            """
        )

    @api.model
    def _get_held_query(self):
        return SQL(
            """
            SELECT warehouse_id, product_id, SUM(quantity) AS quantity
              FROM (%s) AS demand
          GROUP BY warehouse_id, product_id
            """,
            self._get_open_moves_query(),
        )

    @api.model
    def _get_open_moves_query(self):
        """Open moves out of the warehouse of each key, with the sales order line behind them."""
        return SQL(
            """
            SELECT key.warehouse_id,
                   key.product_id,
                   move.id AS move_id,
                   move.sale_line_id,
                   move.product_qty AS quantity
              FROM key
              JOIN stock_move move ON move.product_id = key.product_id
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target
                ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
             WHERE move.state IN %s
               AND source.warehouse_id = key.warehouse_id
               AND source.usage = 'internal'
               AND target.warehouse_id IS DISTINCT FROM key.warehouse_id
               AND NOT (move.procure_method = 'make_to_order' AND move.state = 'waiting')
            """,
            OPEN_MOVE_STATES,
        )

    @api.model
    def _get_holders(self, keys, line_ids=()):
        """Return the documents that hold stock of the keys, the largest first.

        :param keys: collection of :class:`AvailabilityKey`
        :param line_ids: ids of sales order lines whose own holds are left out
        :return: dict {AvailabilityKey: [(document name, name of its user or False, quantity)]}
        """
        self._flush_stock_terms()
        holders = defaultdict(list)
        rows = self.env.execute_query(self._get_holders_query(sorted(keys), list(line_ids)))
        for warehouse_id, product_id, document, user, quantity in rows:
            key = AvailabilityKey(warehouse_id, product_id)
            holders[key].append((document, user, quantity))
        return holders

    @api.model
    def _get_holders_query(self, keys, line_ids):
        return SQL(
            """
            WITH key AS (%(keys)s),
                 demand AS (%(open_moves)s)
            SELECT demand.warehouse_id,
                   demand.product_id,
                   COALESCE(sale.name, picking.name, move.reference, '?') AS document,
                   partner.name AS user_name,
                   SUM(demand.quantity) AS quantity
              FROM demand
              JOIN stock_move move ON move.id = demand.move_id
         LEFT JOIN sale_order_line line ON line.id = demand.sale_line_id
         LEFT JOIN sale_order sale ON sale.id = line.order_id
         LEFT JOIN stock_picking picking ON picking.id = move.picking_id
         LEFT JOIN res_users salesperson ON salesperson.id = COALESCE(sale.user_id, picking.user_id)
         LEFT JOIN res_partner partner ON partner.id = salesperson.partner_id
             WHERE demand.sale_line_id IS NULL OR demand.sale_line_id != ALL(%(line_ids)s)
          GROUP BY demand.warehouse_id, demand.product_id, document, partner.name
          ORDER BY quantity DESC, document
            """,
            keys=self._get_keys_query(keys),
            open_moves=self._get_open_moves_query(),
            line_ids=line_ids,
        )
