from odoo.tests import HttpCase, tagged

from .common import CustomerSearchCommon


@tagged("post_install", "-at_install")
class TestCustomerSearchTours(CustomerSearchCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("en_US")
        self.env.ref("base.user_admin").lang = "en_US"

    def test_quotation_by_initials(self):
        self.start_tour("/odoo/sales", "sales_customer_search_quotation", login="admin")
        order = self.env["sale.order"].search([("partner_id", "=", self.langsu.id)])
        self.assertEqual(len(order), 1)

    def test_list_by_last_digits(self):
        self.start_tour("/odoo/customers", "sales_customer_search_list", login="admin")
