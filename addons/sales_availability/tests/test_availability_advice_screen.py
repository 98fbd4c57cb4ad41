from odoo.tests import HttpCase, no_retry, tagged

from .common import AvailabilityCommon


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestAvailabilityAdviceUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    def _run_suite(self, preset):
        suite = get_suite_id("@sales_availability")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={preset}&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )

    @no_retry
    def test_desktop(self):
        self._run_suite("desktop")

    @no_retry
    def test_phone(self):
        self.browser_size = "375x667"
        self.touch_enabled = True
        self._run_suite("mobile")


@tagged("post_install", "-at_install")
class TestAvailabilityAdviceTours(AvailabilityCommon, HttpCase):
    """What a salesperson does with a line that asks for too much."""

    def _start_tour(self, tour, lang):
        self.env["res.lang"]._activate_lang(lang)
        admin = self.env.ref("base.user_admin")
        admin.lang = lang
        admin.group_ids += self.env.ref("stock.group_production_lot")
        self.warehouse = admin._get_default_warehouse_id()
        self.warehouse.availability_mode = "stop"
        self._add_stock(self.pump, self.warehouse, 40)
        self._add_stock(self.valve, self.warehouse, 9)
        self.grease = self._create_product("Grease", "GREASE", tracking="lot")
        self.lot = self.env["stock.lot"].create({"name": "L-1", "product_id": self.grease.id})
        self._add_stock(self.grease, self.warehouse, 10, lot_id=self.lot)
        self.start_tour("/odoo/sales", tour, login="admin")
        return self.env["sale.order"].search([("partner_id", "=", self.customer.id)])

    def _run_advice_tour(self, lang):
        order = self._start_tour("sales_availability_advice", lang)
        self.assertEqual(len(order), 1)
        self.assertEqual(
            [
                (line.product_id, line.product_uom_qty, line.warehouse_id, line.lot_id)
                for line in order.order_line
            ],
            [
                (self.pump, 40, self.warehouse, self.lot.browse()),
                (self.valve, 9, self.warehouse, self.lot.browse()),
                (self.valve, 3, self.stop_warehouse, self.lot.browse()),
                (self.grease, 5, self.warehouse, self.lot),
            ],
        )
        self.assertFalse(any(order.order_line.mapped("availability_missing")))
        order.action_confirm()
        self.assertEqual(len(order.picking_ids), 2, "one delivery from each warehouse")

    def test_remedies(self):
        self._run_advice_tour("en_US")

    def test_remedies_in_chinese(self):
        self._run_advice_tour("zh_CN")

    def _run_queue_tour(self, lang):
        order = self._start_tour("sales_availability_queue", lang)
        self.assertEqual(order.availability_queue_state, "queued")
        self.assertEqual(order.order_line.product_uom_qty, 60)

    def test_queue(self):
        self._run_queue_tour("en_US")

    def test_queue_in_chinese(self):
        self._run_queue_tour("zh_CN")
