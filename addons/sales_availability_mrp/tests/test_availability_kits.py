from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.sales_availability.tests.common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityKits(AvailabilityCommon):
    """A pump station is two pumps, and one valve set, which is a dozen valves in three sets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.grease = cls._create_product("Grease", "GREASE", is_storable=False)
        cls.valve_set = cls._create_product("Valve Set", "SET", is_storable=False)
        cls.station = cls._create_product("Station", "STATION", is_storable=False)
        cls._create_kit(cls.valve_set, (cls.valve, 1, {"product_uom_id": cls.dozen.id}), quantity=3)
        cls.station_kit = cls._create_kit(
            cls.station, (cls.pump, 2), (cls.valve_set, 1), (cls.grease, 5)
        )
        cls._add_stock(cls.valve, cls.stop_warehouse, 90)

    @classmethod
    def _create_kit(cls, product, *lines, quantity=1):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": quantity,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create(
                        {
                            "product_id": component.id,
                            "product_qty": number,
                            **(more[0] if more else {}),
                        }
                    )
                    for component, number, *more in lines
                ],
            }
        )

    def test_components_are_asked_for_in_their_unit(self):
        order = self._create_order((self.station, 3))
        self.assertEqual(
            order.order_line._get_availability_needs(), {self.pump: 2.0, self.valve: 4.0}
        )

    def test_thirds_of_a_component_make_a_whole(self):
        self._create_kit(self.grease, (self.pump, 1), quantity=3)
        self._confirm_order((self.grease, 120))
        self.assertEqual(self._get_available(self.pump), 0)

    def test_kit_is_available_as_its_scarcest_component(self):
        order = self._create_order((self.station, 20))
        line = order.order_line
        self.assertTrue(line.availability_checked)
        self.assertEqual(line.availability_quantity, 20, "40 pumps make 20, 100 valves 25")
        self.assertEqual(line.availability_missing, 0)
        with Form(order) as form, form.order_line.edit(0) as edited:
            edited.product_uom_qty = 26
            self.assertEqual(edited.availability_missing, 6)
            edited.product_uom_qty = 20

    def test_refusal_names_line_and_component(self):
        with self.assertRefused("line 2", "Pump.*asked 42.*available 40.*missing 2"):
            self._create_order((self.valve, 1), (self.station, 21))

    def test_confirmed_kit_holds_its_components_and_not_against_itself(self):
        order = self._confirm_order((self.station, 15))
        self.assertEqual(self._get_available(self.pump), 10)
        self.assertEqual(self._get_available(self.valve), 40)
        order.order_line.product_uom_qty = 20
        self.assertEqual(self._get_available(self.pump), 0)
        self.assertEqual(order.order_line.availability_quantity, 20)
        with self.assertRefused("Pump"):
            order.order_line.product_uom_qty = 21

    def test_kit_and_component_alone_compete(self):
        self._confirm_order((self.station, 15))
        with self.assertRefused("Pump.*available 10.*missing 1"):
            self._confirm_order((self.pump, 11))
        self._confirm_order((self.pump, 10))
        with self.assertRefused("Pump.*available 0"):
            self._create_order((self.station, 1))

    def test_kit_and_component_in_one_order_add_up(self):
        with self.assertRefused("lines? 1, 2.*Pump.*asked 41"):
            self._create_order((self.station, 20), (self.pump, 1))

    def test_partly_delivered_kits_ask_for_the_rest(self):
        order = self._confirm_order((self.station, 20))
        self._deliver_components(order, {self.pump: 10, self.valve: 20})
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(self._get_open_demand(order), {self.pump: 30, self.valve: 60})
        self.assertEqual(order.order_line.availability_missing, 0)

    def test_components_delivered_ahead_are_not_asked_for_again(self):
        order = self._confirm_order((self.station, 20))
        self._deliver_components(order, {self.pump: 40, self.valve: 0})
        self.assertEqual(order.order_line.qty_delivered, 0, "no kit is complete")
        self.assertEqual(self._get_open_demand(order), {self.valve: 80})
        self.assertEqual(order.order_line.availability_missing, 0)
        self._add_stock(self.pump, self.stop_warehouse, 2)
        order.order_line.product_uom_qty = 21
        self.assertEqual(self._get_available(self.pump), 0)

    def test_delivered_order_asks_for_nothing(self):
        order = self._confirm_order((self.station, 5))
        self._deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(self._get_open_demand(order), {})
        self.assertEqual(self._get_available(self.pump), 30)

    def test_kit_of_consumables_is_not_controlled(self):
        self._create_kit(self.grease, (self._create_product("Oil", "OIL", is_storable=False), 1))
        order = self._confirm_order((self.grease, 1000))
        self.assertFalse(order.order_line.availability_checked)

    def test_component_made_to_order_needs_no_stock(self):
        self.stop_warehouse.mto_pull_id.route_id.active = True
        self.pump.route_ids = self.stop_warehouse.mto_pull_id.route_id
        order = self._create_order((self.station, 25))
        self.assertEqual(order.order_line._get_availability_needs(), {self.valve: 4.0})

    def test_variants_take_their_own_components(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Drive",
                "value_ids": [Command.create({"name": n}) for n in ("Pump", "Valve")],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Drive Kit",
                "type": "consu",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        values = template.attribute_line_ids.product_template_value_ids
        with_pump, with_valve = template.product_variant_ids
        self._create_kit(
            with_pump,
            (self.pump, 1, {"bom_product_template_attribute_value_ids": values[0].ids}),
            (self.valve, 1, {"bom_product_template_attribute_value_ids": values[1].ids}),
        )
        order = self._create_order((with_pump, 1), (with_valve, 1))
        self.assertEqual(
            [line._get_availability_needs() for line in order.order_line],
            [{self.pump: 1.0}, {self.valve: 1.0}],
        )

    def test_changed_kit_counts_at_once(self):
        order = self._create_order((self.station, 20))
        self.station_kit.bom_line_ids[0].product_qty = 4
        self.assertEqual(order.order_line._get_availability_needs()[self.pump], 4)
        self.station_kit.active = False
        self.assertFalse(order.order_line._is_stocked())

    def test_lot_on_a_kit_is_refused(self):
        self.station.write({"is_storable": True, "tracking": "lot"})
        lot = self.env["stock.lot"].create({"name": "K1", "product_id": self.station.id})
        with self.assertRaisesRegex(ValidationError, "is a kit"):
            self._create_order((self.station, 1, {"lot_id": lot.id}))

    def test_salesperson_sells_kits(self):
        orders = self.env["sale.order"].with_user(self.salesperson)
        order = orders.create(self._prepare_order((self.station, 20)))
        self.assertEqual(order.order_line.availability_quantity, 20)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertRaises(UserError):
            orders.create(self._prepare_order((self.station, 1)))

    def test_manufacturing_holds_components_until_done(self):
        production = self.env["mrp.production"].create(
            {
                "product_id": self._create_product("Plant", "PLANT").id,
                "product_qty": 1,
                "picking_type_id": self.stop_warehouse.manu_type_id.id,
                "move_raw_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 30,
                            "location_id": self.stop_warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        self.assertEqual(self._get_available(self.pump), 40)
        production.action_confirm()
        self.assertEqual(self._get_available(self.pump), 10)
        with self.assertRefused("Pump.*available 10"):
            self._create_order((self.station, 6))
        production.move_raw_ids.quantity = 30
        production.qty_producing = 1
        production.move_raw_ids.picked = True
        production.button_mark_done()
        self.assertEqual(production.state, "done")
        self.assertEqual(self._get_available(self.pump), 10, "consumed, held no longer")
        self.assertEqual(
            self.pump.with_context(warehouse_id=self.stop_warehouse.id).qty_available, 10
        )

    def test_quotation_that_holds_kits_holds_components(self):
        self.stop_warehouse.availability_hold_hours = 24
        order = self._create_order((self.station, 15))
        self.assertEqual(self._get_available(self.pump), 10)
        order._action_cancel()
        self.assertEqual(self._get_available(self.pump), 40)

    # === INVOICES === #

    def _create_invoice(self, quantity):
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "availability_warehouse_id": self.stop_warehouse.id,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.station.id, "quantity": quantity, "tax_ids": []}
                    )
                ],
            }
        )

    def test_invoiced_kit_asks_for_its_components(self):
        self.stop_warehouse.availability_invoice_mode = "stop"
        with self.assertRefused("This invoice", "Pump", "asked 42, available 40, missing 2"):
            self._create_invoice(21)
        self.assertTrue(self._create_invoice(20))

    def test_invoiced_kit_holds_and_delivers_its_components(self):
        self.stop_warehouse.availability_invoice_mode = "stop"
        invoice = self._create_invoice(15)
        invoice.action_post()
        self.assertEqual(self._get_available(self.pump), 10)
        self.assertEqual(self._get_available(self.valve), 40)
        self.assertEqual(invoice.invoice_line_ids.availability_hold_quantity, 15)
        with self.assertRefused("asked 11", "available 10", invoice.name):
            self._create_order((self.pump, 11))
        invoice.action_create_availability_delivery()
        moves = invoice.invoice_line_ids.availability_move_ids
        self.assertEqual(
            {move.product_id: move.product_uom_qty for move in moves},
            {self.pump: 30, self.valve: 60},
        )
        self.assertFalse(invoice.availability_hold_ids)
        self.assertEqual(self._get_available(self.pump), 10)
        moves.quantity = 30
        moves.picked = True
        moves.picking_id.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self._get_available(self.pump), 10, "all pumps went")
        self.assertEqual(self._get_available(self.valve), 40, "30 valves are still to come")

    def test_credited_kit_gives_its_components_back(self):
        self.stop_warehouse.availability_invoice_mode = "stop"
        invoice = self._create_invoice(15)
        invoice.action_post()
        invoice._reverse_moves().action_post()
        self.assertEqual(self._get_available(self.pump), 40)
        self.assertEqual(self._get_available(self.valve), 100)

    def test_number_of_queries_does_not_grow_with_the_kits(self):
        self.assertEqual(self._count_queries(10), self._count_queries(100))

    def _count_queries(self, number):
        kits = [
            self._create_product(f"Kit {i}", f"KIT{number}-{i}", is_storable=False)
            for i in range(number)
        ]
        for kit in kits:
            self._create_kit(kit, (self.pump, 1), (self.valve_set, 1))
        order = self._create_order(*((kit, 0.1) for kit in kits), warehouse=self.warn_warehouse)
        self.env.flush_all()
        self.env.invalidate_all()
        order.order_line.mapped("product_id.display_name")
        before = self.env.cr.sql_log_count
        order._get_availability_items()
        return self.env.cr.sql_log_count - before

    def _get_open_demand(self, order):
        return {
            self.env["product.product"].browse(item.key.product_id): item.quantity
            for item in order._get_availability_items()
            if item.quantity
        }

    def _deliver_components(self, order, quantities):
        picking = order.picking_ids
        for move in picking.move_ids:
            move.quantity = quantities.get(move.product_id, move.product_uom_qty)
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
