from contextlib import contextmanager
from typing import NamedTuple

from odoo import api, fields, models
from odoo.modules import module
from odoo.tools import SQL

from .availability_types import AvailabilityKey, HoldSource

# A claim is taken in milliseconds. Who waits longer than this is told by a retry, not by a hang.
LOCK_TIMEOUT = "5s"


class ClaimValues(NamedTuple):
    """Quantity of a key, in the product's unit, that a document line is about to promise."""

    source: HoldSource
    key: AvailabilityKey
    quantity: float
    is_reserving: bool = False  # its transaction will write the quants of the key
    transaction_id: str = ""
    is_own: bool = False  # of the reading transaction itself


class SalesAvailabilityClaim(models.Model):
    """Quantities that transactions under way are about to promise.

    Odoo's transactions run at REPEATABLE READ: two of them that confirm orders for the same
    product at once do not see each other's stock moves, so both would find the last unit free.
    Therefore what a document is about to promise is written here first, in a short transaction of
    its own at READ COMMITTED, serialised per key by an advisory lock that is held for
    milliseconds: the one who comes second sees the claim of the first.

    A claim carries the id of the transaction that asked for it, and that is its whole life cycle:

    - while that transaction is under way, or was committed after the reader's snapshot, the
      reader cannot see its stock moves: the claim counts;
    - once it is visible in the reader's snapshot, its moves are: the claim no longer counts;
    - when it was rolled back, or its process or the database was killed, PostgreSQL calls it
      aborted: the claim no longer counts. Nobody has to release anything.

    Ids are plain numbers without foreign keys: what they point at may not be committed yet.
    """

    _name = "sales.availability.claim"
    _description = "Availability Claim of a Transaction"
    _log_access = False

    warehouse_res_id = fields.Integer(required=True)
    product_res_id = fields.Integer(required=True)
    lot_res_id = fields.Integer(required=True, default=0, help="0: whatever lot")
    source_model = fields.Char(required=True)
    source_res_id = fields.Integer(required=True)
    quantity = fields.Float(required=True, digits=False)
    is_reserving = fields.Boolean(
        help="The transaction will write the quants of the key: who comes after it waits with that."
    )
    transaction_id = fields.Char(required=True, help="PostgreSQL's 64 bit transaction id")

    _key_idx = models.Index("(product_res_id, warehouse_res_id)")

    @api.model
    @contextmanager
    def _open_claims(self, keys):
        """Lock the keys against other claimants until the end of the block.

        What the block inserts by :meth:`_insert_claims` is committed at its end, and dropped when
        it raises.

        :param keys: collection of :class:`AvailabilityKey`
        :return: context manager that gives the cursor to read and insert claims with
        """
        with self._claim_cursor() as cursor:
            self._lock_keys(cursor, keys)
            yield cursor

    @api.model
    @contextmanager
    def _claim_cursor(self):
        if module.current_test:
            # Odoo's tests run in one transaction, which another connection cannot see into.
            yield self.env.cr
            return
        with self.env.registry.cursor() as cursor:
            # Not waiting for the disk: a crash that loses a claim also loses what it stands for,
            # as the transaction that it announces commits later and writes both.
            cursor.execute(
                SQL(
                    """
                    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
                    SET LOCAL synchronous_commit = off;
                    SET LOCAL lock_timeout = %s
                    """,
                    LOCK_TIMEOUT,
                )
            )
            yield cursor

    @api.model
    def _lock_keys(self, cursor, keys):
        # In the order of the keys: two documents with the same products never wait for each other
        # crosswise. A statement of its own: what is read after it sees what was committed before.
        names = [
            f"sales_availability,{key.warehouse_id},{key.product_id}"
            for key in sorted({key.of_any_lot for key in keys})
        ]
        cursor.execute(
            SQL("SELECT pg_advisory_xact_lock(hashtextextended(n, 0)) FROM unnest(%s) AS n", names)
        )

    @api.model
    def _get_claims(self, keys, ignored_sources=(), cursor=None):
        """Return the claims of transactions that this one cannot see the moves of.

        :param keys: collection of ``AvailabilityKey``; claims on any lot of their products count
        :param ignored_sources: ``HoldSource`` whose claims do not count
        :param cursor: where to read them, given by :meth:`_open_claims`; without it those that
            were committed before this transaction began
        :return: list of :class:`ClaimValues`
        """
        snapshot, own_transaction_id = self._get_transaction_view()
        newest = self._get_newest_transaction_query(is_claiming=bool(cursor))
        cursor = cursor or self.env.cr
        cursor.execute(self._get_claims_query(keys, snapshot, newest))
        claims = [
            ClaimValues(
                HoldSource(*row[:2]),
                AvailabilityKey(*row[2:5]),
                quantity=row[6],
                is_reserving=row[7],
                transaction_id=row[5],
                is_own=row[5] == own_transaction_id,
            )
            for row in cursor.fetchall()
        ]
        return [c for c in claims if c.source not in ignored_sources and self._is_read(c, keys)]

    @api.model
    def _is_read(self, claim, keys):
        """A claim on a lot that nobody asks for counts for its product."""
        return claim.key in keys or claim.key.of_any_lot in keys

    @api.model
    def _get_transaction_view(self):
        """Return what this transaction sees of others, and its own id if it has one."""
        self.env.cr.execute(
            "SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text"
        )
        return self.env.cr.fetchone()

    @api.model
    def _get_newest_transaction_query(self, is_claiming):
        """Return the newest transaction id that a claim of this database server may have.

        A backup that is restored on another server brings claims with the ids of the old one;
        those of the future are nobody's here, and PostgreSQL refuses to tell their status. Only
        who claims needs to know exactly, and takes an id of its own for it.
        """
        if is_claiming:
            return SQL("pg_current_xact_id()")
        return SQL(
            "COALESCE(pg_current_xact_id_if_assigned(), pg_snapshot_xmax(pg_current_snapshot()))"
        )

    @api.model
    def _get_claims_query(self, keys, snapshot, newest):
        products = sorted({key.of_any_lot for key in keys})
        return SQL(
            """
            SELECT claim.source_model,
                   claim.source_res_id,
                   claim.warehouse_res_id,
                   claim.product_res_id,
                   claim.lot_res_id,
                   claim.transaction_id,
                   MAX(claim.quantity),
                   BOOL_OR(claim.is_reserving)
              FROM sales_availability_claim claim
              JOIN unnest(%(warehouses)s::int[], %(products)s::int[]) AS key(warehouse, product)
                ON key.product = claim.product_res_id AND key.warehouse = claim.warehouse_res_id
             WHERE CASE WHEN claim.transaction_id::xid8 > %(newest)s THEN FALSE
                        ELSE NOT pg_visible_in_snapshot(
                                 claim.transaction_id::xid8, %(snapshot)s::pg_snapshot)
                             AND pg_xact_status(claim.transaction_id::xid8)
                                 IS DISTINCT FROM 'aborted'
                    END
          GROUP BY claim.source_model,
                   claim.source_res_id,
                   claim.warehouse_res_id,
                   claim.product_res_id,
                   claim.lot_res_id,
                   claim.transaction_id
            """,
            warehouses=[key.warehouse_id for key in products],
            products=[key.product_id for key in products],
            snapshot=snapshot,
            newest=newest,
        )

    @api.model
    def _insert_claims(self, cursor, claims):
        """Claim for this transaction.

        :param cursor: given by :meth:`_open_claims`
        :param claims: list of :class:`ClaimValues`
        """
        self.env.cr.execute("SELECT pg_current_xact_id()::text")
        [transaction_id] = self.env.cr.fetchone()
        self._delete_past_claims(cursor)
        cursor.execute(
            SQL(
                """
                INSERT INTO sales_availability_claim (
                    source_model, source_res_id, warehouse_res_id, product_res_id, lot_res_id,
                    quantity, is_reserving, transaction_id)
                SELECT *, %s
                  FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[], %s::int[],
                              %s::float[], %s::bool[])
                """,
                transaction_id,
                [claim.source.model for claim in claims],
                [claim.source.id for claim in claims],
                [claim.key.warehouse_id for claim in claims],
                [claim.key.product_id for claim in claims],
                [claim.key.lot_id for claim in claims],
                [claim.quantity for claim in claims],
                [claim.is_reserving for claim in claims],
            )
        )

    @api.model
    def _delete_past_claims(self, cursor):
        """Delete claims that every snapshot in use in this database sees the outcome of.

        ``age`` counts back from the next transaction id, which is never below the end of the
        snapshot, so the boundary errs towards keeping. Rows that another claimant is just
        deleting are left to it.
        """
        cursor.execute(
            """
            DELETE FROM sales_availability_claim
             WHERE id IN (
                    SELECT id
                      FROM sales_availability_claim
                     WHERE transaction_id::bigint < (
                            SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                                   - MAX(age(backend_xmin))
                              FROM pg_stat_activity
                             WHERE datname = current_database())
                     LIMIT 100
                FOR UPDATE SKIP LOCKED)
            """
        )
