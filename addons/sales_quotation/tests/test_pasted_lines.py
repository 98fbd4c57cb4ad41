import string

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.pasted_lines import parse_lines, read_number

CODES = st.text(string.ascii_uppercase + string.digits + "-", min_size=2, max_size=12).filter(
    lambda code: (
        not code.strip("-").isdigit()
        and code.strip("-")
        and read_number(code) is None
        and code.casefold() not in ("code", "sku", "part", "item", "qty", "pcs", "unit", "uom")
    )
)
QUANTITIES = st.integers(1, 9999)
ROWS = st.lists(st.tuples(CODES, QUANTITIES, st.integers(0, 10**6)), min_size=1, max_size=20)


def simple(lines):
    return [(line.code, line.quantity, line.price, line.discount) for line in lines]


@tagged("post_install", "-at_install")
class TestPastedLines(BaseCase):
    def test_typed_by_hand(self):
        text = "2 x PLC-C1214\nPLC-C1215 * 3\nPLC-C1216 4\nPLC-C1217\n5× PLC-1"
        self.assertEqual(
            [(line.code, line.quantity) for line in parse_lines(text)],
            [
                ("PLC-C1214", 2),
                ("PLC-C1215", 3),
                ("PLC-C1216", 4),
                ("PLC-C1217", 1),
                ("PLC-1", 5),
            ],
        )

    def test_columns_in_any_order_in_english_and_chinese(self):
        expected = [("A1", 2, 10.5, 5), ("B2", 3, None, None)]
        for text in (
            "Qty\tUnit Price\tCode\tDisc.%\n2\t10.50\tA1\t5\n3\t\tB2\t",
            "数量\t单价\t产品编码\t折扣\n2\t￥10.50\tA1\t5%\n3\t\tB2\t",
            "折扣,编码,备注,数量,价格\n5,A1,hello,2,10.5\n,B2,,3,",
        ):
            self.assertEqual(simple(parse_lines(text)), expected)

    def test_without_column_names(self):
        self.assertEqual(simple(parse_lines("A1\t2\t9.9\t3")), [("A1", 2, 9.9, 3)])
        self.assertEqual(simple(parse_lines("2\tA1")), [("A1", 2, None, None)])
        self.assertEqual(
            simple(parse_lines("6901234567892\t2")), [("6901234567892", 2, None, None)]
        )

    def test_a_code_of_digits_without_a_quantity(self):
        """Its empty quantity was taken for the code."""
        self.assertEqual(simple(parse_lines("6901234567892\t")), [("6901234567892", 1, None, None)])

    def test_rows_are_counted_as_in_the_spreadsheet(self):
        lines = parse_lines("code\tqty\n\nA1\tmany\nB2\t2\n")
        self.assertEqual([line.number for line in lines], [3, 4])
        self.assertEqual((lines[0].problem, lines[0].value), ("quantity", "many"))

    def test_numbers_as_people_write_them(self):
        for text, number in (
            ("1,234.50", 1234.5),
            ("1.234,50", 1234.5),
            ("1,234", 1234),
            ("1,5", 1.5),
            ("１２", 12),
            ("¥82.00元", 82),
            ("5 %", 5),
            ("-3", -3),
            ("1e5", None),
            ("nan", None),
            ("12a", None),
            ("", None),
        ):
            self.assertEqual(read_number(text), number, text)

    def test_what_cannot_be_is_a_problem_and_stays(self):
        for text, field in (
            ("A1\t-2", "quantity"),
            ("A1\t0", "quantity"),
            ("A1\t2\t-5", "price"),
            ("A1\t2\t5\t101", "discount"),
            ("\t2", "code"),
        ):
            [line] = parse_lines(text)
            self.assertEqual(line.problem, field, text)

    def test_inches_and_quoted_cells(self):
        self.assertEqual(parse_lines('3" pipe\t2')[0].code, '3" pipe')
        lines = parse_lines('"two\nlines"\t2\nB2\t3')
        self.assertEqual(
            [(line.code, line.quantity) for line in lines], [("two lines", 2), ("B2", 3)]
        )

    @settings(max_examples=200, deadline=None)
    @given(ROWS)
    def test_tables_come_back_as_they_were(self, rows):
        for separator in "\t,;":
            text = "\n".join(separator.join(map(str, row)) for row in rows)
            expected = [(code, quantity, price, None) for code, quantity, price in rows]
            self.assertEqual(simple(parse_lines(text)), expected)

    @settings(max_examples=200, deadline=None)
    @given(ROWS, st.permutations(["code", "quantity", "price"]))
    def test_the_order_of_named_columns_does_not_matter(self, rows, order):
        cells = [dict(zip(("code", "quantity", "price"), row, strict=True)) for row in rows]
        text = "\n".join(
            ["\t".join(order), *("\t".join(str(row[name]) for name in order) for row in cells)]
        )
        self.assertEqual(
            simple(parse_lines(text)),
            [(code, quantity, price, None) for code, quantity, price in rows],
        )

    @settings(max_examples=300, deadline=None)
    @given(st.text(max_size=200))
    def test_nothing_is_lost_and_nothing_fails(self, text):
        lines = parse_lines(text)
        for line in lines:
            self.assertTrue(line.problem or line.code or line.name)
            is_wrong = "quantity" in [problem.field for problem in line.problems]
            self.assertEqual(line.quantity > 0, not is_wrong)
        numbers = [line.number for line in lines]
        self.assertEqual(numbers, sorted(set(numbers)))
