from odoo.tests import HttpCase, tagged

from .common import ImportCase, make_xlsx, read_xlsx


@tagged("post_install", "-at_install")
class TestScreen(HttpCase, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.new_user("import_seller", "base.group_partner_manager")

    def test_load_the_good_rows(self):
        rows = [
            ["Name", "Reference", "Country"],
            ["Tour Ann", "TA1", "China"],
            None,
            ["Tour Bob", "TA2", "Atlantis"],
            ["Tour Cid", "TA3", "France"],
            ["T" * 300, "TA4", "China"],
            ["Tour Dan", "TA5", "China"],
        ]
        # the tour has no file of its own: it uploads this one
        self.env["ir.attachment"].create(
            {"name": "tour-customers.xlsx", "raw": make_xlsx(rows), "public": True}
        )
        self.start_tour(
            "/odoo/import?active_model=res.partner", "sales_import_rows", login="import_seller"
        )
        partners = self.env["res.partner"].search([("ref", "=like", "TA_")], order="ref")
        self.assertEqual(partners.mapped("name"), ["Tour Ann", "Tour Cid", "Tour Dan"])
        self.assertEqual(partners.country_id.mapped("code"), ["CN", "FR"])
        record = self.env["base_import.import"].search(
            [("create_uid", "=", self.seller.id)], order="id desc", limit=1
        )
        self.authenticate("import_seller", "import_seller")
        response = self.url_open(f"/sales_import/rejected/{record.id}")
        self.assertIn("tour-customers-rejected.xlsx", response.headers["Content-Disposition"])
        lines = read_xlsx(response.content)
        self.assertEqual([line[1] for line in lines], ["Reference", "TA2", "TA4"])

    def test_rejected_rows_are_private(self):
        record = self.make_import(
            "res.partner",
            [["Name", "Country"], ["Ann", "Atlantis"]],
            user=self.env.ref("base.user_admin"),
        )
        self.run_import(record, ["name", "country_id"])
        self.env.flush_all()
        self.authenticate("import_seller", "import_seller")
        self.assertEqual(self.url_open(f"/sales_import/rejected/{record.id}").status_code, 404)
        self.authenticate("admin", "admin")
        self.assertEqual(self.url_open(f"/sales_import/rejected/{record.id}").status_code, 200)

    def test_template_download(self):
        self.authenticate("import_seller", "import_seller")
        response = self.url_open("/sales_import/template/res.partner")
        self.assertEqual(read_xlsx(response.content)[0][:2], ["Name", "Reference"])
        response = self.url_open("/sales_import/template/res.partner?lang=zh_CN")
        self.assertIn("国家/地区", read_xlsx(response.content)[0])
        self.assertEqual(self.url_open("/sales_import/template/res.users").status_code, 404)
        self.assertEqual(self.url_open("/sales_import/template/no.such").status_code, 404)

    def test_report_component(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=sales_import",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
        )
