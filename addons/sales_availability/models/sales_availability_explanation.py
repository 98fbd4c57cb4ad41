from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .availability_types import AvailabilityKey


class SalesAvailability(models.AbstractModel):
    _inherit = "sales.availability"

    # === FOR OTHER PROGRAMS === #

    @api.model
    def get_availability(self, product_ids, warehouse_ids=None, lot_ids=None):
        """Return what is available now, as the control itself reads it.

        :param product_ids: ids of ``product.product``
        :param warehouse_ids: ids of ``stock.warehouse``; those of the user's companies without it
        :param lot_ids: ids of ``stock.lot``: figures of these lots, instead of their products
        :return: list of dicts with warehouse_id, product_id, lot_id and the quantities on_hand,
            frozen, held, incoming (as much as counts), expected (all of it) and available, in the
            product's unit of measure
        :raise AccessError: for who may not read stock, the products or the warehouses
        """
        keys = self._get_readable_keys(product_ids, warehouse_ids, lot_ids)
        engine = self.sudo()  # figures of what was checked above
        reading = engine._read_availability(keys, with_expected=True)
        return [
            {
                "warehouse_id": key.warehouse_id,
                "product_id": key.product_id,
                "lot_id": key.lot_id or False,
                **reading.get_figures(key)._asdict(),
                "available": reading.get_available(key),
            }
            for key in sorted(keys)
        ]

    @api.model
    def explain(self, product_id, warehouse_id, lot_id=False):
        """Return the documents behind each term of what is available now.

        :return: list of dicts with term (on_hand, frozen, held, incoming), name, note, quantity in
            the product's unit, date, document_model and document_res_id
        :raise AccessError: see :meth:`get_availability`
        """
        lot_ids = [lot_id] if lot_id else None
        [key] = self._get_readable_keys([product_id], [warehouse_id], lot_ids)
        return self.sudo()._explain(key)  # names and quantities of what was checked above

    @api.model
    def _get_readable_keys(self, product_ids, warehouse_ids, lot_ids):
        self.env["sales.availability.balance"].check_access("read")
        products = self.env["product.product"].browse(product_ids)
        products.check_access("read")
        warehouses = self.env["stock.warehouse"]
        if warehouse_ids is None:
            warehouses = warehouses.search([("company_id", "in", self.env.companies.ids)])
        else:
            warehouses = warehouses.browse(warehouse_ids)
            self._check_warehouses(warehouses)
        lots = self.env["stock.lot"].sudo().browse(lot_ids or [])  # ids of lots of these products
        lots = lots.filtered(lambda lot: lot.product_id in products)
        if lot_ids is not None:
            return {
                AvailabilityKey(w.id, lot.product_id.id, lot.id) for w in warehouses for lot in lots
            }
        return {AvailabilityKey(w.id, product.id) for w in warehouses for product in products}

    @api.model
    def _check_warehouses(self, warehouses):
        if warehouses.sudo().company_id - self.env.companies:  # whose they are, to say no
            raise AccessError(self.env._("You may not see the stock of another company."))

    # === WHY === #

    @api.model
    def _explain(self, key):
        self._flush_availability_terms()
        return [
            *self._explain_on_hand(key),
            *(
                {
                    "term": "held",
                    "name": holder.document,
                    "note": holder.user or "",
                    "quantity": holder.quantity,
                    "date": holder.until,
                    "document_model": holder.model,
                    "document_res_id": holder.id,
                }
                for holder in self._get_holders([key])[key]
            ),
            *self._explain_claims(key),
            *self._explain_incoming(key),
        ]

    @api.model
    def _explain_claims(self, key):
        """Orders that are just being confirmed: their documents are not there to be opened yet."""
        claims = self._get_unseen_claims({key}, (), None)
        return [
            {
                "term": "held",
                "name": self.env._("A document that is just being confirmed"),
                "note": "",
                "quantity": claim.quantity,
                "date": False,
                "document_model": False,
                "document_res_id": False,
            }
            for claim in claims
            if claim.quantity and (claim.key == key or not key.lot_id)
        ]

    @api.model
    def _explain_on_hand(self, key):
        rows = self.env.execute_query_dict(self._get_quants_query(key))
        lines = []
        for row in rows:
            reasons = [reason for reason in self._get_frozen_conditions() if row[reason]]
            line = {
                "term": "on_hand",
                "name": self.env["stock.location"].browse(row["location_id"]).complete_name,
                "note": " ".join(filter(None, (row["lot"], row["owner"]))),
                "quantity": row["quantity"],
                "date": row["in_date"],
                "document_model": "stock.quant",
                "document_res_id": row["id"],
            }
            lines.append(line)
            if reasons:
                names = ", ".join(self._get_frozen_names()[reason] for reason in reasons)
                lines.append({**line, "term": "frozen", "note": f"{names} {line['note']}".strip()})
        return lines

    @api.model
    def _get_frozen_names(self):
        """Return how to name each reason of ``_get_frozen_conditions``."""
        return {
            "quarantine": self.env._("Quarantine"),
            "blocked": self.env._("Blocked lot"),
            "owned": self.env._("Goods of another owner"),
        }

    @api.model
    def _get_quants_query(self, key):
        return SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s)
            SELECT quant.id, quant.location_id, quant.quantity, quant.in_date,
                   lot.name AS lot, owner.name AS owner, %(frozen)s
              FROM %(quants)s
         LEFT JOIN res_partner owner ON owner.id = quant.owner_id
          ORDER BY quant.in_date
            """,
            keys=self._get_keys_query([key]),
            quants=self._get_key_quants(),
            frozen=SQL(", ").join(
                SQL("%s AS %s", condition, SQL.identifier(reason))
                for reason, condition in self._get_frozen_conditions().items()
            ),
        )

    @api.model
    def _explain_incoming(self, key):
        query = SQL(
            """
            WITH key AS MATERIALIZED (%(keys)s)
            SELECT 'incoming' AS term,
                   COALESCE(picking.name, move.reference, '?') AS name,
                   COALESCE(picking.origin, '') AS note,
                   move.product_qty AS quantity,
                   move.date,
                   CASE WHEN picking.id IS NULL THEN 'stock.move' ELSE 'stock.picking' END
                       AS document_model,
                   COALESCE(picking.id, move.id) AS document_res_id
              FROM key
              JOIN stock_move move ON move.product_id = key.product_id
              JOIN stock_location source ON source.id = move.location_id
              JOIN stock_location target
                ON target.id = COALESCE(move.location_final_id, move.location_dest_id)
         LEFT JOIN stock_picking picking ON picking.id = move.picking_id
             WHERE %(is_incoming)s
          ORDER BY move.date
            """,
            keys=self._get_keys_query([key.of_any_lot]),
            is_incoming=self._get_incoming_condition(),
        )
        return self.env.execute_query_dict(query)
