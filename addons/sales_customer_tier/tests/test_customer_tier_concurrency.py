from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import SQL, mute_logger

CUSTOMERS = 30


@tagged("post_install", "-at_install")
class TestCustomerTierConcurrency(BaseCase):
    """Two computations at once, in transactions of their own: one row of history a change."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            values = [{"name": f"Twice {n}", "customer_rank": 1} for n in range(CUSTOMERS)]
            self.customer_ids = env["res.partner"].create(values).ids
            tier = env["sales.customer.tier"].create(
                {"name": "Twice", "domain": f"[('id', 'in', {self.customer_ids})]"}
            )
            tier.state = "running"
            self.tier_id, self.pricelist_id = tier.id, tier.pricelist_id.id
            self.company_id = tier.company_id.id
        self.addCleanup(self._clean)

    def _clean(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.partner"].browse(self.customer_ids).unlink()
            tier = env["sales.customer.tier"].browse(self.tier_id)
            tier.state = "draft"
            tier.unlink()
            env["product.pricelist"].browse(self.pricelist_id).unlink()
            env["sales.customer.tier.run"].search([("company_id", "=", self.company_id)]).unlink()

    def _open(self, cr):
        """Return the memberships and the company as a transaction sees them that has begun."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = env["res.company"].browse(self.company_id)
        self.assertFalse(env["sales.customer.tier.history"].search_count([]))
        return env["sales.customer.tier.membership"], company

    @mute_logger("odoo.sql_db")
    def test_the_second_of_two_computations_sees_that_the_first_one_was_there(self):
        with self.registry.cursor() as late:
            memberships, company = self._open(late)
            with self.registry.cursor() as early:
                first, its_company = self._open(early)
                self.assertTrue(first._compute_company(its_company))
            with self.assertRaises(SerializationFailure), late.savepoint():
                memberships._compute_batch(company, self.customer_ids)
            memberships.env.invalidate_all(flush=False)
            self.assertTrue(memberships._compute_company(company), "the job tries it again")
        for table in ("membership", "history"):
            self.assertEqual(self._count(table), [1] * CUSTOMERS, table)

    @mute_logger("odoo.sql_db")
    def test_a_manager_and_a_computation_at_once(self):
        with self.registry.cursor() as late:
            memberships, company = self._open(late)
            with self.registry.cursor() as early:
                first, its_company = self._open(early)
                customers = first.env["res.partner"].browse(self.customer_ids)
                tier = first.env["sales.customer.tier"].browse(self.tier_id)
                first._assign(customers, its_company, tier, "promised")
            self.assertTrue(memberships._compute_company(company))
        self.assertEqual(self._count("history"), [1] * CUSTOMERS)

    def _count(self, table):
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT COUNT(*) FROM %s WHERE partner_id = ANY(%s) GROUP BY partner_id",
                    SQL.identifier(f"sales_customer_tier_{table}"),
                    self.customer_ids,
                )
            )
            return [count for (count,) in cr.fetchall()]
