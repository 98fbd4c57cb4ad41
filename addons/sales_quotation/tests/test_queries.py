from odoo.fields import Command
from odoo.tests import tagged

from .common import QuotationCase

FIELDS = ("floor_price", "pricelist_price", "discount_ceiling")


@tagged("post_install", "-at_install")
class TestQueries(QuotationCase):
    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = cls.env["product.pricelist"].create(
            {
                "name": "Base",
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 5})],
            }
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Chained",
                "item_ids": [
                    Command.create(
                        {
                            "compute_price": "formula",
                            "base": "pricelist",
                            "base_pricelist_id": base.id,
                            "price_discount": 5,
                        }
                    )
                ],
            }
        )
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": f"P{n}",
                    "default_code": f"P{n}",
                    "list_price": 100 + n,
                    "standard_price": 50,
                    "categ_id": cls.category.id,
                }
                for n in range(100)
            ]
        )
        cls._new_floor(1.2)
        cls._new_floor(0.8, basis="list", applied_on="category", categ_id=cls.category.id)
        cls._new_ceiling(10)

    def _new_long_order(self, count):
        lines = [{"product_id": p.id, "discount": 20} for p in self.products[:count]]
        return self._new_order(lines, pricelist_id=self.pricelist.id)

    def _resolve(self, order):
        order._resolve_floors()
        order.order_line.flush_recordset()

    def test_resolving_is_constant(self):
        orders = [self._new_long_order(count) for count in (1, 1, 10, 100)]
        counts = [self._count(lambda o=order: self._resolve(o)) for order in orders]
        self.assertEqual(len(set(counts[1:])), 1, counts)  # the first one warms up

    def test_the_gate_and_the_banner_are_constant(self):
        orders = [self._new_long_order(count) for count in (1, 1, 10, 100)]
        names = ["approval_needed", "approval_info", "price_mark", "price_info"]
        counts = [self._count(lambda o=order: o.read(names)) for order in orders]
        self.assertEqual(len(set(counts[1:])), 1, counts)

    def test_reading_marks_and_texts_is_constant(self):
        orders = [self._new_long_order(count) for count in (1, 1, 10, 100)]
        names = ["floor_text", "price_mark", "floor_price", "concession"]
        counts = [self._count(lambda o=order: o.order_line.read(names)) for order in orders]
        self.assertEqual(len(set(counts[1:])), 1, counts)

    def test_simulation_is_constant(self):
        rule = self._new_floor(3.0)
        self._new_long_order(2)
        self._count(rule.action_simulate)
        few = self._count(rule.action_simulate)
        for count in (10, 100):
            self._new_long_order(count)
        self.assertLessEqual(self._count(rule.action_simulate), few + 2)
