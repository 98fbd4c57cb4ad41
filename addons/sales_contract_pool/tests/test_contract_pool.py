from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_customer_pool.tests.common import CustomerPoolCommon


@tagged("post_install", "-at_install")
class TestContractPool(CustomerPoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create({"name": "Pump", "type": "consu"})
        cls.own = cls._create_customers(user_id=cls.li.id, name="Li Customer")
        cls.secret = cls._create_customers(user_id=cls.wang.id, name="Wang Customer")
        cls.rule = cls.env["sales.customer.recycle.rule"].create(
            {"name": "Idle", "pool_id": cls.pool.id, "days": 30, "active": True}
        )

    @classmethod
    def _create_contract(cls, customer, user=None, **values):
        line = Command.create({"product_id": cls.product.id, "quantity": 5, "price_unit": 77})
        contract = cls.env["sales.contract"].create(
            {
                "partner_id": customer.id,
                "user_id": user and user.id,
                "line_ids": [line],
                **values,
            }
        )
        contract.action_confirm()
        return contract

    def _as(self, user, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.sudo(False).with_user(user)

    def _recompute(self):
        self.env["sales.customer.recycle.mark"]._compute_batch(1000)
        self.env.invalidate_all()

    # ---- secrecy ------------------------------------------------------------------------------

    def test_contracts_of_nobody_follow_their_customer(self):
        own = self._create_contract(self.own)
        secret = self._create_contract(self.secret)
        (own | secret).user_id = False
        contracts = self._as(self.li, self.env["sales.contract"])
        lines = self._as(self.li, self.env["sales.contract.line"])
        self.assertEqual(contracts.search([]), own)
        self.assertEqual(lines.search([]), own.line_ids)
        self.assertFalse(contracts.name_search(secret.name, [("id", "=", secret.id)]))
        groups = contracts.formatted_read_group([], ["partner_id"], ["__count"])
        self.assertNotIn("Wang Customer", str(groups))
        for read in (
            lambda: self._as(self.li, secret).read(["partner_id"]),
            lambda: self._as(self.li, secret).export_data(["partner_id"]),
            lambda: self._as(self.li, secret.line_ids).read(["price_unit"]),
            self._as(self.li, secret).action_new_quotation,
        ):
            with self.assertRaises(AccessError):
                read()
        self.assertEqual(self._as(self.chief, contracts).search([]), own | secret)
        self.assertEqual(self._as(self.wang, contracts).search([]), secret)

    def test_own_contracts_stay_when_the_customer_is_lost(self):
        contract = self._create_contract(self.own, self.li)
        self._release(self.own, self.li)
        self.assertTrue(self._as(self.li, contract).read(["name", "amount_total"]))
        with self.assertRaises(AccessError):
            self.env["sales.contract"].with_user(self.li).create({"partner_id": self.secret.id})

    # ---- recycling ----------------------------------------------------------------------------

    def test_a_contract_without_an_end_keeps_its_customer(self):
        self._recompute()
        self.assertTrue(self.own.recycle_due_date)
        contract = self._create_contract(self.own, self.li)
        self._recompute()
        self.assertFalse(self.own.recycle_due_date)
        contract.action_close()
        self._recompute()
        self.assertTrue(self.own.recycle_due_date)

    def test_a_contract_keeps_its_customer_until_its_last_day(self):
        self._recompute()
        due = self.own.recycle_due_date
        start = due.date()
        contract = self._create_contract(self.own, self.li, date_end=start + timedelta(50))
        self._recompute()
        self.assertEqual((self.own.recycle_due_date - due).days, 50)
        contract.date_end = start + timedelta(20)
        self._recompute()
        self.assertEqual((self.own.recycle_due_date - due).days, 20)
        contract.partner_id = self.secret
        self._recompute()
        self.assertEqual(self.own.recycle_due_date, due, "it has no contract any more")
        self.assertEqual((self.secret.recycle_due_date - due).days, 20)
        self.rule.exempt_running_contract = False
        self._recompute()
        self.assertEqual(self.secret.recycle_due_date, due)

    def test_a_draft_keeps_nobody(self):
        self._recompute()
        due = self.own.recycle_due_date
        self.env["sales.contract"].create({"partner_id": self.own.id})
        self._recompute()
        self.assertEqual(self.own.recycle_due_date, due)
