from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ContractCase

MODELS = (
    "sales.contract",
    "sales.contract.line",
    "sales.quotation.contract",
    "sales.quotation.contract.line",
)


@tagged("post_install", "-at_install")
class TestContractRights(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "sales_team.group_sale_salesman,base.group_allow_export"
        cls.colleague = cls._new_user("colleague", groups)

    def _as(self, user, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.sudo(False).with_user(user)

    def test_a_colleagues_contract_is_not_there(self):
        contract, line = self.contract, self.cables
        contracts = self._as(self.colleague, self.env["sales.contract"])
        lines = self._as(self.colleague, self.env["sales.contract.line"])
        self.assertNotIn(contract, contracts.search([]))
        self.assertNotIn(line, lines.search([("product_id", "=", self.product.id)]))
        self.assertFalse(contracts.name_search(contract.name, [("id", "=", contract.id)]))
        groups = lines.formatted_read_group(
            [("contract_id", "=", contract.id)], ["product_id"], ["price_unit:avg"]
        )
        self.assertFalse(groups)
        for call in (
            lambda: self._as(self.colleague, contract).read(["name"]),
            lambda: self._as(self.colleague, line).read(["price_unit"]),
            lambda: self._as(self.colleague, line).export_data(["price_unit"]),
            lambda: self._as(self.colleague, line).web_read({"price_unit": {}}),
            lambda: self._as(self.colleague, contract).write({"note": "x"}),
            lambda: self._as(self.colleague, contract).message_post(body="x"),
            self._as(self.colleague, contract).action_close,
            self._as(self.colleague, contract).action_confirm,
            self._as(self.colleague, contract).action_cancel,
            self._as(self.colleague, contract).action_draft,
            self._as(self.colleague, contract).action_reopen,
            self._as(self.colleague, contract).action_new_quotation,
            self._as(self.colleague, contract).action_view_orders,
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self._as(self.colleague, self.customer).contract_count, 0)
        self.assertEqual(self._as(self.lead, self.customer).contract_count, 1)
        self.assertTrue(self._as(self.lead, contract).read(["name"]))
        contract.user_id = False
        self.assertTrue(self._as(self.colleague, contract).read(["name"]))

    def test_nobody_draws_from_a_colleagues_contract_nor_learns_its_prices(self):
        line = self.cables
        order = self._new_order(user=self.colleague)
        drawn = {"product_id": self.product.id, "contract_line_id": line.id}
        wizards = self.env["sales.quotation.contract"].with_user(self.colleague)
        for call in (
            lambda: self._new_order([drawn], user=self.colleague),
            lambda: order.order_line.write({"contract_line_id": line.id}),
            lambda: order.write({"order_line": [Command.create(drawn)]}),
            lambda: self._new_order(user=self.colleague, order_line=[Command.create(drawn)]),
            lambda: (
                self.env["sale.order.line"]
                .with_user(self.colleague)
                .with_context(default_contract_line_id=line.id)
                .create({"order_id": order.id, "product_id": self.product.id})
            ),
            lambda: wizards.create({"contract_id": self.contract.id}),
            lambda: wizards.create({"order_id": order.id, "contract_id": self.contract.id}),
            lambda: self._open(user=self.colleague),
        ):
            with self.assertRaises(AccessError):
                call()
            self.env.invalidate_all()
        self.assertFalse(order.has_contracts)

    def test_forms_that_are_not_saved_tell_nothing(self):
        order = self._new_order(user=self.colleague)
        lines = self.env["sale.order.line"].with_user(self.colleague)
        spec = {"price_unit": {}, "discount": {}, "contract_line_id": {}}
        values = {
            "order_id": order.id,
            "product_id": self.product.id,
            "product_uom_id": self.product.uom_id.id,
            "product_uom_qty": 2,
            "contract_line_id": self.cables.id,
        }
        for names in (["product_uom_qty"], ["contract_line_id"], list(values)):
            found = lines.onchange(values, names, spec)["value"]
            self.assertNotIn(90, found.values())
            self.assertNotIn(5, found.values())
        found = lines.with_context(default_contract_line_id=self.cables.id).onchange(
            {}, [], {**spec, "product_id": {}}
        )
        self.assertNotIn(90, found["value"].values())
        wizards = self.env["sales.quotation.contract"].with_user(self.colleague)
        rows = {"line_ids": {"fields": {"price": {}, "quantity": {}}}, "amount": {}}
        try:
            told = str(wizards.onchange({"contract_id": self.contract.id}, ["contract_id"], rows))
        except AccessError:
            told = ""
        self.assertNotIn("90", told)
        row = self.env["sales.quotation.contract.line"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            row.onchange(
                {"contract_line_id": self.cables.id, "quantity": 1},
                ["contract_line_id"],
                {"price": {}, "subtotal": {}},
            )

    def test_who_cannot_read_the_contract_reads_his_order(self):
        order = self._draw(25)
        order.sudo().user_id = self.colleague
        mine = self._as(self.colleague, order)
        self.assertEqual(mine.contract_count, 0)
        self.assertIn(self.contract.name, mine.contract_info)
        mine.order_line.read(["name", "price_unit", "contract_line_id", "contract_info"])
        mine.order_line.product_uom_qty = 3
        self.assertEqual(mine.order_line.price_unit, 90)
        mine.action_confirm()
        self.assertEqual(self._left(), (3, 17))
        copy = self._as(self.colleague, order).copy()
        self.assertFalse(copy.sudo().order_line.contract_line_id)

    def test_roles_that_do_not_sell(self):
        self._draw(1)
        for user in (
            new_test_user(self.env, "employee_c", "base.group_user"),
            new_test_user(self.env, "portal_c", "base.group_portal"),
            self.env.ref("base.public_user"),
        ):
            for model in MODELS:
                with self.subTest(model, user=user.login), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search_read([])
            with self.assertRaises(AccessError):
                self._as(user, self.contract).action_new_quotation()

    def test_the_customer_reads_nothing_of_it_on_his_order(self):
        order = self._draw(25, state="sent")
        portal = new_test_user(
            self.env, "portal_d", "base.group_portal", partner_id=self.customer.id
        )
        lines = self._as(portal, order.order_line)
        for name in ("contract_line_id", "contract_info"):
            with self.subTest(name), self.assertRaises(AccessError):
                lines.read([name])
        for name in ("contract_info", "contract_count", "has_contracts"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._as(portal, order).read([name])

    def test_a_colleague_cannot_use_my_dialog(self):
        wizard = self._open()
        for record in (wizard, wizard.line_ids):
            with self.assertRaises(AccessError):
                self._as(self.colleague, record).read([])
        with self.assertRaises(AccessError):
            self._as(self.colleague, wizard).action_apply()

    def test_another_companys_contract(self):
        company = self.env["res.company"].create({"name": "Second"})
        theirs = self.env["sales.contract"].create(
            {"partner_id": self.customer.id, "company_id": company.id, "user_id": self.lead.id}
        )
        self.assertNotIn(theirs, self.env["sales.contract"].with_user(self.lead).search([]))
        with self.assertRaises(AccessError):
            self._as(self.lead, theirs).read(["name"])
