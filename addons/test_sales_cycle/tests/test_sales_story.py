from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SalesStoryCommon


@tagged("post_install", "-at_install")
class TestSalesStory(SalesStoryCommon, HttpCase):
    """One customer's way through the sales cycle. Later issues continue it where it ends."""

    def _win_customer(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.salesperson)
            .create(
                {
                    "name": "Grease for the gear works",
                    "partner_name": "成都朗速科技有限公司",
                    "type": "opportunity",
                    "user_id": self.salesperson.id,
                }
            )
        )
        lead._handle_partner_assignment(create_missing=True)
        return lead

    def _quote(self, lead, quantity):
        return (
            self.env["sale.order"]
            .with_user(self.salesperson)
            .create(
                {
                    "partner_id": lead.partner_id.id,
                    "opportunity_id": lead.id,
                    "order_line": [
                        Command.create({"product_id": self.grease.id, "product_uom_qty": quantity})
                    ],
                }
            )
        )

    def _deliver(self, order):
        [picking] = order.picking_ids
        picking.move_ids.picked = True
        picking.button_validate()
        return picking

    def _wait_for_goods(self, lead, quantity):
        """Save a quotation that exceeds all the same: it waits for the next receipt."""
        values = {
            "partner_id": lead.partner_id.id,
            "availability_queue_state": "queued",
            "order_line": [
                Command.create({"product_id": self.grease.id, "product_uom_qty": quantity})
            ],
        }
        return self.env["sale.order"].with_user(self.salesperson).create(values)

    def _run_queue(self):
        self.env.flush_all()
        self.env.ref("sales_availability.ir_cron_confirm_queued_orders").method_direct_trigger()
        self.env.invalidate_all()

    def _receive(self, quantity):
        stock = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(
            self.grease, stock, quantity, lot_id=self.lot
        )

    def _assert_query_says_why(self, on_hand, held):
        engine = self.env["sales.availability"].with_user(self.salesperson)
        [row] = engine.get_availability([self.grease.id], [self.warehouse.id])
        self.assertEqual(row["on_hand"], on_hand)
        self.assertEqual(row["available"], on_hand - sum(held.values()))
        lines = engine.explain(self.grease.id, self.warehouse.id)
        found = {line["name"]: line["quantity"] for line in lines if line["term"] == "held"}
        self.assertEqual(found, held)

    def _assert_audit_finds_nothing(self):
        self.env.flush_all()
        self.env["sales.availability.balance"]._refresh_marked(100)
        audit = self.env["sales.availability.audit"].create({})
        self.assertEqual(audit._get_drifts(self.grease.ids), [])

    def test_from_lead_to_invoice(self):
        lead = self._win_customer()
        self.assertEqual(lead.partner_id.name, "成都朗速科技有限公司")

        order = self._quote(lead, 30)
        self.assertEqual(order.warehouse_id, self.warehouse)
        order.action_confirm()

        with self.assertRaises(UserError) as refusal:
            self._quote(lead, 11).with_user(self.colleague)
        self.assertIn(f"Held by: {order.name} (Li Na) 30.", refusal.exception.args[0])

        waiting = self._wait_for_goods(lead, 15)
        self._receive(5)
        self._run_queue()
        self.assertEqual(waiting.state, "sale", "its goods have arrived: 10 were left, 5 came")
        self._assert_query_says_why(on_hand=45, held={order.name: 30, waiting.name: 15})

        picking = self._deliver(order)
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        self.assertEqual(order.order_line.qty_delivered, 30)

        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 30 * 95)
        self.assertEqual(order.margin, 30 * (95 - 71))

        self._deliver(waiting)
        self._assert_query_says_why(on_hand=0, held={})
        self._assert_audit_finds_nothing()

    def test_story_in_the_browser(self):
        """The salesperson tells the same story with the mouse, in Chinese."""
        self.env["res.partner"].create({"name": "Chengdu Langsu"})
        self.env["res.lang"]._activate_lang("zh_CN")
        self.salesperson.lang = "zh_CN"
        self.start_tour("/odoo/sales", "test_sales_cycle_story", login="story_salesperson")
        order = self._get_orders_of_langsu()
        self.assertEqual(len(order), 1, "the order of 41 was refused and not saved")
        self.assertEqual(order.user_id, self.salesperson)
        self.assertEqual(order.order_line.product_uom_qty, 30)
        self.assertEqual(order.order_line.qty_delivered, 30)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, self.lot)
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.invoice_ids.amount_untaxed, 30 * 95)

        self.start_tour("/odoo/sales", "test_sales_cycle_waiting", login="story_salesperson")
        waiting = self._get_orders_of_langsu() - order
        self.assertEqual((waiting.state, waiting.availability_queue_state), ("draft", "queued"))
        self._receive(5)
        self._run_queue()
        self.assertEqual(waiting.state, "sale", "its goods have arrived: 10 were left, 5 came")
        self.env["sales.availability.balance"]._refresh_marked(100)
        query = "/odoo/action-sales_availability.action_availability_balance"
        self.start_tour(query, "test_sales_cycle_why", login="story_salesperson")

    def _get_orders_of_langsu(self):
        return self.env["sale.order"].search([("partner_id.name", "=", "Chengdu Langsu")])
