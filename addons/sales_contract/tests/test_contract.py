from odoo.tests import tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestContract(ContractCase):
    def test_what_is_left_is_counted(self):
        order = self._draw(6)
        self.assertEqual(self._left(), (0, 20))
        self.assertEqual(self.cables.quantity_quoted, 6)
        order.action_confirm()
        self.assertEqual(self._left(), (6, 14))
        self.assertEqual(self.cables.quantity_quoted, 0)
        self.assertEqual(order.order_line.price_unit, 90)
        self.assertEqual(order.order_line.discount, 5)
        order.order_line.product_uom_qty = 8
        self.assertEqual(self._left(), (8, 12))
        order.order_line.product_uom_id = self.dozen
        self.assertEqual(self._left(), (96, -76))
        order._action_cancel()
        self.assertEqual(self._left(), (0, 20))
