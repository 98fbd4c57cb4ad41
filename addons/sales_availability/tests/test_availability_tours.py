from odoo.tests import HttpCase, tagged

from .common import AvailabilityCommon


@tagged("post_install", "-at_install")
class TestAvailabilityTours(AvailabilityCommon, HttpCase):
    def _run_refusal_tour(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        warehouse = self.env.ref("base.user_admin")._get_default_warehouse_id()
        warehouse.availability_mode = "stop"
        self.env.ref("base.user_admin").lang = lang
        self._add_stock(self.pump, warehouse, 40)
        self.start_tour("/odoo/sales", "sales_availability_refusal", login="admin")
        order = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(order), 1, "the refused order was not saved")
        self.assertEqual(order.order_line.product_uom_qty, 40)
        self.assertEqual(order.state, "sale")

    def test_order_above_available_is_refused_at_saving(self):
        self._run_refusal_tour("en_US")

    def test_order_above_available_is_refused_at_saving_in_chinese(self):
        self._run_refusal_tour("zh_CN")

    def test_why_a_number_leads_to_the_order(self):
        self.env["res.lang"]._activate_lang("en_US")
        self.env.ref("base.user_admin").lang = "en_US"
        self._confirm_order((self.pump, 15))
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-sales_availability.action_availability_balance",
            "sales_availability_query",
            login="admin",
        )
