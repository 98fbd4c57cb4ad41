import time

from openpyxl import Workbook

from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_document.tests.common import repack
from odoo.addons.sales_document.tools.problems import DocumentProblem

from ..tools import line_file
from ..tools.line_file import read_lines
from .common import make_book, save

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def simple(lines):
    return [(line.code, line.quantity, line.price, line.discount) for line in lines]


@tagged("post_install", "-at_install")
class TestLineFiles(TransactionCase):
    def assertProblem(self, text, content, name="a.xlsx"):
        with self.assertRaises(DocumentProblem) as caught:
            read_lines(content, name)
        self.assertIn(text, caught.exception.describe(self.env))

    def test_columns_in_any_order_below_a_title_on_any_sheet(self):
        content = make_book(
            ("Notes", [["Hello"]]),
            (
                "询价",
                [
                    ["询价单"],
                    [],
                    ["单价", "数量", "备注", "产品编码"],
                    [10.5, 2, "x", "A1"],
                    ["", 3, "", 42],
                ],
            ),
        )
        lines = read_lines(content, "a.xlsx")
        self.assertEqual(simple(lines), [("A1", 2, 10.5, None), ("42", 3, None, None)])
        self.assertEqual([line.place for line in lines], ["询价!4", "询价!5"])

    def test_numbers_are_those_of_the_cells(self):
        book = Workbook()
        book.active.append(["Code", "Qty", "Price", "Discount"])
        book.active.append([6901234567892, 0.1 + 0.2, 1234567.891, 0.05])
        book.active["D2"].number_format = "0.0%"
        (line,) = read_lines(save(book), "a.xlsx")
        self.assertEqual((line.code, line.discount), ("6901234567892", 5))
        self.assertAlmostEqual(line.quantity, 0.3)
        self.assertAlmostEqual(line.price, 1234567.891)

    def test_problems_name_their_cells(self):
        rows = [["Price", "Code", "Qty"], ["cheap", "A1", "many"], ["=A2*2", "B1", 1], [1, "", 2]]
        lines = read_lines(make_book(("S", rows)), "a.xlsx")
        problems = [[(p.field, p.cell) for p in line.problems] for line in lines]
        self.assertEqual(
            problems,
            [[("quantity", "C2"), ("price", "A2")], [("price", "A3")], [("code", "B4")]],
        )
        self.assertEqual(lines[1].value, "=A2*2")
        self.assertEqual(lines[2].quantity, 2)

    def test_csv_of_every_origin(self):
        text = "编码;数量;单价\r\nA1;2;10,5\r\nB2;3;\r\n"
        expected = [("A1", 2, 10.5, None), ("B2", 3, None, None)]
        for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"):
            self.assertEqual(simple(read_lines(text.encode(encoding), "a.CSV")), expected)
        quoted = b'code,name,qty\nA1,"Cable, red\n5 m",2\nB2,,=1+1\n'
        lines = read_lines(quoted, "a.csv")
        self.assertEqual((lines[0].name, lines[0].quantity), ("Cable, red 5 m", 2))
        self.assertEqual((lines[1].problem, lines[1].problems[0].cell), ("quantity", "C3"))

    def test_hostile_files_are_refused(self):
        good = make_book(("S", [["Code", "Qty"], ["A1", 1]]))
        rows = b"".join(b'<row r="%d"/>' % n for n in range(1, 30_000))
        self.assertProblem("also empty ones", repack(good, {SHEET: HEAD + rows + TAIL}))
        self.assertProblem("macros", repack(good, {"xl/vbaProject.bin": b"x"}))
        entity = b'<!DOCTYPE a [<!ENTITY b "c">]>' + HEAD + TAIL
        self.assertProblem("entities", repack(good, {SHEET: entity}))
        bomb = repack(good, {SHEET: HEAD + b" " * (50 << 20) + TAIL})
        self.assertProblem("bomb", bomb)
        self.assertProblem("damaged", b"PK\x03\x04 no zip")
        self.assertProblem("damaged", b"")
        self.assertProblem("old format", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "a.xls")
        self.assertProblem("macros", good, "a.xlsm")
        self.assertProblem(".xlsx and .csv", good, "a.pdf")
        self.assertProblem(".xlsx and .csv", good, "")
        self.assertProblem("no text", b"\x89PNG\x00\x01", "a.csv")
        self.assertProblem("larger", b"a,1\n" * (3 << 20), "a.csv")
        self.assertProblem("more than", b"a,1\n" * 10_100, "a.csv")
        self.assertProblem("damaged", b'code,qty\nA1,1\n"B1,2\nC1,3\n', "a.csv")

    def test_cells_far_away_are_refused_at_once(self):
        good = make_book(("S", [["Code", "Qty"], ["A1", 1]]))
        cell = b'<row r="%d"><c r="%s%d"><v>7</v></c></row>'
        far = b"".join(cell % (n, b"XFD", n) for n in range(1, 9_000))
        far += cell % (10**12, b"A", 10**12)
        start = time.perf_counter()
        self.assertProblem("rows", repack(good, {SHEET: HEAD + far + TAIL}), "a.xlsx")
        self.assertLess(time.perf_counter() - start, 10)

    def test_ten_thousand_rows(self):
        rows = [["Code", "Description", "Qty", "Price", "Unit"]]
        rows += [[f"C-{n}", f"Product {n}", n + 1, n / 7, "pcs"] for n in range(line_file.ROWS)]
        content = make_book(("S", rows))
        start = time.perf_counter()
        lines = read_lines(content, "a.xlsx")
        self.assertEqual(len(lines), line_file.ROWS)
        self.assertLess(time.perf_counter() - start, 30)
