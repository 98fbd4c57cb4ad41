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


class PastedLine(NamedTuple):
    """A row; ``problem`` names the field that is not understood, ``value`` what stands there."""

    number: int
    code: str = ""
    name: str = ""
    quantity: float = 1.0
    price: float | None = None
    discount: float | None = None
    unit: str = ""
    problem: str = ""
    value: str = ""


def parse_lines(text):
    """Read pasted text.

    With a row of column names the columns may be in any order; without one they are code, quantity,
    price and discount, or "2 x CODE", "CODE 2", "CODE".

    :param text: str
    :return: list of :class:`PastedLine`, in the order of the text
    """
    rows = [(number, cells) for number, cells in enumerate(split_rows(text or ""), 1) if any(cells)]
    columns = read_header(rows[0][1]) if rows else None
    body = rows[1:] if columns else rows
    return [make_line(number, read_cells(cells, columns)) for number, cells in body]


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
    """Give {field: text} of a row."""
    if columns:
        return {field: cell for field, cell in zip(columns, cells, strict=False) if field}
    if len(cells) == 1:
        match = BEFORE.match(cells[0]) or AFTER.match(cells[0])
        return match.groupdict() if match else {"code": cells[0]}
    if read_number(cells[0]) is not None and read_number(cells[1]) is None:
        cells = [cells[1], cells[0], *cells[2:]]
    return dict(zip(PLAIN, cells, strict=False))


def make_line(number, texts):
    """Make a line of the texts of a row."""
    values = {field: texts.get(field, "") for field in ("code", "name", "unit")}
    if not (values["code"] or values["name"]):
        return PastedLine(number, **values, problem="code")
    for field in ("quantity", "price", "discount"):
        text = texts.get(field, "")
        if not text:
            continue
        value = read_number(text)
        if value is None or not is_possible(field, value):
            return PastedLine(number, **values, problem=field, value=text)
        values[field] = value
    return PastedLine(number, **values)


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
