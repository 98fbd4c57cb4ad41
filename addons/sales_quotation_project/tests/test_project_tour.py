from odoo.tests import HttpCase, tagged

from .common import ProjectQuotationCase


@tagged("post_install", "-at_install")
class TestProjectTour(ProjectQuotationCase, HttpCase):
    def test_project_becomes_a_quotation(self):
        self.seller.group_ids |= self.env.ref("project.group_project_user")
        url = f"/odoo/action-project.open_view_project_all/{self.project.id}"
        self.start_tour(url, "sales_quotation_project", login=self.seller.login)
        order = self.env["sale.order"].search([("project_id", "=", self.project.id)])
        self.assertEqual(len(order), 1)
        lines = order.order_line
        self.assertEqual(lines.mapped("name"), ["Handover", "Plan", "Build", "Wire"])
        self.assertEqual(lines.mapped("product_uom_qty"), [1, 2, 0, 5])
        self.assertEqual(lines.quoted_task_id, self.plan | self.wire)
        self.assertEqual(lines.quoted_milestone_id, self.handover)
        self.assertEqual((order.partner_id, order.user_id), (self.customer, self.seller))

    def test_project_becomes_a_quotation_on_a_phone(self):
        self.browser_size, self.touch_enabled = "375x667", True
        self.seller.group_ids |= self.env.ref("project.group_project_user")
        url = f"/odoo/action-project.open_view_project_all/{self.project.id}"
        self.start_tour(url, "sales_quotation_project_phone", login=self.seller.login)
        order = self.env["sale.order"].search([("project_id", "=", self.project.id)])
        self.assertEqual(order.order_line.mapped("name"), ["Plan", "Build", "Wire"])
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [3, 0, 5])
