from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityRelease(AvailabilityCommon):
    """Mode approve: saving is allowed, confirming needs the release of someone with the right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_warehouse.write(
            {"availability_mode": "approve", "availability_delivery_mode": "approve"}
        )
        cls.approver = new_test_user(
            cls.env,
            "availability_approver",
            "sales_team.group_sale_manager,stock.group_stock_user,"
            "sales_availability.group_availability_release",
        )

    def _release(self, document, reason="Receipt is on its way"):
        action = document.with_user(self.approver).action_release_availability_shortage()
        wizard = self.env[action["res_model"]].with_user(self.approver).browse(action["res_id"])
        wizard.reason = reason
        wizard.action_release()

    def test_confirm_needs_a_release(self):
        order = self._create_order((self.pump, 50))
        self.assertIn("missing 10", order.availability_warning)
        self.assertTrue(order.is_availability_releasable)
        with self.assertRefused("asked 50", "available 40", "release the shortage"):
            order.action_confirm()
        self._release(order)
        order.invalidate_recordset()
        self.assertFalse(order.is_availability_releasable)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn("Receipt is on its way", "".join(order.message_ids.mapped("body")))
        decision = self._get_decisions(order)
        self.assertEqual(decision.outcome, "released")
        self.assertTrue(decision.version_id)

    def _get_decisions(self, document):
        return self.env["sales.availability.decision"].search(
            [("document_model", "=", document._name), ("document_res_id", "=", document.id)]
        )

    def test_release_is_no_blank_cheque(self):
        order = self._create_order((self.pump, 50))
        self._release(order)
        order.order_line.product_uom_qty = 51
        with self.assertRefused("asked 51"):
            order.action_confirm()

    def test_what_is_there_needs_no_release(self):
        order = self._confirm_order((self.pump, 40))
        self.assertEqual(self._get_decisions(order).outcome, "allowed")
        with self.assertRaisesRegex(UserError, "lacks nothing"):
            order.with_user(self.approver).action_release_availability_shortage()

    def test_salesperson_asks_and_may_not_release(self):
        order = self._create_order((self.pump, 50), user_id=self.salesperson.id)
        own = order.with_user(self.salesperson)
        with self.assertRaises(AccessError):
            own.action_release_availability_shortage()
        own.action_request_availability_release()
        activity = order.activity_ids.filtered(lambda a: a.user_id == self.approver)
        self.assertIn("missing 10", activity.note)
        self._release(order)
        self.assertNotIn(activity, order.activity_ids, "it is done")

    def test_wizard_cannot_be_made_by_hand(self):
        Wizard = self.env["sales.availability.release.wizard"]
        order = self._create_order((self.pump, 50))
        values = {"document_model": "sale.order", "document_res_id": order.id, "reason": "x"}
        with self.assertRaises(AccessError):
            Wizard.with_user(self.salesperson).create(values)
        with self.assertRaises(AccessError):
            self.env["sales.availability.release"].with_user(self.approver).create({})
        wizard = Wizard.with_user(self.approver).create(
            {"document_model": "res.users", "document_res_id": 1, "reason": "x"}
        )
        with self.assertRaisesRegex(UserError, "cannot be released"):
            wizard.action_release()

    def test_mode_stop_cannot_be_released(self):
        order = self._create_order((self.pump, 50))
        self.stop_warehouse.availability_mode = "stop"
        with self.assertRaisesRegex(UserError, "mode Stop"):
            self._release(order)

    def test_delivery_can_be_released(self):
        self._confirm_order((self.pump, 40))
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.stop_warehouse.out_type_id.id,
                "location_id": self.stop_warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 3,
                            "location_id": self.stop_warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        },
                    )
                ],
            }
        )
        with self.assertRefused("asked 3", "available 0"):
            picking.action_confirm()
        self._release(picking)
        picking.action_confirm()
        self.assertEqual(self._get_available(self.pump), -3)

    def test_terms_of_a_decision_are_kept(self):
        order = self._confirm_order((self.pump, 1))
        version = self._get_decisions(order).version_id
        self.assertEqual(version.availability_mode, "approve")
        self.stop_warehouse.availability_mode = "stop"
        self.assertEqual(version.availability_mode, "approve")
        self.assertFalse(version.is_current)
        newer = self._get_decisions(self._confirm_order((self.pump, 1))).version_id
        self.assertEqual(newer.number, version.number + 1)
