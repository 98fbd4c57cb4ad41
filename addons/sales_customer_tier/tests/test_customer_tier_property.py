import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import TierCommon

SEEDS = (1, 2, 3, 4)
CUSTOMERS = 40


@tagged("post_install", "-at_install")
class TestCustomerTierProperty(TierCommon):
    """The statement gives the same as a simple model in Python, over random histories."""

    def test_like_the_simple_model(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self._check_seed(random.Random(seed))

    def _check_seed(self, chance):
        tiers = self._create_random_tiers(chance)
        customers = self.env["res.partner"].create(
            [{"name": f"C{n}", "customer_rank": 1} for n in range(CUSTOMERS)]
        )
        orders = self._create_random_orders(chance, customers)
        state = dict.fromkeys(customers, (None, None, None))
        now = fields.Datetime.now()
        for day in (0, 20, 45, 50, 90):
            with freeze_time(now + timedelta(days=day)):
                self._compute(customers)
                today = self.env["sales.customer.tier"]._get_today(self.company)[0]
                for customer in customers:
                    state[customer] = self._step(tiers, orders[customer], today, state[customer])
                    self.assertEqual(
                        customer.customer_tier_id or None, state[customer][0], (day, customer.name)
                    )
        tiers.action_switch_off()

    def _create_random_tiers(self, chance):
        tiers = self.env["sales.customer.tier"]
        for number in range(3):
            enter = chance.randint(1, 4)
            tiers |= self._create_tier(
                f"T{number}",
                ("orders", enter, chance.randint(0, enter), {"months": chance.choice((1, 2, 3))}),
                ("ordered", enter * 100, chance.randint(0, enter * 100), {"months": 2}),
                sequence=number,
                min_days=chance.choice((0, 30)),
                grace_days=chance.choice((0, 10)),
            )
        return tiers

    def _create_random_orders(self, chance, customers):
        orders = {customer: [] for customer in customers}
        now = fields.Datetime.now()
        values = []
        for customer in customers:
            for _number in range(chance.randint(0, 6)):
                moment = now - timedelta(days=chance.randint(0, 100))
                amount = float(chance.randint(1, 300))
                is_sold = chance.random() < 0.8
                line = {"product_id": self.drill.id, "price_unit": amount}
                values.append(
                    {
                        "partner_id": customer.id,
                        "date_order": moment,
                        "state": "sale" if is_sold else "cancel",
                        "order_line": [Command.create(line)],
                    }
                )
                orders[customer] += [(moment, amount)] if is_sold else []
        self.env["sale.order"].create(values)
        return orders

    def _holds(self, tier, field, orders, today):
        for condition in tier.condition_ids:
            start = fields.Date.subtract(today, months=condition.months)
            zone = tier._get_today(self.company)[1]
            found = [amount for moment, amount in orders if moment >= tier._get_moment(start, zone)]
            figure = len(found) if condition.kind == "orders" else sum(found)
            if figure < condition[field]:
                return False
        return True

    def _step(self, tiers, orders, today, former):
        """Return (tier, valid until, failing since) of the next day."""
        old, valid_until, failing = former
        best = None
        for tier in tiers:
            stays = tier == old and self._holds(tier, "stay_value", orders, today)
            if stays or self._holds(tier, "enter_value", orders, today):
                best = tier
                break
        if best == old:
            return old, valid_until, None
        order = list(tiers)
        if old and (best is None or order.index(best) > order.index(old)):
            since = failing or today
            due = since + timedelta(days=old.grace_days)
            if valid_until:
                due = max(due, valid_until + timedelta(days=1))
            if due > today:
                return old, valid_until, since
        until = today + timedelta(days=best.min_days) if best and best.min_days else None
        return best, until, None
