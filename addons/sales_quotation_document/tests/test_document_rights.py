import io

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.sales_document.tools.schema import Placeholder

from .common import QuotationCommon


@tagged("post_install", "-at_install")
class TestDocumentRights(QuotationCommon):
    """A document shows what its user may read, and templates go by role, company and team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boris = new_test_user(cls.env, "document_boris", "sales_team.group_sale_salesman")
        cls.portal = new_test_user(cls.env, "document_portal", "base.group_portal")
        cls.clerk = new_test_user(cls.env, "document_clerk", "base.group_user")
        cls.content = cls._make_xlsx({"A1": "{{ number }}"})
        cls.template = cls._create_template(cls.content)

    def _read_cell(self, content):
        return load_workbook(io.BytesIO(content)).active["A1"].value

    # === RECORDS AND FIELDS === #

    def test_only_of_quotations_that_one_may_read(self):
        mine = self.order.with_user(self.anna)
        self.assertEqual(self._read_cell(mine._make_document("xlsx", self.template)), mine.name)
        for order in (
            self.order.with_user(self.boris),
            self.order.with_user(self.clerk),
            self.order.with_user(self.portal),
        ):
            for method in (order.action_export_xlsx, order.export_documents):
                with self.assertRaises(AccessError):
                    method()
            with self.assertRaises(AccessError):
                self.env["sales.document.export"].with_user(order.env.user).create(
                    {"res_model": "sale.order", "res_ids": order.ids, "kind": "xlsx"}
                ).action_download()

    def test_one_that_may_not_be_read_spoils_the_zip(self):
        other = self._create_order(user_id=self.boris.id)
        with self.assertRaises(AccessError):
            (self.order | other).with_user(self.anna).export_documents()

    def test_fields_of_others_do_not_appear(self):
        schema = self.env["sale.order"]._get_document_schema()
        schema["ref"] = Placeholder("client_order_ref")
        self.order.client_order_ref = "secret 4711"
        self.patch(type(self.order), "_get_document_schema", lambda _self: schema)
        template = self._create_template(self._make_xlsx({"A1": "{{ ref }}{{ reference }}"}))
        order = self.order.with_user(self.anna)
        shown = self._read_cell(order._make_document("xlsx", template))
        self.assertEqual(shown, "secret 4711" * 2)
        field = self.order._fields["client_order_ref"]
        self.patch(field, "groups", "base.group_system")
        self.assertNotIn("ref", order._get_document_data())
        self.assertIsNone(self._read_cell(order._make_document("xlsx", template)))
        system = self.order.with_user(self.env.ref("base.user_admin"))
        self.assertIn("4711", self._read_cell(system._make_document("xlsx", template)))

    def test_related_records_of_others_do_not_appear(self):
        self.env["ir.rule"].create(
            {
                "name": "No Chengdu",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": "[('city', '!=', '成都')]",
            }
        )
        data = self.order.with_user(self.anna).sudo(False)._get_document_data()
        self.assertEqual(data["customer"], {})
        self.assertEqual(data["number"], self.order.name)

    def test_pictures_are_read_only_when_they_are_placed(self):
        data = self.order._get_document_data()
        self.assertTrue(data["company"]["logo"].open_png())
        self.assertFalse(data["lines"][1]["product"]["image"])

    def test_data_holds_no_records(self):
        def check(value):
            if isinstance(value, dict):
                [check(item) for item in value.values()]
            elif isinstance(value, list):
                [check(item) for item in value]
            else:
                self.assertFalse(hasattr(value, "_name"), value)
                self.assertFalse(callable(value), value)

        check(self.order._get_document_data())

    # === TEMPLATES === #

    def test_managers_keep_templates_and_salespeople_use_them(self):
        self._create_template(self.content, user=self.manager).name = "Other"
        for user in (self.anna, self.clerk):
            templates = self.env["sales.document.template"].with_user(user)
            self.assertIn(self.template, templates.search([("model", "=", "sale.order")]))
            with self.assertRaises(AccessError):
                self._create_template(self.content, user=user)
            with self.assertRaises(AccessError):
                self.template.with_user(user).write({"name": "mine"})
            with self.assertRaises(AccessError):
                self.template.with_user(user).unlink()

    def test_the_portal_has_no_templates(self):
        templates = self.env["sales.document.template"].with_user(self.portal)
        with self.assertRaises(AccessError):
            templates.search([("model", "=", "sale.order")])
        with self.assertRaises(AccessError):
            templates.browse(self.template.id).read(["file"])
        with self.assertRaises(AccessError):
            self.env["sales.document.export"].with_user(self.portal).create(
                {"res_model": "sale.order", "kind": "xlsx"}
            )

    def test_another_company_s_template(self):
        company = self.env["res.company"].create({"name": "Other Company"})
        template = self._create_template(self.content, company_id=company.id)
        with self.assertRaises(AccessError):
            self.order.with_user(self.anna)._make_document("xlsx", template.with_user(self.anna))
        with self.assertRaises(AccessError):
            self.order.with_user(self.anna).export_documents(template_id=template.id)
        # who works for both may not mix them either
        self.anna.company_ids = [Command.link(company.id)]
        order = self.order.with_user(self.anna).with_context(
            allowed_company_ids=[self.env.company.id, company.id]
        )
        with self.assertRaises(UserError) as caught:
            order.export_documents(template_id=template.id)
        self.assertIn("Other Company", str(caught.exception))

    def test_a_team_s_template(self):
        team = self.env["crm.team"].create(
            {"name": "South", "member_ids": [Command.link(self.boris.id)]}
        )
        template = self._create_template(self.content, team_id=team.id)
        self.assertTrue(template.with_user(self.boris).has_access("read"))
        self.assertTrue(template.with_user(self.manager).has_access("write"))
        self.assertFalse(template.with_user(self.anna).has_access("read"))
        with self.assertRaises(AccessError):
            self.order.with_user(self.anna).export_documents(template_id=template.id)

    def test_a_template_of_something_else(self):
        export = self.env["sales.document.export"].with_user(self.anna)
        for model in ("res.users", "no.such.model", "sales.document.mixin"):
            with self.assertRaises(UserError):
                export.create(
                    {"res_model": model, "res_ids": [1], "kind": "xlsx"}
                ).action_download()
        with self.assertRaises(UserError):
            self.order.with_user(self.anna).export_documents(kind="exe")

    def test_exports_are_their_user_s_own(self):
        export = (
            self.env["sales.document.export"]
            .with_user(self.anna)
            .create({"res_model": "sale.order", "res_ids": self.order.ids, "kind": "xlsx"})
        )
        export.action_download()
        with self.assertRaises(AccessError):
            export.with_user(self.boris).read(["file"])
