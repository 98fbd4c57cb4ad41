import json

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestCustomerTierRules(TierCommon):
    """Who is in a tier, at the edge of each condition."""

    def _tier_after(self):
        self._compute()
        return self.customer.customer_tier_id

    def test_orders_at_the_edge(self):
        tier = self._create_tier("Excellent", ("orders", 2, 2))
        self._order(self.customer)
        self._order(self.customer, confirm=False)
        self.assertFalse(self._tier_after(), "a quotation is no order")
        self._order(self.customer)
        self.assertEqual(self._tier_after(), tier)
        self.assertEqual(len(self._history()), 1)
        self.assertEqual(
            self.customer.customer_tier_reason, "Confirmed orders 2 \u2265 2 in 12 months"
        )

    def test_cancelled_orders_do_not_count(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1))
        order = self._order(self.customer)
        self.assertEqual(self._tier_after(), tier)
        order._action_cancel()
        self.assertFalse(self._tier_after())

    def test_orders_of_contacts_count_for_their_company(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1))
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        self._order(contact)
        self.assertEqual(self._tier_after(), tier)
        self.assertEqual(contact.property_product_pricelist, tier.pricelist_id)

    def test_only_the_window_counts(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1, {"months": 1}))
        order = self._order(self.customer)
        start = self.env["sales.customer.tier"]._get_window_start(self.today, 1)
        first = self.env["sales.customer.tier"]._get_moment(start, tier._get_today(self.company)[1])
        order.date_order = fields.Datetime.subtract(first, seconds=1)
        self.assertFalse(self._tier_after())
        order.date_order = first
        self.assertEqual(self._tier_after(), tier)

    def test_ordered_amount_at_the_edge_less_credit_notes(self):
        tier = self._create_tier("Excellent", ("ordered", 1000, 1000))
        self._order(self.customer, 999.99)
        self.assertFalse(self._tier_after())
        self._order(self.customer, 0.01)
        self.assertEqual(self._tier_after(), tier)
        self._invoice(self.customer, 0.01, kind="out_refund")
        self.assertFalse(self._tier_after())

    def test_invoiced_amount_less_credit_notes(self):
        tier = self._create_tier("Excellent", ("invoiced", 1000, 1000))
        self._order(self.customer, 5000)
        self.assertFalse(self._tier_after(), "an order is no invoice")
        self._invoice(self.customer, 1100)
        self.assertEqual(self._tier_after(), tier)
        self._invoice(self.customer, 101, kind="out_refund")
        self.assertFalse(self._tier_after())

    def test_amounts_are_in_the_currency_of_the_company(self):
        tier = self._create_tier("Excellent", ("ordered", 1000, 1000))
        foreign = self.env["res.currency"].create(
            {
                "name": "TST",
                "symbol": "T",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "T", "currency_id": foreign.id})
        order = self._order(self.customer, 3999.99, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, foreign)
        self.assertEqual(self._tier_after(), tier, "3999.99 / 4 is 1000.00 in whole cents")
        order.order_line.price_unit = 3999.9
        self.assertFalse(self._tier_after())

    def test_age_since_the_first_order(self):
        tier = self._create_tier("Old", ("age_ordered", 100, 100))
        self.assertFalse(self._tier_after(), "no order, no age")
        order = self._order(self.customer, days=99)
        self.assertFalse(self._tier_after())
        order.date_order = fields.Datetime.subtract(order.date_order, days=1)
        self.assertEqual(self._tier_after(), tier)

    def test_new_customers_are_those_created_not_long_ago(self):
        tier = self._create_tier("New", ("age_created", 10, 10, {"operator": "max"}))
        self.assertEqual(self._tier_after(), tier)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=10)):
            self.assertEqual(self._tier_after(), tier)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=11)):
            self.assertFalse(self._tier_after())

    def test_overdue_days_and_amount(self):
        tier = self._create_tier("Good", ("overdue_days", 5, 5), ("overdue_amount", 100, 100))
        self.assertEqual(self._tier_after(), tier, "nothing overdue")
        invoice = self._invoice(self.customer, 100, days=5, due_days=5)
        self.assertEqual(self._tier_after(), tier)
        self._invoice(self.customer, 50, days=40, due_days=0)
        self.assertEqual(self._tier_after(), tier, "due today is not overdue")
        self._invoice(self.customer, 0.01, days=1, due_days=1)
        self.assertFalse(self._tier_after(), "100.01 overdue")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertEqual(self._tier_after(), tier, "paid")
        self._invoice(self.customer, 1, days=6, due_days=6)
        self.assertFalse(self._tier_after(), "six days overdue")

    def test_grades_and_more_grades_to_stay(self):
        gold, silver = self.env["sales.customer.grade"].create([{"name": "G"}, {"name": "S"}])
        tier = self._create_tier("Graded", grade_ids=gold.ids, stay_grade_ids=silver.ids)
        self.customer.customer_grade_id = silver
        self.assertFalse(self._tier_after())
        self.customer.customer_grade_id = gold
        self.assertEqual(self._tier_after(), tier)
        self.assertEqual(self.customer.customer_tier_reason, "grade G")
        self.customer.customer_grade_id = silver
        self.assertEqual(self._tier_after(), tier)
        self.customer.customer_grade_id = False
        self.assertFalse(self._tier_after())

    def test_other_conditions_by_a_domain(self):
        tier = self._create_tier("Of Chengdu", domain="[('city', '=', 'Chengdu')]")
        self.assertFalse(self._tier_after())
        self.customer.city = "Chengdu"
        self.assertEqual(self._tier_after(), tier)
        with self.assertRaises(UserError) as caught:
            tier.domain = "[('nothing_such', '=', 1)]"
        self.assertIn("Of Chengdu", str(caught.exception))

    def test_only_customers_and_their_companies(self):
        self._create_tier("Everybody")
        vendor = self._create_customer("Vendor", customer_rank=0)
        contact = self.env["res.partner"].create(
            {"name": "Li", "parent_id": self.customer.id, "customer_rank": 1}
        )
        archived = self._create_customer("Gone", active=False)
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._create_customer("Theirs", company_id=other.id)
        partners = self.customer | vendor | contact | archived | foreign
        self.assertEqual([row[0] for row in self._compute(partners)], self.customer.ids)
        self.customer.customer_rank = 0
        self._compute()
        self.assertFalse(self.customer.customer_tier_id, "it is no customer any more")

    def test_the_first_tier_of_the_list_wins(self):
        low = self._create_tier("Low", sequence=20)
        self.assertEqual(self._tier_after(), low)
        high = self._create_tier("High", sequence=10)
        self.assertEqual(self._tier_after(), high)
        high.action_switch_off()
        self.assertEqual(self._tier_after(), low)
        self.assertEqual([c.to_tier_id.name for c in self._history()], ["Low", "High", "Low"])

    def test_drafts_apply_to_nobody(self):
        tier = self._create_tier("Draft", running=False)
        self.assertFalse(self._tier_after())
        self.assertFalse(tier.pricelist_id.active)

    # === STAYING === #

    def test_it_takes_less_to_stay_than_to_enter(self):
        tier = self._create_tier("Excellent", ("orders", 3, 2))
        orders = [self._order(self.customer) for _n in range(2)]
        self.assertFalse(self._tier_after())
        orders.append(self._order(self.customer))
        self.assertEqual(self._tier_after(), tier)
        orders[0]._action_cancel()
        self.assertEqual(self._tier_after(), tier)
        orders[1]._action_cancel()
        self.assertFalse(self._tier_after())
        self.assertIn("no longer: Confirmed orders 1 < 2 in 12 months", self._history()[-1].why)

    def test_staying_cannot_be_stricter(self):
        for operator, enter, stay in (("min", 2, 3), ("max", 3, 2)):
            with self.assertRaises(ValidationError) as caught:
                self._create_tier("Odd", ("orders", enter, stay, {"operator": operator}))
            self.assertIn('Tier "Odd", Confirmed orders', str(caught.exception))

    def test_a_customer_keeps_the_tier_while_it_is_valid(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1), min_days=10)
        order = self._order(self.customer)
        self.assertEqual(self._tier_after(), tier)
        self.assertEqual(self.customer.customer_tier_until, fields.Date.add(self.today, days=10))
        order._action_cancel()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=10)):
            self.assertEqual(self._tier_after(), tier)
            self.assertTrue(self._membership().failing_since)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=11)):
            self.assertFalse(self._tier_after())
        self.assertEqual(len(self._history()), 2)

    def test_grace_before_one_is_taken_down(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1), grace_days=7)
        order = self._order(self.customer)
        self.assertEqual(self._tier_after(), tier)
        order._action_cancel()
        self.assertEqual(self._tier_after(), tier)
        self.assertEqual(self._membership().failing_since, self.today)
        self._order(self.customer)
        self.assertEqual(self._tier_after(), tier)
        self.assertFalse(self._membership().failing_since, "it is enough again")
        self.assertEqual(len(self._history()), 1, "failing and recovering is no change")
        self.env["sale.order"].search([("partner_id", "=", self.customer.id)])._action_cancel()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=1)):
            self.assertEqual(self._tier_after(), tier)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=7)):
            self.assertEqual(self._tier_after(), tier)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=8)):
            self.assertFalse(self._tier_after())

    def test_rising_is_at_once(self):
        self._create_tier("Low", sequence=20, min_days=100, grace_days=100)
        self._tier_after()
        high = self._create_tier("High", ("orders", 1, 1), sequence=10)
        self._order(self.customer)
        self.assertEqual(self._tier_after(), high)

    # === WRITING === #

    def test_only_changes_are_written(self):
        self._create_tier("Excellent", ("orders", 1, 1))
        self._order(self.customer)
        self.assertEqual(len(self._compute()), 1)
        before = self.env.execute_query_dict(self._get_version())
        self.assertEqual(self._compute(), [])
        self.assertEqual(self.env.execute_query_dict(self._get_version()), before)
        self.assertEqual(len(self._history()), 1)

    def _get_version(self):
        return SQL(
            "SELECT ctid::text FROM sales_customer_tier_membership WHERE partner_id = %s",
            self.customer.id,
        )

    def test_companies_apart(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1))
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_tier("Theirs", ("orders", 1, 1), company_id=other.id)
        self.assertEqual(theirs.pricelist_id.company_id, other)
        self._order(self.customer)
        self._compute()
        self._compute(company=other)
        self.assertEqual(self.customer.customer_tier_id, tier)
        self.assertFalse(self.customer.with_company(other).customer_tier_id)
        self._order(self.customer, company_id=other.id)
        self._compute(company=other)
        self.assertEqual(self.customer.with_company(other).customer_tier_id, theirs)
        self.assertEqual(self.customer.customer_tier_id, tier)
        self.assertEqual(len(self._history()), 2)

    def test_found_and_grouped_by_the_tier_of_the_company(self):
        tier = self._create_tier("Excellent")
        other = self._create_customer("Other")
        self._compute(self.customer)
        partners = self.env["res.partner"].with_user(self.anna)
        both = [("id", "in", (self.customer | other).ids)]
        found = partners.search([*both, ("customer_tier_id", "=", tier.id)])
        self.assertEqual(found, self.customer)
        groups = partners._read_group(both, ["customer_tier_id"], ["__count"])
        self.assertEqual({(t.id, n) for t, n in groups}, {(tier.id, 1), (False, 1)})

    def test_the_job_goes_over_all_customers_in_batches(self):
        tier = self._create_tier("Everybody")
        run = self.env["sales.customer.tier.run"]._get_open(self.company)
        customers = self.customer | self._create_customer("B") | self._create_customer("C")
        steps = 1
        while run._compute_next(2):
            steps += 1
        self.assertGreater(steps, 1)
        self.assertEqual(customers.customer_tier_id, tier)
        self.assertEqual(run.moved, self.memberships.search_count([("tier_id", "=", tier.id)]))
        self.assertTrue(run.end_date)

    def test_the_nightly_job(self):
        tier = self._create_tier("Excellent", ("orders", 1, 1))
        self._order(self.customer)
        cron = self.env.ref("sales_customer_tier.ir_cron_compute")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.customer.customer_tier_id, tier)
        tier.action_switch_off()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.customer.customer_tier_id, "also when no tier is left")
        runs = self.env["sales.customer.tier.run"].search([("company_id", "=", self.company.id)])
        self.assertEqual([bool(run.end_date) for run in runs], [True, True])

    def test_the_number_of_queries_is_constant(self):
        self._create_tier("A", ("orders", 5, 5), ("ordered", 9, 9), ("overdue_days", 5, 5))
        self._create_tier("B", ("age_created", 9, 9, {"operator": "max"}), ("invoiced", 0, 0))
        counts = []
        for size in (1, 1, 10, 100):  # the first one fills the caches of the registry
            partners = self.env["res.partner"].create(
                [{"name": f"C{n}", "customer_rank": 1} for n in range(size)]
            )
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(len(self._compute(partners)), size)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(len(set(counts[1:])), 1, counts)

    # === BY HAND === #

    def _assign(self, tier, user=None, **values):
        wizard = self.env["sales.customer.tier.assign"].with_user(user or self.manager)
        wizard.create(
            {"partner_ids": self.customer.ids, "tier_id": tier.id, "note": "promised", **values}
        ).action_assign()

    def test_what_was_given_by_hand_stays(self):
        low = self._create_tier("Low", sequence=20)
        vip = self._create_tier("VIP", ("orders", 100, 100), sequence=10)
        self._compute()
        self._assign(vip, until_date=fields.Date.add(self.today, days=5))
        self.assertEqual(self.customer.customer_tier_id, vip)
        self.assertTrue(self.customer.customer_tier_by_hand)
        self.assertEqual(self.customer.customer_tier_reason, "promised")
        change = self._history()[-1]
        self.assertEqual(
            (change.kind, change.changed_by_id, change.note, change.from_tier_id),
            ("manual", self.manager, "promised", low),
        )
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=5)):
            self.assertEqual(self._tier_after(), vip)
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=6)):
            self.assertEqual(self._tier_after(), low)
        self.assertFalse(self._membership().locked)

    def test_by_the_rules_again(self):
        low = self._create_tier("Low", sequence=20)
        vip = self._create_tier("VIP", ("orders", 100, 100), sequence=10)
        self._assign(vip)
        self.assertEqual(self._tier_after(), vip)
        self._assign(vip, is_by_rule=True)
        self.assertEqual(self.customer.customer_tier_id, low)
        self.assertFalse(self.customer.customer_tier_by_hand)

    def test_by_hand_needs_a_reason_and_a_day_to_come(self):
        tier = self._create_tier("VIP")
        with self.assertRaises(UserError) as caught:
            self._assign(tier, note="  ")
        self.assertIn("Reason", str(caught.exception))
        with self.assertRaises(UserError) as caught:
            self._assign(tier, until_date=fields.Date.subtract(self.today, days=1))
        self.assertIn("Until", str(caught.exception))

    def test_reason_keeps_the_figures_as_data(self):
        self._create_tier("Excellent", ("ordered", 1000, 800))
        self._order(self.customer, 1234567.5)
        self._compute()
        reason = self._membership().reason
        self.assertEqual(json.loads(json.dumps(reason))["holds"][0]["figure"], 1234567.5)
        self.assertIn("1,234,567.50", self.customer.customer_tier_reason)
        self.assertIn("1,000.00", self.customer.customer_tier_reason)
