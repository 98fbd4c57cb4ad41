from collections import Counter

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import CustomerPoolCommon


@tagged("post_install", "-at_install")
class TestCustomerAllocation(CustomerPoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.east = cls.env["sales.region"].create({"name": "East"})
        cls.suzhou = cls.env["sales.region"].create({"name": "Suzhou", "parent_id": cls.east.id})

    def _create_rule(self, *lines, **values):
        commands = [
            Command.create({"user_id": user.id, "weight": weight, **more})
            for user, weight, more in lines
        ]
        return self.env["sales.customer.allocation.rule"].create(
            {"name": "New customers", "active": True, "line_ids": commands, **values}
        )

    def _count_owners(self, customers):
        return Counter(customers.mapped(lambda customer: customer.user_id.name))

    def test_turns_are_fair_over_many_runs(self):
        self._create_rule((self.li, 1, {}), (self.wang, 2, {}))
        customers = self.env["res.partner"]
        for count in (1, 1, 3, 1, 6):
            customers |= self._create_customers(count)
        self.assertEqual(self._count_owners(customers), {"Li Na": 4, "Wang Wei": 8})
        history = self._history(customers[0])
        self.assertEqual(history.kind, "allocate")
        self.assertEqual(history.allocation_rule_id.name, "New customers")

    def test_who_joins_later_does_not_get_everything(self):
        rule = self._create_rule((self.li, 1, {}))
        self._create_customers(10)
        rule.line_ids = [Command.create({"user_id": self.wang.id})]
        self.assertEqual(self._count_owners(self._create_customers(4)), {"Li Na": 2, "Wang Wei": 2})

    def test_load_and_capacity(self):
        self._create_customers(3, user_id=self.li.id)
        self._create_rule((self.li, 1, {}), (self.wang, 1, {"capacity": 5}), method="load")
        customers = self._create_customers(9)
        self.assertEqual(self._count_owners(customers), {"Li Na": 4, "Wang Wei": 5})

    def test_first_rule_that_fits_decides(self):
        self._create_rule((self.li, 1, {}), region_ids=self.east.ids, sequence=1)
        self._create_rule((self.wang, 1, {}), domain="[('name', 'like', 'Pump')]", sequence=2)
        names = ("Pump Works", "Pump Works", "Valves")
        regions = (self.suzhou.id, False, False)
        customers = self.env["res.partner"].create(
            [
                {"name": n, "is_company": True, "customer_rank": 1, "sales_region_id": r}
                for n, r in zip(names, regions, strict=True)
            ]
        )
        self.assertEqual(customers.mapped("user_id.name"), ["Li Na", "Wang Wei"])
        self.assertFalse(customers[2].user_id)

    def test_what_nobody_gets_comes_into_the_pool_for_new_customers(self):
        self._create_rule((self.li, 1, {"capacity": 1}))
        self.pool.is_intake = True
        customers = self._create_customers(3)
        self.assertEqual(self._count_owners(customers), {"Li Na": 1, False: 2})
        self.assertEqual(customers.mapped("pool_id"), self.pool)
        self.assertEqual(len(self._cards(customers, self.wang).exists()), 2)

    def test_gone_salespeople_get_nothing(self):
        self._create_rule((self.li, 5, {}), (self.wang, 1, {}))
        self.li.active = False
        self.assertEqual(self._count_owners(self._create_customers(2)), {"Wang Wei": 2})

    def test_simulation_changes_nothing(self):
        customers = self._create_customers(3)
        rule = self._create_rule((self.li, 2, {}), (self.wang, 1, {}), active=False)
        rule.domain = f"[('id', 'in', {customers.ids})]"
        action = rule.with_user(self.chief).action_simulate()
        lines = self.env[action["res_model"]].browse(action["res_id"]).line_ids
        self.assertEqual(Counter(lines.mapped("user_id.name")), {"Li Na": 1, "Wang Wei": 1})
        self.assertEqual(len(lines.filtered(lambda line: line.user_id == self.li)), 2)
        self.assertFalse(customers.user_id)
        self.assertEqual(rule.line_ids.mapped("served"), [0, 0])

    def test_manager_allocates_what_is_there(self):
        customers = self._create_pooled(4)
        self._create_rule((self.li, 1, {}), (self.wang, 1, {}))
        with self.assertRaisesRegex(UserError, "Only sales managers"):
            customers.with_user(self.li).action_allocate_customers()
        customers.with_user(self.chief).action_allocate_customers()
        self.assertEqual(self._count_owners(customers), {"Li Na": 2, "Wang Wei": 2})

    def test_bad_rules_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Other Conditions.*New customers"):
            self._create_rule(domain="[('x', '=', 1)]")
        with self.assertRaises(AccessError):
            self.env["sales.customer.allocation.rule"].with_user(self.li).search([])

    def test_constant_number_of_queries(self):
        self._create_rule((self.li, 1, {}), (self.wang, 1, {}))
        rules = self.env["sales.customer.allocation.rule"]
        counts = []
        for count in (1, 10, 100):
            customers = self._create_pooled(count)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            rules._allocate(customers)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)
