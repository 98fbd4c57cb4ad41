"""What somebody pastes as lines of a quotation: from a spreadsheet, a mail, or typed by hand.

Pure functions over text. Nothing is lost: each row that has something in it comes back, with its
number and, where it cannot be understood, with what is wrong.
"""

import csv
import re
import unicodedata
from typing import NamedTuple

HEADERS = {
    "code": {
        "code", "product code", "item code", "sku", "article", "part number", "part no", "part",
        "internal reference", "reference", "barcode", "item", "product", "default_code",
        "编码", "产品编码", "物料编码", "料号", "货号", "型号", "条码", "产品", "产品型号",
        "内部参考", "品号",
    },
    "name": {"name", "description", "product name", "名称", "产品名称", "品名", "描述", "说明"},
    "quantity": {
        "quantity", "qty", "pcs", "ordered quantity", "product_uom_qty", "amount ordered",
        "数量", "订购数量", "订单数量", "件数",
    },
    "price": {
        "price", "unit price", "price_unit", "net price", "单价", "价格", "未税单价", "售价",
    },
    "discount": {
        "discount", "disc", "disc.", "discount %", "disc.%", "discount (%)",
        "折扣", "折扣%", "折扣率", "折扣(%)",
    },
    "unit": {"unit", "uom", "unit of measure", "单位", "计量单位"},
}  # fmt: skip
LABELS = {label: field for field, labels in HEADERS.items() for label in labels}
PLAIN = ("code", "quantity", "price", "discount")  # the columns of rows without a header
TIMES = r"[x×*]"
BEFORE = re.compile(rf"^(?P<quantity>\d[\d.,]*)\s*{TIMES}\s+(?P<code>\S.*)$", re.IGNORECASE)
AFTER = re.compile(rf"^(?P<code>\S.*?)\s+{TIMES}?\s*(?P<quantity>\d[\d.,]*)$", re.IGNORECASE)
NUMBER = re.compile(r"^-?\d*\.?\d+$")
GROUPED = re.compile(r"^\d{1,3}(,\d{3})+$")


class Problem(NamedTuple):
    """A field that is not understood, what stands there, and in which cell of a spreadsheet."""

    field: str
    value: str = ""
    cell: str = ""


class PastedLine(NamedTuple):
    """A row, with what is not understood in it, and where it comes from."""

    number: int
    code: str = ""
    name: str = ""
    quantity: float = 1.0
    price: float | None = None
    discount: float | None = None
    unit: str = ""
    problems: tuple[Problem, ...] = ()
    place: str = ""
    is_sure: bool = True  # meant as a line: not prose that only looks like one

    @property
    def problem(self):
        """The field of the first problem, if any."""
        return self.problems[0].field if self.problems else ""

    @property
    def value(self):
        """What stands where the first problem is."""
        return self.problems[0].value if self.problems else ""


def parse_lines(text):
    """Read pasted text.

    With a row of column names the columns may be in any order; without one they are code, quantity,
    price and discount, or "2 x CODE", "CODE 2", "CODE".

    :param text: str
    :return: list of :class:`PastedLine`, in the order of the text
    """
    return parse_rows(enumerate(split_rows(text or ""), 1))[0]


def parse_rows(rows, titles=0, sheet=None):
    """Read rows of cells.

    :param rows: iterable of (number, list of str)
    :param titles: how many rows may stand above the column names, and are left out
    :param sheet: name of the spreadsheet's sheet; then lines and problems name their cells
    :return: (list of :class:`PastedLine`, whether there were column names)
    """
    rows = [(number, cells) for number, cells in rows if any(cells)]
    start, columns = find_header(rows, titles)
    lines = [
        make_line(number, *read_cells(cells, columns), sheet=sheet)
        for number, cells in rows[start:]
    ]
    return lines, bool(columns)


def find_header(rows, titles):
    """Give (index of the first row below the column names, field of each column or None)."""
    for index, (_number, cells) in enumerate(rows[: titles + 1]):
        if columns := read_header(cells):
            return index + 1, columns
    return 0, None


def split_rows(text):
    """Split text into rows of cells, as the spreadsheet had them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    delimiter = find_delimiter(lines)
    if not delimiter:
        return [[clean(line)] for line in lines]
    quoted = csv.QUOTE_MINIMAL if text.count('"') % 2 == 0 else csv.QUOTE_NONE
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, quoting=quoted)
    return [[clean(cell) for cell in row] for row in reader]


def find_delimiter(lines):
    """Say what separates cells: a tab, else what stands in every row that is not empty."""
    filled = [line for line in lines if line.strip()]
    if any("\t" in line for line in filled):
        return "\t"
    for delimiter in (";", "，", ","):
        if filled and all(delimiter in line for line in filled):
            return delimiter
    return None


def clean(cell):
    """Make full-width signs and odd blanks plain, as input methods and spreadsheets leave them."""
    return " ".join(unicodedata.normalize("NFKC", cell).replace("\x00", "").split())


def read_header(cells):
    """Give the field of each column, or None if this is no row of column names."""
    fields = [LABELS.get(cell.casefold()) for cell in cells]
    found = [field for field in fields if field]
    if not {"code", "name"} & set(found) or len(found) != len(set(found)):
        return None
    return fields if len(found) > 1 or len(cells) == 1 else None


def read_cells(cells, columns):
    """Give ({field: text}, {field: index of its column}) of a row."""
    if columns:
        pairs = [(field, index) for index, field in enumerate(columns) if field]
        places = {field: index for field, index in pairs if index < len(cells)}
    elif len(cells) == 1:
        match = BEFORE.match(cells[0]) or AFTER.match(cells[0])
        return match.groupdict() if match else {"code": cells[0]}, {"code": 0}
    else:
        places = {field: index for index, field in enumerate(PLAIN[: len(cells)])}
        if read_number(cells[0]) is not None and read_number(cells[1]) is None and cells[1]:
            places |= {"code": 1, "quantity": 0}
    return {field: cells[index] for field, index in places.items()}, places


def make_line(number, texts, places, sheet=None):
    """Make a line of the texts of a row: what is understood counts, whatever else is not."""
    values = {field: texts.get(field, "") for field in ("code", "name", "unit")}
    problems = []
    if not (values["code"] or values["name"]):
        problems.append(Problem("code", "", get_cell(number, places, "code", sheet)))
    for field in ("quantity", "price", "discount"):
        text = texts.get(field, "")
        value = read_number(text) if text else None
        if text and (value is None or not is_possible(field, value)):
            problems.append(Problem(field, text, get_cell(number, places, field, sheet)))
            value = 0.0 if field == "quantity" else None
        if value is not None:
            values[field] = value
    for field in ("code", "name"):
        if values[field].startswith("=") and sheet is not None:
            problems.append(
                Problem("formula", values[field], get_cell(number, places, field, sheet))
            )
    place = f"{sheet}!{number}" if sheet else ""
    return PastedLine(number, **values, problems=tuple(problems), place=place)


def get_cell(number, places, field, sheet):
    """Name the cell of a field as the spreadsheet does, "" in text."""
    if sheet is None or field not in places:
        return ""
    return f"{get_column_name(places[field])}{number}"


def get_column_name(index):
    """Name a column as spreadsheets do: 0 is A, 26 is AA."""
    name = ""
    while index >= 0:
        name = chr(ord("A") + index % 26) + name
        index = index // 26 - 1
    return name


def is_possible(field, value):
    """Say whether a number can be what it is meant to be."""
    if field == "quantity":
        return value > 0
    return value >= 0 and (field == "price" or value <= 100)


def read_number(text):
    """Read a number as people write it: "1,234.50", "1.234,50", "¥82", "5 %".

    :return: float, or None if it is none
    """
    digits = re.sub(r"[\s¥￥$€£%'元]|CNY|RMB|USD|EUR", "", clean(text), flags=re.IGNORECASE)
    if "," in digits and "." in digits:
        decimal = max(digits.rfind(","), digits.rfind("."))
        whole = digits[:decimal].replace(",", "").replace(".", "")
        digits = f"{whole}.{digits[decimal + 1 :]}"
    elif GROUPED.match(digits):
        digits = digits.replace(",", "")
    else:
        digits = digits.replace(",", ".")
    return float(digits) if len(digits) < 20 and NUMBER.match(digits) else None
