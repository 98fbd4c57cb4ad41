from odoo.fields import Command
from odoo.tests import tagged

from .common import ContractCase

SHOWN = ["name", "amount_total", "progress", "is_expired", "order_count", "can_change", "team_id"]
ROWS = ["product_id", "agreed", "ordered", "quoted", "left", "quantity", "price", "subtotal"]
LINES = ["quantity_ordered", "quantity_left", "quantity_quoted", "display_name"]


@tagged("post_install", "-at_install")
class TestContractQueries(ContractCase):
    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def _new_large(self, count):
        products = self.env["product.product"].create(
            [{"name": f"P{n}", "list_price": n + 1, "taxes_id": False} for n in range(count)]
        )
        lines = [{"product_id": p.id, "quantity": 9, "price_unit": 1} for p in products]
        return self._new_contract(lines)

    def _count_plain(self, order, confirm=False):
        """Count the same order without a contract, made by hand."""
        lines = [
            Command.create(
                {
                    "product_id": line.product_id.id,
                    "name": line.name,
                    "product_uom_qty": line.product_uom_qty,
                    "price_unit": line.price_unit,
                }
            )
            for line in order.order_line
        ]
        orders = self.env["sale.order"].with_user(self.seller)
        vals = {"partner_id": order.partner_id.id, "order_line": lines}
        queries, made = self._count(lambda: orders.create(vals))
        return queries, self._count(made.action_confirm)[0]

    def test_drawing_is_constant(self):
        action = self._open(contract=self._new_large(2)).action_apply()  # caches
        order = self.env["sale.order"].browse(action["res_id"]).with_user(self.seller)
        self._count_plain(order)
        order.action_confirm()
        counts = {"open": [], "rows": [], "made": [], "info": [], "confirmed": [], "lines": []}
        for count in (1, 10, 100):
            contract = self._new_large(count)
            queries, wizard = self._count(lambda c=contract: self._open(contract=c))
            counts["open"].append(queries)
            counts["rows"].append(self._count(lambda w=wizard: w.line_ids.read(ROWS))[0])
            queries, action = self._count(wizard.action_apply)
            order = self.env["sale.order"].browse(action["res_id"]).with_user(self.seller)
            counts["info"].append(self._count(lambda o=order: o.read(["contract_info"]))[0])
            confirmed, _done = self._count(order.action_confirm)
            plain, plain_confirmed = self._count_plain(order)
            counts["made"].append(queries - plain)
            counts["confirmed"].append(confirmed - plain_confirmed)
            counts["lines"].append(self._count(lambda c=contract: c.line_ids.read(LINES))[0])
        for name, found in counts.items():
            # the ORM inserts and updates more than 100 rows in several statements
            self.assertLessEqual(max(found) - min(found), 6, (name, found))

    def test_lists_are_constant(self):
        contracts = self.contract
        for _n in range(9):
            contracts |= self._new_contract()
        partners = self.customer | self.env["res.partner"].create(
            [{"name": f"C{n}"} for n in range(9)]
        )
        orders = self._draw(1) | self._draw(2) | self._draw(3)
        for records, names in (
            (contracts, SHOWN),
            (partners, ["contract_count"]),
            (orders, ["contract_info", "contract_count"]),
        ):
            records.read(names)  # caches
            one, many = (
                self._count(lambda r=found, n=names: r.read(n))[0]
                for found in (records[:1], records)
            )
            self.assertEqual(one, many, names)
