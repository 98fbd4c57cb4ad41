from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestLinesFromContract(ContractCase):
    def _apply(self, wizard, **quantities):
        for row in wizard.line_ids:
            row.quantity = quantities.get(row.product_id.default_code, 0)
        return wizard.action_apply()

    def test_new_quotation_of_what_is_left(self):
        self._draw(6, confirm=True)
        wizard = self._open()
        self.assertEqual(wizard.line_ids.mapped("quantity"), [14, 0])
        self.assertEqual(wizard.line_ids.mapped("ordered"), [6, 0])
        self.assertEqual(wizard.amount, 14 * 85.5)
        action = wizard.action_apply()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual((order.partner_id, order.origin), (self.customer, self.contract.name))
        self.assertEqual(order.user_id, self.seller)
        line = order.order_line
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (14, 90, 5))
        self.assertEqual(line.contract_line_id, self.cables)
        order.action_confirm()
        self.assertEqual(self._left(), (20, 0))
        self.assertEqual(self._open().line_ids.mapped("quantity"), [0, 0])

    def test_lines_go_to_the_end_of_a_quotation(self):
        order = self._new_order([{"product_id": self.other.id, "sequence": 30}])
        wizard = self._open(order)
        self.assertEqual(wizard.contract_id, self.contract)
        self._apply(wizard, PLG=100, CAB=2)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [1, 2, 100])
        self.assertEqual(order.order_line.mapped("price_unit"), [10, 90, 8])
        order.order_line[2].product_uom_qty = 120
        self.assertEqual(order.order_line[2].price_unit, 8)
        self.assertEqual(order.contract_count, 1)
        action = order.with_user(self.seller).action_view_contracts()
        self.assertEqual(action["res_id"], self.contract.id)
        found = self.env["sale.order"].search(self.contract.action_view_orders()["domain"])
        self.assertEqual(found, order)
        self.assertEqual(self.contract.order_count, 1)

    def test_the_dialog_offers_what_can_be_drawn(self):
        today = fields.Date.context_today(self.env.user)
        soon = self._new_contract(date_end=today + timedelta(3))
        gone = {"date_start": today - timedelta(9), "date_end": today - timedelta(1)}
        self._new_contract(**gone)
        self._new_contract(date_start=today + timedelta(1))
        self._new_contract(run=False)
        self._new_contract(partner_id=self.env["res.partner"].create({"name": "B"}).id)
        self._new_contract().action_close()
        order = self._new_order()
        self.assertTrue(order.has_contracts)
        dialog = Form(
            self.env["sales.quotation.contract"]
            .with_user(self.seller)
            .with_context(default_order_id=order.id)
        )
        self.assertEqual(dialog.contract_id, soon, "the one that ends first")
        self.assertEqual(len(dialog.line_ids), 2)
        self.assertEqual(set(dialog.contract_ids.ids), set((soon | self.contract).ids))
        dialog.contract_id = self.contract
        with dialog.line_ids.edit(0) as row:
            self.assertEqual(row.quantity, 20)
            row.quantity = 21
            self.assertTrue(row.is_beyond)
        dialog.save().action_apply()
        self.assertEqual(order.order_line[-1].contract_line_id, self.cables)
        self.assertEqual(order.order_line[-1].product_uom_qty, 21)

    def test_a_contract_that_does_not_run_is_refused(self):
        wizard = self._open()
        self.contract.action_close()
        self.assertRefused(UserError, wizard.action_apply, self.contract.name, "closed")
        self.assertRefused(UserError, self._open, self.contract.name)
        self.assertFalse(self._new_order().has_contracts)

    def test_products_that_are_not_sold_are_named_and_nothing_changes(self):
        order = self._new_order()
        wizard = self._open(order)
        self.product.product_tmpl_id.sale_ok = False
        self.assertRefused(
            UserError, lambda: self._apply(wizard, CAB=1, PLG=1), "Cable", "not sold"
        )
        self.assertEqual(len(order.order_line), 1)
        self._apply(wizard, PLG=1)
        self.assertEqual(len(order.order_line), 2)

    def test_rows_are_checked(self):
        wizard = self._open()
        self.assertRefused(UserError, lambda: self._apply(wizard), "quantity")
        self.assertRefused(UserError, lambda: self._apply(wizard, CAB=-1), "Cable")
        other = self._new_contract()
        wizard.line_ids[0].write({"contract_line_id": other.line_ids[0].id, "quantity": 1})
        self.assertRefused(UserError, wizard.action_apply, "another contract")

    def test_a_quotation_of_another_customer_is_refused(self):
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        order = self._new_order(partner_id=other.id)
        wizard = self._open(order, self.contract)
        self.assertRefused(UserError, wizard.action_apply, self.contract.name, order.name)

    def test_agreed_prices_are_not_converted(self):
        other = self.env.ref("base.EUR" if self.currency.name != "EUR" else "base.USD")
        other.active = True
        foreign = self._new_contract(currency_id=other.id)
        order = self._new_order()
        wizard = self._open(order, foreign)
        self.assertRefused(
            UserError, wizard.action_apply, foreign.name, other.name, self.currency.name
        )
        self.assertRefused(
            UserError, self._open(contract=foreign).action_apply, foreign.name, "pricelist"
        )
        pricelist = self.env["product.pricelist"].create({"name": "Other", "currency_id": other.id})
        action = self._open(contract=foreign).action_apply()
        made = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual((made.pricelist_id, made.currency_id), (pricelist, other))
        self.assertEqual(made.order_line.price_unit, 90)
