from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityOrder(AvailabilityCommon):
    def test_new_warehouses_warn(self):
        warehouse = self.env["stock.warehouse"].create({"name": "Third", "code": "THIRD"})
        self.assertEqual(warehouse.availability_mode, "warn")

    def test_warehouse_without_mode_warns(self):
        self.stop_warehouse.availability_mode = False
        order = self._create_order((self.pump, 41))
        self.assertIn("missing 1", order.availability_warning)

    def test_create_up_to_available(self):
        self.assertTrue(self._create_order((self.pump, 40)))
        with self.assertRefused("Pump"):
            self._create_order((self.pump, 41))

    def test_message_names_every_line_and_holder(self):
        holder = self._confirm_order((self.pump, 25), user_id=self.salesperson.id)
        with self.assertRaises(UserError) as refusal:
            self._create_order((self.pump, 10), (self.valve, 11), (self.pump, 6), name="S-TEST")
        text = refusal.exception.args[0]
        self.assertIn("S-TEST line 1, 3: [PUMP] Pump in Stopping", text)
        self.assertIn("asked 16, available 15, missing 1 Units", text)
        self.assertIn(f"Held by: {holder.name} (Li Na) 25.", text)
        self.assertIn("S-TEST line 2: [VALVE] Valve in Stopping", text)
        self.assertIn("asked 11, available 10, missing 1 Units", text)
        self.assertIn("No other document holds it.", text)

    def test_message_counts_further_holders(self):
        holders = [self._confirm_order((self.pump, 10 - n)) for n in range(4)]
        with self.assertRefused(f"Held by: {holders[0].name}", "10", "and 1 more"):
            self._create_order((self.pump, 20))

    def test_message_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_availability"], ["zh_CN"])
        Order = self.env["sale.order"].with_context(lang="zh_CN")
        with self.assertRefused("需要 41", "可用 40", "缺少 1"):
            Order.create(self._prepare_order((self.pump, 41)))

    def test_write_order_lines(self):
        order = self._create_order((self.pump, 10), (self.valve, 5))
        pump_line, valve_line = order.order_line
        with self.assertRefused("Pump", "asked 50", "Valve", "asked 12"):
            order.write(
                {
                    "order_line": [
                        Command.update(pump_line.id, {"product_uom_qty": 50}),
                        Command.update(valve_line.id, {"product_uom_qty": 12}),
                    ]
                }
            )

    def test_write_line_alone(self):
        order = self._create_order((self.pump, 10))
        with self.assertRefused("asked 41"):
            order.order_line.product_uom_qty = 41

    def test_form_of_web_client(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            form.warehouse_id = self.stop_warehouse
            with form.order_line.new() as line:
                line.product_id = self.pump
                line.product_uom_qty = 41
            with self.assertRefused("asked 41"):
                form.save()
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 40
        self.assertEqual(form.record.order_line.product_uom_qty, 40)

    def test_import(self):
        fields = ["partner_id/.id", "warehouse_id/.id", "order_line/product_id/.id"]
        fields.append("order_line/product_uom_qty")
        rows = [
            [str(self.customer.id), str(self.stop_warehouse.id), str(self.pump.id), quantity]
            for quantity in ("40", "41")
        ]
        before = self.env["sale.order"].search_count([])
        result = self.env["sale.order"].load(fields, rows)
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["sale.order"].search_count([]), before)
        [message] = [m for m in result["messages"] if m["record"] == 1]
        self.assertIn("asked 41, available 40", message["message"])

    def test_copy_of_order_is_checked(self):
        order = self._create_order((self.pump, 30))
        order.action_confirm()
        with self.assertRefused("asked 30", "available 10"):
            order.copy()

    def test_moving_to_another_warehouse_is_checked(self):
        order = self._create_order((self.pump, 60), warehouse=self.warn_warehouse)
        with self.assertRefused("asked 60", "available 40"):
            order.warehouse_id = self.stop_warehouse

    def test_several_warehouses_in_one_order(self):
        """A line's route may take it from another warehouse than the order's."""
        route = self.env["stock.route"].create(
            {
                "name": "From stopping",
                "sale_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Stopping to customers",
                            "action": "pull",
                            "location_src_id": self.stop_warehouse.lot_stock_id.id,
                            "location_dest_id": self.customer.property_stock_customer.id,
                            "picking_type_id": self.stop_warehouse.out_type_id.id,
                        }
                    )
                ],
            }
        )
        lines = (self.pump, 500), (self.pump, 41, {"route_ids": route.ids})
        with self.assertRefused("line 2: ", "in Stopping", "asked 41"):
            self._create_order(*lines, warehouse=self.warn_warehouse)

    def test_units_are_converted(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.assertTrue(self._create_order((self.pump, 3, {"product_uom_id": dozen.id})))
        with self.assertRefused("asked 48", "missing 8 Units"):
            self._create_order((self.pump, 4, {"product_uom_id": dozen.id}))

    def test_what_needs_no_stock_is_free(self):
        service = self.env["product.product"].create({"name": "Help", "type": "service"})
        goods = self.env["product.product"].create({"name": "Leaflet", "type": "consu"})
        self.assertTrue(self._create_order((service, 1000), (goods, 1000)))

    def test_make_to_order_is_free(self):
        mto_route = self.stop_warehouse.mto_pull_id.route_id
        mto_route.active = True
        product = self._create_product("To order", "MTO", route_ids=mto_route.ids)
        self.assertTrue(self._create_order((product, 1000)))

    def test_modes(self):
        self.stop_warehouse.availability_mode = "off"
        order = self._confirm_order((self.pump, 50))
        self.assertFalse(order.availability_warning)
        self.stop_warehouse.availability_mode = "warn"
        order = self._confirm_order((self.pump, 50))
        self.assertIn("Pump", order.availability_warning)
        self.stop_warehouse.availability_mode = "stop"
        with self.assertRefused("asked 1"):
            self._create_order((self.pump, 1))

    def test_warning_is_visible_while_typing(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            form.warehouse_id = self.stop_warehouse
            with form.order_line.new() as line:
                line.product_id = self.pump
                line.product_uom_qty = 42
                self.assertEqual(line.availability_quantity, 40)
                self.assertEqual(line.availability_missing, 2)
            self.assertIn(
                "[PUMP] Pump in Stopping (available 40, missing 2 Units)", form.availability_warning
            )
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 2
            self.assertFalse(form.availability_warning)

    def test_own_hold_is_no_shortage(self):
        order = self._confirm_order((self.pump, 40))
        self.assertEqual(order.order_line.availability_quantity, 40)
        self.assertFalse(order.availability_warning)
        other = self._create_order((self.pump, 1), warehouse=self.warn_warehouse)
        self.assertEqual(other.order_line.availability_missing, 1)

    def test_each_of_many_orders_sees_the_others_hold(self):
        orders = self._confirm_order((self.pump, 30)) + self._confirm_order((self.pump, 10))
        self.env.invalidate_all()
        self.assertEqual(orders.order_line.mapped("availability_quantity"), [30, 10])

    def test_confirm_is_checked_again(self):
        first, second = (self._create_order((self.pump, 30)) for _n in range(2))
        first.action_confirm()
        with self.assertRefused("asked 30", "available 10", first.name):
            second.action_confirm()
        self.assertEqual(second.state, "draft")
        self.assertFalse(second.picking_ids)

    def test_orders_confirmed_together_compete(self):
        orders = self._create_order((self.pump, 30)) + self._create_order((self.pump, 20))
        with self.assertRefused("asked 50", "available 40"):
            orders.action_confirm()
        self.assertEqual(set(orders.mapped("state")), {"draft"})

    def test_state_written_directly_is_checked(self):
        first, second = (self._create_order((self.pump, 30)) for _n in range(2))
        first.write({"state": "sale"})
        with self.assertRefused("asked 30"):
            second.write({"state": "sale"})
        with self.assertRefused("asked 50"):
            self._create_order((self.pump, 50), state="sale")

    def test_confirmed_order_can_take_what_is_left(self):
        order = self._confirm_order((self.pump, 30))
        order.order_line.product_uom_qty = 40
        with self.assertRefused("asked 41", "available 40"):
            order.order_line.product_uom_qty = 41
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_qty")), 40)

    def test_line_added_to_confirmed_order(self):
        order = self._confirm_order((self.pump, 30))
        with self.assertRefused("line 2", "asked 11"):
            order.write(
                {
                    "order_line": [
                        Command.create({"product_id": self.valve.id, "product_uom_qty": 11})
                    ]
                }
            )

    def test_shrunk_stock_does_not_block_other_changes(self):
        """Stock that was lost after the promise does not stop work on what was promised."""
        order = self._confirm_order((self.pump, 30), (self.valve, 1))
        self._add_stock(self.pump, self.stop_warehouse, -20)
        order.note = "Call before delivery"
        order.order_line[0].product_uom_qty = 25
        order.order_line[1].product_uom_qty = 5
        with self.assertRefused("Pump", "asked 26", "available 20"):
            order.order_line[0].product_uom_qty = 26

    def test_shrunk_stock_does_not_block_a_new_line(self):
        order = self._confirm_order((self.pump, 30))
        self._add_stock(self.pump, self.stop_warehouse, -20)
        new_line = {"product_id": self.valve.id, "product_uom_qty": 1}
        order.write({"order_line": [Command.create(new_line)]})
        self.env["sale.order.line"].create({**new_line, "order_id": order.id})
        self.assertEqual(len(order.order_line), 3)
        with self.assertRefused("Pump", "asked 31"):
            self.env["sale.order.line"].create(
                {"product_id": self.pump.id, "product_uom_qty": 1, "order_id": order.id}
            )

    def test_exceeding_quotation_can_be_reduced(self):
        order = self._create_order((self.pump, 30))
        self._add_stock(self.pump, self.stop_warehouse, -20)
        order.order_line.product_uom_qty = 25
        order.client_order_ref = "PO 17"
        with self.assertRefused("asked 25", "available 20"):
            order.action_confirm()

    def test_delivery_and_invoice_of_own_order_pass(self):
        order = self._confirm_order((self.pump, 40))
        self._deliver(order)
        order._create_invoices().action_post()
        self.assertEqual(order.order_line.qty_delivered, 40)
        self.assertEqual(order.order_line.qty_invoiced, 40)

    def test_negative_and_zero_quantities_ask_for_nothing(self):
        self.assertTrue(self._create_order((self.pump, 0), (self.valve, -5)))

    def test_section_lines_and_line_without_product(self):
        order = self._create_order((self.pump, 1))
        order.write(
            {
                "order_line": [
                    Command.create({"display_type": "line_section", "name": "Options"}),
                    Command.create({"display_type": "line_note", "name": "Free of charge"}),
                ]
            }
        )
        self.assertEqual(len(order.order_line), 3)

    def test_watch_ends_with_an_error(self):
        """A refused save leaves nothing behind that would silence the next check."""
        for _n in range(2):
            with self.assertRefused("asked 41"):
                self._create_order((self.pump, 41))
        order = self._create_order((self.pump, 1))
        with self.assertRaises(ValueError):
            order.write({"order_line": [Command.create({"no_such_field": 1})]})
        with self.assertRefused("asked 41"):
            order.order_line.product_uom_qty = 41

    def test_claims_of_a_restored_backup_are_nobodys(self):
        """Transaction ids of another database server neither hold stock nor break a check."""
        claims = self.env["sales.availability.claim"]
        for transaction_id in ("3", "9000000000000"):
            claims.create(
                {
                    "warehouse_res_id": self.stop_warehouse.id,
                    "product_res_id": self.pump.id,
                    "source_model": "sale.order.line",
                    "source_res_id": 1,
                    "quantity": 39,
                    "transaction_id": transaction_id,
                }
            )
        claims.flush_model()
        self.assertEqual(self._get_available(self.pump), 40)
        order = self._confirm_order((self.pump, 40))
        self.assertEqual(order.state, "sale")
        self.assertNotIn("3", claims.search([]).mapped("transaction_id"), "past claims go")
