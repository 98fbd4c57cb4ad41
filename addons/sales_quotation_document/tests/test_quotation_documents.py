import base64
import io
import time
import zipfile

from openpyxl import load_workbook

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.sales_document.tests.common import TEXT, convert, read_csv, repack

from .common import QuotationCommon


@tagged("post_install", "-at_install")
class TestQuotationDocuments(QuotationCommon):
    def _read(self, content):
        return load_workbook(io.BytesIO(content)).active

    # === DEFAULT DOCUMENTS === #

    def test_default_excel_says_what_the_quotation_says(self):
        content = self.order._make_document("xlsx")
        rows = read_csv(content)
        text = "\n".join(",".join(row) for row in rows)
        for expected in ("成都朗速科技有限公司", self.order.name, "第一部分", "三十天内有效"):
            self.assertIn(expected, text)
        pump = next(row for row in rows if "水泵 <A> & B" in row)
        self.assertEqual(pump[:2], ["1", "P-1"])
        self.assertEqual(float(pump[8]), self.order.order_line[1].price_subtotal)
        amounts = [row[8] for row in rows if row[8]]
        for amount in (self.order.amount_untaxed, self.order.amount_tax, self.order.amount_total):
            self.assertIn(
                f"{amount:,.2f}".rstrip("0").rstrip("."),
                [shown.rstrip("0").rstrip(".") for shown in amounts],
            )

    def test_default_excel_keeps_numbers_and_refuses_formulas(self):
        sheet = self._read(self.order._make_document("xlsx"))
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertFalse([cell for cell in cells if cell.data_type == "f"])
        risky = [cell for cell in cells if str(cell.value).startswith(("=", "@"))]
        self.assertEqual(len(risky), 2)
        self.assertTrue(all(cell.quotePrefix for cell in risky))
        total = next(cell for cell in cells if cell.value == self.order.amount_total)
        self.assertEqual(total.number_format, "#,##0.00")
        self.assertTrue(sheet.freeze_panes)
        self.assertTrue(sheet.print_title_rows)

    def test_documents_speak_the_language_of_the_customer(self):
        sheet = self._read(self.order._make_document("xlsx"))
        texts = {cell.value for row in sheet.iter_rows() for cell in row}
        self.assertLessEqual({"描述", "数量", "单价"}, texts)
        self.assertEqual(sheet["A1"].font.name, "Microsoft YaHei")
        self.customer.lang = "en_US"
        sheet = self._read(self.order._make_document("xlsx"))
        texts = {cell.value for row in sheet.iter_rows() for cell in row}
        self.assertLessEqual({"Description", "Quantity", "Unit Price"}, texts)
        self.assertEqual(sheet["A1"].font.name, "Arial")

    def test_default_word_says_what_the_quotation_says(self):
        content = self.order._make_document("docx")
        text = convert(content, "docx", TEXT).decode()
        for expected in (
            "成都朗速科技有限公司",
            self.order.name,
            "第一部分",
            "水泵 <A> & B",
            "@SUM(A1) note",
            "数量",
            "三十天内有效",
            f"{self.order.amount_total:,.2f}",
            f"{self.order.amount_untaxed:,.2f}",
        ):
            self.assertIn(expected, text)
        self.assertTrue(convert(content, "docx", "pdf").startswith(b"%PDF"))

    def test_taxes_of_several_groups(self):
        group = self.env["account.tax.group"].create({"name": "Green"})
        green = self.env["account.tax"].create(
            {"name": "Green 5", "amount": 5.0, "tax_group_id": group.id}
        )
        order = self._create_order(
            [self._prepare_line(3), self._prepare_line(7, tax_ids=[Command.set(green.ids)])]
        )
        taxes = order._get_document_data()["taxes"]
        self.assertEqual(len(taxes), 2)
        self.assertAlmostEqual(sum(tax["amount"] for tax in taxes), order.amount_tax, 2)
        taxes = self.order._get_document_data()["taxes"]
        self.assertEqual(taxes, [dict(tax) for tax in self.order._get_tax_lines_by_group()])

    def test_an_empty_quotation(self):
        order = self._create_order(
            [{"display_type": "line_note", "name": "nothing yet"}], note=False
        )
        self.assertIn("nothing yet", str(read_csv(order._make_document("xlsx"))))
        self.assertIn("nothing yet", convert(order._make_document("docx"), "docx", TEXT).decode())

    def test_ten_thousand_lines(self):
        order = self._create_order([self._prepare_line(n % 7 + 1) for n in range(50)])
        values = order._get_document_data()
        values["lines"] = values["lines"] * 200
        self.patch(type(order), "_get_document_data", lambda self: values)
        start = time.perf_counter()
        sheet = self._read(order._make_document("xlsx"))
        self.assertLess(time.perf_counter() - start, 30)  # openpyxl reads it back, too
        self.assertGreater(sheet.max_row, 10_000)

    # === TEMPLATES === #

    def test_a_template_is_used_and_its_figures_are_the_order_s(self):
        template = self._create_template(
            self._make_xlsx(
                {
                    "A1": "{{ number }}",
                    "A2": "{{ customer.name }}",
                    "A4": "{{ line.name }}",
                    "B4": "{{ line.subtotal }}",
                    "B5": "=SUM(B4)",
                    "B6": "{{ total }}",
                }
            ),
            file_name="q.xlsx",
        )
        self.assertEqual(template.kind, "xlsx")
        rows = read_csv(self.order._make_document("xlsx", template))
        self.assertEqual(rows[0][0], self.order.name)
        self.assertEqual([row[0] for row in rows[3:7]], self.order.order_line.mapped("name"))
        self.assertEqual(float(rows[8][1].replace(",", "")), self.order.amount_total)
        subtotals = sum(self.order.order_line.mapped("price_subtotal"))
        self.assertAlmostEqual(float(rows[7][1]), subtotals, 2)

    def test_the_examples_are_good_templates(self):
        for kind in ("xlsx", "docx"):
            content = self.env["sale.order"]._get_document_example(kind)
            template = self._create_template(content, file_name=f"example.{kind}")
            document = self.order._make_document(kind, template)
            text = (
                str(read_csv(document))
                if kind == "xlsx"
                else (convert(document, "docx", TEXT).decode())
            )
            self.assertIn("成都朗速科技有限公司", text)
            self.assertIn(self.order.name, text)

    def test_the_list_of_all_placeholders_is_a_good_template(self):
        mixin = self.env.registry["sales.document.mixin"]
        for kind in ("xlsx", "docx"):
            content = mixin._get_document_example(self.env["sale.order"], kind)
            template = self._create_template(content, file_name=f"all.{kind}")
            self.assertIn(
                self.order.name,
                str(self.order.export_documents(template_id=template.id)[0]["name"]),
            )
        self.assertIn("{{ customer.name }}", template.placeholders)
        self.assertIn("{% for line in lines %}", template.placeholders)

    def test_bad_templates_are_refused_with_their_reason(self):
        for cells, expected in (
            ({"C12": "{{ custmer.name }}"}, "Sheet!C12: “custmer” is unknown; did you mean"),
            ({"A1": "{{ ''.__class__.__mro__ }}"}, "is not allowed in a template"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self._create_template(self._make_xlsx(cells, title="Sheet"), file_name="a.xlsx")
            self.assertIn(expected, str(caught.exception))
        good = self._make_xlsx({"A1": "{{ number }}"})
        for content, name, expected in (
            (b"junk", "a.xlsx", "damaged"),
            (good, "a.xlsm", "macros"),
            (repack(good, {"xl/vbaProject.bin": b"x"}), "a.xlsx", "macros"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self._create_template(content, file_name=name)
            self.assertIn(expected, str(caught.exception))

    def test_a_file_that_was_exchanged_behind_the_template_is_not_opened(self):
        template = self._create_template(self._make_xlsx({"A1": "{{ number }}"}))
        self.env.flush_all()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", template._name),
                ("res_field", "=", "file"),
                ("res_id", "=", template.id),
            ]
        )
        bad = repack(self._make_xlsx({}), {"xl/vbaProject.bin": b"x"})
        attachment.with_user(self.manager).write({"raw": bad})
        self.env.invalidate_all()
        with self.assertRaises(UserError) as caught:
            self.order.with_user(self.anna).export_documents(template_id=template.id)
        self.assertIn("macros", str(caught.exception))

    def test_a_number_that_xml_cannot_carry(self):
        self.order.name = "S\x01\x0b<&>"
        [document] = self.order.export_documents()
        rows = read_csv(base64.b64decode(document["content"]))
        self.assertTrue(any("S<&>" in cell for row in rows for cell in row))

    def test_a_new_file_is_checked_as_the_first_was(self):
        template = self._create_template(self._make_xlsx({"A1": "{{ number }}"}))
        with self.assertRaises(ValidationError):
            template.file = base64.b64encode(self._make_xlsx({"A1": "{{ numbr }}"}))
        template.file = base64.b64encode(self._make_docx(["{{ number }}"]))
        self.assertEqual(template.kind, "docx")
        template.kind = "xlsx"
        self.assertEqual(template.kind, "docx", "the kind is that of the file")

    def test_the_language_of_a_template_goes_first(self):
        template = self._create_template(
            self._make_docx(["{{ labels.quantity }} {{ date | date }}"]), lang="en_US"
        )
        text = convert(self.order._make_document("docx", template), "docx", TEXT).decode()
        self.assertIn("Quantity", text)
        template.lang = False
        text = convert(self.order._make_document("docx", template), "docx", TEXT).decode()
        self.assertIn("数量", text)

    # === EXPORT === #

    def test_many_quotations_in_a_zip(self):
        orders = self.order | self._create_order(name="S/../1") | self._create_order(name="S/../1")
        export = self.env["sales.document.export"].create(
            {"res_model": "sale.order", "res_ids": orders.ids, "kind": "xlsx", "is_posted": True}
        )
        action = export.action_download()
        self.assertIn(f"/{export.id}/file", action["url"])
        self.assertTrue(export.file_name.endswith(".zip"))
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(export.file))) as archive:
            names = archive.namelist()
            self.assertEqual(len({name.lower() for name in names}), 3)
            self.assertFalse([name for name in names if "/" in name or name.startswith(".")])
            self.assertTrue(all(self._read(archive.read(name)).max_row > 5 for name in names))
        for order in orders:
            self.assertEqual(len(order.message_ids[0].attachment_ids), 1)

    def test_one_quotation_by_the_first_template(self):
        self.assertTrue(self.order.action_export_docx()["url"])
        export = self.env["sales.document.export"].search([], order="id desc", limit=1)
        self.assertFalse(export.template_id)
        self.assertTrue(export.file_name.endswith(".docx"))
        template = self._create_template(self._make_docx(["{{ number }}"]), sequence=1)
        self.order.action_export_docx()
        export = self.env["sales.document.export"].search([], order="id desc", limit=1)
        self.assertEqual(export.template_id, template)
        self.assertEqual(export.kind, "docx")

    def test_preview(self):
        template = self._create_template(
            self._make_xlsx({"A1": "{{ customer.name }}", "A2": "{{ line.subtotal }}"})
        )
        action = template.action_preview()
        export = self.env[action["res_model"]].browse(action["res_id"])
        self.assertIn("<td", export.preview)
        template = self._create_template(self._make_docx(["{{ number }} <script>"]))
        export = self.env["sales.document.export"].create(
            {"res_model": "sale.order", "res_ids": self.order.ids, "template_id": template.id}
        )
        export.action_preview()
        self.assertIn(self.order.name, export.preview)
        self.assertNotIn("<script", export.preview)

    def test_too_many_at_once(self):
        with self.assertRaises(UserError):
            list(self.env["sale.order"].browse(range(1, 300))._iterate_documents("xlsx"))

    def test_a_constant_number_of_queries(self):
        counts = []
        for size in (1, 10, 100):
            order = self._create_order([self._prepare_line(n + 1) for n in range(size)])
            order._get_document_data()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._get_document_data()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(max(counts) - min(counts), 1, counts)


@tagged("post_install", "-at_install")
class TestQuotationDownload(QuotationCommon, HttpCase):
    def test_the_file_arrives(self):
        self.anna.password = "document_anna"
        self.authenticate("document_anna", "document_anna")
        action = self.order.with_user(self.anna).action_export_xlsx()
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("成都朗速科技有限公司", str(read_csv(answer.content)))
        self.manager.password = "document_manager"
        self.authenticate("document_manager", "document_manager")
        answer = self.url_open(action["url"])
        self.assertNotEqual(answer.status_code, 200, "the file of a colleague")
