from datetime import datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common import CustomerPoolCommon


class RecycleCommon(CustomerPoolCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target = cls.env["sales.customer.pool"].create(
            {"name": "Second Chance", "user_ids": [Command.set(cls.stranger.ids)]}
        )
        cls.rule = cls._create_rule(name="30 days without follow-up")

    @classmethod
    def _create_rule(cls, **values):
        return cls.env["sales.customer.recycle.rule"].create(
            {
                "name": "Rule",
                "pool_id": cls.pool.id,
                "target_pool_id": cls.target.id,
                "reason": "no_followup",
                "days": 30,
                "active": True,
                **values,
            }
        )

    def _recompute(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_pool.ir_cron_recompute").method_direct_trigger()
        self.env.invalidate_all()

    def _run_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_customer_pool.ir_cron_recycle").method_direct_trigger()
        self.env.invalidate_all()

    def _set_date(self, partners, field, value):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(field),
                value,
                partners.ids,
            )
        )
        self.env["sales.customer.recycle.mark"]._mark_all()
        self._recompute()

    def _get_days(self, partner):
        """The days from today to the day that a customer is due, at the company's place."""
        local = fields.Datetime.context_timestamp(
            partner.with_context(tz="Asia/Shanghai"), partner.recycle_due_date
        )
        return (local.date() - self.pool._get_today()).days


@tagged("post_install", "-at_install")
class TestCustomerRecycle(RecycleCommon):
    def test_never_followed_up_counts_from_when_it_was_received(self):
        customer = self._create_pooled()
        self.assertFalse(customer.recycle_due_date)
        self._claim(customer, self.li)
        self.assertEqual(self._get_days(customer), 30)
        self.assertEqual(customer.recycle_rule_id, self.rule)
        self.assertEqual(customer.recycle_reason, "no_followup")

    def test_due_date_follows_every_event(self):
        customer = self._create_customers(user_id=self.li.id)
        self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=10))
        self.assertEqual(self._get_days(customer), 20)
        customer.last_followup_date = datetime.now() - timedelta(days=3)
        self.assertEqual(self._get_days(customer), 27)
        customer.protected_until = fields.Date.add(self.pool._get_today(), days=50)
        self.assertEqual(self._get_days(customer), 50)
        customer.recycle_locked = True
        self.assertFalse(customer.recycle_due_date)
        customer.write({"recycle_locked": False, "protected_until": False})
        self.rule.days = 5
        self._recompute()
        self.assertEqual(self._get_days(customer), 2)
        customer.user_id = self.stranger
        self.assertFalse(customer.recycle_due_date, "no member of the pool, nor from it")

    def test_days_by_grade_and_source(self):
        grade = self.env["sales.customer.grade"].create({"name": "Key"})
        source = self.env["utm.source"].create({"name": "Fair"})
        self.rule.day_ids = [
            Command.create({"grade_id": grade.id, "days": 60}),
            Command.create({"source_id": source.id, "days": 7}),
            Command.create({"grade_id": grade.id, "source_id": source.id, "days": 90}),
        ]
        customer = self._create_customers(user_id=self.li.id)
        expected = [((False, False), 30), ((grade, False), 60), ((False, source), 7)]
        for (a_grade, a_source), days in [*expected, ((grade, source), 90)]:
            customer.write(
                {"customer_grade_id": a_grade and a_grade.id, "source_id": a_source and a_source.id}
            )
            self.assertEqual(self._get_days(customer), days)

    def test_first_of_several_rules_counts(self):
        order_rule = self._create_rule(name="No order", reason="no_order", days=10)
        customer = self._create_customers(user_id=self.li.id)
        self._recompute()
        self.assertEqual(customer.recycle_rule_id, order_rule)
        order_rule.active = False
        self._recompute()
        self.assertEqual(customer.recycle_rule_id, self.rule)

    def test_orders_opportunities_and_invoices(self):
        self.rule.reason = "no_order"
        self.rule.exempt_open_opportunity = True
        customer = self._create_customers(user_id=self.li.id)
        self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=29))
        product = self.env["product.product"].create({"name": "Pump", "type": "service"})
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        self._recompute()
        self.assertFalse(customer.recycle_due_date, "an open order exempts")
        self.rule.exempt_open_order = False
        self._recompute()
        self.assertEqual(self._get_days(customer), 30, "it counts from the order")
        lead = self.env["crm.lead"].create(
            {"name": "Pumps", "type": "opportunity", "partner_id": customer.id}
        )
        self._recompute()
        self.assertFalse(customer.recycle_due_date, "an open opportunity exempts")
        lead.action_set_lost()
        self._recompute()
        self.assertEqual(self._get_days(customer), 30)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 9})],
            }
        )
        invoice.action_post()
        self._recompute()
        self.assertFalse(customer.recycle_due_date, "an unpaid invoice exempts")

    def test_protection_over_and_owner_gone(self):
        self.rule.active = False
        self._create_rule(reason="protection_over", days=0)
        self._create_rule(reason="owner_gone", days=2)
        customer = self._create_customers(user_id=self.wang.id)
        self._recompute()
        self.assertFalse(customer.recycle_due_date)
        customer.protected_until = fields.Date.add(self.pool._get_today(), days=12)
        self.assertEqual(self._get_days(customer), 12)
        self.wang.active = False
        self._recompute()
        self.assertEqual(customer.recycle_reason, "owner_gone")
        self.assertLessEqual(self._get_days(customer), 2, "protection is for who is there")

    def test_job_moves_who_is_due_and_nobody_else(self):
        due = self._create_customers(3, user_id=self.li.id)
        later = self._create_customers(2, user_id=self.li.id)
        self._set_date(due, "ownership_date", datetime.now() - timedelta(days=45))
        self._run_job()
        self.assertFalse(due.user_id)
        self.assertEqual(due.pool_id, self.target)
        self.assertEqual(later.user_id, self.li)
        history = self._history(due[0])[-1]
        self.assertEqual(history.kind, "recycle")
        self.assertEqual(history.rule_id, self.rule)
        self.assertEqual(history.from_user_id, self.li)
        self.assertEqual(round(history.dwell_days), 45)
        self.assertEqual(len(self._history(due[0])), 2)
        self.assertFalse(due[0].recycle_due_date)
        cards = self._cards(due, self.stranger)
        self.assertEqual(len(cards.exists()), 3)
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.li.partner_id.ids), ("subject", "like", "%pool%")]
        )
        self.assertEqual(len(told), 1)
        self.assertIn("3", told.body)
        self._run_job()
        self.assertEqual(len(self._history(due[0])), 2, "a second run changes nothing")

    def test_followed_up_in_the_last_moment_stays(self):
        customer = self._create_customers(user_id=self.li.id)
        self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=45))
        self.assertLess(customer.recycle_due_date, datetime.now())
        self.env.cr.execute(
            "UPDATE res_partner SET last_followup_date = now() AT TIME ZONE 'UTC' WHERE id = %s",
            customer.ids,
        )
        self._run_job()
        self.assertEqual(customer.user_id, self.li)
        self.assertEqual(self._get_days(customer), 30)

    def test_order_after_the_dates_were_computed_keeps_its_customer(self):
        self.rule.reason = "no_order"
        customer = self._create_customers(user_id=self.li.id)
        other = self._create_customers(user_id=self.li.id)
        self._set_date(customer | other, "ownership_date", datetime.now() - timedelta(days=40))
        self.env["sale.order"].create({"partner_id": customer.id}).action_confirm()
        self.env.flush_all()
        self.env["sales.customer.recycle.rule"]._recycle_batch(100)
        self.assertEqual(customer.user_id, self.li)
        self.assertFalse(other.user_id)
        self._run_job()
        self.assertEqual(customer.user_id, self.li)

    def test_no_customer_hides_from_the_rules_as_a_contact(self):
        customer = self._create_customers(user_id=self.li.id)
        company = self._create_customers(user_id=self.li.id, name="Langsu Group")
        self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=10))
        for vals in ({"customer_rank": 0}, {"parent_id": company.id, "is_company": False}):
            with self.assertRaises(UserError) as refusal:
                customer.with_user(self.li).write(vals)
            self.assertIn(customer.name, str(refusal.exception))
        customer.with_user(self.chief).write({"parent_id": company.id, "is_company": False})
        self.assertFalse(customer.recycle_due_date)
        self.assertFalse(customer.home_pool_id)
        self._recompute()
        self.assertFalse(customer.recycle_due_date)

    def test_contact_that_becomes_a_customer_begins_anew(self):
        company = self._create_customers(user_id=self.li.id)
        contact = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": company.id, "customer_rank": 1}
        )
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2020-01-01' WHERE id = %s", [contact.id]
        )
        contact.invalidate_recordset()
        contact.with_user(self.li).parent_id = False
        self.assertEqual(contact.user_id, self.li)
        self._recompute()
        self.assertEqual(self._get_days(contact), 30)

    def test_pooled_customer_that_becomes_a_contact_leaves_the_pool(self):
        customer = self._create_pooled()
        company = self._create_customers(user_id=self.li.id, name="Langsu Group")
        self.assertTrue(self._cards(customer, self.li).exists())
        customer.with_user(self.chief).write({"parent_id": company.id, "is_company": False})
        self.assertFalse(customer.pool_id)
        self.assertFalse(self._cards(customer, self.li).exists())

    def test_several_warnings_then_none_when_followed_up(self):
        self.rule.warning_ids = [Command.create({"days": 7}), Command.create({"days": 3})]
        customer = self._create_customers(user_id=self.li.id)
        self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=24))
        for days, warned in ((24, 7), (24, 7), (28, 3)):
            self._set_date(customer, "ownership_date", datetime.now() - timedelta(days=days))
            self._run_job()
            self.assertEqual(customer.recycle_warned_days, warned)
            self.assertEqual(customer.activity_ids.user_id, self.li)
            self.assertEqual(len(customer.activity_ids), 1)
        customer.with_user(self.li).sudo().last_followup_date = datetime.now()
        self.assertFalse(customer.activity_ids)
        self.assertFalse(customer.recycle_warned_days)

    def test_extension_is_asked_for_and_granted(self):
        customer = self._create_customers(user_id=self.li.id)
        action = customer.with_user(self.li).action_request_extension()
        form = Form(
            self.env[action["res_model"]].with_user(self.li).with_context(**action["context"])
        )
        form.until_date = fields.Date.add(self.pool._get_today(), days=44)
        form.reason = "They decide after the holidays"
        extension = form.save()
        with self.assertRaises(UserError):
            extension.action_grant()
        extension.with_user(self.chief).action_grant()
        self.assertEqual(self._get_days(customer), 44)
        with self.assertRaisesRegex(UserError, "decided already"):
            extension.with_user(self.chief).action_refuse()
        with self.assertRaisesRegex(UserError, "Only the salesperson"):
            customer.with_user(self.chief).action_request_extension()

    def test_simulation_says_who_when_and_why_and_changes_nothing(self):
        customers = self._create_customers(3, user_id=self.li.id)
        rule = self._create_rule(name="No order", reason="no_order", days=5, active=False)
        self._set_date(customers[:2], "ownership_date", datetime.now() - timedelta(days=9))
        before = customers.mapped("recycle_due_date")
        action = rule.with_user(self.chief).action_simulate()
        simulation = self.env[action["res_model"]].browse(action["res_id"])
        lines = simulation.line_ids.filtered(lambda line: line.partner_id in customers)
        self.assertEqual(lines.partner_id, customers[:2])
        self.assertEqual(lines.mapped("reason"), ["no_order"] * 2)
        self.assertEqual(lines.target_pool_id, self.target)
        simulation.until_date = fields.Date.add(self.pool._get_today(), days=5)
        simulation.action_simulate()
        self.assertEqual(simulation.count, len(simulation.line_ids))
        self.assertLessEqual(customers, simulation.line_ids.partner_id)
        self.env.invalidate_all()
        self.assertEqual(customers.mapped("recycle_due_date"), before)
        self.assertEqual(customers.user_id, self.li)
        with self.assertRaises(AccessError):
            rule.with_user(self.li).action_simulate()

    def test_invalid_rules_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Not These.*30 days"):
            self.rule.exempt_domain = "[('nothing', '=', 1)]"
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._create_rule(days=-1)

    def test_other_company_is_left_alone(self):
        other = self.env["res.company"].create({"name": "Other"})
        customer = self._create_customers(user_id=self.li.id, company_id=other.id)
        self._recompute()
        self.assertFalse(customer.recycle_due_date)

    def test_constant_number_of_queries(self):
        marks = self.env["sales.customer.recycle.mark"]
        counts = []
        for count in (1, 10, 100):
            customers = self._create_customers(count, user_id=self.li.id)
            self._set_date(customers, "ownership_date", datetime.now() - timedelta(days=45))
            self.env.cr.execute(
                "INSERT INTO sales_customer_recycle_mark (partner_res_id) SELECT unnest(%s)",
                [customers.ids],
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(marks._compute_batch(1000, customers.ids))
            self.assertEqual(len(self.rule._recycle_batch(1000)), count)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)
        self.assertLessEqual(counts[0], counts[1])
