"""Reserving after the confirmation what several transactions confirm at once.

Core reserves goods by writing their quant in the transaction that confirms. Of two that do so at
once, one fails with a serialisation error, sleeps for a random time of up to seconds and starts
again. Our hold already guarantees the goods, so who sees that another transaction is about to
write the quant leaves it: the delivery is reserved by a job right after.
"""

import logging
import time

from psycopg2 import errors

from odoo import api, fields, models

from .availability_types import AvailabilityKey, HoldSource
from .sales_availability_claim import ClaimValues

_logger = logging.getLogger(__name__)
_DEFERRED_KEYS = "sales_availability.deferred_keys"
CONFLICTS = (errors.SerializationFailure, errors.LockNotAvailable, errors.DeadlockDetected)
BATCH = 200  # moves that are reserved in one transaction
PATIENCE = 50  # rounds in which the job finds all goods busy, before it leaves them to the next run
PAUSE = 0.1  # seconds between two such rounds; a confirmation takes about as long


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
        if not keys:
            return super()._action_assign(*args, **kwargs)
        deferred = self.filtered(
            lambda move: move._is_deferrable() and move._get_quant_key() in keys
        )
        if deferred:
            deferred.is_reservation_deferred = True
            # The job is nobody's to see or to run but the scheduler's.
            self.env.ref("sales_availability.ir_cron_reserve_deferred").sudo()._trigger()
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

    # === THE JOB === #

    @api.model
    def _reserve_deferred(self):
        """Reserve the goods of deferred moves, in batches, each in a transaction of its own."""
        patience = PATIENCE
        while patience and (moves := self._get_deferred_moves()):
            reserved = moves._reserve_undisturbed()
            remaining = self._get_deferred_count()
            if not self.env["ir.cron"]._commit_progress(len(reserved), remaining=remaining):
                break
            if not reserved:
                patience -= 1
                time.sleep(PAUSE)

    @api.model
    def _get_deferred_moves(self):
        domain = [("is_reservation_deferred", "=", True)]
        return self.search(domain, limit=BATCH, order="priority DESC, date, id")

    @api.model
    def _get_deferred_count(self):
        return self.search_count([("is_reservation_deferred", "=", True)])

    def _reserve_undisturbed(self):
        """Reserve the moves whose goods no other transaction is about to write.

        :return: the moves that need not be tried again, whether or not there was something
        """
        moves = self._announce_reservation()
        try:
            with self.env.cr.savepoint():
                moves._action_assign()
                moves.is_reservation_deferred = False
        except CONFLICTS as conflict:
            # Someone who does not announce himself, such as a receipt, was faster: later.
            _logger.info("deferred reservations meet another transaction: %s", conflict)
            return self.browse()
        return moves

    def _announce_reservation(self):
        """Claim nothing of the moves' goods, but tell others that their quants will be written."""
        Claim = self.env["sales.availability.claim"].sudo()  # nobody else may write claims
        keys = {move._get_quant_key() for move in self}
        with Claim._open_claims(keys) as cursor:
            claims = Claim._get_claims(keys, cursor=cursor)
            busy = {c.key.of_any_lot for c in claims if c.is_reserving and not c.is_own}
            free = self.filtered(lambda move: move._get_quant_key() not in busy)
            Claim._insert_claims(
                cursor,
                [
                    ClaimValues(HoldSource("ir.cron", 0), key, 0.0, is_reserving=True)
                    for key in keys - busy
                ],
            )
        return free
