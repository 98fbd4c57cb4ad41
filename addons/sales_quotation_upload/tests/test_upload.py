import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import UploadCase, make_book


@tagged("post_install", "-at_install")
class TestUpload(UploadCase):
    def test_a_workbook_becomes_lines(self):
        order = self._new_order()
        rows = [["数量", "编码", "单价"], [5, "CAB", 99], [7, "PLG", None]]
        paste = self._upload(order, make_book(("S", rows)))
        self.assertFalse(paste.problem_count)
        self.assertEqual(paste.line_ids.mapped("place"), ["S!2", "S!3"])
        paste.action_add()
        lines = order.order_line[1:]
        self.assertEqual(lines.mapped("product_uom_qty"), [5, 7])
        self.assertEqual(lines.mapped("price_unit"), [99, 10])

    def test_problems_name_the_cell_and_are_solved_in_the_table(self):
        order = self._new_order()
        rows = [["code", "qty", "price"], ["CAB", "many", "=1+1"], ["", 3, 7], ["NOPE", 2, 8]]
        paste = self._upload(order, make_book(("S", rows)))
        first, second, third = paste.line_ids
        self.assertIn('B2: "many" is no quantity', first.problem)
        self.assertIn("C2 holds a formula (=1+1)", first.problem)
        self.assertRefused(UserError, paste.action_add, "B2", "C2", "Row 3", "Row 4, NOPE")
        self.assertEqual(len(order.order_line), 1)
        first.quantity = 4
        self.assertTrue(first.problem)
        first.price = 90
        for row in second + third:
            row.product_id, row.product_uom_id = self.other, self.other.uom_id
        self.assertFalse(paste.problem_count)
        paste.action_add()
        lines = order.order_line[1:]
        self.assertEqual(lines.mapped("product_uom_qty"), [4, 3, 2])
        self.assertEqual(lines.mapped("price_unit"), [90, 7, 8])

    def test_bad_files_are_named(self):
        order = self._new_order()
        self.assertRefused(
            UserError, lambda: self._upload(order, b"x", "a.xlsx"), "a.xlsx", "damaged"
        )
        self.assertRefused(UserError, lambda: self._upload(order, b"\n\n", "a.csv"), "no lines")
        chinese = self.env["sales.quotation.paste"].with_user(self.seller)
        self.env["res.lang"]._activate_lang("zh_CN")
        paste = chinese.with_context(lang="zh_CN").create(
            {"order_id": order.id, "file": base64.b64encode(b"x"), "file_name": "a.pdf"}
        )
        self.assertRefused(UserError, paste.action_check, "a.pdf", "读取")

    def test_colleagues_and_portal_get_nothing(self):
        order = self._new_order()
        content = b"CAB,1\n"
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self._upload(order, content, "a.csv", colleague).action_add()
        paste = self._upload(order, content, "a.csv")
        portal = self._new_user("portal", "base.group_portal")
        for user in (colleague, portal):
            with self.assertRaises(AccessError):
                paste.with_user(user).read(["file"])

    def test_files_of_the_inquiry(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Inquiry",
                "type": "opportunity",
                "partner_id": self.customer.id,
                "user_id": self.seller.id,
            }
        )
        book = make_book(("S", [["Code", "Qty"], ["CAB", 5], ["NOPE", 2]]))
        for name, content in (("list.xlsx", book), ("bad.xlsx", b"x"), ("photo.png", b"x")):
            self.env["ir.attachment"].create(
                {"name": name, "raw": content, "res_model": "crm.lead", "res_id": lead.id}
            )
        order = self._new_order(opportunity_id=lead.id)
        action = order.action_lines_from_inquiry()
        paste = self.env[action["res_model"]].with_user(self.seller).browse(action["res_id"])
        self.assertEqual(paste.line_ids.mapped("code"), ["CAB", "NOPE"])
        self.assertEqual(paste.line_ids.mapped("place"), ["list.xlsx S!2", "list.xlsx S!3"])
        self.assertIn("bad.xlsx", paste.info)
        paste.line_ids = [Command.delete(paste.line_ids[1].id)]
        paste.action_add()
        self.assertEqual(order.order_line[-1].product_uom_qty, 5)

    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_are_constant(self):
        counts = []
        for count in (1, 1, 10, 100):
            content = make_book(("S", [["Code", "Qty"]] + [["CAB", n + 1] for n in range(count)]))
            order = self._new_order()
            counts.append(self._count(lambda o=order, c=content: self._upload(o, c)))
        self.assertEqual(len(set(counts[1:])), 1, counts)


@tagged("post_install", "-at_install")
class TestUploadTour(UploadCase, HttpCase):
    def test_a_dropped_file_becomes_lines(self):
        order = self._new_order()
        self.start_tour(
            f"/odoo/sales/{order.id}", "sales_quotation_upload_lines", login=self.seller.login
        )
        order.invalidate_recordset()
        lines = order.order_line[1:]
        self.assertEqual(lines.product_id, self.product | self.other)
        self.assertEqual(lines.mapped("product_uom_qty"), [5, 7])
        self.assertEqual(lines.mapped("price_unit"), [99, 10])
