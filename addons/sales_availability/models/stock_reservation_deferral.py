"""Reserving after the confirmation what several transactions confirm at once.

Core reserves goods by writing their quant in the transaction that confirms. Of two that do so at
once, one fails with a serialisation error, sleeps for a random time of up to seconds and starts
again. Our hold already guarantees the goods, so who sees that another transaction is about to
write the quant leaves it: the delivery is reserved by a job right after.
"""

import logging
import time
from contextlib import contextmanager

from psycopg2 import errors

from odoo import api, fields, models
from odoo.modules import module
from odoo.tools import SQL, split_every

from .availability_types import AvailabilityKey, HoldSource
from .sales_availability_claim import ClaimValues

_logger = logging.getLogger(__name__)
_DEFERRED_KEYS = "sales_availability.deferred_keys"
CONFLICTS = (errors.SerializationFailure, errors.LockNotAvailable, errors.DeadlockDetected)
BATCH = 50  # moves of one product that are reserved in one transaction: about half a second
PATIENCE = 30  # times that the job finds a product busy, before it leaves it to the next run
PAUSE = 0.1  # seconds between two of them; a confirmation takes about as long
# The job waits as long as orders that leave their reservation to it are still coming in: it would
# take its time from theirs, and one reservation of ten moves costs half of ten.
COLLECTION = 2  # seconds in which none came, before it begins
COLLECTIONS = 5  # so many times it looks at most
LOCK_TIMEOUT = "2s"  # so long the job waits for who writes quants without announcing himself


class StockMove(models.Model):
    _inherit = "stock.move"

    is_reservation_deferred = fields.Boolean(copy=False)

    _reservation_deferred_idx = models.Index("(id) WHERE is_reservation_deferred")

    @api.model
    def _defer_reservation_of(self, keys):
        """Let moves of the keys wait for the job until this transaction ends.

        :param keys: collection of ``AvailabilityKey`` without lot
        """
        cr = self.env.cr
        if keys and _DEFERRED_KEYS not in cr.cache:
            cr.postcommit.add(lambda: cr.cache.pop(_DEFERRED_KEYS, None))
            cr.postrollback.add(lambda: cr.cache.pop(_DEFERRED_KEYS, None))
        if keys:
            cr.cache[_DEFERRED_KEYS] = cr.cache.get(_DEFERRED_KEYS, set()) | set(keys)

    def _action_assign(self, *args, **kwargs):
        keys = self.env.cr.cache.get(_DEFERRED_KEYS)
        if not keys or not self._get_reservation_job().active:
            return super()._action_assign(*args, **kwargs)
        deferred = self.filtered(
            lambda move: move._is_deferrable() and move._get_quant_key() in keys
        )
        if deferred:
            deferred.is_reservation_deferred = True
            self._get_reservation_job()._trigger()
        return super(StockMove, self - deferred)._action_assign(*args, **kwargs)

    def _is_deferrable(self):
        """Return whether the move would only now begin to take goods from stock."""
        self.ensure_one()
        return (
            self.state == "confirmed"
            and not self.move_orig_ids
            and not self._should_bypass_reservation()
        )

    def _get_quant_key(self):
        self.ensure_one()
        return AvailabilityKey(self.location_id.warehouse_id.id, self.product_id.id)

    @api.model
    def _get_reservation_job(self):
        """Return the scheduled action; switched off, all is reserved at once, as in core."""
        job = self.env.ref("sales_availability.ir_cron_reserve_deferred", raise_if_not_found=False)
        return (job or self.env["ir.cron"]).sudo()  # nobody's to see or run but the scheduler's

    # === THE JOB === #

    @api.model
    def _reserve_deferred(self):
        """Reserve the goods of deferred moves, one product of a warehouse after the other."""
        Cron = self.env["ir.cron"]
        self._wait_for_more()
        batches = self._get_deferred_batches()
        Cron._commit_progress(remaining=sum(len(ids) for _key, ids in batches))
        for key, ids in batches:
            with self._announce_reservation(key) as announcer:
                self.browse(ids)._reserve_patiently(key, announcer)
            if not Cron._commit_progress(len(ids)):
                break

    @api.model
    def _wait_for_more(self):
        """Let orders come in, for a bounded time; what came is seen from here on."""
        if module.current_test:
            return
        known = None
        for _round in range(COLLECTIONS):
            moves = self._get_deferred_moves()
            if moves == known:
                break
            known = moves
            time.sleep(COLLECTION)
            self.env["ir.cron"]._commit_progress(remaining=1)

    @api.model
    def _get_deferred_moves(self):
        domain = [("is_reservation_deferred", "=", True)]
        return self.search(domain, order="priority DESC, date, id")

    @api.model
    def _get_deferred_batches(self):
        """Return list of (AvailabilityKey, ids of moves to reserve in one transaction)."""
        by_key = self._get_deferred_moves().grouped(lambda move: move._get_quant_key())
        return [
            (k, list(ids)) for k, moves in by_key.items() for ids in split_every(BATCH, moves.ids)
        ]

    @api.model
    @contextmanager
    def _announce_reservation(self, key):
        """Let all who claim the key from now on leave its quants to the job while the block lasts.

        The announcement is a claim of nothing, of a transaction that lasts longer than those in
        which the job works: who cannot see their outcome sees the announcement.

        :return: context manager that gives the id of the announcing transaction
        """
        if module.current_test:
            yield ""  # Odoo's tests run in one transaction
            return
        with self.env.registry.cursor() as cr:
            Claim = self.with_env(self.env(cr=cr)).env["sales.availability.claim"].sudo()
            claim = ClaimValues(HoldSource("ir.cron", 0), key, 0.0, is_reserving=True)
            with Claim._open_claims([key]) as cursor:
                Claim._insert_claims(cursor, [claim])
            _snapshot, transaction_id = Claim._get_transaction_view()
            yield transaction_id

    def _reserve_patiently(self, key, announcer):
        """Reserve in a transaction of its own, when those who came before the job are through.

        What stays busy, or fails, stays deferred for the next run of the job.
        """
        for _round in range(PATIENCE):
            try:
                with self._in_own_transaction() as moves:
                    is_reserved = moves._reserve_undisturbed(key, announcer)
            except CONFLICTS as conflict:
                _logger.info("Deferred reservations meet another transaction: %s", conflict.pgcode)
            except Exception:
                _logger.exception("Deferred reservations of moves %s failed", self.ids)
                return
            else:
                if is_reserved:
                    return
            time.sleep(PAUSE)

    @contextmanager
    def _in_own_transaction(self):
        """Give the moves in a transaction that sees all that has happened so far."""
        if module.current_test:
            yield self  # Odoo's tests run in one transaction
            return
        with self.env.registry.cursor() as cr:
            yield self.with_env(self.env(cr=cr))

    def _reserve_undisturbed(self, key, announcer=""):
        """Reserve the moves, unless another transaction is about to write the quants of the key.

        :return: whether they need not be tried again, whether or not there was something
        """
        if self._is_key_busy(key, announcer):
            return False
        moves = self._lock_deferred(key)
        moves.filtered(lambda move: move.state not in ("done", "cancel"))._action_assign()
        moves.is_reservation_deferred = False
        return True

    @api.model
    def _is_key_busy(self, key, announcer):
        Claim = self.env["sales.availability.claim"].sudo()  # nobody else may read claims
        with Claim._open_claims([key]) as cursor:
            claims = Claim._get_claims([key], cursor=cursor)
        return any(
            c.is_reserving and not c.is_own and c.transaction_id != announcer for c in claims
        )

    # === LOCKS OF THE JOB === #

    def _lock_deferred(self, key):
        """Lock what reserving will write, before anything else is read.

        A conflict shows here, and not in the middle of the work. Moves and deliveries that
        somebody else has locked are left out; for quants, this waits.

        :return: the moves that can be reserved
        """
        self._execute_lock(SQL("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT))
        self._execute_lock(self._get_picking_lock_query())
        picking_ids = [picking_id for (picking_id,) in self.env.cr.fetchall()]
        self._execute_lock(self._get_move_lock_query(picking_ids))
        moves = self.browse(move_id for (move_id,) in self.env.cr.fetchall())
        self._execute_lock(self._get_quant_lock_query(key))
        return moves

    def _execute_lock(self, query):
        # A conflict is no error here: the moves are tried again.
        self.env.cr.execute(query, log_exceptions=False)

    def _get_picking_lock_query(self):
        return SQL(
            """
            SELECT id
              FROM stock_picking
             WHERE id IN (SELECT picking_id FROM stock_move WHERE id = ANY(%s))
          ORDER BY id
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            self.ids,
        )

    def _get_move_lock_query(self, picking_ids):
        return SQL(
            """
            SELECT id
              FROM stock_move
             WHERE id = ANY(%s)
               AND is_reservation_deferred
               AND (picking_id IS NULL OR picking_id = ANY(%s))
          ORDER BY priority DESC, date, id
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            self.ids,
            picking_ids,
        )

    @api.model
    def _get_quant_lock_query(self, key):
        return SQL(
            """
            SELECT quant.id
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
             WHERE quant.product_id = %s
               AND location.warehouse_id = %s
               AND location.usage = 'internal'
          ORDER BY quant.id
               FOR NO KEY UPDATE OF quant
            """,
            key.product_id,
            key.warehouse_id,
        )
