from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityAccess(AvailabilityCommon):
    def _create_as(self, user, *lines):
        Order = self.env["sale.order"].with_user(user)
        return Order.create(self._prepare_order(*lines, user_id=user.id))

    def test_salesperson_without_stock_rights_is_checked(self):
        order = self._create_as(self.salesperson, (self.pump, 40))
        order.action_confirm()
        self.assertEqual(order.order_line.availability_quantity, 40)
        with self.assertRaisesRegex(UserError, "available 0"):
            self._create_as(self.salesperson, (self.pump, 1))

    def test_salesperson_is_told_who_holds_what_others_own(self):
        manager = new_test_user(
            self.env, "availability_other", "sales_team.group_sale_manager", name="Wang Wei"
        )
        self._create_as(manager, (self.pump, 40)).action_confirm()
        with self.assertRaisesRegex(UserError, r"Held by: S\d+ \(Wang Wei\) 40"):
            self._create_as(self.salesperson, (self.pump, 1))

    def test_customer_in_portal_learns_nothing_about_stock(self):
        order = self._create_order((self.pump, 30))
        holder = self._confirm_order((self.pump, 25), user_id=self.salesperson.id)
        portal_user = new_test_user(self.env, "availability_portal", "base.group_portal")
        with self.assertRaises(UserError) as refusal:
            order.with_user(portal_user).sudo().action_confirm()
        text = refusal.exception.args[0]
        self.assertIn("Pump", text)
        for secret in (holder.name, "Li Na", "25", "15", "Stopping"):
            self.assertNotIn(secret, text)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_stock_managers_change_the_mode(self):
        for group in ("sales_team.group_sale_manager", "stock.group_stock_user"):
            user = new_test_user(self.env, f"mode_{group}", group)
            with self.assertRaises(AccessError):
                self.stop_warehouse.with_user(user).availability_mode = "off"
        manager = new_test_user(self.env, "mode_manager", "stock.group_stock_manager")
        self.stop_warehouse.with_user(manager).availability_mode = "off"
        self.assertEqual(self.stop_warehouse.availability_mode, "off")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_claims(self):
        Claim = self.env["sales.availability.claim"]
        admin = new_test_user(self.env, "claim_admin", "base.group_system")
        Claim.with_user(admin).check_access("read")
        for operation in ("create", "write", "unlink"):
            self.assertFalse(Claim.with_user(admin).has_access(operation))
        self.assertFalse(Claim.with_user(self.salesperson).has_access("read"))

    def test_context_of_the_client_switches_nothing_off(self):
        Order = self.env["sale.order"].with_user(self.salesperson)
        context = {
            "import_file": True,
            "install_mode": True,
            "no_check": True,
            "sales_availability.watch": True,
            "tracking_disable": True,
        }
        with self.assertRaisesRegex(UserError, "asked 41"):
            Order.with_context(**context).create(self._prepare_order((self.pump, 41)))

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Sister"})
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        warehouse = warehouse or self.env["stock.warehouse"].create(
            {"name": "Sister", "code": "SIS", "company_id": company.id}
        )
        warehouse.availability_mode = "stop"
        self._add_stock(self.pump, warehouse, 3)
        self.assertEqual(self._get_available(self.pump), 40)
        Order = self.env["sale.order"].with_company(company)
        with self.assertRaisesRegex(UserError, "asked 4, available 3"):
            Order.create(
                self._prepare_order((self.pump, 4), warehouse=warehouse, company_id=company.id)
            )


@tagged("post_install", "-at_install")
class TestAvailabilityPortal(AvailabilityCommon, HttpCase):
    SIGNATURE = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
        "gg=="
    )

    def _sign(self, order):
        """Sign a quotation as a customer does who got its link by mail."""
        params = {
            "access_token": order._portal_ensure_token(),
            "name": "Mr Lang",
            "signature": self.SIGNATURE,
        }
        return self.make_jsonrpc_request(f"/my/orders/{order.id}/accept", params)

    def test_customer_signs_what_is_available(self):
        order = self._create_order((self.pump, 40), require_payment=False, require_signature=True)
        order.state = "sent"
        self.assertIn("redirect_url", self._sign(order))
        self.assertEqual(order.state, "sale")

    @mute_logger("odoo.http")
    def test_customer_signs_what_is_gone(self):
        order = self._create_order((self.pump, 40), require_payment=False, require_signature=True)
        order.state = "sent"
        holder = self._confirm_order((self.pump, 1))
        with self.assertRaises(JsonRpcException) as refusal:
            self._sign(order)
        self.assertIn("UserError", str(refusal.exception))
        self.assertNotIn(holder.name, str(refusal.exception))
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.signature, "nothing is half-written")
