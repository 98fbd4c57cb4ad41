from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCustomerMap(HttpCase):
    """My customers and those due soon on the map, for the people who may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.li, cls.wang = (
            new_test_user(
                cls.env, f"map_{name}", "sales_team.group_sale_salesman", name=name, lang="en_US"
            )
            for name in ("Li", "Wang")
        )
        cls.placed = cls._create_customer(
            "Langsu Trading",
            cls.li,
            street="<b>Nanjing Road</b>",
            partner_latitude=31.2304,
            partner_longitude=121.4737,
        )
        cls.unplaced = cls._create_customer("Nowhere", cls.li)
        cls.other = cls._create_customer(
            "Of Wang", cls.wang, partner_latitude=31.3, partner_longitude=121.5
        )

    @classmethod
    def _create_customer(cls, name, user, **values):
        values = {"name": name, "is_company": True, "customer_rank": 1, **values}
        return cls.env["res.partner"].create({**values, "user_id": user.id})

    def _open_map(self, tour):
        self.start_tour(
            "/odoo/action-sales_customer_pool.my_customers_action", tour, login="map_Li"
        )

    def test_map_on_the_desktop(self):
        self._open_map("sales_customer_pool_map_desktop")

    def test_map_on_the_phone(self):
        self.browser_size = "375x667"
        self.touch_enabled = True
        self._open_map("sales_customer_pool_map_phone")

    def test_map_stands_beside_the_other_views(self):
        for name in ("my_customers_action", "due_soon_action"):
            action = self.env.ref(f"sales_customer_pool.{name}")
            modes = [mode for _view, mode in action.views]
            self.assertEqual(modes, ["list", "kanban", "sales_map", "form", "activity"])

    def test_every_salesperson_can_read_what_the_popup_shows(self):
        partner = self.env["res.partner"].with_user(self.li)
        view = partner.get_view(
            self.env.ref("sales_customer_pool_map.my_customers_view_sales_map").id
        )
        names = view["models"]["res.partner"]
        self.assertIn("partner_latitude", names)
        self.assertIn("recycle_due_date", names)
        values = partner.browse(self.placed.id).read(names)[0]
        self.assertAlmostEqual(values["partner_latitude"], 31.2304)

    def test_place_can_be_entered_in_the_form(self):
        view = self.env["res.partner"].with_user(self.li).get_view(view_type="form")
        self.assertIn('name="partner_latitude"', view["arch"])
