from datetime import datetime

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityFlows(AvailabilityCommon):
    """Ways goods take that are not the usual one, and figures that nobody expects."""

    def test_every_step_of_a_delivery_holds_once(self):
        for steps, number in (("ship_only", 1), ("pick_ship", 2), ("pick_pack_ship", 3)):
            with self.subTest(steps=steps):
                self._check_delivery_in_steps(steps, number)

    def _check_delivery_in_steps(self, steps, number):
        product = self._create_product(steps, steps)
        self._add_stock(product, self.stop_warehouse, 20)
        self.stop_warehouse.delivery_steps = steps
        order = self._confirm_order((product, 15))
        for _step in range(number):
            self.assertEqual(order.order_line.qty_delivered, 0)
            self.assertEqual(self._get_available(product), 5)
            with self.assertRefused("available 5"):
                self._confirm_order((product, 6))
            self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 15)
        self.assertEqual(self._get_available(product), 5)

    def test_backorder_in_the_middle_of_the_steps_holds_once(self):
        self.stop_warehouse.delivery_steps = "pick_pack_ship"
        order = self._confirm_order((self.pump, 15))
        warehouse = self.stop_warehouse
        for step in warehouse.pick_type_id, warehouse.pack_type_id, warehouse.out_type_id:
            picking = order.picking_ids.filtered(
                lambda p, step=step: p.picking_type_id == step and p.state == "assigned"
            )
            picking.move_ids.write({"quantity": 6, "picked": True})
            picking.with_context(skip_backorder=True).button_validate()
            self.assertEqual(self._get_available(self.pump), 25)
        self.assertEqual(order.order_line.qty_delivered, 6)
        order._action_cancel()
        self.assertEqual(self._get_available(self.pump), 34)

    def test_resupply_from_another_warehouse_holds_there(self):
        shop = self.env["stock.warehouse"].create(
            {
                "name": "Shop",
                "code": "SHOP",
                "availability_mode": "stop",
                "resupply_wh_ids": [Command.set(self.stop_warehouse.ids)],
            }
        )
        self.pump.route_ids = shop.resupply_route_ids
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.pump.id,
                "location_id": shop.lot_stock_id.id,
                "warehouse_id": shop.id,
                "product_min_qty": 8,
                "product_max_qty": 12,
                "route_id": shop.resupply_route_ids.id,
            }
        ).action_replenish()
        self.assertEqual(self._get_available(self.pump), 28, "12 are promised to the shop")
        self.assertEqual(self._get_available(self.pump, shop), 0, "they are not there yet")
        shop.availability_incoming_days = 30
        self.assertEqual(self._get_available(self.pump, shop), 12)
        self._finish_transfers(self.pump)
        self.assertEqual(self._get_available(self.pump), 28)
        shop.availability_incoming_days = 0
        self.assertEqual(self._get_available(self.pump, shop), 12)

    def _finish_transfers(self, product):
        domain = [("product_id", "=", product.id), ("state", "not in", ("done", "cancel"))]
        while moves := self.env["stock.move"].search(domain, order="id", limit=1):
            moves.quantity = moves.product_uom_qty
            moves.picked = True
            moves.picking_id.button_validate()
            self.assertEqual(moves.state, "done")

    def test_packagings_count_in_the_unit_of_the_product(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        with self.assertRefused("asked 48, available 40, missing 8"):
            self._create_order((self.pump, 4, {"product_uom_id": dozen.id}))
        order = self._confirm_order((self.pump, 3, {"product_uom_id": dozen.id}))
        self.assertEqual(self._get_available(self.pump), 4)
        self.assertAlmostEqual(order.order_line.availability_quantity, 40 / 12, places=2)
        self._confirm_order((self.pump, 0.33, {"product_uom_id": dozen.id}))
        self.assertAlmostEqual(self._get_available(self.pump), 0.04)

    def test_companies_do_not_see_each_others_stock(self):
        company = self.env["res.company"].create({"name": "Langsu Chengdu"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        warehouse.availability_mode = "stop"
        user = new_test_user(
            self.env,
            "availability_other",
            "sales_team.group_sale_salesman",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._add_stock(self.valve, warehouse, 3)
        orders = self.env["sale.order"].with_user(user).with_company(company)
        with self.assertRefused("available 0"):
            orders.create(self._prepare_order((self.pump, 1), warehouse=warehouse))
        order = orders.create(self._prepare_order((self.valve, 3), warehouse=warehouse))
        self.assertEqual(order.order_line.availability_quantity, 3)
        order.action_confirm()
        self.assertEqual(self._get_available(self.valve, warehouse), 0)
        self.assertEqual(self._get_available(self.valve), 10)

    def test_refusal_names_no_warehouse_of_another_company(self):
        """Not even to who works in both: the order could not take goods from there."""
        company = self.env["res.company"].create({"name": "Langsu Chengdu"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)])
        self.assertIn(company, self.env.companies)
        self._add_stock(self.pump, warehouse, 77)
        with self.assertRaises(UserError) as refusal:
            self._create_order((self.pump, 41))
        self.assertNotIn("77", refusal.exception.args[0])

    def test_product_that_becomes_storable_counts_its_open_orders(self):
        product = self._create_product("Rope", "ROPE", is_storable=False)
        order = self._confirm_order((product, 6))
        product.is_storable = True
        self._add_stock(product, self.stop_warehouse, 10)
        self.assertEqual(self._get_available(product), 4)
        with self.assertRefused("available 4"):
            self._create_order((product, 5))
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 6)
        self.assertEqual(self._get_available(product), 4)

    def test_archived_warehouse_is_checked_like_any(self):
        self.stop_warehouse.availability_mode = "warn"
        order = self._create_order((self.valve, 2))
        self.stop_warehouse.availability_mode = "stop"
        for product, quantity in ((self.valve, 10), (self.pump, 40)):
            self._add_stock(product, self.stop_warehouse, -quantity)
        self.env["stock.quant"]._unlink_zero_quants()
        self.stop_warehouse.active = False
        self.assertEqual(order.order_line.availability_missing, 2)
        with self.assertRefused("Valve.*Stopping.*available 0, missing 3"):
            order.order_line.product_uom_qty = 3
        order.order_line.product_uom_qty = 1

    def test_absurd_quantities(self):
        order = self._create_order((self.pump, 1e-9))
        self.assertEqual(order.order_line.availability_missing, 0)
        with self.assertRefused("asked 1,000,000,000,000", "missing 999,999,999,960"):
            self._create_order((self.pump, 1e12))
        self._add_stock(self.pump, self.stop_warehouse, 1e9)
        self._confirm_order((self.pump, 1e9))
        self.assertEqual(self._get_available(self.pump), 40)
        with self.assertRefused("asked 40.01"):
            self._create_order((self.pump, 40.01))

    def test_many_small_lines_do_not_drift(self):
        self._confirm_order(*((self.pump, 0.1) for _line in range(100)))
        self.assertEqual(self._get_available(self.pump), 30)
        self._confirm_order((self.pump, 30))

    def test_negative_and_zero_lines_give_nothing_to_others(self):
        with self.assertRefused("asked 41"):
            self._create_order((self.pump, 41), (self.pump, -5), (self.pump, 0))
        self._confirm_order((self.pump, 40), (self.pump, -5), (self.pump, 0))
        self.assertEqual(self._get_available(self.pump), 0)

    def test_return_gives_back_when_received(self):
        order = self._confirm_order((self.pump, 40))
        self._deliver(order)
        receipt = self._return(order.picking_ids, 15)
        self.assertEqual(self._get_available(self.pump), 0)
        receipt.button_validate()
        self.assertEqual(self._get_available(self.pump), 15)

    def test_more_is_returned_than_was_delivered(self):
        order = self._confirm_order((self.pump, 40))
        self._deliver(order)
        receipt = self._return(order.picking_ids, 40)
        receipt.move_ids.quantity = 45
        receipt.with_context(skip_backorder=True).button_validate()
        self.assertEqual(order.order_line.qty_delivered, -5)
        self.assertEqual(self._get_available(self.pump), 45)

    def _return(self, picking, quantity):
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": True})
        action = wizard.action_create_returns()
        receipt = self.env["stock.picking"].browse(action["res_id"])
        receipt.move_ids.write({"quantity": quantity, "picked": True})
        return receipt

    def test_order_that_exchanges_delivered_goods_asks_again(self):
        order = self._confirm_order((self.pump, 40))
        self._deliver(order)
        self._return(order.picking_ids, 15).button_validate()
        other = self._confirm_order((self.pump, 10))
        self.assertEqual(self._get_available(self.pump), 5)
        with self.assertRefused("Pump"):
            order.order_line.product_uom_qty = 46
        self.assertEqual(other.state, "sale")

    def test_manual_make_to_order_move_holds_only_when_its_goods_are_here(self):
        self.stop_warehouse.mto_pull_id.route_id.active = True
        self.pump.route_ids = self.stop_warehouse.mto_pull_id.route_id
        supplier = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 50,
                "location_id": supplier.id,
                "location_dest_id": self.stop_warehouse.lot_stock_id.id,
                "picking_type_id": self.stop_warehouse.in_type_id.id,
            }
        )
        delivery = self.env["stock.move"].create(
            {
                "product_id": self.pump.id,
                "product_uom_qty": 50,
                "procure_method": "make_to_order",
                "move_orig_ids": [Command.link(receipt.id)],
                "location_id": self.stop_warehouse.lot_stock_id.id,
                "location_dest_id": self.customer.property_stock_customer.id,
                "picking_type_id": self.stop_warehouse.out_type_id.id,
                "date": datetime.now(),
            }
        )
        (receipt | delivery)._action_confirm()
        self.assertEqual(self._get_available(self.pump), 40)
        receipt.write({"quantity": 50, "picked": True})
        receipt._action_done()
        self.assertEqual(self._get_available(self.pump), 40, "50 came and are promised")
        delivery.write({"quantity": 50, "picked": True})
        delivery._action_done()
        self.assertEqual(self._get_available(self.pump), 40)
