from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import RoundCommon


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundAccess(RoundCommon):
    """Who may read an order reads that round, and no other one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.first._make_round()
        cls.negotiation = cls.second.negotiation_id

    def test_a_colleague_sees_nothing(self):
        order = self.second.with_user(self.other)
        for call in (
            lambda: order.read(["round_number"]),
            order.get_rounds_page,
            order.action_new_round,
            lambda: self.negotiation.with_user(self.other).read(["name"]),
        ):
            self._refused(call, error=AccessError)
        for model in ("sale.order", "sales.quotation.negotiation"):
            found = self.env[model].with_user(self.other).search([("name", "=", self.first.name)])
            self.assertFalse(found)
        self.assertFalse(
            self.env["sales.quotation.negotiation"]
            .with_user(self.other)
            ._read_group([("id", "=", self.negotiation.id)], ["name"])
        )

    def test_a_round_of_a_colleague_is_left_out(self):
        self.second.user_id = self.other
        page = self.first.with_user(self.owner).get_rounds_page()
        self.assertEqual([one["round"] for one in page["rounds"]], [1])
        self.assertEqual(len(self.first.with_user(self.owner).round_links), 1)
        self.assertFalse(self.first.with_user(self.owner).current_round_id)
        self.assertEqual(len(self.first.with_user(self.manager).round_links), 2)
        self.env.invalidate_all()
        negotiation = self.negotiation.with_user(self.owner)
        self.assertEqual(negotiation.name, self.first.name)
        self.assertEqual(negotiation.readable_round_ids, self.first)
        self._refused(negotiation.read, ["round_ids"], error=AccessError)
        self._refused(
            self.first.with_user(self.owner).get_rounds_page, self.second.id, self.first.id
        )

    def test_who_may_not_write_the_current_round_does_not_close_it(self):
        self.second.user_id = self.other
        self._refused(self.first.with_user(self.owner).action_new_round, error=AccessError)
        self.assertFalse(self.second.is_superseded)

    def test_limits_are_for_managers(self):
        negotiation = self.negotiation.with_user(self.owner)
        self.assertEqual(negotiation.name, self.first.name)
        self._refused(negotiation.write, {"round_limit": 99}, error=AccessError)
        self._refused(negotiation.write, {"last_round": 0}, error=AccessError)
        self._refused(negotiation.unlink, error=AccessError)
        self.negotiation.with_user(self.manager).round_limit = 5

    def test_an_accountant_reads_and_makes_none(self):
        accountant = self._create_user("acc", "account.group_account_readonly")
        page = self.second.with_user(accountant).get_rounds_page()
        self.assertEqual(len(page["rounds"]), 2)
        self._refused(self.second.with_user(accountant).action_new_round, error=AccessError)

    def test_an_employee_without_sales_has_no_way_in(self):
        employee = self._create_user("emp", "base.group_user")
        self._refused(self.second.with_user(employee).get_rounds_page, error=AccessError)
        self._refused(self.negotiation.with_user(employee).read, ["name"], error=AccessError)

    def test_the_wizard_of_another(self):
        wizard = self.env["sales.quotation.new.round"].with_user(self.owner)
        wizard = wizard.create({"order_id": self.second.id})
        self._refused(wizard.with_user(self.other).action_create_round, error=AccessError)

    def test_other_companies(self):
        company = self.env["res.company"].create({"name": "Branch"})
        stranger = new_test_user(
            self.env,
            "round_branch",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(
            self.env["sales.quotation.negotiation"]
            .with_user(stranger)
            .search([("id", "=", self.negotiation.id)])
        )
        self._refused(self.second.with_user(stranger).get_rounds_page, error=AccessError)

    def test_each_company_has_its_limit(self):
        company = self.env["res.company"].create({"name": "Branch", "quotation_round_limit": 1})
        order = self._create_quotation(company_id=company.id, user_id=False)
        self._refused(order._make_round)
        self.assertEqual(self.second._make_round().round_number, 3)

    def test_the_portal_reads_what_was_sent_and_no_reasons(self):
        self.customer.email = "chen@langsu.example.com"
        portal = self._create_user("portal", "base.group_portal", partner_id=self.customer.id)
        orders = self.env["sale.order"].with_user(portal)
        domain = [("name", "=", self.first.name)]
        self.assertFalse(orders.search(domain))
        self.assertFalse(
            orders.env["sale.order.line"].search([("order_id.name", "=", self.first.name)])
        )
        self.second.action_quotation_sent()
        self.assertEqual(orders.search(domain), self.second)
        self.assertEqual(
            len(orders.env["sale.order.line"].search([("order_id", "=", self.second.id)])), 3
        )
        self._refused(self.first.with_user(portal).read, ["name"], error=AccessError)
        self._refused(self.second.with_user(portal).read, ["round_note"], error=AccessError)
        self._refused(self.negotiation.with_user(portal).read, ["name"], error=AccessError)
        page = self.second.with_user(portal)._get_readable_rounds()
        self.assertEqual(page, self.second)

    def test_a_quotation_without_rounds_is_for_the_portal_as_ever(self):
        portal = self._create_user("portal2", "base.group_portal", partner_id=self.customer.id)
        order = self._create_quotation()
        self.assertEqual(order.with_user(portal).name, order.name)
