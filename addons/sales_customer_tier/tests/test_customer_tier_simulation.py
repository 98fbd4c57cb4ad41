from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_customer_tier.models import sales_customer_tier_simulation

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestCustomerTierSimulation(TierCommon):
    """Who would move, and what it would have cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_customer("Other")
        for partner, count in ((cls.customer, 3), (cls.other, 1)):
            for _number in range(count):
                cls._order(partner, 100.0, days=1)
        cls.tier = cls._create_tier("Excellent", ("orders", 2, 2), running=False)
        cls.tier.pricelist_item_ids = [cls._discount(10.0)]

    @classmethod
    def _discount(cls, percent):
        return Command.create(
            {
                "applied_on": "2_product_category",
                "categ_id": cls.tools.id,
                "compute_price": "percentage",
                "percent_price": percent,
            }
        )

    def _simulate(self, tier=None, **values):
        simulation = self.env["sales.customer.tier.simulation"].with_user(self.manager)
        found = simulation.create(
            {
                "tier_id": (tier or self.tier).id,
                "start_date": fields.Date.subtract(self.today, days=30),
                "end_date": self.today,
                **values,
            }
        )
        found.action_run()
        return found

    def test_a_draft_is_simulated_and_changes_nothing(self):
        found = self._simulate()
        self.assertEqual(found.state, "done")
        self.assertEqual((found.in_count, found.stay_count, found.out_count), (1, 0, 0))
        self.assertEqual(found.move_ids.partner_id, self.customer)
        self.assertIn("Confirmed orders 3", found.move_ids.why)
        self.assertEqual(
            (found.sold_amount, found.tier_amount, found.difference), (300.0, 270.0, -30.0)
        )
        self.assertEqual(set(found.line_ids.mapped("categ_id.name")), {"Tools"})
        self.assertFalse(self.customer.customer_tier_id)
        self.assertEqual(self.tier.state, "draft")
        self.assertFalse(self._history())

    def test_the_default_period_is_the_last_quarter(self):
        simulation = self.env["sales.customer.tier.simulation"].create({"tier_id": self.tier.id})
        start, end = simulation.start_date, simulation.end_date
        self.assertEqual(fields.Date.add(start, months=3, days=-1), end)
        self.assertLess(end, fields.Date.today())
        self.assertEqual((start.day, start.month % 3), (1, 1))

    def test_what_was_sold_at_the_prices_of_the_tier_costs_nothing(self):
        self.tier.action_switch_on()
        self._compute()
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)])._action_cancel()
        for _number in range(2):
            order = self.env["sale.order"].create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": self.drill.id, "product_uom_qty": 3})
                    ],
                }
            )
            order.action_confirm()
        found = self._simulate()
        self.assertEqual(found.stay_count, 1)
        self.assertEqual((found.sold_amount, found.difference), (540.0, 0.0))

    def test_a_change_is_simulated_beside_the_tier_itself(self):
        self.tier.action_switch_on()
        self._compute(self.customer | self.other)
        draft = self.env["sales.customer.tier"].browse(self.tier.action_change()["res_id"])
        draft.condition_ids.write({"enter_value": 4, "stay_value": 4})
        found = self._simulate(draft)
        self.assertEqual((found.in_count, found.out_count), (0, 1))
        self.assertEqual(found.move_ids.from_tier_id, self.tier)
        self.assertEqual(found.difference, 0.0, "sold at the public price, and so again")
        draft.condition_ids.write({"enter_value": 1, "stay_value": 1})
        draft.pricelist_item_ids.filtered("categ_id").percent_price = 20.0
        found = self._simulate(draft)
        self.assertEqual((found.in_count, found.stay_count), (1, 1))
        self.assertEqual(found.difference, -80.0)
        self.assertEqual(self.customer.customer_tier_id, self.tier)

    def test_who_leaves_later_is_told_when(self):
        self.tier.action_switch_on()
        self._compute()
        self.tier.grace_days = 9
        self.tier.condition_ids.write({"stay_value": 2, "enter_value": 9})
        self.tier.condition_ids.write({"stay_value": 9})
        found = self._simulate()
        self.assertEqual(found.stay_count, 1)
        self.assertEqual(found.move_ids.date, fields.Date.add(self.today, days=9))
        self.assertIn("no longer: Confirmed orders 3 < 9", found.move_ids.why)

    def test_prices_are_those_of_the_day_of_the_order(self):
        item = self.tier.pricelist_item_ids.filtered("categ_id")
        item.date_start = fields.Datetime.now()
        self.assertEqual(self._simulate().difference, 0.0)
        item.date_start = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.assertEqual(self._simulate().difference, -30.0)

    def test_who_has_a_pricelist_by_hand_keeps_it(self):
        own = self.env["product.pricelist"].create({"name": "Own"})
        self.customer.property_product_pricelist = own
        found = self._simulate()
        self.assertTrue(found.move_ids.has_own_pricelist)
        self.assertFalse(found.line_ids)

    def test_foreign_currency_is_compared_in_that_of_the_company(self):
        foreign = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "T", "currency_id": foreign.id})
        self._order(self.customer, 400.0, pricelist_id=pricelist.id)
        found = self._simulate()
        self.assertEqual((found.sold_amount, found.difference), (400.0, -40.0))

    def test_many_lines_are_left_to_the_job(self):
        self.patch(sales_customer_tier_simulation, "AT_ONCE", 1)
        found = self._simulate()
        self.assertEqual((found.state, found.progress), ("running", 0.0))
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_tier.ir_cron_simulate").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((found.state, found.difference), ("done", -30.0))

    def test_many_customers_are_left_to_the_job(self):
        self.patch(sales_customer_tier_simulation, "CUSTOMERS_AT_ONCE", 1)
        found = self._simulate()
        self.assertEqual((found.state, found.move_ids.ids), ("running", []))
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_tier.ir_cron_simulate").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((found.state, found.in_count, found.difference), ("done", 1, -30.0))

    def test_the_number_of_queries_is_constant(self):
        counts = []
        for size in (1, 2, 10, 100):  # the first one fills the caches of the registry
            partner = self._create_customer(f"C{size}")
            line = {"product_id": self.drill.id, "price_unit": 100.0}
            for n in range(2):
                order = self.env["sale.order"].create(
                    {
                        "partner_id": partner.id,
                        "order_line": [
                            Command.create({**line, "product_uom_qty": q + 1}) for q in range(size)
                        ],
                    }
                )
                order.action_confirm()
                order.date_order = fields.Datetime.subtract(fields.Datetime.now(), hours=n)
            tier = self._create_tier(f"T{size}", ("orders", 2, 2), running=False)
            tier.domain = f"[('id', '=', {partner.id})]"
            tier.pricelist_item_ids = [self._discount(10.0)]
            self._simulate(tier)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            found = self._simulate(tier)
            counts.append(self.env.cr.sql_log_count - start)
            self.assertEqual(found.line_count, 2 * size)
        self.assertLessEqual(max(counts[1:]) - min(counts[1:]), 2, counts)

    def test_salespeople_do_not_simulate(self):
        found = self._simulate()
        for records in (found, found.line_ids, found.move_ids):
            with self.assertRaises(AccessError):
                records.with_user(self.anna).read(["id"])
