from odoo.tests import tagged

from .common import CustomerSearchCommon

COUNTS = (1, 10, 100)


@tagged("post_install", "-at_install")
class TestCustomerSearchPerformance(CustomerSearchCommon):
    """What the upkeep costs does not grow with the number of records."""

    def _count(self, function):
        """Return the statements of the upkeep of what a function does."""
        function()
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.env["sales.customer.search.key"]._refresh_marked()
        return self.cr.sql_log_count - before

    def _create(self, count):
        names = [{"name": f"远航{n}", "phone": f"028-8555{n:04}"} for n in range(count)]
        return self.env["res.partner"].create(names)

    def test_create(self):
        counts = [self._count(lambda count=count: self._create(count)) for count in COUNTS]
        self.assertEqual(counts, [3, 3, 3])

    def test_write(self):
        counts = []
        for number, count in enumerate(COUNTS):
            partners = self._create(count)
            self.env.flush_all()
            self.env["sales.customer.search.key"]._refresh_marked()
            counts.append(self._count(lambda p=partners, n=number: p.write({"phone": f"999{n}"})))
        self.assertEqual(counts, [2, 2, 2])

    def test_other_writes_cost_nothing(self):
        partners = self._create(10)
        self.env.flush_all()
        self.env["sales.customer.search.key"]._refresh_marked()
        self.assertEqual(self._count(lambda: partners.write({"comment": "x"})), 0)

    def test_unlink(self):
        counts = []
        for count in COUNTS:
            partners = self._create(count)
            self.env.flush_all()
            self.env["sales.customer.search.key"]._refresh_marked()
            partners.unlink()
            counts.append(self._count(self.env.flush_all))
        self.assertEqual(counts, [0, 0, 0])
        self.assertFalse(self._find("远航"))

    def test_search(self):
        partners = self.env["res.partner"].with_user(self.seller)
        counts = []
        for count in COUNTS:
            self._create(count).customer_rank = 1
            partners.search_customers("yuanhang", 1000)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = partners.search_customers("yuanhang", 1000)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(found), sum(COUNTS))
        self.assertEqual(len(set(counts)), 1, counts)
