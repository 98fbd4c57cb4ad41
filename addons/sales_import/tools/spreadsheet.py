"""Read and write spreadsheets without the ORM.

The readers of base_import give plain lists and drop blank rows, so the line a user sees in the
spreadsheet is lost. The rows made here are still lists, so that base_import works on them
unchanged, but each remembers its number and the cells that no value can be trusted of.
"""

import csv
import datetime
import io
import re
import zipfile

import openpyxl
import xlrd
import xlsxwriter
from openpyxl.utils import get_column_letter

MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 96 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 256
MAX_SHEET_ROWS = 1_048_576  # the format itself ends there

FORMULA = "formula"
ERROR = "error"
# "=A1", "=SUM(", "=-2" typed or pasted as text; "== note ==" is prose
FORMULA_TEXT = re.compile(r"^=\s*[\w$('\"+\-@{.]", re.UNICODE)


class SpreadsheetError(Exception):
    """The file cannot be read as a whole; ``code`` says why, ``values`` fill the message."""

    def __init__(self, code, **values):
        super().__init__(code)
        self.code = code
        self.values = values


class SheetRow(list):
    """The values of a row as base_import wants them, plus where they come from."""

    __slots__ = ("flags", "number", "raw")

    def __init__(self, values, number, flags=None, raw=None):
        super().__init__(values)
        self.number = number
        self.flags = flags or {}
        self.raw = raw

    @property
    def is_blank(self):
        return not any(value and (not isinstance(value, str) or value.strip()) for value in self)


def column_letter(index):
    """The name a spreadsheet gives to the column of this index: 0 is A."""
    return get_column_letter(index + 1)


def is_formula_text(value):
    return isinstance(value, str) and bool(FORMULA_TEXT.match(value))


def check_archive(content):
    """Refuse what is not a workbook, or would unpack to more than memory should hold."""
    if len(content) > MAX_FILE_BYTES:
        raise SpreadsheetError("too_big", limit=MAX_FILE_BYTES // 1024 // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # zipfile never unpacks more than the size a member declares
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SpreadsheetError("not_xlsx") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise SpreadsheetError("too_big_unpacked", limit=MAX_UNPACKED_BYTES // 1024 // 1024)


def read_xlsx(content, sheet_name=None):
    """:return: (names of the sheets, name of the sheet read, list of SheetRow)"""
    check_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    except Exception as error:
        # openpyxl lets KeyError, TypeError, ParseError... of a damaged archive through
        raise SpreadsheetError("not_xlsx") from error
    try:
        names = [sheet.title for sheet in book.worksheets]
        if not names:
            raise SpreadsheetError("not_xlsx")
        name = sheet_name if sheet_name in names else names[0]
        return names, name, _read_sheet(book[name])
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError("not_xlsx") from error
    finally:
        book.close()


def _read_sheet(sheet):
    # the declared dimension pads every row (to 16,384 cells when it lies): go by the cells
    sheet.reset_dimensions()
    rows = []
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > MAX_SHEET_ROWS:
            raise SpreadsheetError("too_many_rows", limit=MAX_ROWS)
        row = _read_cells(cells, number)
        if row.is_blank:
            continue
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise SpreadsheetError("too_many_rows", limit=MAX_ROWS)
    return pad_rows(rows)


def _read_cells(cells, number):
    raw = [cell.value for cell in cells]
    while raw and raw[-1] is None:
        raw.pop()
    if len(raw) > MAX_COLUMNS:
        raise SpreadsheetError("too_many_columns", row=number, limit=MAX_COLUMNS)
    values, flags = [], {}
    for index, (cell, value) in enumerate(zip(cells, raw, strict=False)):
        if value is not None and cell.data_type in ("f", "e"):
            value = _formula_text(value)
            flags[index] = (FORMULA if cell.data_type == "f" else ERROR, value)
            raw[index] = value
        values.append(cell_to_value(value, getattr(cell, "number_format", "")))
    return SheetRow(values, number, flags, raw)


def _formula_text(value):
    """An array formula is an object that carries its text."""
    text = getattr(value, "text", value)
    return str(text) if text else "=..."


def cell_to_value(value, number_format=""):
    """What base_import works on: text, a date or a datetime."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        has_time = re.search("[hHsS]", number_format or "")
        return value if has_time or value.time() != datetime.time() else value.date()
    if isinstance(value, datetime.date):
        return value
    return str(value)


def pad_rows(rows):
    """base_import picks cells by index: every row is as wide as the widest."""
    width = max(map(len, rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows


def number_text_rows(rows):
    """Numbered rows of readers that give nothing but text (csv, ods)."""
    numbered = (SheetRow(values, number, raw=values) for number, values in enumerate(rows, 1))
    return pad_rows([row for row in numbered if not row.is_blank])


def read_csv(text, separator, quoting):
    return number_text_rows(csv.reader(io.StringIO(text), quotechar=quoting, delimiter=separator))


def read_xls_sheet(book, sheet_name):
    sheet = book.sheet_by_name(sheet_name)
    rows = (_read_xls_row(book, sheet.row(index), index + 1) for index in range(sheet.nrows))
    return pad_rows([row for row in rows if not row.is_blank])


def _read_xls_row(book, cells, number):
    values, flags = [], {}
    for index, cell in enumerate(cells):
        value = cell.value
        if cell.ctype == xlrd.XL_CELL_ERROR:
            value = xlrd.error_text_from_code.get(value, "#N/A")
            flags[index] = (ERROR, value)
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            value = bool(value)
        elif cell.ctype == xlrd.XL_CELL_DATE:
            value = datetime.datetime(*xlrd.xldate.xldate_as_tuple(value, book.datemode))
        values.append(cell_to_value(value))
    return SheetRow(values, number, flags, list(values))


def write_xlsx(rows, bold_first=True, widths=()):
    """The rows as a workbook. Text stays text: nothing written here is ever a formula."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(
        output,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    datetime_format = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for row_index, row in enumerate(rows):
        for column, value in enumerate(row):
            cell_format = bold if bold_first and row_index == 0 else None
            if isinstance(value, datetime.datetime):
                cell_format = datetime_format
            elif isinstance(value, datetime.date):
                cell_format = date_format
            elif isinstance(value, datetime.time | datetime.timedelta):
                value = str(value)
            _write_cell(sheet, row_index, column, value, cell_format)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1 if bold_first else 0, 0)
    book.close()
    return output.getvalue()


def _write_cell(sheet, row_index, column, value, cell_format):
    if isinstance(value, str):
        sheet.write_string(row_index, column, value[:32767], cell_format)
    elif value is not None:
        sheet.write(row_index, column, value, cell_format)
