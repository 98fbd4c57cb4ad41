from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ContractCase


@tagged("post_install", "-at_install")
class TestContract(ContractCase):
    def setUp(self):
        super().setUp()
        self.today = fields.Date.context_today(self.env.user)

    def test_form_proposes_what_is_known(self):
        self.customer.user_id = self.seller
        with Form(self.env["sales.contract"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.quantity = 3
                self.assertEqual(line.price_unit, 100)
                line.price_unit = 80
        contract = form.save()
        self.assertRegex(contract.name, r"^CT\d{5}$")
        self.assertEqual(contract.user_id, self.seller)
        self.assertEqual(contract.currency_id, self.currency)
        self.assertEqual(contract.line_ids.product_uom_id, self.product.uom_id)
        self.assertEqual(contract.amount_total, 240)
        self.assertEqual(contract.state, "draft")

    def test_numbers_are_those_of_the_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["ir.sequence"].create(
            {"name": "Theirs", "code": "sales.contract", "prefix": "S/", "company_id": company.id}
        )
        theirs = self.env["sales.contract"].create(
            {"partner_id": self.customer.id, "company_id": company.id}
        )
        self.assertTrue(theirs.name.startswith("S/"))
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            self.contract.copy({"name": self.contract.name})
        self.assertIn("sales_contract", str(caught.exception))

    def test_what_is_wrong_is_named(self):
        draft = self._new_contract(run=False)
        line = draft.line_ids[0]
        for record, values, text in (
            (draft, {"date_end": draft.date_start - timedelta(1)}, "Valid Until"),
            (line, {"quantity": -1}, "Agreed"),
            (line, {"price_unit": -1}, "Unit Price"),
            (line, {"discount": 101}, "Disc.%"),
        ):
            self.assertRefused(
                ValidationError, lambda r=record, v=values: r.write(v), text, draft.name
            )
        hour = self.env.ref("uom.product_uom_hour")
        self.assertRefused(
            ValidationError, lambda: line.write({"product_uom_id": hour.id}), "Cable", "Hours"
        )
        combo = self._new_product(
            "Set",
            1,
            1,
            type="combo",
            combo_ids=[
                Command.create(
                    {
                        "name": "C",
                        "combo_item_ids": [Command.create({"product_id": self.product.id})],
                    }
                )
            ],
        )
        self.assertRefused(ValidationError, lambda: line.write({"product_id": combo.id}), "combo")

    def test_a_product_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Second"})
        theirs = self._new_product("Theirs", 1, 1, company_id=company.id)
        draft = self._new_contract(run=False)
        self.assertRefused(
            UserError, lambda: draft.line_ids[0].write({"product_id": theirs.id}), "Theirs"
        )

    # ---- states -------------------------------------------------------------------------------

    def test_a_contract_runs_closes_and_opens_again(self):
        contract = self.contract.with_user(self.seller)
        self.assertEqual(contract.state, "running")
        contract.action_close()
        self.assertTrue(contract.closed_date)
        self.assertRefused(UserError, contract.action_close, contract.name, "Closed")
        self.assertRefused(UserError, contract.action_reopen, "sales manager")
        contract.with_user(self.manager).action_reopen()
        self.assertEqual((contract.state, contract.closed_date), ("running", False))

    def test_an_empty_contract_does_not_run(self):
        empty = self.env["sales.contract"].create({"partner_id": self.customer.id})
        self.assertRefused(UserError, empty.action_confirm, empty.name, "add a line")

    def test_what_was_ordered_from_is_neither_cancelled_nor_a_draft(self):
        contract = self.contract.with_user(self.manager)
        order = self._draw(1, confirm=True)
        self.assertRefused(UserError, contract.action_cancel, contract.name, "Close it")
        self.assertRefused(UserError, contract.action_draft, contract.name)
        self.assertRefused(UserError, contract.unlink, contract.name)
        order._action_cancel()
        contract.action_cancel()
        contract.action_draft()
        self.assertEqual(contract.state, "draft")
        contract.action_cancel()
        contract.unlink()
        self.assertFalse(contract.exists())

    def test_expired_is_seen_and_found_without_a_job(self):
        contracts = self.env["sales.contract"]
        self.assertFalse(self.contract.is_expired)
        self.contract.write(
            {"date_start": self.today - timedelta(9), "date_end": self.today - timedelta(1)}
        )
        self.assertTrue(self.contract.is_expired)
        mine = [("partner_id", "=", self.customer.id)]
        found = contracts.search([*mine, ("is_expired", "=", True)])
        self.assertEqual(found, self.contract)
        self.assertNotIn(self.contract, contracts.search([*mine, ("is_expired", "=", False)]))
        self.assertNotIn(self.contract, contracts.search([*mine, ("is_expired", "!=", True)]))
        self.contract.date_end = self.today
        self.assertFalse(contracts.search([*mine, ("is_expired", "=", True)]))

    # ---- what was agreed is guarded -----------------------------------------------------------

    def test_only_a_sales_manager_changes_what_runs_and_the_chatter_tells(self):
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        contract = self.contract.with_user(self.seller)
        line = self.cables.with_user(self.seller)
        for call in (
            lambda: contract.write({"partner_id": other.id}),
            lambda: contract.write({"date_end": self.today}),
            lambda: contract.write({"over_quantity": "stop"}),
            lambda: contract.write({"line_ids": [Command.delete(line.id)]}),
            lambda: line.write({"price_unit": 1}),
            lambda: line.write({"quantity": 999}),
            lambda: line.copy({"product_id": self.other.id}),
            line.unlink,
        ):
            self.assertRefused(UserError, call, contract.name, "sales manager")
        contract.client_order_ref = "PO-7"
        line.with_user(self.manager).write({"price_unit": 85, "quantity": 25})
        body = contract.message_ids[0].body
        self.assertIn("20", body)
        self.assertIn("85.00", body)
        contract.with_user(self.manager).date_end = self.today + timedelta(9)
        self.env.cr.precommit.run()
        self.assertIn(
            "date_end", contract.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        )

    def test_lines_do_not_come_into_a_running_contract_from_a_draft(self):
        draft = self._new_contract(run=False)
        line = draft.line_ids[0].with_user(self.seller)
        self.assertRefused(
            UserError, lambda: line.write({"contract_id": self.contract.id}), self.contract.name
        )

    def test_what_is_counted_is_written_by_nobody(self):
        contract, line = self.contract, self.cables
        for record, name, value in (
            (contract, "state", "draft"),
            (contract, "closed_date", False),
            (contract, "amount_total", 1),
            (line, "quantity_ordered", 1),
            (line, "quantity_left", 1),
        ):
            for user in (self.seller, self.manager):
                with self.subTest(name, user=user.name), self.assertRaises(AccessError):
                    record.with_user(user).write({name: value})
        with self.assertRaises(AccessError):
            self.env["sales.contract"].with_user(self.manager).create(
                {"partner_id": self.customer.id, "state": "running"}
            )

    def test_customer_and_currency_stay_once_something_is_ordered(self):
        self._draw(1, confirm=True)
        other = self.env["res.partner"].create({"name": "Another", "is_company": True})
        contract = self.contract.with_user(self.manager)
        self.assertRefused(
            ValidationError, lambda: contract.write({"partner_id": other.id}), contract.name
        )
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        contract.partner_id = contact
        self.assertEqual(contract.commercial_partner_id, self.customer)

    def test_a_line_that_was_ordered_from_stays(self):
        self._draw(1, confirm=True)
        line = self.cables.with_user(self.manager)
        self.assertRefused(UserError, line.unlink, "Cable", "ordered")
        self.plugs.with_user(self.manager).unlink()
        self.assertIn("Removed", self.contract.message_ids[0].body)
        self.assertRefused(
            ValidationError, lambda: line.write({"product_id": self.other.id}), "another line"
        )
