from odoo.fields import Command
from odoo.tests import tagged

from .common import ProjectQuotationCase

SHOWN = ["note", "price", "subtotal", "quantity", "product_id"]


@tagged("post_install", "-at_install")
class TestProjectQueries(ProjectQuotationCase):
    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def _new_large_project(self, count):
        project = self._new_project(f"Of {count}", partner_id=self.customer.id)
        self.env["project.task"].create(
            [
                {"name": f"Task {n}", "project_id": project.id, "allocated_hours": n + 1}
                for n in range(count)
            ]
        )
        self.env["project.milestone"].create(
            [{"name": f"Milestone {n}", "project_id": project.id} for n in range(count)]
        )
        return project

    def _count_plain(self, order):
        """Core looks for the analytic distribution of each line; count the same order by hand."""
        lines = [
            Command.create(
                {"product_id": line.product_id.id, "name": line.name, "product_uom_qty": 1}
            )
            for line in order.order_line
        ]
        vals = {"partner_id": order.partner_id.id, "project_id": order.project_id.id}
        orders = self.env["sale.order"].with_user(self.seller)
        return self._count(lambda: orders.create({**vals, "order_line": lines}))[0]

    def test_showing_and_quoting_is_constant(self):
        self._quote(self._open(self._new_large_project(2)))  # caches
        shown, read, made, marked = [], [], [], []
        for count in (1, 10, 100):
            project = self._new_large_project(count)
            queries, wizard = self._count(lambda p=project: self._open(p))
            shown.append(queries)
            read.append(self._count(lambda w=wizard: w.line_ids.read(SHOWN))[0])
            wizard.line_ids.is_taken = True
            queries, order = self._count(lambda w=wizard: self._quote(w))
            self.assertEqual(len(order.order_line), 2 * count)
            made.append(queries - self._count_plain(order))
            marked.append(self._count(lambda p=project: self._open(p))[0])
        for counts in (shown, read, marked):
            # the ORM inserts and fetches more than 100 rows in several statements
            self.assertLessEqual(max(counts) - min(counts), 5, counts)
        self.assertLessEqual(max(made) - min(made), 8, made)

    def test_counting_quotations_is_constant(self):
        projects = self._new_project("A") | self._new_project("B") | self.project
        self.assertEqual(
            self._count(lambda: projects[:1].mapped("quotation_count"))[0],
            self._count(lambda: projects.mapped("quotation_count"))[0],
        )
