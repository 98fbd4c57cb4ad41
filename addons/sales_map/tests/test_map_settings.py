import json

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from odoo.addons.sales_map.hooks import uninstall_hook
from odoo.addons.sales_map.tools import is_tile_url

URL = "https://tiles.example.com/{z}/{x}/{y}.png"


@tagged("post_install", "-at_install")
class TestTileUrl(TransactionCase):
    def test_addresses_of_tiles(self):
        for url in (
            URL,
            "https://tiles.example.com:8443/{z}/{x}/{y}{r}.png?key=a-B_1",
            "https://10.0.0.7/map?x={x}&y={y}&z={z}&lang=zh_cn",
        ):
            self.assertTrue(is_tile_url(url), url)

    def test_other_addresses(self):
        for url in (
            "",
            "http://tiles.example.com/{z}/{x}/{y}.png",
            "javascript:alert(1)//{z}/{x}/{y}",
            "data:image/svg+xml,{z}{x}{y}",
            "//tiles.example.com/{z}/{x}/{y}.png",
            "https://tiles.example.com/{z}/{x}.png",
            "https://tiles.example.com/{z}/{x}/{y}/{s}.png",
            "https://{x}.example.com/{z}/{x}/{y}.png",
            "https://{x}/{z}/{y}",
            "https://user:secret@tiles.example.com/{z}/{x}/{y}.png",
            'https://tiles.example.com/{z}/{x}/{y}.png" onerror="alert(1)',
            "https://tiles.example.com/{z}/{x}/{y}.png'",
            "https://tiles.example.com/{z}/{x}/{y}<script>",
            "https://tiles.example.com/{z}/{x}/{y}\n",
            "https://tiles.example.com/{z}/{x}/{y}/{{r}}",
            "https:///{z}/{x}/{y}",
        ):
            self.assertFalse(is_tile_url(url), url)


@tagged("post_install", "-at_install")
class TestMapSettings(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        new_test_user(cls.env, "map_user", "base.group_user")
        cls.env["ir.config_parameter"].search([("key", "=like", "sales_map.%")]).unlink()

    def _save(self, **values):
        values = {f"sales_map_{name}": value for name, value in values.items()}
        self.env["res.config.settings"].create(values).execute()

    def _get_session(self):
        self.authenticate("map_user", "map_user")
        headers = {"Content-Type": "application/json"}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}})
        answer = self.url_open("/web/session/get_session_info", data=body, headers=headers)
        return answer.json()["result"]["sales_map"]

    def test_no_provider_is_set_at_first(self):
        expected = {"tile_url": "", "attribution": "", "datum": "wgs84", "max_zoom": 18}
        self.assertEqual(self._get_session(), expected)

    def test_users_are_told_what_was_saved(self):
        self._save(tile_url=URL, attribution="(c) Example", datum="gcj02", max_zoom=17)
        expected = {
            "tile_url": URL,
            "attribution": "(c) Example",
            "datum": "gcj02",
            "max_zoom": 17,
        }
        self.assertEqual(self._get_session(), expected)

    def test_settings_show_what_was_saved(self):
        self._save(tile_url=URL, max_zoom=17)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.sales_map_tile_url, URL)
        self.assertEqual(settings.sales_map_max_zoom, 17)

    def test_unsafe_address_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Tile URL: http://a.example.com/ cannot"):
            self._save(tile_url="http://a.example.com/")

    def test_zoom_is_bounded(self):
        for zoom in (0, 2, 25):
            with self.assertRaisesRegex(ValidationError, "from 3 to 24"):
                self._save(max_zoom=zoom)

    def test_parameters_written_past_the_settings_do_no_harm(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("sales_map.tile_url", "javascript:alert(1)//{x}{y}{z}")
        parameters.set_param("sales_map.max_zoom", "far")
        parameters.set_param("sales_map.tile_datum", "mars")
        told = self._get_session()
        self.assertEqual((told["tile_url"], told["max_zoom"], told["datum"]), ("", 18, "wgs84"))

    def test_uninstalling_takes_the_map_away(self):
        self._save(tile_url=URL)
        action = self.env["ir.actions.act_window"].create(
            {"name": "Places", "res_model": "res.partner", "view_mode": "list,sales_map,form"}
        )
        uninstall_hook(self.env)
        self.assertEqual(action.view_mode, "list,form")
        self.assertFalse(self.env["ir.config_parameter"].search([("key", "like", "sales_map")]))
