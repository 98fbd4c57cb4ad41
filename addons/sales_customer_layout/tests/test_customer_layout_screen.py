from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import LayoutCommon


@tagged("post_install", "-at_install")
class TestCustomerLayoutScreen(LayoutCommon, HttpCase):
    def test_salesperson_works_in_the_layout(self):
        self.anna.group_ids = [Command.unlink(self.group.id)]  # reads also what is nobody's
        self._create_layout(
            {"field_name": "function", "visibility": "never"},
            {"field_name": "wechat", "is_readonly": True},
            ("section", "@parent_id"),
            {"kind": "section", "label": "Sourcing"},
            {"field_name": "source_id", "label": "Found At"},
            {"field_name": "website", "is_required": True},
        )
        action = self.env.ref("base.action_partner_form").id
        self.start_tour(
            f"/odoo/action-{action}/new", "sales_customer_layout_form", login=self.anna.login
        )
        customer = self.partners.search([("name", "=", "成都朗速软件有限公司")])
        self.assertEqual(customer.website, "https://langsu.example.com")

    def test_manager_arranges_and_previews(self):
        self.manager.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        action = self.env.ref("sales_customer_layout.sales_customer_layout_action").id
        self.start_tour(
            f"/odoo/action-{action}", "sales_customer_layout_editor", login=self.manager.login
        )
        lines = self.layouts.search([("name", "=", "Salespeople")]).line_ids
        line = {line.element: line for line in lines}
        self.assertEqual(line["website"].label, "Home Page")
        self.assertTrue(line["website"].is_readonly)
        self.assertGreater(len(lines), 50)

    def test_browsers_forget_old_forms(self):
        """What a browser kept counts as long as this hash does."""
        self.authenticate(self.anna.login, self.anna.login)
        before = self._get_hash()
        self.assertEqual(self._get_hash(), before)
        layout = self._create_layout("website")
        created = self._get_hash()
        layout.line_ids.unlink()
        self.assertEqual(len({before, created, self._get_hash()}), 3)

    def _get_hash(self):
        return self.make_jsonrpc_request("/web/session/get_session_info")["registry_hash"]
