from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_customer_pool.tests.common import CustomerPoolCommon


@tagged("post_install", "-at_install")
class TestDeliverySecrecy(CustomerPoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "Pump", "is_storable": True})
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 100
        )
        cls.colleagues = cls._create_customers(user_id=cls.wang.id, name="Wang Customer")
        cls.own = cls._create_customers(user_id=cls.li.id, name="Li Customer")
        cls.order = cls._create_order(cls.own, cls.li)
        cls.colleagues_order = cls._create_order(cls.colleagues, cls.wang)

    @classmethod
    def _create_order(cls, customer, user, quantity=2):
        line = Command.create({"product_id": cls.product.id, "product_uom_qty": quantity})
        values = {"partner_id": customer.id, "user_id": user.id, "order_line": [line]}
        order = cls.env["sale.order"].with_user(user).create(values)
        order.action_confirm()
        return order

    def _as(self, user, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.sudo(False).with_user(user)

    def test_transfers_follow_their_customer(self):
        own, secret = self.order.picking_ids, self.colleagues_order.picking_ids
        pickings = self._as(self.li, self.env["stock.picking"])
        domain = [("id", "in", (own | secret).ids)]
        self.assertEqual(pickings.search(domain), own)
        self.assertFalse(pickings.search([("partner_id.name", "=", "Wang Customer")]))
        self.assertFalse(pickings.name_search(secret.name, [("id", "=", secret.id)]))
        groups = pickings.formatted_read_group(domain, ["partner_id"], ["__count"])
        self.assertNotIn("Wang Customer", str(groups))
        for read in (
            lambda: self._as(self.li, secret).read(["partner_id"]),
            lambda: self._as(self.li, secret).export_data(["partner_id"]),
            lambda: (
                self._as(self.li, secret).message_ids.read(["body"])
                or self._as(self.li, secret).check_access("read")
            ),
        ):
            with self.assertRaises(AccessError):
                read()
        everything = own | secret
        for groups in ("sales_team.group_sale_salesman_all_leads", "stock.group_stock_user"):
            user = self._create_user(f"pool_{groups[-5:]}", groups)
            self.assertEqual(self._as(user, pickings).search(domain), everything)
        self.wang.group_ids |= self.env.ref("stock.group_stock_user")
        self.assertEqual(self._as(self.wang, pickings).search(domain), everything)

    def test_moves_are_read_but_not_who_they_are_for(self):
        moves = self._as(self.li, self.colleagues_order.picking_ids.move_ids)
        self.assertEqual(moves.product_uom_qty, 2)
        lines = self._as(self.li, moves.sudo().move_line_ids)
        for records, fname in (
            (moves, "partner_id"),
            (moves, "restrict_partner_id"),
            (lines, "picking_partner_id"),
            (lines, "move_partner_id"),
        ):
            model = records.browse()
            for path, read in {
                "read": lambda records=records, fname=fname: records.read([fname]),
                "form": lambda records=records, fname=fname: records.web_read({fname: {}}),
                "export": lambda r=records, fname=fname: r.export_data([f"{fname}/name"]),
                "search": lambda m=model, fname=fname: m.search([(f"{fname}.name", "like", "W")]),
                "group": lambda m=model, fname=fname: m.formatted_read_group([], [fname]),
                "order": lambda m=model, fname=fname: m.search([], order=fname),
            }.items():
                with self.subTest(path, fname=fname), self.assertRaises(AccessError):
                    read()
        path = [("picking_id.partner_id.name", "=", "Wang Customer")]
        self.assertFalse(moves.browse().search(path))
        self.assertTrue(lines)
        self.assertIn("Wang Customer", str(self._as(self.chief, moves).read(["partner_id"])))

    def test_lines_of_colleagues_do_not_name_the_customer(self):
        """Moves show the line they come from, as superuser, and a line names its customer."""
        moves = self._as(self.li, self.colleagues_order.picking_ids.move_ids)
        self.assertNotIn("Wang Customer", str(moves.read(["sale_line_id"])))
        own = self._as(self.li, self.order.picking_ids.move_ids)
        self.assertIn("Li Customer", str(own.read(["sale_line_id"])))

    def test_quantities_count_the_deliveries_of_all(self):
        product = self._as(self.li, self.product)
        self.assertEqual(product.outgoing_qty, 4)
        self.assertEqual(product.virtual_available, 96)

    def test_a_salesperson_works_with_own_deliveries_as_before(self):
        order = self._as(self.li, self.order)
        line = order.order_line
        line.product_uom_qty = 5
        self.assertEqual(sum(order.sudo().picking_ids.move_ids.mapped("product_uom_qty")), 5)
        line.product_uom_qty = 1
        picking = order.picking_ids
        picking.note = "Handle with care"
        moves = {"fields": {"product_id": {"fields": {"display_name": {}}}, "product_uom_qty": {}}}
        [values] = picking.web_read({"name": {}, "partner_id": {}, "move_ids": moves})
        self.assertEqual(values["partner_id"], self.own.id)
        self.assertEqual(values["move_ids"][0]["product_uom_qty"], 1)
        order.picking_ids.action_cancel()
        order = self._as(self.li, self._create_order(self.own, self.li))
        order._action_cancel()
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})

    def _get_shown_fields(self, user, path):
        """Return what the form of a transfer asks for."""
        pickings = self._as(user, self.env["stock.picking"])
        view = pickings.get_views([(False, "form")])["views"]["form"]
        return {node.get("name") for node in etree.fromstring(view["arch"]).iterfind(path)}

    def test_screens_do_not_ask_for_it(self):
        nested = ".//field//field"
        self.assertNotIn("partner_id", self._get_shown_fields(self.li, nested))
        self.assertIn("partner_id", self._get_shown_fields(self.chief, nested))
        shown = self._get_shown_fields(self.li, ".//field")
        self.assertIn("partner_id", shown, "of the transfer itself, which follows its customer")

    def test_own_orders_keep_their_deliveries_when_the_customer_is_lost(self):
        self._release(self.own, self.li)
        order = self._as(self.li, self.order)
        self.assertEqual(len(order.picking_ids), 1)
        self.assertTrue(order.picking_ids.read(["name", "state", "partner_id"]))
        self.assertEqual(order.order_line.qty_delivered, 0)
        self.assertTrue(order.picking_ids.move_ids.read(["product_uom_qty"]))
