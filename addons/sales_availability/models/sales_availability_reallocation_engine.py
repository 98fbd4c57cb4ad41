from odoo import api, fields, models
from odoo.tools import SQL

from .availability_allocation import AllocationDemand, AllocationSupply
from .availability_types import HoldSource


class SalesAvailability(models.AbstractModel):
    """What a re-allocation shares out, and among whom."""

    _inherit = "sales.availability"

    @api.model
    def _get_demands(self, key):
        """Return who has or wants goods of a key. A hook of whatever else wants goods.

        A demand that is no stock move is the line of a quotation or an invoice that holds goods,
        or of a quotation that waits for them.

        :param key: ``AvailabilityKey``
        :return: list of ``AllocationDemand``
        """
        self._flush_availability_terms()
        rows = self.env.execute_query(self._get_move_demands_query(key))
        rows += self.env.execute_query(self._get_invoice_demands_query(key))
        rows += self.env.execute_query(self._get_hold_demands_query(key))
        return [AllocationDemand(HoldSource(*row[:2]), *row[2:]) for row in rows]

    @api.model
    def _get_supply(self, key, demands, claims_cursor=None):
        """Return the ``AllocationSupply`` of a key for demands.

        Quotations can hold what no confirmed document asks for, receipts that count included.
        """
        lot_ids = {demand.lot_id for demand in demands if demand.lot_id}
        keys = {key, *(key._replace(lot_id=lot_id) for lot_id in lot_ids)}
        reading = self._read_availability(keys, claims_cursor=claims_cursor)
        elsewhere = self._get_elsewhere(key, demands)
        picked = self._get_picked_lots(demands, lot_ids)
        lots = {lot_id: key._replace(lot_id=lot_id) for lot_id in lot_ids}
        return AllocationSupply(
            reading.figures[key].usable_on_hand - elsewhere,
            self._get_room(reading, key, demands),
            {i: reading.figures[k].usable_on_hand - picked.get(i, 0) for i, k in lots.items()},
            {i: self._get_room(reading, k, demands) for i, k in lots.items()},
        )

    @api.model
    def _get_room(self, reading, key, demands):
        held = sum(
            demand.now
            for demand in demands
            if not demand.is_firm and key.lot_id in (0, demand.lot_id)
        )
        return max(reading.get_available(key) + held, 0.0)

    @api.model
    def _get_picked_lots(self, demands, lot_ids):
        """Return how much of the lots those have picked who may take whatever lot."""
        move_ids = [d.source.id for d in demands if d.source.model == "stock.move" and not d.lot_id]
        groups = self.env["stock.move.line"]._read_group(
            [
                ("move_id", "in", move_ids),
                ("lot_id", "in", list(lot_ids)),
                ("picked", "=", True),
            ],
            ["lot_id"],
            ["quantity_product_uom:sum"],
        )
        return {lot.id: quantity for lot, quantity in groups}

    # === QUERIES === #

    @api.model
    def _get_frozen_line_condition(self):
        """Return whether a reserved line, called ``quant``, takes frozen goods."""
        return SQL(" OR ").join(self._get_frozen_conditions().values())

    @api.model
    def _get_move_demands_query(self, key):
        """Open moves out of the warehouse; of a lot, those it was promised to or reserved for.

        What an earlier step has brought for a move cannot be given to another one. Who takes
        whatever lot can lose one, and gets another by itself.
        """
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s),
                 demand AS (
                    SELECT move.id,
                           move.product_qty AS asked,
                           move.sale_line_id,
                           move.availability_invoice_line_id AS invoice_line_id,
                           COALESCE(move.restrict_lot_id, 0) AS lot_id,
                           COALESCE(move.picked, FALSE) AS is_picked,
                           EXISTS (SELECT 1 FROM stock_move_move_rel chain
                                    WHERE chain.move_dest_id = move.id) AS is_chained,
                           operation.code,
                           COALESCE(reserved.usable, 0) AS now,
                           COALESCE(reserved.picked, 0) AS picked,
                           COALESCE(reserved.other, 0) AS other,
                           key.lot_id != 0 AND move.restrict_lot_id IS NULL AS is_guest
                      FROM key
                      JOIN key AS product ON TRUE
                      JOIN stock_move move ON move.product_id = key.product_id
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target
                        ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
                 LEFT JOIN stock_picking_type operation ON operation.id = move.picking_type_id
                 LEFT JOIN LATERAL (%(reserved)s) AS reserved ON TRUE
                     WHERE %(is_hold)s
                       AND (key.lot_id = 0
                            OR move.restrict_lot_id = key.lot_id
                            OR reserved.usable > 0))
            SELECT 'stock.move',
                   id,
                   CASE WHEN sale_line_id IS NOT NULL THEN 'sale'
                        WHEN invoice_line_id IS NOT NULL THEN 'invoice'
                        WHEN code = 'outgoing' THEN 'delivery'
                        WHEN code = 'internal' THEN 'transfer'
                        ELSE 'other' END,
                   lot_id,
                   asked,
                   now,
                   CASE WHEN is_chained THEN now ELSE picked END,
                   CASE WHEN is_chained OR is_picked OR is_guest THEN now
                        ELSE GREATEST(asked - other, now) END
              FROM demand
          ORDER BY id
            """,
            keys=self._get_keys_query([key]),
            reserved=self._get_reserved_query(),
            is_hold=self._get_open_move_condition(),
        )

    @api.model
    def _get_reserved_query(self):
        """Return what ``move`` has reserved: usable goods, those of them picked, and others."""
        return SQL(
            """
            SELECT SUM(quantity) FILTER (WHERE is_usable) AS usable,
                   SUM(quantity) FILTER (WHERE is_usable AND picked) AS picked,
                   SUM(quantity) FILTER (WHERE NOT is_usable) AS other
              FROM (SELECT quant.quantity_product_uom AS quantity,
                           quant.picked,
                           NOT COALESCE(%s, FALSE) AND key.lot_id IN (0, quant.lot_id) AS is_usable
                      FROM stock_move_line quant
                      JOIN stock_location location ON location.id = quant.location_id
                 LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                     WHERE quant.move_id = move.id) AS line
            """,
            self._get_frozen_line_condition(),
        )

    @api.model
    def _get_invoice_demands_query(self, key):
        """What invoices hold was sold and paid for, or will be: nobody can be given it."""
        return SQL(
            """
            SELECT 'account.move.line',
                   invoice_line_id,
                   'invoice',
                   COALESCE(lot_id, 0),
                   quantity,
                   quantity,
                   quantity,
                   quantity
              FROM sales_availability_hold
             WHERE invoice_line_id IS NOT NULL
               AND product_id = %(product)s
               AND warehouse_id = %(warehouse)s
               AND %(lot)s IN (0, lot_id)
          ORDER BY id
            """,
            product=key.product_id,
            warehouse=key.warehouse_id,
            lot=key.lot_id,
        )

    @api.model
    def _get_hold_demands_query(self, key):
        """What quotations hold, and what they ask for.

        A line of a kit asks for other products than its own: what it holds of them is all.
        """
        return SQL(
            """
            SELECT 'sale.order.line',
                   line.id,
                   'quotation',
                   COALESCE(hold.lot_id, 0),
                   asked.quantity,
                   hold.quantity,
                   0.0,
                   asked.quantity
              FROM sales_availability_hold hold
              JOIN sale_order_line line ON line.id = hold.sale_line_id
              JOIN product_product product ON product.id = hold.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom uom ON uom.id = template.uom_id
              JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        CROSS JOIN LATERAL (
                    SELECT CASE WHEN hold.product_id = line.product_id
                                THEN GREATEST(
                                    hold.quantity,
                                    line.product_uom_qty * line_uom.factor / uom.factor)
                                ELSE hold.quantity END AS quantity) AS asked
             WHERE hold.product_id = %(product)s
               AND hold.warehouse_id = %(warehouse)s
               AND %(lot)s IN (0, hold.lot_id)
               AND hold.expiry > %(now)s
          ORDER BY hold.id
            """,
            product=key.product_id,
            warehouse=key.warehouse_id,
            lot=key.lot_id,
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_reducible_lines(self, key, moves):
        """Return the move lines of moves that may be unreserved, the last one first."""
        self._flush_availability_terms()
        rows = self.env.execute_query(
            SQL(
                """
                WITH key AS MATERIALIZED (%(keys)s)
                SELECT quant.id
                  FROM key
                  JOIN stock_move_line quant ON quant.move_id = ANY(%(moves)s)
                  JOIN stock_location location ON location.id = quant.location_id
             LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 WHERE NOT COALESCE(quant.picked, FALSE)
                   AND quant.quantity_product_uom > 0
                   AND key.lot_id IN (0, quant.lot_id)
                   AND NOT COALESCE(%(frozen)s, FALSE)
              ORDER BY quant.id DESC
                """,
                keys=self._get_keys_query([key]),
                frozen=self._get_frozen_line_condition(),
                moves=moves.ids,
            )
        )
        return self.env["stock.move.line"].browse(row[0] for row in rows)

    @api.model
    def _get_elsewhere(self, key, demands):
        """Return what moves inside of the warehouse have reserved of the goods."""
        [(quantity,)] = self.env.execute_query(
            SQL(
                """
                WITH key AS MATERIALIZED (%(keys)s)
                SELECT COALESCE(SUM(quant.quantity_product_uom), 0)
                  FROM key
                  JOIN stock_move_line quant ON quant.product_id = key.product_id
                  JOIN stock_location location
                    ON location.id = quant.location_id
                   AND location.warehouse_id = key.warehouse_id
                   AND location.usage = 'internal'
             LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 WHERE quant.state IN ('assigned', 'partially_available', 'confirmed', 'waiting')
                   AND key.lot_id IN (0, quant.lot_id)
                   AND NOT COALESCE(%(frozen)s, FALSE)
                   AND NOT quant.move_id = ANY(%(moves)s)
                """,
                keys=self._get_keys_query([key]),
                frozen=self._get_frozen_line_condition(),
                moves=[d.source.id for d in demands if d.source.model == "stock.move"],
            )
        )
        return quantity
