from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityStock(AvailabilityCommon):
    """Deliveries, transfers and scrap that no sales order stands behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.write(
            {
                "availability_delivery_mode": "stop",
                "availability_transfer_mode": "stop",
                "availability_scrap_mode": "stop",
            }
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")

    @classmethod
    def _prepare_picking(cls, *lines, picking_type=None, target=None):
        source = cls.stop_warehouse.lot_stock_id
        target = target or cls.customers
        locations = {"location_id": source.id, "location_dest_id": target.id}
        return {
            **locations,
            "picking_type_id": (picking_type or cls.stop_warehouse.out_type_id).id,
            "move_ids": [
                Command.create({**locations, "product_id": p.id, "product_uom_qty": quantity})
                for p, quantity in lines
            ],
        }

    @classmethod
    def _create_picking(cls, *lines, **options):
        return cls.env["stock.picking"].create(cls._prepare_picking(*lines, **options))

    @classmethod
    def _create_transfer(cls, *lines, to=None):
        return cls._create_picking(
            *lines,
            picking_type=cls.stop_warehouse.int_type_id,
            target=(to or cls.warn_warehouse).lot_stock_id,
        )

    def _validate(self, picking, quantity=None):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    # === SAVING === #

    def test_delivery_is_checked_when_saved(self):
        self.assertTrue(self._create_picking((self.pump, 40)))
        with self.assertRefused("transfer takes more", "Pump", "asked 41", "Valve", "asked 11"):
            self._create_picking((self.pump, 41), (self.valve, 11))

    def test_draft_delivery_holds_nothing(self):
        self._create_picking((self.pump, 40))
        self.assertEqual(self._get_available(self.pump), 40)

    def test_changed_quantity_is_checked(self):
        picking = self._create_picking((self.pump, 30))
        with self.assertRefused("asked 41"):
            picking.move_ids.product_uom_qty = 41
        with self.assertRefused("asked 41"):
            picking.write(
                {"move_ids": [Command.update(picking.move_ids.id, {"product_uom_qty": 41})]}
            )

    def test_delivery_in_the_form(self):
        with Form(self.env["stock.picking"]) as form:
            form.picking_type_id = self.stop_warehouse.out_type_id
            with form.move_ids.new() as line:
                line.product_id = self.pump
                line.product_uom_qty = 41
            with self.assertRefused("asked 41"):
                form.save()
            with form.move_ids.edit(0) as line:
                line.product_uom_qty = 40
        self.assertEqual(form.record.move_ids.product_uom_qty, 40)

    def test_confirmed_delivery_holds_against_orders(self):
        picking = self._create_picking((self.pump, 30))
        picking.action_confirm()
        self.assertEqual(self._get_available(self.pump), 10)
        with self.assertRefused("asked 11", "available 10", picking.name):
            self._create_order((self.pump, 11))
        picking.action_cancel()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_orders_hold_against_deliveries_and_transfers(self):
        order = self._confirm_order((self.pump, 30))
        with self.assertRefused("asked 11", "available 10", order.name):
            self._create_picking((self.pump, 11))
        with self.assertRefused("asked 11", "available 10", order.name):
            self._create_transfer((self.pump, 11))

    def test_confirm_is_checked_again(self):
        first, second = (self._create_picking((self.pump, 30)) for _n in range(2))
        first.action_confirm()
        with self.assertRefused("asked 30", "available 10"):
            second.action_confirm()
        self.assertEqual(second.state, "draft")

    def test_moves_inside_the_warehouse_take_nothing(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stop_warehouse.lot_stock_id.id}
        )
        self._confirm_order((self.pump, 40))
        picking = self._create_picking(
            (self.pump, 40), picking_type=self.stop_warehouse.int_type_id, target=shelf
        )
        picking.action_confirm()
        self.assertEqual(self._get_available(self.pump), 0)

    def test_receipts_are_free(self):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        stock = self.stop_warehouse.lot_stock_id
        locations = {"location_id": suppliers.id, "location_dest_id": stock.id}
        receipt = self.env["stock.picking"].create(
            {
                **locations,
                "picking_type_id": self.stop_warehouse.in_type_id.id,
                "move_ids": [
                    Command.create(
                        {**locations, "product_id": self.pump.id, "product_uom_qty": 1000}
                    )
                ],
            }
        )
        receipt.action_confirm()
        self._validate(receipt)
        self.assertEqual(self._get_available(self.pump), 1040)

    # === VALIDATING === #

    def test_transfer_to_other_warehouse(self):
        picking = self._create_transfer((self.pump, 15))
        picking.action_confirm()
        self._validate(picking)
        self.assertEqual(self._get_available(self.pump), 25)
        self.assertEqual(self._get_available(self.pump, self.warn_warehouse), 15)

    def test_more_than_ordered_must_be_free(self):
        order = self._confirm_order((self.pump, 10))
        self._confirm_order((self.pump, 25))
        with self.assertRefused("takes more", "asked 16", "available 15"):
            self._validate(order.picking_ids, 16)
        self._validate(order.picking_ids, 15)
        self.assertEqual(order.order_line.qty_delivered, 15)
        self.assertEqual(self._get_available(self.pump), 0)

    def test_own_hold_is_delivered_though_others_are_short(self):
        """Goods were lost: who comes first with his promise gets what is there."""
        first, second = (self._confirm_order((self.pump, 20)) for _n in range(2))
        self._add_stock(self.pump, self.stop_warehouse, -10)
        self._deliver(first)
        self.assertEqual(first.order_line.qty_delivered, 20)
        with self.assertRefused("asked 20", "available 10"):
            self._deliver(second)
        self._deliver(second, 10)
        self.assertEqual(second.order_line.qty_delivered, 10)
        self.assertEqual(len(second.picking_ids), 2, "the backorder waits for goods")

    def test_what_is_not_here_cannot_be_delivered(self):
        order = self._confirm_order((self.pump, 40))
        self._add_stock(self.pump, self.stop_warehouse, -30)
        with self.assertRefused("asked 40", "available 10"):
            self._deliver(order)

    def test_warn_mode_delivers_and_keeps_that_it_exceeded(self):
        self.stop_warehouse.availability_delivery_mode = "warn"
        self._confirm_order((self.pump, 35))
        picking = self._create_picking((self.pump, 10))
        picking.action_confirm()
        self._validate(picking)
        self.assertEqual(picking.state, "done")
        decisions = self.env["sales.availability.decision"].search(
            [("document_model", "=", "stock.picking"), ("document_res_id", "=", picking.id)]
        )
        self.assertEqual(set(decisions.mapped("outcome")), {"warned"})
        self.assertEqual(set(decisions.mapped("asked")), {10})

    def test_replenishment_waits_instead_of_stopping_the_scheduler(self):
        """An order point that would take promised goods gets an activity, others go on."""
        self.warn_warehouse.resupply_wh_ids = self.stop_warehouse
        route = self.warn_warehouse.resupply_route_ids
        self._confirm_order((self.pump, 40))
        points = self.env["stock.warehouse.orderpoint"].create(
            [
                {
                    "product_id": product.id,
                    "warehouse_id": self.warn_warehouse.id,
                    "location_id": self.warn_warehouse.lot_stock_id.id,
                    "route_id": route.id,
                    "product_min_qty": 5,
                    "product_max_qty": 5,
                }
                for product in (self.pump, self.valve)
            ]
        )
        points._procure_orderpoint_confirm(raise_user_error=False)
        moves = self.env["stock.move"].search(
            [("location_id", "=", self.stop_warehouse.lot_stock_id.id), ("state", "!=", "cancel")]
        )
        self.assertEqual(moves.filtered(lambda m: not m.sale_line_id).product_id, self.valve)
        self.assertIn("asked 5", self.pump.product_tmpl_id.activity_ids.note or "")
        self.assertEqual(self._get_available(self.pump), 0)
        self.assertEqual(self._get_available(self.valve), 5)

    # === SCRAP === #

    def _prepare_scrap(self, product, quantity, **values):
        return {
            "product_id": product.id,
            "scrap_qty": quantity,
            "location_id": self.stop_warehouse.lot_stock_id.id,
            **values,
        }

    def test_scrap_is_checked_when_saved_and_done(self):
        scrap = self.env["stock.scrap"].create(self._prepare_scrap(self.pump, 10))
        with self.assertRefused("scrap order", "asked 41"):
            scrap.scrap_qty = 41
        order = self._confirm_order((self.pump, 35))
        with self.assertRefused("scrap order", "asked 10", "available 5", order.name):
            scrap.action_validate()
        self.assertEqual(scrap.state, "draft")
        scrap.scrap_qty = 5
        scrap.action_validate()
        self.assertEqual(scrap.state, "done")
        self.assertEqual(self._get_available(self.pump), 0)

    def test_broken_goods_of_a_quarantine_can_be_scrapped(self):
        quarantine = self._create_quarantine()
        self.env["stock.quant"]._update_available_quantity(self.pump, quarantine, 3)
        self._confirm_order((self.pump, 40))
        scrap = self.env["stock.scrap"].create(
            self._prepare_scrap(self.pump, 3, location_id=quarantine.id)
        )
        scrap.action_validate()
        self.assertEqual(scrap.state, "done")

    # === FROZEN === #

    def _create_quarantine(self):
        return self.env["stock.location"].create(
            {
                "name": "Quarantine",
                "location_id": self.stop_warehouse.lot_stock_id.id,
                "is_quarantine": True,
            }
        )

    def test_quarantine_is_frozen(self):
        quarantine = self._create_quarantine()
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": quarantine.id})
        self.env["stock.quant"]._update_available_quantity(self.pump, shelf, 7)
        self.assertEqual(self._get_available(self.pump), 40)
        order = self._confirm_order((self.pump, 40))
        self.assertNotIn(shelf, order.picking_ids.move_line_ids.location_id)
        self.stop_warehouse.availability_count_quarantine = True
        self.assertEqual(self._get_available(self.pump), 7)

    def test_reservation_leaves_the_quarantine(self):
        quarantine = self._create_quarantine()
        product = self._create_product("Quarantined", "QUA")
        self.env["stock.quant"]._update_available_quantity(product, quarantine, 7)
        self.stop_warehouse.availability_mode = "warn"
        order = self._confirm_order((product, 5))
        self.assertFalse(order.picking_ids.move_line_ids)

    def test_quarantined_goods_cannot_be_delivered(self):
        quarantine = self._create_quarantine()
        self.env["stock.quant"]._update_available_quantity(self.pump, quarantine, 7)
        order = self._confirm_order((self.pump, 5))
        order.picking_ids.move_line_ids.location_id = quarantine
        with self.assertRaisesRegex(UserError, "Pump lies in .*Quarantine"):
            self._deliver(order)

    def test_goods_of_others_are_frozen(self):
        self._add_stock(self.pump, self.stop_warehouse, 9, owner_id=self.customer)
        self.assertEqual(self._get_available(self.pump), 40)
        self.stop_warehouse.availability_count_owned = True
        self.assertEqual(self._get_available(self.pump), 49)
