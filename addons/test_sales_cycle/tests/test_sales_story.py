from base64 import b64decode
from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SalesStoryCommon


@tagged("post_install", "-at_install")
class TestSalesStory(SalesStoryCommon, HttpCase):
    """One customer's way through the sales cycle. Later issues continue it where it ends."""

    def _find_customers(self, text, user):
        found = self.env["res.partner"].with_user(user).name_search(text)
        return self.env["res.partner"].browse(partner_id for partner_id, _name in found)

    def _claim_customer(self):
        """Who has not claimed the customer sees its card; who has, sees the customer."""
        customer = self._create_pooled("成都朗速科技有限公司")
        card = self.env["sales.customer.pool.card"].with_user(self.salesperson).browse(customer.id)
        self.assertEqual((card.name, card.city), ("成都朗速科技有限公司", "成都市"))
        self.assertFalse(card.phone, "who could call needed no claim")
        self.assertFalse(self._find_customers("cdls", self.salesperson))
        card.action_claim()
        self.assertEqual(customer.user_id, self.salesperson)
        self.assertFalse(customer.pool_id)
        self.assertEqual(customer.protected_until, self.pool._get_today() + timedelta(days=30))
        self.assertEqual(self._find_customers("cdls", self.salesperson), customer)
        self.assertEqual(customer.with_user(self.salesperson).phone, "+86 28 6555 0188")
        return customer

    def _assert_claimed_for_the_colleague(self, customer):
        card = self.env["sales.customer.pool.card"].with_user(self.colleague).browse(customer.id)
        with self.assertRaises(UserError) as refusal:
            card.action_claim()
        self.assertIn(f"{customer.name}: Li Na has had it since", refusal.exception.args[0])
        self.assertFalse(self._find_customers("cdls", self.colleague))

    def _assert_tier(self, customer):
        """It was created today: a new customer, which pays its tier's prices."""
        self._compute_tier(customer)
        seen = customer.with_user(self.salesperson)
        self.assertEqual(seen.customer_tier_id, self.tier)
        self.assertEqual(seen.property_product_pricelist, self.tier.pricelist_id)

    def _open_opportunity(self, customer):
        values = {
            "name": "Grease for the gear works",
            "partner_id": customer.id,
            "type": "opportunity",
            "user_id": self.salesperson.id,
        }
        return self.env["crm.lead"].with_user(self.salesperson).create(values)

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

    def _give_way(self, order, discount):
        """The customer asks for less: a second round, which replaces the first one."""
        second = order._make_round(reason="budget", note="They buy again in spring")
        second.order_line.discount = discount
        self.assertEqual(second.display_name, f"{order.name} round 2")
        with self.assertRaises(UserError) as refusal:
            order.action_confirm()
        self.assertIn("round 2 replaced it", refusal.exception.args[0])
        [row] = second.get_rounds_page()["rows"]
        self.assertEqual((row["before"]["discount"], row["after"]["discount"]), (2, discount))
        return second

    def _assert_workbook_says(self, order):
        """What the customer gets as Excel file has the figures of the quotation."""
        [document] = order.export_documents("xlsx")
        self._assert_cells(b64decode(document["content"]), order)

    def _assert_cells(self, content, order):
        workbook = load_workbook(BytesIO(content), data_only=True)
        cells = [cell.value for row in workbook.active.iter_rows() for cell in row]
        self.assertIn(order.amount_untaxed, cells)
        self.assertIn(30, cells)
        self.assertTrue([text for text in cells if "Bearing grease" in str(text)])

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

    def _log_followup(self, order):
        """One tap on the order: it fills in everything but what was said, and what is next."""
        defaults = order.action_log_followup()["context"]
        values = {
            "content": "The grease has arrived, they are content",
            "next_step": "Ask for the yearly need",
            "next_date": self._get_today() + timedelta(days=3),
        }
        followups = self.env["sales.followup"].with_user(self.salesperson)
        return followups.with_context(**defaults).create(values)

    def _get_today(self):
        return fields.Date.context_today(self.env["mail.activity"].with_user(self.salesperson))

    def _assert_reminded(self, customer):
        board = self.env["mail.activity"].with_user(self.salesperson).get_followup_board()
        self.assertIn(
            (customer.id, "Ask for the yearly need", 3),
            [(item["customer_id"], item["summary"], item["days"]) for item in board["items"]],
        )

    def _assert_timeline_tells(self, customer, *events):
        timeline = customer.with_user(self.salesperson).get_timeline()
        told = [(item["kind"], item["title"], item["body"]) for item in timeline["items"]]
        for event in events:
            self.assertIn(event, told)
        with self.assertRaises(AccessError):
            customer.with_user(self.colleague).get_timeline()

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

    def test_from_pool_to_next_step(self):
        customer = self._claim_customer()
        self._assert_claimed_for_the_colleague(customer)
        self._assert_tier(customer)
        lead = self._open_opportunity(customer)

        first = self._quote(lead, 30)
        order = self._give_way(first, discount=5)
        self._assert_workbook_says(order)
        self.assertEqual(order.warehouse_id, self.warehouse)
        self.assertFalse(customer.last_contact_date, "a quotation proves nothing")
        order.action_confirm()
        self.assertEqual(customer.last_contact_date, order.date_order, "an order is contact")

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
        self.assertEqual(invoice.amount_untaxed, 30 * 95 * 0.95)
        self.assertEqual(order.margin, 30 * (95 * 0.95 - 71))
        self.assertEqual((first.round_state, order.round_state), ("superseded", "won"))

        self._deliver(waiting)
        self._assert_query_says_why(on_hand=0, held={})
        self._assert_audit_finds_nothing()

        followup = self._log_followup(order)
        self.assertEqual((followup.partner_id, followup.order_id), (customer, order))
        self.assertEqual(customer.last_followup_date, followup.date)
        self.assertEqual(customer.last_contact_date, waiting.date_order, "a call proves nothing")
        self._assert_reminded(customer)
        self._assert_timeline_tells(
            customer,
            ("activity", "Ask for the yearly need", ""),
            ("delivery", picking.name, order.name),
            ("followup", "Call", followup.content),
            ("invoice", invoice.name, ""),
            ("lead", lead.name, ""),
            ("order", order.display_name, ""),
            ("order", waiting.name, ""),
            ("ownership", "Claimed", "Chengdu Pool \u2192 Li Na"),
        )

    def _agree(self, customer, quantity, price):
        values = {"product_id": self.grease.id, "quantity": quantity, "price_unit": price}
        contract = (
            self.env["sales.contract"]
            .with_user(self.salesperson)
            .create(
                {
                    "partner_id": customer.id,
                    "over_quantity": "stop",
                    "line_ids": [Command.create(values)],
                }
            )
        )
        contract.action_confirm()
        return contract

    def _draw(self, contract, quantity):
        wizard_id = contract.action_new_quotation()["res_id"]
        wizard = self.env["sales.quotation.contract"].with_user(self.salesperson).browse(wizard_id)
        wizard.line_ids.quantity = quantity
        order_id = wizard.action_apply()["res_id"]
        return self.env["sale.order"].with_user(self.salesperson).browse(order_id)

    def test_from_contract_to_what_is_left(self):
        """The customer agrees on the need of a year, and orders it bit by bit."""
        customer = self._claim_customer()
        contract = self._agree(customer, 30, 92)
        order = self._draw(contract, 12)
        self.assertEqual(order.order_line.price_unit, 92, "and not that of its tier")
        order = order._make_round(reason="budget", note="The same contract")
        self.assertEqual(order.order_line.contract_line_id, contract.line_ids)
        self.assertEqual(contract.line_ids.quantity_quoted, 12, "the round before is over")
        order.action_confirm()
        self.assertEqual(contract.line_ids.quantity_left, 18)
        self._deliver(order)

        again = order.copy()
        again.order_line.product_uom_qty = 19
        self.assertEqual(again.order_line.price_unit, 92)
        with self.assertRaises(UserError) as refusal:
            again.action_confirm()
        self.assertIn("31 of 30", refusal.exception.args[0])
        again.order_line.product_uom_qty = 18
        again.action_confirm()
        self.assertEqual(contract.line_ids.quantity_left, 0)

        contracts = self.env["sales.contract"].with_user(self.colleague)
        self.assertFalse(contracts.search([("partner_id", "=", customer.id)]))
        self._assert_timeline_tells(customer, ("contract", contract.name, ""))

    def test_story_in_the_browser(self):
        """The salesperson tells the same story with the mouse, in Chinese."""
        customer = self._create_pooled("Chengdu Langsu")
        self.env["res.lang"]._activate_lang("zh_CN")
        self.salesperson.lang = "zh_CN"
        cards = "/odoo/action-sales_customer_pool.sales_customer_pool_card_action"
        self.start_tour(cards, "test_sales_cycle_claim", login="story_salesperson")
        self.assertEqual(customer.user_id, self.salesperson)
        self.assertFalse(customer.pool_id)

        self._assert_tier(customer)
        url = f"/odoo/res.partner/{customer.id}"
        self.start_tour(url, "test_sales_cycle_tier", login="story_salesperson")

        first = self._quote_in_the_browser()
        order = self._give_way_in_the_browser(first)
        url = f"/odoo/sales/{order.id}"
        self.start_tour(url, "test_sales_cycle_story", login="story_salesperson")
        self.assertEqual((first.round_state, order.round_state), ("superseded", "won"))
        self.assertEqual(order.order_line.product_uom_qty, 30)
        self.assertEqual(order.order_line.qty_delivered, 30)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, self.lot)
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.invoice_ids.amount_untaxed, 30 * 95 * 0.9)

        self.start_tour("/odoo/sales", "test_sales_cycle_waiting", login="story_salesperson")
        waiting = self._get_orders_of_langsu() - first - order
        self.assertEqual((waiting.state, waiting.availability_queue_state), ("draft", "queued"))
        self._receive(5)
        self._run_queue()
        self.assertEqual(waiting.state, "sale", "its goods have arrived: 10 were left, 5 came")
        self.env["sales.availability.balance"]._refresh_marked(100)
        query = "/odoo/action-sales_availability.action_availability_balance"
        self.start_tour(query, "test_sales_cycle_why", login="story_salesperson")
        self.assertEqual(customer.last_contact_date, order.date_order)

        url = f"/odoo/res.partner/{customer.id}"
        self.start_tour(url, "test_sales_cycle_followup", login="story_salesperson")
        [followup] = customer.followup_ids
        self.assertEqual(followup.user_id, self.salesperson)
        self.assertEqual(customer.last_followup_date, followup.date)
        reminder = followup.next_activity_id
        self.assertEqual(reminder.user_id, self.salesperson)
        self.assertEqual(reminder.date_deadline, followup.next_date)
        self.start_tour("/odoo/today", "test_sales_cycle_today", login="story_salesperson")

    def _quote_in_the_browser(self):
        """A quotation below the floor: the salesperson asks, the leader of the team approves."""
        self.start_tour("/odoo/sales", "test_sales_cycle_quote", login="story_salesperson")
        order = self._get_orders_of_langsu()
        self.assertEqual(len(order), 1, "the order of 41 was refused and not saved")
        self.assertEqual((order.user_id, order.state), (self.salesperson, "draft"))
        self.assertEqual(order.approval_state, "waiting")
        request = order.approval_request_id
        self.assertEqual(request.comment, "They buy again in spring")
        self.assertEqual(order.activity_ids.user_id, self.leader)
        with self.assertRaises(UserError) as refusal:
            order.with_user(self.salesperson).action_confirm()
        self.assertIn("Chen Jing", str(refusal.exception))

        self.start_tour("/odoo/approvals", "test_sales_cycle_approve", login="story_leader")
        self.assertEqual(order.approval_state, "approved")
        self.assertEqual(request.step_ids.decided_by_id, self.leader)
        self.assertEqual(request.step_ids.comment, "Once")
        self.assertFalse(order.activity_ids)
        return order

    def _give_way_in_the_browser(self, first):
        """They pay later, for less discount: a second round, compared and sent in Excel."""
        url = f"/odoo/sales/{first.id}"
        self.start_tour(url, "test_sales_cycle_round", login="story_salesperson")
        [second] = self._get_orders_of_langsu() - first
        self.assertEqual((second.name, second.round_number), (first.name, 2))
        self.assertEqual(second.base_round_id, first)
        self.assertEqual((first.round_state, second.round_state), ("superseded", "open"))
        self.assertEqual((first.order_line.discount, second.order_line.discount), (20, 10))
        self.assertFalse(second.approval_needed, "10 % is above the floor")
        [export] = self.env["sales.document.export"].search([("res_model", "=", "sale.order")])
        self.assertEqual(export.res_ids, second.ids)
        self._assert_cells(b64decode(export.file), second)
        return second

    def _get_orders_of_langsu(self):
        return self.env["sale.order"].search([("partner_id.name", "=", "Chengdu Langsu")])
