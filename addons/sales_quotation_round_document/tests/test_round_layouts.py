import base64
import io
import time
import tracemalloc

from openpyxl import load_workbook

from odoo.tests import tagged

from odoo.addons.sales_document.tests.common import TEXT, DocumentCommon, convert

from .common import RoundDocumentCommon


@tagged("post_install", "-at_install")
class TestRoundLayouts(RoundDocumentCommon):
    """What customers get in Excel and Word about the rounds."""

    def test_excel_names_the_round_and_has_a_sheet_of_changes(self):
        content = self._make(self.third, "xlsx")
        workbook = load_workbook(io.BytesIO(content))
        self.assertEqual(workbook.sheetnames, [f"{self.third.name} round 3", "Changes"])
        titles = [cell.value for cell in workbook.worksheets[0]["A"]]
        self.assertIn(f"Quotation {self.third.name} round 3", titles)
        rows = self._read_sheet(content, "Changes")
        self.assertEqual(rows[1][0], "Changes since round 1")
        self.assertEqual(rows[3][3:5], ["Round 1", "Round 3"])
        lines = {row[1]: row for row in rows[4:7]}
        self.assertEqual(set(lines), {"Pump", "Hose", "=Sensor"})
        pump = lines["Pump"]
        self.assertEqual(pump[0], "Changed")
        self.assertEqual(pump[3:12], [10, 10, 100, 100, 0, 10, 1000, 900, -100])
        self.assertEqual(lines["Hose"][0], "No longer offered")
        self.assertEqual(lines["Hose"][3:12], [20, None, 5, None, 0, None, 100, None, -100])
        self.assertEqual(lines["=Sensor"][3:12], [None, 2, None, 9, None, 0, None, 18, 18])
        totals = {row[3]: row[9:12] for row in rows[7:] if row[3]}
        self.assertEqual(totals["Untaxed Amount"], [1300, 1118, -182])
        self.assertEqual(totals["Total"], [1300, self.third.amount_total, -182])

    def test_a_product_that_looks_like_a_formula_stays_text(self):
        sheet = load_workbook(io.BytesIO(self._make(self.third, "xlsx")))["Changes"]
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=Sensor"]
        self.assertEqual([(cell.data_type, cell.quotePrefix) for cell in cells], [("s", True)])

    def test_nothing_of_ours_is_in_it(self):
        content = self._make(self.third, "xlsx", self.manager)
        rows = [
            row for name in self._get_sheets(content) for row in self._read_sheet(content, name)
        ]
        cells = [cell for row in rows for cell in row]
        for secret in (50, 500, "Margin", "Round 2", "A secret of ours"):
            self.assertNotIn(secret, cells)
        text = self._read_word(self._make(self.third, "docx", self.manager))
        for secret in ("500.00", " 50 ", "Margin", "Round 2", "secret"):
            self.assertNotIn(secret, text)

    def _get_sheets(self, content):
        return load_workbook(io.BytesIO(content)).sheetnames

    def test_only_when_changes_are_printed_and_something_was_sent(self):
        self.third.print_round_changes = False
        self.assertEqual(len(self._get_sheets(self._make(self.third, "xlsx"))), 1)
        self.assertNotIn("Changes since", self._read_word(self._make(self.third, "docx")))
        other = self._create_quotation(print_round_changes=True)
        second = other._make_round()  # the first one was never sent
        self.assertEqual(len(self._get_sheets(self._make(second, "xlsx"))), 1)
        self.assertEqual(self._get_sheets(self._make(self._create_quotation(), "xlsx"))[0][0], "S")

    def test_without_changes_it_says_so(self):
        second = self._create_quotation(print_round_changes=True)
        second.action_quotation_sent()
        second = second._make_round()
        rows = self._read_sheet(self._make(second, "xlsx"), "Changes")
        self.assertEqual(rows[4][0], "No line has changed.")
        self.assertIn("No line has changed.", self._read_word(self._make(second, "docx")))

    def test_word_has_a_table_of_changes_at_its_end(self):
        text = self._read_word(self._make(self.third, "docx"))
        self.assertIn(f"Quotation {self.third.name} round 3", text)
        changes = text.partition("Changes since round 1")[2]
        for expected in (
            "Hose (No longer offered) 20 5.00 0 100.00",
            "=Sensor (New) 2 9.00",
            "Pump 10 100.00 0 → 10 1,000.00 → 900.00",
            "Round 1 Round 3 Difference",
            "Untaxed Amount 1,300.00 1,118.00 -182.00",
        ):
            self.assertIn(expected, changes)

    def test_in_chinese(self):
        self.customer.lang = "zh_CN"
        content = self._make(self.third, "xlsx")
        rows = self._read_sheet(content, "变更")
        self.assertEqual(rows[1][0], "较第1轮的变更")
        self.assertIn("不再报价", [row[0] for row in rows])
        sheet = load_workbook(io.BytesIO(content))["变更"]
        self.assertEqual(sheet["A1"].font.name, "Microsoft YaHei")
        self.assertIn("较第1轮的变更", self._read_word(self._make(self.third, "docx")))

    def test_another_currency_is_named_and_not_subtracted(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        self.third.pricelist_id = pricelist
        self.third.flush_recordset()
        self.assertEqual(self.third.currency_id, euro)
        rows = self._read_sheet(self._make(self.third, "xlsx"), "Changes")
        self.assertEqual(rows[3][4], "Round 3 (EUR)")
        self.assertFalse([row for row in rows[4:] if row[11] is not None])

    def test_ten_thousand_lines_on_both_sheets(self):
        values = self.third.with_user(self.owner)._get_default_document_data()
        values["lines"] = values["lines"] * 3334
        values["changes"] = values["changes"] * 3334
        orders = type(self.third)
        self.patch(orders, "_get_default_document_data", lambda order: values)
        start = time.perf_counter()
        content = self._make(self.third, "xlsx")
        self.assertLess(time.perf_counter() - start, 30)  # it is less than 5; machines are busy
        tracemalloc.start()
        self._make(self.third, "xlsx")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.assertLess(peak, 100_000_000)
        workbook = load_workbook(io.BytesIO(content), read_only=True)
        sheets = workbook.worksheets
        self.assertTrue(all(sum(1 for _row in one.iter_rows()) > 10_000 for one in sheets))


@tagged("post_install", "-at_install")
class TestRoundPlaceholders(RoundDocumentCommon, DocumentCommon):
    """What templates of users can say about rounds."""

    def _create_template(self, content, **values):
        vals = {"name": "Rounds", "model": "sale.order", "file": base64.b64encode(content)}
        return self.env["sales.document.template"].create({**vals, **values})

    def _render(self, order, paragraphs):
        template = self._create_template(self._make_docx(paragraphs))
        content = order.with_user(self.owner)._make_document("docx", template)
        return convert(content, "docx", TEXT).decode("utf-8-sig").split("\n")

    def test_word(self):
        texts = self._render(
            self.third,
            [
                "{{ round.number }} {{ round.label }} {{ round.name }}",
                "{{ changes_since }}: {{ totals_before.total }} {{ totals_after.total }}"
                " {{ totals_difference.untaxed }}",
                "{%p for change in changes %}",
                "{{ change.kind }} {{ change.name }} {{ change.old_subtotal }}"
                " {{ change.new_subtotal }} {{ change.difference }}",
                "{%p endfor %}",
            ],
        )
        self.assertEqual(texts[0], f"3 Round 3 {self.third.name} round 3")
        self.assertEqual(texts[1], "Round 1: 1,300.00 1,118.00 -182.00")
        self.assertIn("changed Pump 1,000.00 900.00 -100.00", texts)
        self.assertIn("dropped Hose 100.00  -100.00", texts)

    def test_excel_repeats_the_row_of_a_change(self):
        template = self._create_template(
            self._make_xlsx(
                {
                    "A1": "{{ round.name }}",
                    "A2": "{{ change.name }}",
                    "B2": "{{ change.difference }}",
                }
            )
        )
        content = self.third.with_user(self.owner)._make_document("xlsx", template)
        sheet = load_workbook(io.BytesIO(content)).active
        figures = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2)}
        self.assertEqual(figures, {"Pump": -100, "Hose": -100, "=Sensor": 18})

    def test_a_quotation_without_rounds_is_the_first_and_says_nothing_else(self):
        order = self._create_quotation()
        texts = self._render(
            order,
            [
                "{{ round.number }}{{ round.label }} {{ round.name }}",
                "{{ changes_since }}{{ totals_before.total }}!",
            ],
        )
        self.assertEqual(texts[:2], [f"1 {order.name}", "!"])

    def test_the_switch_of_the_quotation_holds_for_templates_as_well(self):
        self.third.print_round_changes = False
        texts = self._render(self.third, ["{{ changes | length }}{{ changes_since }}!"])
        self.assertEqual(texts[0], "0!")

    def test_the_list_of_placeholders_is_a_good_template(self):
        for kind in ("xlsx", "docx"):
            mixin = self.env.registry["sales.document.mixin"]
            content = mixin._get_document_example(self.env["sale.order"], kind)
            template = self._create_template(content, file_name=f"all.{kind}")
            self.assertTrue(self.third.export_documents(template_id=template.id)[0]["content"])
        self.assertIn("{% for change in changes %}", template.placeholders)

    def test_a_constant_number_of_queries(self):
        counts = []
        for size in (1, 1, 10, 100):  # the first one warms up
            order = self._create_quotation(print_round_changes=True)
            line = order.order_line[0]
            for _copy in range(size):
                line.copy({"order_id": order.id})
            order.action_quotation_sent()
            second = order._make_round()
            self._get_line(second, self.pump).discount = 5
            second.with_user(self.owner)._get_document_data()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            data = second.with_user(self.owner)._get_document_data()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(data["changes"]), size + 1)
        self.assertLessEqual(max(counts[1:]) - min(counts[1:]), 1, counts)
