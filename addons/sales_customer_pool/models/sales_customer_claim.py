"""Who may claim what: the claim of customers out of a pool, and what it refuses."""

from datetime import timedelta
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL, format_date, format_datetime

NO_LIMIT = 2**31


class Candidate(NamedTuple):
    """A customer that somebody asks for, as the transaction sees it."""

    id: int
    name: str
    pool_id: int
    owner_id: int
    active: bool
    date: object  # since when it has been where it is
    left_pool_id: int
    lost_date: object  # when the asking user lost it last


class SalesCustomerPool(models.Model):
    _inherit = "sales.customer.pool"

    def _claim(self, partner_ids, user):
        """Give customers of the pool to a user, as far as the rules allow it.

        One statement takes all of them, in the order of their ids. Of two users who want the same
        customer at once the second waits for the first, is then refused by the database, and Odoo
        runs its request again, which finds the customer taken.

        :param partner_ids: ids of customers
        :return: dict of the ids that are refused and why; all others are the user's now
        """
        self.ensure_one()
        candidates = self._read_candidates(partner_ids, user)
        refusals = {c.id: r for c in candidates if (r := self._get_refusal(c))}
        asked = [c for c in candidates if c.id not in refusals]
        if not self._is_free_of_limits():
            asked = self._apply_limits(asked, user, refusals)
        moved = self._take([c.id for c in asked], user)
        if moved and not self._is_free_of_limits():
            self.env["sales.customer.claim.counter"]._count_claims(self, user, len(moved))
        refusals |= {c.id: self._get_lost_text(c) for c in asked if c.id not in moved}
        return refusals

    def _take(self, partner_ids, user):
        protected = self._get_today() + timedelta(days=self.protection_days)
        return self.env["res.partner"]._change_owner(
            partner_ids,
            condition=SQL("pool_id = %s AND user_id IS NULL AND active", self.id),
            user=user,
            protected_until=protected if self.protection_days else None,
            kind="claim",
        )

    def _read_candidates(self, partner_ids, user):
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id,
                       partner.name,
                       partner.pool_id,
                       partner.user_id,
                       partner.active,
                       partner.ownership_date,
                       (SELECT change.from_pool_id
                          FROM sales_customer_ownership change
                         WHERE change.partner_id = partner.id
                      ORDER BY change.id DESC
                         LIMIT 1),
                       (SELECT MAX(change.date)
                          FROM sales_customer_ownership change
                         WHERE change.partner_id = partner.id AND change.from_user_id = %s)
                  FROM res_partner partner
                 WHERE partner.id = ANY(%s)
              ORDER BY partner.id
                """,
                user.id,
                list(partner_ids),
            )
        )
        return [Candidate(*row) for row in rows]

    # === REFUSALS === #

    def _get_refusal(self, candidate):
        """Return why a customer cannot be claimed by anybody, or by this user now."""
        if candidate.pool_id != self.id or candidate.owner_id or not candidate.active:
            return self._get_lost_text(candidate)
        if self._is_free_of_limits():
            return ""
        return self._get_freeze_text(candidate) or self._get_cooldown_text(candidate)

    def _get_lost_text(self, candidate):
        name = self._get_shown_name(candidate)
        if candidate.owner_id and candidate.left_pool_id == self.id:
            return self.env._(
                "%(customer)s: %(user)s has had it since %(date)s. Choose another customer.",
                customer=name,
                user=self._get_owner(candidate).name,
                date=self._format_time(candidate.date),
            )
        return self.env._(
            "%(customer)s: it is no longer in this pool. Refresh the list.", customer=name
        )

    def _get_owner(self, candidate):
        # the name of the colleague only, for those who could have had the customer themselves
        return self.env["res.users"].sudo().browse(candidate.owner_id)

    def _get_freeze_text(self, candidate):
        free = candidate.date and candidate.date + timedelta(days=self.freeze_days)
        if not free or free <= self.env.cr.now():
            return ""
        return self.env._(
            '%(customer)s: it has just come into the pool "%(pool)s" and can be claimed from '
            "%(date)s.",
            customer=self._get_shown_name(candidate),
            pool=self.name,
            date=self._format_time(free),
        )

    def _get_cooldown_text(self, candidate):
        free = candidate.lost_date and candidate.lost_date + timedelta(days=self.cooldown_days)
        if not free or free <= self.env.cr.now():
            return ""
        return self.env._(
            "%(customer)s: you had it before, and can claim it again from %(date)s.",
            customer=self._get_shown_name(candidate),
            date=self._format_time(free),
        )

    def _apply_limits(self, candidates, user, refusals):
        """Return the candidates that the user's limits leave room for; refuse the others."""
        if not candidates:
            return []
        quota = self.env["sales.customer.claim.counter"]._open(self, user)
        room, text = self._get_room(quota, user)
        for candidate in candidates[room:]:
            name = self._get_shown_name(candidate)
            refusals[candidate.id] = self.env._("%(customer)s: %(rule)s", customer=name, rule=text)
        return candidates[:room]

    def _get_room(self, quota, user):
        """Return how many customers the user may still take, and the text of what limits it."""
        limits = [
            self._get_interval_room(quota),
            self._get_day_room(quota),
            self._get_week_room(quota),
            self._get_holding_room(user),
        ]
        return min(filter(None, limits), key=lambda limit: limit[0], default=(NO_LIMIT, ""))

    def _get_interval_room(self, quota):
        last = quota.last_claim_date
        free = last and last + timedelta(minutes=self.claim_interval)
        if not free or free <= self.env.cr.now():
            return None
        return 0, self.env._(
            "%(minutes)s minutes have to lie between two claims. Claim again from %(date)s.",
            minutes=self.claim_interval,
            date=self._format_time(free),
        )

    def _get_day_room(self, quota):
        if not self.day_claim_limit:
            return None
        tomorrow = self._get_day_start(self._get_today() + timedelta(days=1))
        return max(self.day_claim_limit - quota.day_claims, 0), self.env._(
            "you may claim %(limit)s customers a day. Claim again from %(date)s; to release "
            "customers does not help.",
            limit=self.day_claim_limit,
            date=self._format_time(tomorrow),
        )

    def _get_week_room(self, quota):
        if not self.week_claim_limit:
            return None
        return max(self.week_claim_limit - quota.week_claims, 0), self.env._(
            "you may claim %(limit)s customers a week. Claim again from %(date)s; to release "
            "customers does not help.",
            limit=self.week_claim_limit,
            date=format_date(self.env, self._get_next_week()),
        )

    def _get_holding_room(self, user):
        if not self.holding_limit:
            return None
        held = self._get_held_count(user)
        return max(self.holding_limit - held, 0), self.env._(
            "you may hold %(limit)s customers, and hold %(held)s. Release one first.",
            limit=self.holding_limit,
            held=held,
        )

    def _get_shown_name(self, candidate):
        """Return the name as the members of the pool know it."""
        masks = self.sudo().mask_ids  # what is masked is no secret
        if self._is_free_of_limits() or "name" not in masks.mapped("code"):
            return candidate.name
        return self.env["sales.customer.pool.card"]._mask_name(candidate.name)

    def _format_time(self, moment):
        return format_datetime(self.env, moment, tz=self.env.user.tz or self._get_tz())
