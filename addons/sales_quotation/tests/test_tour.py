from odoo.tests import HttpCase, tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestTour(QuotationCase, HttpCase):
    def test_last_price_and_pasted_lines(self):
        self._new_order([{"price_unit": 80, "product_uom_qty": 2}]).action_confirm()
        self._new_floor()
        order = self._new_order([{"price_unit": 100}])
        self.start_tour(
            f"/odoo/sales/{order.id}", "sales_quotation_fast_hands", login=self.seller.login
        )
        order.invalidate_recordset()
        lines = order.order_line
        self.assertEqual(lines.product_id, self.product | self.other)
        self.assertEqual(lines.mapped("price_unit"), [80, 99, 10])
        self.assertEqual(lines.mapped("product_uom_qty"), [1, 5, 7])
        self.assertEqual(lines.mapped("is_below_floor"), [True, False, False])
        self.assertEqual(order.price_mark, "approve")
