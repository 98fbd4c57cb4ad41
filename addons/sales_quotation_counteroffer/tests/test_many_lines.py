import logging
import time

from odoo.tests import tagged

from .common import CounterofferCommon

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestManyLines(CounterofferCommon):
    """What it costs does not depend on how many lines there are, but for the lines themselves."""

    def _prepare(self, count):
        lines = [
            {"product_id": self.pump.id, "product_uom_qty": n, "name": f"Pump {n}"}
            for n in range(1, count + 1)
        ]
        return self._create_order(lines)

    def _raise_prices(self, paper):
        for row in paper.sheet.iter_rows(min_row=paper.head + 1):
            if row[paper.columns["code"] - 1].value == "P-1":
                row[paper.columns["price"] - 1].value = 90
        paper.insert("P-1", code="F-1", quantity=1, price=2)

    def _count_queries(self, count):
        order = self._prepare(count)
        content = self._change(self._raise_prices, order)
        wizard = self._drop(content, order=order)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard.action_compare()
        self.env.flush_all()
        compared = self.env.cr.sql_log_count
        wizard.action_make_round()
        self.env.flush_all()
        return compared - before, self.env.cr.sql_log_count - compared

    def _count_plain_round(self, count):
        order = self._prepare(count)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order.with_user(self.owner)._make_round()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_constant_number_of_queries(self):
        self._count_queries(1)
        self._count_plain_round(1)
        one, ten, hundred = (self._count_queries(count) for count in (1, 10, 100))
        # as many lines as the rounds that were made, with the one that was added
        plain = [self._count_plain_round(count) for count in (11, 101)]
        _logger.info("queries to compare, to make: %s, %s, %s", one, ten, hundred)
        _logger.info("queries of a plain round of 11 and 101 lines: %s", plain)
        self.assertEqual(ten[0], one[0])
        self.assertEqual(hundred[0], one[0])
        # core inserts 100 lines at once: the 101st costs a few more, here as in a plain round
        self.assertLessEqual(hundred[1] - ten[1], plain[1] - plain[0])

    def test_ten_thousand_lines(self):
        order = self._prepare(10_000)
        began = time.monotonic()
        content = self._export(order)
        exported = time.monotonic()
        edited = self._edit(content, self._raise_prices)
        wizard = self._drop(edited, order=order)
        self.env.flush_all()
        dropped = time.monotonic()
        wizard.action_compare()
        compared = time.monotonic()
        self.assertFalse(wizard.comparison["problems"])
        self.assertEqual(len(wizard.comparison["rows"]), 500)
        self.assertEqual(wizard.comparison["more"], 9_501)
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        finished = time.monotonic()
        self.assertEqual(len(made.order_line), 10_001)
        self.assertEqual(set(self._get_line(made, self.pump).mapped("price_unit")), {90})
        _logger.info(
            "10,000 lines: exported in %.1f s, compared in %.1f s, made in %.1f s",
            exported - began,
            compared - dropped,
            finished - compared,
        )
