from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityInvoice(AvailabilityCommon):
    """Customer invoices of goods that were neither ordered nor delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.availability_invoice_mode = "stop"

    @classmethod
    def _prepare_invoice(cls, *lines):
        return {
            "move_type": "out_invoice",
            "partner_id": cls.customer.id,
            "availability_warehouse_id": cls.stop_warehouse.id,
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": q, "tax_ids": []})
                for product, q in lines
            ],
        }

    @classmethod
    def _create_invoice(cls, *lines):
        return cls.env["account.move"].create(cls._prepare_invoice(*lines))

    @classmethod
    def _post_invoice(cls, *lines):
        invoice = cls._create_invoice(*lines)
        invoice.action_post()
        return invoice

    def test_invoice_is_checked_when_saved(self):
        self.assertTrue(self._create_invoice((self.pump, 40)))
        with self.assertRefused("This invoice takes more", "Pump", "asked 41", "Valve"):
            self._create_invoice((self.pump, 41), (self.valve, 11))

    def test_changed_quantity_is_checked(self):
        invoice = self._create_invoice((self.pump, 30))
        with self.assertRefused("asked 41"):
            invoice.invoice_line_ids.quantity = 41
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 40
        self.assertEqual(invoice.invoice_line_ids.quantity, 40)

    def test_draft_holds_nothing_and_post_is_checked_again(self):
        first, second = (self._create_invoice((self.pump, 30)) for _n in range(2))
        self.assertEqual(self._get_available(self.pump), 40)
        first.action_post()
        self.assertEqual(self._get_available(self.pump), 10)
        with self.assertRefused("asked 30", "available 10", first.name):
            second.action_post()
        self.assertEqual(second.state, "draft")
        with self.assertRefused("asked 11", "available 10", first.name):
            self._create_order((self.pump, 11))

    def test_delivery_of_the_invoice_takes_over_its_hold(self):
        invoice = self._post_invoice((self.pump, 30))
        invoice.action_create_availability_delivery()
        picking = invoice.invoice_line_ids.availability_move_ids.picking_id
        self.assertEqual(picking.partner_id, self.customer)
        self.assertEqual(self._get_available(self.pump), 10)
        self.assertFalse(invoice.availability_hold_ids)
        self.stop_warehouse.availability_delivery_mode = "stop"
        picking.move_ids.quantity = 30
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(self._get_available(self.pump), 10)
        with self.assertRaisesRegex(UserError, "holds no goods"):
            invoice.action_create_availability_delivery()

    def test_cancelled_delivery_gives_the_hold_back_to_the_invoice(self):
        invoice = self._post_invoice((self.pump, 30))
        invoice.action_create_availability_delivery()
        invoice.invoice_line_ids.availability_move_ids.picking_id.action_cancel()
        self.assertEqual(self._get_available(self.pump), 10)
        self.assertEqual(invoice.availability_hold_ids.quantity, 30)

    def test_handed_over(self):
        invoice = self._post_invoice((self.pump, 30))
        invoice.action_release_availability_hold()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_reset_and_cancelled_invoice_gives_back(self):
        invoice = self._post_invoice((self.pump, 30))
        invoice.button_draft()
        self.assertEqual(self._get_available(self.pump), 40)
        invoice.action_post()
        self.assertEqual(self._get_available(self.pump), 10)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_credit_note_gives_back(self):
        invoice = self._post_invoice((self.pump, 30))
        credit = invoice._reverse_moves()
        self.assertEqual(self._get_available(self.pump), 10)
        credit.action_post()
        self.assertEqual(self._get_available(self.pump), 40)

    def test_invoice_of_an_order_is_covered_by_it(self):
        product = self._create_product("Ordered", "ORD", invoice_policy="order")
        self._add_stock(product, self.stop_warehouse, 10)
        order = self._confirm_order((product, 10))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self._get_available(product), 0)
        self._deliver(order)
        self.assertEqual(self._get_available(product), 0)

    def test_more_invoiced_than_ordered_must_be_there(self):
        product = self._create_product("Ordered", "ORD", invoice_policy="order")
        self._add_stock(product, self.stop_warehouse, 10)
        order = self._confirm_order((product, 7))
        invoice = order._create_invoices()
        with self.assertRefused("asked 4", "available 3"):
            invoice.invoice_line_ids.quantity = 11
        invoice.invoice_line_ids.quantity = 10
        invoice.action_post()
        self.assertEqual(self._get_available(product), 0)

    def test_services_bills_and_credit_notes_are_free(self):
        service = self.env["product.product"].create({"name": "Help", "type": "service"})
        self.assertTrue(self._create_invoice((service, 1000)))
        for move_type in ("in_invoice", "out_refund"):
            values = self._prepare_invoice((self.pump, 1000))
            self.assertTrue(self.env["account.move"].create({**values, "move_type": move_type}))

    def test_warning(self):
        self.stop_warehouse.availability_invoice_mode = "warn"
        invoice = self._create_invoice((self.pump, 41))
        self.assertIn("missing 1", invoice.availability_warning)
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")
