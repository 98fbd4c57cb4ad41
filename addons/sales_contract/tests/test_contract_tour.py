from odoo.tests import HttpCase, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestContractTour(ContractCase, HttpCase):
    def test_from_a_contract_to_what_is_left(self):
        self.start_tour("/odoo/contracts", "sales_contract", login=self.seller.login)
        contract = self.env["sales.contract"].search([], limit=1)
        self.assertNotEqual(contract, self.contract)
        self.assertEqual((contract.partner_id, contract.state), (self.customer, "running"))
        line = contract.line_ids
        self.assertEqual((line.product_id, line.quantity, line.price_unit), (self.product, 30, 88))
        order = line.order_line_ids.order_id
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.order_line.product_uom_qty, 12)
        self.assertEqual(order.order_line.price_unit, 88)

    def test_lines_from_a_contract_on_a_phone(self):
        self.browser_size, self.touch_enabled = "375x667", True
        order = self._new_order()
        url = f"/odoo/action-sale.action_quotations/{order.id}"
        self.start_tour(url, "sales_contract_phone", login=self.seller.login)
        line = order.order_line[-1]
        self.assertEqual((line.contract_line_id, line.product_uom_qty), (self.cables, 4))
