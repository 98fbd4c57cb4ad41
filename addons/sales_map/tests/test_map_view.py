from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

PLACE = 'latitude="partner_latitude" longitude="partner_longitude"'


@tagged("post_install", "-at_install")
class TestMapView(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})

    def _create_view(self, arch):
        return self.env["ir.ui.view"].create(
            {"name": "partner.map", "model": "res.partner", "arch": arch}
        )

    def _assert_refused(self, arch, text):
        with (
            mute_logger("odoo.addons.base.models.ir_ui_view"),
            self.assertRaises(ValidationError) as caught,
        ):
            self._create_view(arch)
        self.assertIn(text, str(caught.exception))

    def test_view_is_recognised_by_its_root(self):
        view = self._create_view(f'<sales_map {PLACE} limit="50"><field name="phone"/></sales_map>')
        self.assertEqual(view.type, "sales_map")

    def test_client_is_told_the_fields_of_the_place(self):
        view = self._create_view(f'<sales_map {PLACE}><field name="phone"/></sales_map>')
        fields = self.env["res.partner"].get_view(view.id)["models"]["res.partner"]
        self.assertLessEqual({"partner_latitude", "partner_longitude", "phone"}, set(fields))

    def test_view_switcher_knows_it(self):
        info = self.env["ir.ui.view"].get_view_info()["sales_map"]
        self.assertEqual(info["display_name"], "Map")
        self.assertTrue(info["multi_record"])

    def test_both_coordinates_are_needed(self):
        self._assert_refused('<sales_map latitude="partner_latitude"/>', 'longitude="..."')
        self._assert_refused('<sales_map longitude="partner_longitude"/>', 'latitude="..."')

    def test_coordinates_are_decimal_fields(self):
        for name in ("color", "nothing", "name"):
            arch = f'<sales_map latitude="{name}" longitude="partner_longitude"/>'
            self._assert_refused(arch, "a decimal field of res.partner")

    def test_only_fields_inside(self):
        self._assert_refused(f"<sales_map {PLACE}><div/></sales_map>", "not <div>")

    def test_fields_inside_exist(self):
        self._assert_refused(f'<sales_map {PLACE}><field name="nothing"/></sales_map>', "nothing")

    def test_attributes_are_known(self):
        self._assert_refused(f'<sales_map {PLACE} onclick="x"/>', "onclick")

    def test_limit_is_bounded(self):
        for limit in ("0", "10001", "-1", "many"):
            self._assert_refused(f'<sales_map {PLACE} limit="{limit}"/>', "from 1 to 10000")

    def test_action_opens_it(self):
        action = self.env["ir.actions.act_window"].create(
            {"name": "Places", "res_model": "res.partner", "view_mode": "list,sales_map,form"}
        )
        self.assertIn((False, "sales_map"), action.views)
        view = self._create_view(f"<sales_map {PLACE}/>")
        self.env["ir.actions.act_window.view"].create(
            {"act_window_id": action.id, "view_id": view.id, "view_mode": "sales_map"}
        )
        action.invalidate_recordset()
        self.assertIn((view.id, "sales_map"), action.views)
