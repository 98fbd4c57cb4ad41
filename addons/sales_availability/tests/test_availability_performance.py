from odoo.tests import tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityPerformance(AvailabilityCommon):
    def _count_check_queries(self, line_count):
        products = self.env["product.product"].create(
            [{"name": f"Part {n}", "type": "consu", "is_storable": True} for n in range(line_count)]
        )
        for product in products:
            self._add_stock(product, self.stop_warehouse, 5)
        order = self._create_order(*((product, 1) for product in products))
        order.state = "sale"
        self.env.flush_all()
        order._get_availability_items()
        before = self.env.cr.sql_log_count
        order._check_availability({})
        return self.env.cr.sql_log_count - before

    def test_check_takes_a_constant_number_of_queries(self):
        counts = {lines: self._count_check_queries(lines) for lines in (1, 10, 100)}
        self.assertEqual(len(set(counts.values())), 1, counts)
        self.assertLessEqual(counts[100], 10, counts)

    def test_display_takes_a_constant_number_of_queries(self):
        counts = set()
        for line_count in (1, 10, 100):
            order = self._create_order(*((self.pump, 0.1) for _n in range(line_count)))
            order.order_line._compute_availability()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            order.order_line._compute_availability()
            counts.add(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1, counts)
