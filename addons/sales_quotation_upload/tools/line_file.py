"""Read the rows of an uploaded Excel or CSV file, however it was made.

Excel files pass the same check as templates of documents before a library opens them. Formulas are
not trusted: they come as their text, and the row says so.
"""

import csv
import datetime
import io

from openpyxl import load_workbook

from odoo.tools.translate import LazyTranslate

from odoo.addons.sales_document.tools.office_file import (
    FILE_BYTES,
    Limits,
    check_office_file,
)
from odoo.addons.sales_document.tools.problems import DocumentProblem
from odoo.addons.sales_quotation.tools.pasted_lines import clean, parse_rows, read_header

_lt = LazyTranslate(__name__)

ROWS = 10_000
COLUMNS = 64
SHEETS = 20
TITLES = 20  # rows that may stand above the column names
LAST_ROW = 1_048_576
LIMITS = Limits(rows=2 * ROWS, cells=40 * ROWS, elements=120 * ROWS, part=40 << 20)
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ENCODINGS = ("utf-8", "gb18030", "big5")  # Chinese Excel writes CSV as GBK
DELIMITERS = "\t;,|"


def read_lines(content, file_name):
    """Read the lines in a file.

    :param content: bytes
    :param file_name: str, whose ending says what the file is
    :return: list of PastedLine that name their cells
    :raise DocumentProblem: the file cannot be read, is dangerous, or has too many rows
    """
    ending = file_name.lower().rpartition(".")[2]
    if ending in ("csv", "txt", "tsv"):
        sheets = [("", read_csv(content))]
    elif ending in ("xls", "xlsx", "xlsm", "xlsb", "xltm"):
        sheets = read_xlsx(content, file_name)
    else:
        raise DocumentProblem(_lt("lines are read from .xlsx and .csv files."))
    title, rows = choose_sheet(sheets)
    lines, has_header = parse_rows(rows, TITLES, sheet=title)
    return [line._replace(is_sure=has_header or line.is_sure) for line in lines]


def is_line_file(file_name):
    """Say whether a file may hold lines, by its name."""
    return (file_name or "").lower().endswith((".xlsx", ".csv", ".tsv"))


def choose_sheet(sheets):
    """Take the first sheet that has column names, else the first that has anything."""
    filled = [(title, rows) for title, rows in sheets if rows]
    for title, rows in filled:
        if any(read_header(cells) for _number, cells in rows[: TITLES + 1]):
            return title, rows
    return filled[0] if filled else ("", [])


# ---- Excel --------------------------------------------------------------------------------------


def read_xlsx(content, file_name):
    """Give (title, rows) of each visible sheet."""
    # what .xls holds is said by the file itself: some programs name .xlsx so
    name = "" if file_name.lower().endswith(".xls") else file_name
    if check_office_file(content, name, LIMITS) != "xlsx":
        raise DocumentProblem(_lt("lines are read from .xlsx and .csv files."))
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        try:
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return [(sheet.title, read_sheet(sheet)) for sheet in shown[:SHEETS]]
        finally:
            book.close()
    except DocumentProblem:
        raise
    except Exception as error:
        # openpyxl lets KeyError, TypeError, ValueError... of odd files through
        raise DocumentProblem(_lt("the file is damaged: open and save it again.")) from error


def read_sheet(sheet):
    """Give (number, cells) of the rows that have something in them."""
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    rows, previous = [], None
    # without bounds, one cell far away is padded with millions of empty ones
    for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS, max_row=LAST_ROW), 1):
        if cells is previous:  # openpyxl gives the same row again for rows that are not there
            continue
        previous = cells
        texts = [read_cell(cell) for cell in cells]
        if any(texts):
            rows.append((number, texts))
            check_count(rows)
    return rows


def read_cell(cell):
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return write_number(value, cell.number_format or "")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return str(value)
    return clean(str(getattr(value, "text", value))[:1000])


def write_number(value, number_format):
    """Write a number so that it is read as the same: 5 % is 0.05 in its cell."""
    if "%" in number_format:
        return f"{write_number(value * 100, '')}%"
    text = f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return text or "0"


# ---- CSV ----------------------------------------------------------------------------------------


def read_csv(content):
    """Give (number, cells) of the rows that have something in them."""
    if len(content) > FILE_BYTES:
        raise DocumentProblem(_lt("the file is larger than %s MB.", FILE_BYTES >> 20))
    text = decode(content)
    # strict: a quote that is not closed would swallow all rows below it
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=find_delimiter(text), strict=True)
    rows = []
    try:
        for number, cells in enumerate(reader, 1):
            texts = [clean(cell[:1000]) for cell in cells[:COLUMNS]]
            if any(texts):
                rows.append((number, texts))
                check_count(rows)
    except csv.Error as error:
        raise DocumentProblem(_lt("the file is damaged: open and save it again.")) from error
    return rows


def decode(content):
    """Read text that does not say its encoding, as most CSV files."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\x00" in content:
        raise DocumentProblem(_lt("this is no text: save it as .xlsx or CSV (UTF-8)."))
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentProblem(_lt("this is no text: save it as .xlsx or CSV (UTF-8)."))


def find_delimiter(text):
    """Take what stands most often in the first lines."""
    head = "".join(text.splitlines(keepends=True)[: TITLES + 1])
    return max(DELIMITERS, key=head.count)


def check_count(rows):
    if len(rows) > ROWS + TITLES:
        raise DocumentProblem(_lt("the file has more than %s rows.", f"{ROWS:,}"))
