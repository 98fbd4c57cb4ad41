from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Quota(NamedTuple):
    """What a user has already taken from a pool."""

    day_claims: int
    week_claims: int
    day_reveals: int
    last_claim_date: object


class SalesCustomerClaimCounter(models.Model):
    """What a user has taken from a pool today and this week.

    A row that every claim of the user writes first: claims of one user at the same time are
    conflicts of the database, which Odoo retries, so the caps hold exactly. Nothing ever counts
    down: to give a customer back does not refund its claim. The row without a pool stands for all
    pools, so that the limit of customers held is exact across pools, too.
    """

    _name = "sales.customer.claim.counter"
    _description = "Claims of a User"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    pool_id = fields.Many2one("sales.customer.pool", ondelete="cascade", index="btree_not_null")
    day = fields.Date(required=True)
    day_claims = fields.Integer(required=True, default=0)
    day_reveals = fields.Integer(required=True, default=0)
    week = fields.Date(required=True)
    week_claims = fields.Integer(required=True, default=0)
    last_claim_date = fields.Datetime()

    _key_uniq = models.UniqueIndex("(user_id, COALESCE(pool_id, 0))")
    _count_check = models.Constraint(
        "CHECK (day_claims >= 0 AND week_claims >= day_claims AND day_reveals >= 0)",
        "What was taken cannot be negative.",
    )

    @api.model
    def _open(self, pool, user):
        """Lock what the user took from the pool until the transaction ends, and return it.

        :return: :class:`Quota`
        """
        today = pool._get_today()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_customer_claim_counter AS counter (
                       user_id, pool_id, day, week, day_claims, week_claims, day_reveals)
                VALUES (%(user)s, NULL, %(day)s, %(week)s, 0, 0, 0),
                       (%(user)s, %(pool)s, %(day)s, %(week)s, 0, 0, 0)
                    ON CONFLICT (user_id, COALESCE(pool_id, 0)) DO UPDATE
                   SET day = EXCLUDED.day,
                       week = EXCLUDED.week,
                       day_claims = CASE WHEN counter.day = EXCLUDED.day
                                         THEN counter.day_claims ELSE 0 END,
                       day_reveals = CASE WHEN counter.day = EXCLUDED.day
                                          THEN counter.day_reveals ELSE 0 END,
                       week_claims = CASE WHEN counter.week = EXCLUDED.week
                                          THEN counter.week_claims ELSE 0 END
             RETURNING pool_id, day_claims, week_claims, day_reveals, last_claim_date
                """,
                user=user.id,
                pool=pool.id,
                day=today,
                week=today - timedelta(days=today.weekday()),
            )
        )
        return next(Quota(*values) for pool_id, *values in rows if pool_id)

    @api.model
    def _count_claims(self, pool, user, count):
        """Note that a user took some more customers; call :meth:`_open` first."""
        self.env.execute_query(
            SQL(
                """
                UPDATE sales_customer_claim_counter
                   SET day_claims = day_claims + %s,
                       week_claims = week_claims + %s,
                       last_claim_date = now() AT TIME ZONE 'UTC'
                 WHERE user_id = %s AND pool_id = %s
             RETURNING id
                """,
                count,
                count,
                user.id,
                pool.id,
            )
        )

    @api.model
    def _count_reveal(self, pool, user):
        """Note that a user looked at one more masked value; False when the limit is reached."""
        self._open(pool, user)
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    UPDATE sales_customer_claim_counter
                       SET day_reveals = day_reveals + 1
                     WHERE user_id = %s AND pool_id = %s AND day_reveals < %s
                 RETURNING id
                    """,
                    user.id,
                    pool.id,
                    pool.reveal_daily_limit,
                )
            )
        )
