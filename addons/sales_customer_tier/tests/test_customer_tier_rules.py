from odoo.tests import tagged

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestCustomerTierRules(TierCommon):
    """Who is in a tier, at the edge of each condition."""

    def test_orders_at_the_edge(self):
        tier = self._create_tier("Excellent", ("orders", 2, 2))
        self._order(self.customer)
        self._order(self.customer, confirm=False)
        self._compute()
        self.assertFalse(self.customer.customer_tier_id)
        self._order(self.customer)
        self._compute()
        self.assertEqual(self.customer.customer_tier_id, tier)
        self.assertEqual(len(self._history()), 1)
        self.assertEqual(
            self.customer.customer_tier_reason, "Confirmed orders 2 \u2265 2 in 12 months"
        )
