import random

from odoo.tests import BaseCase, tagged

from ..tools.round_comparison import (
    compare_lines,
    get_concession,
    match_lines,
)


def line(key, product=None, **values):
    return {
        "key": key,
        "kind": "",
        "product": key if product is None else product,
        "name": f"Line {key}",
        "uom": 1,
        "quantity": 1,
        "price": 10,
        "discount": 0,
        "subtotal": 10,
        **values,
    }


def change_at_random(rng, before):
    """Change a round in known ways: the simple model that the comparison is held against.

    :return: tuple of the new round, and the status that each key must get
    """
    after, expected = [], {}
    for old in before:
        fate = rng.choice(["same", "changed", "dropped"])
        expected[old["key"]] = fate
        if fate != "dropped":
            change = rng.choice(["quantity", "price", "discount", "product", "name"])
            new = {**old, change: 777} if fate == "changed" else dict(old)
            after.append(new)
    for number in range(rng.randrange(4)):
        key = 1000 + number
        expected[key] = "added"
        after.append(line(key, product=5000 + number))
    rng.shuffle(after)
    return after, expected


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestComparison(BaseCase):
    def test_against_a_simple_model(self):
        rng = random.Random(20261126)
        for _run in range(500):
            before = [line(key) for key in range(1, rng.randrange(1, 15))]
            after, expected = change_at_random(rng, before)
            rows = compare_lines(before, after)
            found = {(row["after"] or row["before"])["key"]: row["status"] for row in rows}
            self.assertEqual(found, expected)
            self.assertEqual([row["after"] for row in rows if row["after"]], after)

    def test_nothing_is_lost_or_counted_twice_whatever_the_keys(self):
        rng = random.Random(42)
        for _run in range(500):
            before, after = (
                [line(rng.randrange(5), product=rng.randrange(4)) for _n in range(rng.randrange(9))]
                for _side in range(2)
            )
            rows = compare_lines(before, after)
            olds = [id(row["before"]) for row in rows if row["before"]]
            news = [id(row["after"]) for row in rows if row["after"]]
            self.assertCountEqual(olds, map(id, before))
            self.assertEqual(news, list(map(id, after)))
            pairs = match_lines(before, after)
            self.assertEqual(len(set(pairs.values())), len(pairs))

    def test_backwards_added_is_dropped(self):
        rng = random.Random(7)
        for _run in range(300):
            before = [line(key) for key in range(1, rng.randrange(1, 10))]
            after, _expected = change_at_random(rng, before)
            there = [row["status"] for row in compare_lines(before, after)]
            back = [row["status"] for row in compare_lines(after, before)]
            swapped = {"added": "dropped", "dropped": "added"}
            self.assertCountEqual(back, [swapped.get(status, status) for status in there])

    def test_a_round_is_the_same_as_itself(self):
        lines = [line(1), line(2), line(2, product=9)]
        self.assertEqual({row["status"] for row in compare_lines(lines, lines)}, {"same"})

    def test_pasted_lines_match_by_product_then_order(self):
        before = [line(1, product=7), line(2, product=7, quantity=2), line(3)]
        after = [line(11, product=7, name="Line 1"), line(12, product=7, quantity=5)]
        rows = compare_lines(before, after)
        self.assertEqual([row["status"] for row in rows], ["same", "changed", "dropped"])
        self.assertEqual(rows[1]["before"]["key"], 2)

    def test_the_key_wins_over_the_product(self):
        before = [line(1, product=7), line(2, product=8)]
        after = [line(2, product=7), line(1, product=8)]
        for row in compare_lines(before, after):
            self.assertEqual(row["before"]["key"], row["after"]["key"])
            self.assertEqual(row["changes"], ["product"])

    def test_a_dropped_line_stays_in_its_place(self):
        before = [line(1), line(2), line(3)]
        order = [
            (r["after"] or r["before"])["key"] for r in compare_lines(before, [line(1), line(3)])
        ]
        self.assertEqual(order, [1, 2, 3])

    def test_differences_below_the_digits_are_none(self):
        rows = compare_lines([line(1, price=0.1 + 0.2)], [line(1, price=0.3)])
        self.assertEqual(rows[0]["status"], "same")
        rows = compare_lines([line(1, price=0.301)], [line(1, price=0.302)], {"price": 3})
        self.assertEqual(rows[0]["changes"], ["price"])

    def test_margins_are_compared_only_where_both_have_one(self):
        rows = compare_lines([line(1, margin=1)], [line(1)])
        self.assertEqual(rows[0]["status"], "same")

    def test_concession_is_like_for_like(self):
        before = [line(1, price=100, quantity=10), line(2, price=50, quantity=4), line(3)]
        after = [
            line(1, price=100, discount=10, quantity=20),
            line(2, price=40, quantity=4),
            line(4, price=999),
        ]
        given, share = get_concession(before, after)
        self.assertEqual(given, 20 * 10 + 4 * 10)
        self.assertAlmostEqual(share, 240 / 2200)

    def test_no_concession_by_exchange_of_goods_or_unit(self):
        before = [line(1, price=100), line(2, price=100)]
        after = [line(1, product=9, price=1), line(2, uom=5, price=1)]
        self.assertEqual(get_concession(before, after), (0, 0))

    def test_higher_prices_are_a_negative_concession(self):
        given, share = get_concession([line(1, price=100)], [line(1, price=110)])
        self.assertEqual((round(given, 6), round(share, 6)), (-10, -0.1))
