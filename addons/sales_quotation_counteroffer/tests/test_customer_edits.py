import base64

from openpyxl.comments import Comment

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_document.tests.common import convert

from ..tools.cells import Currency, read_number
from .common import CounterofferCommon, Paper


@tagged("post_install", "-at_install")
class TestCustomerEdits(CounterofferCommon):
    """What people do to a table: they move, insert, copy, type and format."""

    def _numbers(self, order, product):
        line = self._get_line(order, product)
        return line.product_uom_qty, line.price_unit, line.discount

    # ---- rows and columns ---------------------------------------------------------------------

    def test_sorted_rows_keep_their_lines(self):
        def edit(paper):
            paper.type("P-1", price=90)
            rows = [paper.find(code) for code in ("P-1", "V-1")]
            last = paper.key + 1
            cells = [[paper.sheet.cell(row, n) for n in range(1, last)] for row in rows]
            for one, two in zip(*cells, strict=True):
                one.value, two.value = two.value, one.value

        made = self._make(self._change(edit))
        self.assertEqual(self._numbers(made, self.pump), (10, 90, 0))
        self.assertEqual(self._numbers(made, self.valve), (5, 40, 10))
        self.assertEqual(made.order_line.mapped("name"), self.order.order_line.mapped("name"))

    def test_rows_sorted_without_their_keys_are_refused(self):
        def edit(paper):
            rows = [paper.find(code) for code in ("P-1", "V-1")]
            cells = [[paper.sheet.cell(row, n) for n in range(1, paper.key)] for row in rows]
            for one, two in zip(*cells, strict=True):
                one.value, two.value = two.value, one.value

        self.assertIn("Sort whole rows", self._get_problems(edit))

    def test_an_inserted_column_moves_nothing(self):
        def edit(paper):
            paper.type("V-1", price=39)
            # openpyxl moves cells and leaves merged areas alone, which is nobody's business here
            for area in list(paper.sheet.merged_cells.ranges):
                paper.sheet.unmerge_cells(str(area))
            paper.sheet.insert_cols(4)

        made = self._make(self._change(edit))
        self.assertEqual(self._numbers(made, self.valve), (5, 39, 10))
        self.assertEqual(self._numbers(made, self.pump), (10, 100, 0))

    def test_a_deleted_column_is_refused(self):
        def edit(paper):
            for area in list(paper.sheet.merged_cells.ranges):
                paper.sheet.unmerge_cells(str(area))
            paper.sheet.delete_cols(paper.columns["discount"])

        message = self._refused(self._compare, self._change(edit))
        self.assertIn("a column of the table is missing (discount)", message)

    def test_a_copied_row_is_a_new_line(self):
        def edit(paper):
            row = paper.find("P-1")
            paper.sheet.insert_rows(row)
            for column in range(1, paper.key + 1):
                value = paper.sheet.cell(row + 1, column).value
                paper.sheet.cell(row, column).value = value
            paper.sheet.cell(row, paper.columns["code"]).value = "F-1"
            paper.sheet.cell(row, paper.columns["description"]).value = "Filter"

        wizard = self._compare(self._change(edit))
        self.assertIn("is a copy of another one", "\n".join(wizard.comparison["notes"]))
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertEqual(self._get_line(made, self.pump).name, "Pump\nof steel")
        self.assertEqual(self._numbers(made, self.filter), (10, 100, 0))

    def test_an_exchanged_product_is_the_same_line(self):
        made = self._make(
            self._change(lambda paper: paper.type("H-1", code="F-1", price=11, quantity=7))
        )
        self.assertFalse(self._get_line(made, self.hose))
        self.assertEqual(self._numbers(made, self.filter), (7, 11, 0))
        key = self._get_line(self.order, self.hose)._get_round_key()
        self.assertEqual(self._get_line(made, self.filter).round_key, key)

    def test_a_new_row_without_a_price_gets_ours(self):
        self.filter.list_price = 12
        made = self._make(
            self._change(lambda paper: paper.insert("P-1", description="filter", quantity=2))
        )
        self.assertEqual(self._numbers(made, self.filter), (2, 12, 0))

    def test_a_new_row_of_text_is_a_note(self):
        made = self._make(
            self._change(lambda paper: paper.insert("P-1", description="Needed by May"))
        )
        note = made.order_line.filtered(lambda line: line.name == "Needed by May")
        self.assertEqual(note.display_type, "line_note")

    def test_sections_and_notes_are_texts(self):
        def edit(paper):
            for row in paper.sheet.iter_rows(min_row=paper.head + 1):
                if row[0].value == "First part":
                    row[0].value = "Part A"

        made = self._make(self._change(edit))
        section = made.order_line[0]
        self.assertEqual((section.display_type, section.name), ("line_section", "Part A"))

    def test_zero_drops_the_line(self):
        wizard = self._compare(self._change(lambda paper: paper.type("H-1", quantity=0)))
        self.assertIn("the quantity is 0", "\n".join(wizard.comparison["notes"]))
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertFalse(self._get_line(made, self.hose))

    def test_units_of_the_product(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        self.hose.uom_ids = dozen
        made = self._make(self._change(lambda paper: paper.type("H-1", unit=dozen.name, price=50)))
        line = self._get_line(made, self.hose)
        self.assertEqual((line.product_uom_id, line.price_unit), (dozen, 50))
        problems = self._get_problems(lambda paper: paper.type("P-1", unit="bags"), order=made)
        self.assertIn("“bags” is no unit of", problems)

    # ---- numbers ------------------------------------------------------------------------------

    def test_numbers_typed_as_text(self):
        def edit(paper):
            paper.type("P-1", price="1,200.50", quantity="１２")
            paper.type("V-1", price="12.5", discount="12%")

        made = self._make(self._change(edit))
        self.assertEqual(self._numbers(made, self.pump), (12, 1200.5, 0))
        self.assertEqual(self._numbers(made, self.valve), (5, 12.5, 12))

    def test_percent_cells(self):
        def edit(paper):
            cell = paper.cell("P-1", "discount")
            cell.value, cell.number_format = 0.05, "0%"

        self.assertEqual(self._numbers(self._make(self._change(edit)), self.pump), (10, 100, 5))

    def test_too_many_decimals_are_rounded_with_a_note(self):
        wizard = self._compare(self._change(lambda paper: paper.type("P-1", price=91.23456)))
        self.assertIn("91.23456 is rounded to 91.23", "\n".join(wizard.comparison["notes"]))
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertEqual(self._numbers(made, self.pump), (10, 91.23, 0))

    def test_prices_that_nobody_touched_keep_all_their_decimals(self):
        self._get_line(self.order, self.hose).price_unit = 4.123456
        made = self._make(self._change(lambda paper: paper.type("P-1", price=90)))
        self.assertEqual(self._get_line(made, self.hose).price_unit, 4.123456)

    def test_numbers_that_are_none_are_named_by_their_cell(self):
        for values, text in (
            ({"price": "=E1*2"}, "this is a formula. Type the number."),
            ({"quantity": "=1+1"}, "this is a formula. Type the number."),
            ({"description": "=A1"}, "this is a formula. Type the text."),
            ({"code": "=A1"}, "this is a formula. Type the text."),
            ({"price": None}, "this cell is empty. Type the number."),
            ({"price": "cheaper"}, "“cheaper” is no number"),
            ({"price": "1" + " " * 30_000 + "x"}, "is no number"),
            ({"price": "12,5"}, "can be read in two ways"),
            ({"price": "1.200"}, "can be read in two ways"),
            ({"price": "1.200,50"}, "can be read in two ways"),
            ({"price": -5}, "this is below zero"),
            ({"price": "-5"}, "this is below zero"),
            ({"quantity": -1}, "this is below zero"),
            ({"price": 1e15}, "this number is too large"),
            ({"discount": 101}, "a discount is 100 or less"),
            ({"quantity": True}, "“True” is no number"),
            ({"price": "#DIV/0!"}, "is no number|shows the error"),
            ({"price": "€ 12"}, "another currency (€)"),
            ({"price": "GBP 12"}, "another currency (GBP)"),
            ({"code": "X-99"}, "no product has the code or name “X-99”"),
        ):
            with self.subTest(values=values):
                problems = self._get_problems(lambda paper, v=values: paper.type("P-1", **v))
                self.assertRegex(problems, text.replace("(", r"\(").replace(")", r"\)"))
                self.assertRegex(problems, rf"^{self.order.name}![A-Z]+\d+: ")

    def test_formats_of_other_numbers(self):
        for number_format, name, text in (
            ("0%", "price", "this is a percentage"),
            ("[$€-407] #,##0.00", "price", "another currency (€)"),
            ('"GBP" #,##0.00', "price", "another currency (GBP)"),
            ("yyyy-mm-dd", "quantity", "is no number"),
        ):

            def edit(paper, number_format=number_format, name=name):
                cell = paper.cell("P-1", name)
                cell.value, cell.number_format = 45000, number_format

            with self.subTest(number_format=number_format):
                self.assertIn(text, self._get_problems(edit))

    def test_our_own_currency_may_stand_there(self):
        class Cell:
            data_type, number_format = "s", "General"

            def __init__(self, value):
                self.value = value

        yuan = Currency("CNY", "¥")
        for text in ("￥12.5", "¥12.5", "12.5元", "RMB 12.5", "12.5 cny", "１２．５", "¥ 12.50"):
            self.assertEqual(read_number(Cell(text), yuan), 12.5, text)
        for text, value in (
            ("1,234,567", 1234567),
            ("1 200.50", 1200.5),
            ("1'200.50", 1200.5),
            ("0.125", 0.125),
            ("+3", 3),
        ):
            self.assertEqual(read_number(Cell(text), yuan), value, text)

    # ---- what happened in Odoo meanwhile ------------------------------------------------------

    def test_what_the_customer_left_follows_odoo(self):
        content = self._change(lambda paper: paper.type("P-1", price=90))
        self._get_line(self.order, self.valve).price_unit = 38
        wizard = self._compare(content)
        self.assertIn("from 40 to 38, and the customer left it", wizard.comparison["notes"][0])
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertEqual(self._numbers(made, self.valve), (5, 38, 10))
        self.assertEqual(self._numbers(made, self.pump), (10, 90, 0))

    def test_what_both_changed_is_the_customer_s_and_noted(self):
        content = self._change(lambda paper: paper.type("P-1", price=90))
        self._get_line(self.order, self.pump).price_unit = 97
        wizard = self._compare(content)
        self.assertIn("the customer's number is taken", wizard.comparison["notes"][0])
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertEqual(self._numbers(made, self.pump), (10, 90, 0))

    def test_lines_added_in_odoo_stay(self):
        content = self._change(lambda paper: paper.type("P-1", price=90))
        self.order.order_line = [Command.create({"product_id": self.filter.id})]
        wizard = self._compare(content)
        self.assertIn("1 lines that were added in Odoo", "\n".join(wizard.comparison["notes"]))
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertTrue(self._get_line(made, self.filter))

    def test_lines_deleted_in_odoo_are_named(self):
        content = self._export()
        self._get_line(self.order, self.hose).unlink()
        wizard = self._compare(content)
        self.assertIn("was deleted in Odoo", "\n".join(wizard.comparison["problems"]))

    # ---- what else a table carries ------------------------------------------------------------

    def test_what_we_do_not_read_may_be_anything(self):
        def edit(paper):
            row = paper.find("P-1")
            paper.sheet.cell(row, paper.key - 1).value = f"=D{row}*F{row}"
            paper.sheet.cell(row, 1).value = "=ROW()"
            paper.sheet.cell(row, paper.key + 3).value = "please!"
            paper.cell("V-1", "price").comment = Comment("too much", "Langsu")
            paper.type("V-1", price=38)

        self.assertEqual(self._numbers(self._make(self._change(edit)), self.valve), (5, 38, 10))

    def test_rows_below_the_totals_are_refused(self):
        def edit(paper):
            row = paper.sheet.max_row + 1
            paper.sheet.cell(row, paper.columns["code"]).value = "F-1"
            paper.sheet.cell(row, paper.columns["quantity"]).value = 4

        self.assertIn("below the totals", self._get_problems(edit))

    def test_a_total_in_another_currency_is_refused(self):
        name = self.order.currency_id.name
        other = "EUR" if name != "EUR" else "USD"

        def edit(paper):
            for row in paper.sheet.iter_rows():
                for cell in row:
                    if cell.value == f"Total ({name})":
                        cell.value = f"Total ({other})"

        self.assertIn(f"another currency ({other})", self._get_problems(edit))

    def test_texts_do_not_become_formulas(self):
        """What begins like a formula stays a text: in the round, and in the next export."""
        made = self._make(
            self._change(lambda paper: paper.type("V-1", description="@SUM(1+1)*cmd|' /C calc'!A0"))
        )
        self.assertEqual(self._get_line(made, self.hose).name, "=Hose")
        content = self._export(made)

        def look(paper):
            cells = [cell for row in paper.sheet.iter_rows() for cell in row if cell.value]
            self.assertFalse([cell for cell in cells if cell.data_type == "f"])
            self.assertTrue(paper.cell("V-1", "description").quotePrefix)

        self._edit(content, look)
        self.assertIn(b"@SUM(1+1)", convert(content, "xlsx", "csv"))

    def test_a_template_can_carry_the_keys(self):
        cells = {
            "A1": "{{ customer.name }}",
            "H2": "{{ counteroffer.file }}",
            **{
                f"{column}2": f"{{{{ counteroffer.{name} }}}}"
                for column, name in zip(
                    "ABCDEF",
                    ("price", "discount", "code", "description", "quantity", "unit"),
                    strict=True,
                )
            },
            "A3": "{{ line.price }}",
            "B3": "{{ line.discount }}",
            "C3": "{{ line.product.code }}",
            "D3": "{{ line.name }}",
            "E3": "{{ line.quantity }}",
            "F3": "{{ line.unit }}",
            "H3": "{{ line.key }}",
            "A5": "{{ total }}",
            "H5": "{{ counteroffer.end }}",
        }
        template = self.env["sales.document.template"].create(
            {
                "name": "Own",
                "model": "sale.order",
                "file": base64.b64encode(self._make_xlsx(cells)),
            }
        )
        content = self.order._make_document("xlsx", template)
        made = self._make(self._edit(content, lambda paper: paper.type("P-1", price=88)))
        self.assertEqual(self._numbers(made, self.pump), (10, 88, 0))
        self.assertEqual(made.order_line.mapped("name"), self.order.order_line.mapped("name"))

    def test_nobody_sees_the_keys(self):
        wizard = self.env["sales.document.export"].create(
            {"res_model": "sale.order", "res_ids": self.order.ids, "kind": "xlsx"}
        )
        wizard.action_preview()
        self.assertIn("P-1", wizard.preview)
        self.assertNotIn("SQ1:", wizard.preview)

        def look(paper):
            self.assertIsInstance(paper, Paper)
            self.assertTrue(paper.sheet.row_dimensions[paper.head].hidden)
            letter = paper.sheet.cell(1, paper.key).column_letter
            self.assertTrue(paper.sheet.column_dimensions[letter].hidden)

        self._edit(self._export(), look)
        self.assertNotIn(b"SQ1", convert(self._export(), "xlsx", "pdf"))
