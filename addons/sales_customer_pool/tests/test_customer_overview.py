from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, no_retry, tagged

from .common import CustomerPoolCommon


@tagged("post_install", "-at_install")
class TestCustomerOverview(CustomerPoolCommon):
    """The figures of the manager's page are those of the lists behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("customer_rank", ">", 0)]).customer_rank = 0
        salesman = "sales_team.group_sale_salesman"
        cls.leader = cls._create_user("pool_leader", salesman, name="Sun Li")
        cls.team = cls.env["crm.team"].create(
            {"name": "East", "user_id": cls.leader.id, "member_ids": [(6, 0, cls.li.ids)]}
        )
        cls.pool.holding_limit = 4
        cls.held = cls._create_customers(3, user_id=cls.li.id)
        cls.others = cls._create_customers(2, user_id=cls.wang.id)
        cls.pooled = cls._create_pooled(2)
        cls.free = cls._create_customers(1)

    def _overview(self, user=None, **kwargs):
        overview = self.env["sales.customer.overview"].with_user(user or self.chief)
        return overview.get_overview(**kwargs)

    def _get_figures(self):
        data = self._overview()
        return {name: data[name] for name in ("owned", "nobody", "pools", "people", "rules")}

    def _person(self, data, user):
        return next((row for row in data["people"] if row["id"] == user.id), None)

    def _rule(self, data, rule):
        return next(row for row in data["rules"] if row["name"] == rule.name)

    def _create_rule(self, **values):
        return self.env["sales.customer.recycle.rule"].create(
            {"name": "Nothing done", "pool_id": self.pool.id, "active": True, "days": 5, **values}
        )

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_pool.ir_cron_recycle").method_direct_trigger()
        self.env.invalidate_all()

    def _count(self, model, domain, user=None, **context):
        records = self.env[model].with_user(user or self.chief).with_context(**context)
        return records.search_count(domain)

    def test_where_customers_are(self):
        data = self._overview()
        self.assertEqual((data["owned"], data["nobody"]), (5, 1))
        self.assertEqual({p["name"]: p["count"] for p in data["pools"]}["East"], 2)
        self.assertEqual(self._person(data, self.li)["held"], 3)
        self.assertEqual(self._person(data, self.wang)["held"], 2)

    def test_who_holds_nothing_is_there_too_and_contacts_do_not_count(self):
        self.held.user_id = self.wang
        contact = {"name": "Chen Yu", "parent_id": self.held[0].id, "user_id": self.wang.id}
        self.env["res.partner"].create({**contact, "customer_rank": 1})
        data = self._overview()
        self.assertEqual(self._person(data, self.li)["held"], 0)
        self.assertEqual(self._person(data, self.wang)["held"], 5)

    def test_load_of_a_salesperson(self):
        self.held[0].last_followup_date = fields.Datetime.now()
        self.held[1].sudo().recycle_due_date = fields.Datetime.now() + timedelta(days=6)
        self.held[2].sudo().recycle_due_date = fields.Datetime.now() + timedelta(days=8)
        person = self._person(self._overview(), self.li)
        self.assertEqual((person["held"], person["due"], person["never"]), (3, 1, 2))
        self.assertTrue(person["active"])

    def test_the_limit_counts_as_the_claim_does(self):
        self.held[0].active = False  # archived ones still count
        self.pool.holding_exempt_domain = f"[('id', '=', {self.held[1].id})]"
        limit = self._person(self._overview(), self.li)["limit"]
        self.assertEqual((limit["used"], limit["limit"], limit["share"]), (2, 4, 50))
        self.assertEqual(limit["used"], self.pool._get_held_count(self.li))
        mine = [*limit["domain"], ("user_id", "=", self.li.id)]
        self.assertEqual(self._count("res.partner", mine, active_test=False), 2)

    def test_the_tightest_limit_is_shown(self):
        self.env["sales.customer.pool"].create(
            {"name": "West", "user_ids": [(6, 0, self.li.ids)], "holding_limit": 3}
        )
        limit = self._person(self._overview(), self.li)["limit"]
        self.assertEqual((limit["pool"], limit["limit"], limit["share"]), ("West", 3, 100))
        self.assertFalse(self._person(self._overview(), self.stranger))

    def test_each_figure_is_the_length_of_its_list(self):
        self.held[0].last_followup_date = fields.Datetime.now()
        self.held[1].sudo().recycle_due_date = fields.Datetime.now() + timedelta(days=6)
        self._backdate(self.held[2], 40)
        data = self._overview()
        lists = data["domains"]
        for name in ("owned", "nobody"):
            self.assertEqual(self._count("res.partner", lists[name]), data[name], name)
        for figure, name in (("held", "owned"), ("due", "due"), ("never", "never")):
            for person in data["people"]:
                domain = [*lists[name], ("user_id", "=", person["id"])]
                self.assertEqual(self._count("res.partner", domain), person[figure], name)
        for age in data["ages"]:
            domain = [*lists["owned"], *age["domain"]]
            self.assertEqual(self._count("res.partner", domain), age["count"], age)
        self.assertEqual([age["count"] for age in data["ages"]], [4, 0, 1, 0, 0])

    def test_how_long_customers_stayed(self):
        self._backdate(self.held, 10)
        self._backdate(self.pooled, 4)
        self._release(self.held[:2], self.li)
        self._claim(self.pooled, self.chief)
        data = self._overview()
        self.assertAlmostEqual(self._person(data, self.li)["dwell"], 10, 1)
        self.assertEqual(self._person(data, self.wang)["dwell"], False)
        pool = next(row for row in data["pools"] if row["id"] == self.pool.id)
        self.assertAlmostEqual(pool["dwell"], 4, 1)
        left = [*data["domains"]["dwell"], ("from_user_id", "=", self.li.id)]
        self.assertEqual(self._count("sales.customer.ownership", left), 2)

    def test_what_the_rules_did(self):
        rule = self._create_rule(warning_ids=[(0, 0, {"days": 3})])
        self._backdate(self.held[:2], 6)
        self._backdate(self.held[2], 4)
        self._run_job()
        self.assertEqual(self.held.mapped("user_id"), self.li)
        data = self._overview()
        row = self._rule(data, rule)
        self.assertEqual((row["recycle"], row["warn"]), (2, 1))
        domain = [*data["domains"]["recycle"], ("rule_id", "=", rule.id)]
        changes = self.env["sales.customer.ownership"].search(domain)
        self.assertEqual(changes.partner_id, self.held[:2])
        domain = [*data["domains"]["warn"], ("recycle_rule_id", "=", rule.id)]
        self.assertEqual(self.env["res.partner"].search(domain), self.held[2])

    def test_what_the_rules_did_earlier_needs_a_longer_period(self):
        rule = self._create_rule()
        self._backdate(self.held, 6)
        self._run_job()
        self._backdate(self.held, 2)
        self.assertEqual(self._rule(self._overview(), rule)["recycle"], 0)
        self.assertEqual(self._rule(self._overview(days=7), rule)["recycle"], 3)

    def test_who_followed_up_after_a_warning(self):
        self._create_rule(warning_ids=[(0, 0, {"days": 3})])
        self._backdate(self.held[2], 4)
        self._run_job()
        self.held[2].last_followup_date = fields.Datetime.now() + timedelta(days=30)
        self.held[2].sudo().write({"recycle_rule_id": False, "recycle_due_date": False})
        rows = [row for row in self._overview()["rules"] if not row["id"]]
        self.assertEqual([row.get("warn") for row in rows], [1])
        self.assertIn("No longer due", rows[0]["name"])

    def test_allocated_by_rule(self):
        rule = self.env["sales.customer.allocation.rule"].create(
            {
                "name": "In turn",
                "active": True,
                "line_ids": [(0, 0, {"user_id": self.wang.id})],
            }
        )
        self._create_customers(2)
        data = self._overview()
        self.assertEqual(self._rule(data, rule)["allocate"], 2)
        self.assertNotIn("recycle", self._rule(data, rule))
        rule.active = False
        self.assertEqual(self._rule(self._overview(), rule)["allocate"], 2)

    def test_who_may_look(self):
        with self.assertRaisesRegex(AccessError, "leaders of sales teams"):
            self._overview(self.wang)
        self.assertTrue(self._overview(self.leader))
        portal = self._create_user("pool_portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self._overview(portal)

    def test_leaders_see_their_team_only(self):
        rule = self._create_rule()
        self._backdate(self.held[:1] | self.others[:1], 6)
        self._run_job()
        data = self._overview(self.leader)
        self.assertEqual({p["id"] for p in data["people"]}, {self.leader.id, self.li.id})
        self.assertEqual((data["owned"], self._person(data, self.li)["held"]), (2, 2))
        self.assertEqual(data["pools"], [])
        self.assertEqual(self._rule(data, rule)["recycle"], 1)

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        before = self._get_figures()
        self._create_customers(2, user_id=self.chief.id, company_id=other.id)
        pool = self.env["sales.customer.pool"].create({"name": "There", "company_id": other.id})
        self._create_customers(1, pool_id=pool.id, company_id=other.id)
        self.assertEqual(self._get_figures(), before)

    def test_due_soon_are_the_own_ones_that_are_due_soon(self):
        """Both filters hold at once: filters side by side would be one or the other."""
        arch = self.env["res.partner"].get_view(
            self.env.ref("base.view_res_partner_filter").id, "search"
        )["arch"]
        between = arch[arch.index('name="my_customers"') : arch.index('name="due_soon"')]
        self.assertIn("<separator", between)

    def test_the_menu_is_for_who_may_look(self):
        menu = self.env.ref("sales_customer_pool.menu_crm_overview")

        def has_menu(user):
            return menu.id in self.env["ir.ui.menu"].with_user(user).load_menus(False)

        self.assertFalse(has_menu(self.wang))
        self.assertTrue(has_menu(self.leader))
        self.assertTrue(has_menu(self.chief))
        self.team.user_id = self.wang
        self.assertTrue(has_menu(self.wang))
        self.assertFalse(has_menu(self.leader))

    def _count_queries(self):
        self._overview()  # what is cached once for all
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        data = self._overview()
        return self.env.cr.sql_log_count - before, data

    def test_queries_do_not_grow_with_customers_and_people(self):
        found = []
        for number in (1, 9, 90):
            users = self.env["res.users"].create(
                [
                    {
                        "name": f"Seller {number} {n}",
                        "login": f"seller_{number}_{n}",
                        "group_ids": [(4, self.env.ref("sales_team.group_sale_salesman").id)],
                    }
                    for n in range(number)
                ]
            )
            self.pool.user_ids |= users
            for user in users:
                self._create_customers(1, user_id=user.id)
            self._release(self._create_customers(number, user_id=users[0].id), users[0])
            queries, data = self._count_queries()
            self.assertTrue({*users.ids} <= {person["id"] for person in data["people"]})
            found.append(queries)
        self.assertEqual(len(set(found)), 1, found)


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestCustomerUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    @no_retry
    def test_desktop(self):
        suite = get_suite_id("@sales_customer_pool")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
