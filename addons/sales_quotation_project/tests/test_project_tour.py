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
