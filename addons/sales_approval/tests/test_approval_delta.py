import random
from datetime import date

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_approval.models.sales_approval_notice import add_working_days
from odoo.addons.sales_approval.tools.approval_delta import get_changes, get_worse, is_same

DIRECTIONS = {
    "document": {"days": "less", "partner": "any"},
    "lines": {"discount": "less", "price": "more", "quantity": "neutral"},
    "measures": {"margin": "more"},
}


def snapshot(days=0, partner=1, margin=10.0, **lines):
    return {
        "document": {"days": days, "partner": partner},
        "lines": {
            key: dict(zip(("discount", "price", "quantity"), values, strict=True))
            for key, values in lines.items()
        },
        "measures": {"margin": margin},
    }


@tagged("post_install", "-at_install")
class TestApprovalDelta(BaseCase):
    def _get_worse(self, approved, current):
        return {(c.key, c.field) for c in get_worse(approved, current, DIRECTIONS)}

    def test_each_direction(self):
        approved = snapshot(a=(10, 100, 1))
        for current, worse in (
            (snapshot(a=(10, 100, 1)), set()),
            (snapshot(a=(9, 101, 7)), set()),
            (snapshot(a=(11, 100, 1)), {("a", "discount")}),
            (snapshot(a=(10, 99, 1)), {("a", "price")}),
            (snapshot(a=(11, 99, 1)), {("a", "discount"), ("a", "price")}),
            (snapshot(days=1, a=(10, 100, 1)), {("", "days")}),
            (snapshot(partner=2, a=(10, 100, 1)), {("", "partner")}),
            (snapshot(partner=None, a=(10, 100, 1)), {("", "partner")}),
            (snapshot(margin=9.9, a=(10, 100, 1)), {("", "margin")}),
            (snapshot(), set()),
            (snapshot(a=(10, 100, 1), b=(0, 50, 1)), {("b", "price")}),
            (
                snapshot(a=(10, 100, 1), b=(5, 50, 1)),
                {("b", "price"), ("b", "discount")},
            ),
        ):
            self.assertEqual(self._get_worse(approved, current), worse, current)

    def test_noise_of_fractions_is_no_change(self):
        self.assertTrue(is_same(0.1 + 0.2, 0.3))
        self.assertFalse(is_same(100.00, 100.01))
        self.assertTrue(is_same(False, None))
        self.assertTrue(is_same("", False))
        self.assertFalse(get_changes(snapshot(margin=0.1 + 0.2), snapshot(margin=0.3)))

    def test_random_snapshots_against_a_simple_model(self):
        """Worse is what is worse alone: each value of its own, whatever else changed."""
        dice = random.Random(7)

        def line():
            return (dice.randrange(3), dice.randrange(3), dice.randrange(3))

        for _run in range(500):
            before = {key: line() for key in "abc" if dice.random() < 0.7}
            after = {key: line() for key in "abcd" if dice.random() < 0.7}
            expected = set()
            for key, (discount, price, _quantity) in after.items():
                old = before.get(key)
                if discount > (old[0] if old else 0):
                    expected.add((key, "discount"))
                if old is None or price < old[1]:
                    expected.add((key, "price"))
            found = self._get_worse(snapshot(**before), snapshot(**after))
            self.assertEqual(found, expected, (before, after))
            self.assertFalse(self._get_worse(snapshot(**after), snapshot(**after)))

    def test_working_days(self):
        friday = date(2026, 11, 27)
        self.assertEqual(add_working_days(friday, 1), date(2026, 11, 30))
        self.assertEqual(add_working_days(friday, 6), date(2026, 12, 7))
        self.assertFalse(add_working_days(friday, 0))
