"""Reads the workbook that came back: where our keys are, and the cells around them."""

import io
import logging

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from odoo.tools.translate import LazyTranslate

from odoo.addons.sales_document.tools.office_file import Limits, check_office_file
from odoo.addons.sales_document.tools.problems import DocumentProblem

from .cells import is_blank
from .keys import COLUMNS, MARKS, PREFIX

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

# 10,000 lines, and what a spreadsheet program adds around them
LIMITS = Limits(unpacked=128 << 20, part=48 << 20, elements=1_500_000, rows=20_000, cells=400_000)
MOST_COLUMNS = 64
FILE_MARK = f"{PREFIX}F:"
LINE_MARK = f"{PREFIX}L:"


class Row:
    """A row of the sheet: its number and the cells that hold something, by column."""

    __slots__ = ("cells", "number")

    def __init__(self, number, cells):
        self.number = number
        self.cells = cells

    def find(self, start):
        """Return the column of the first cell that begins with a text; 0 if there is none."""
        for column, cell in self.cells.items():
            if isinstance(cell.value, str) and cell.value.startswith(start):
                return column
        return 0


class Sheet:
    """The sheet that carries our keys."""

    def __init__(self, title, rows, head):
        self.title = title
        self.rows = rows
        self.head = head
        self.key_column = head.find(FILE_MARK)
        self.file_key = head.cells[self.key_column].value
        self.columns = {name: head.find(MARKS[name]) for name in COLUMNS}
        self.end = self._find_end()

    def _find_end(self):
        """Return where the table ends: at the totals, or at a gap if they were deleted."""
        last = 0
        for row in self.rows:
            if row.find(MARKS["end"]):
                return row.number
            if self.get_key(row):
                last = row.number
        numbers = {row.number for row in self.rows}
        while last + 1 in numbers:
            last += 1
        return last + 1

    def get_place(self, row, name):
        column = self.columns.get(name) or self.key_column
        return f"{self.title}!{get_column_letter(column)}{row.number}"

    def get_cell(self, row, name):
        return row.cells.get(self.columns[name])

    def get_key(self, row):
        """Return the text of the line's key; empty if the row has none."""
        cell = row.cells.get(self.key_column)
        if cell is None or row is self.head:
            return ""
        return "" if cell.value == MARKS["end"] else str(cell.value)

    def is_empty(self, row):
        """Whether there is nothing in the columns that are read."""
        return all(is_blank(self.get_cell(row, name)) for name in COLUMNS)

    def get_text_cell(self, row):
        """Return the first cell of a row that is one text, as sections and notes are."""
        columns = sorted(column for column in row.cells if column != self.key_column)
        return row.cells[columns[0]] if columns else None


def read_workbook(content, file_name):
    """Return the sheet with our keys.

    :raise DocumentProblem: the file is no workbook, dangerous, or not one of ours
    """
    if not file_name.lower().endswith((".xlsx", ".xlsm")):
        raise DocumentProblem(_lt("a counter-offer is an .xlsx file: save it as one."))
    if check_office_file(content, file_name, LIMITS) != "xlsx":
        raise DocumentProblem(_lt("a counter-offer is an .xlsx file: save it as one."))
    sheets = _read_sheets(content)
    if not sheets:
        raise DocumentProblem(
            _lt(
                "the file does not say of which quotation it is. Export the quotation with the"
                " button Excel, and let the customer edit that file."
            )
        )
    if len(sheets) > 1:
        raise DocumentProblem(
            _lt("the sheets %s are all of a quotation. Delete all but one.", _join(sheets))
        )
    _check_columns(sheets[0])
    return sheets[0]


def _join(sheets):
    return ", ".join(sheet.title for sheet in sheets)


def _check_columns(sheet):
    missing = [name for name, column in sheet.columns.items() if not column]
    if missing:
        raise DocumentProblem(
            _lt(
                "a column of the table is missing (%s). Export the quotation again, and keep its"
                " columns.",
                ", ".join(missing),
            ),
            sheet.title,
        )


def _read_sheets(content):
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            return [found for sheet in workbook.worksheets if (found := _read_sheet(sheet))]
        finally:
            workbook.close()
    except Exception as error:
        # openpyxl lets KeyError, TypeError, ValueError... of a bent file through
        _logger.info("A workbook cannot be read.", exc_info=True)
        raise DocumentProblem(_lt("the file is damaged: open and save it again.")) from error


def _get_cells(cells):
    return {number: cell for number, cell in enumerate(cells, 1) if cell.value is not None}


def _read_sheet(sheet):
    # what the file says of its size may be wrong
    sheet.reset_dimensions()
    rows, head, nothing = [], None, None
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if cells is nothing:
            continue
        found = _get_cells(cells)
        if not found:
            nothing = cells  # of a gap openpyxl gives this one a million times
        else:
            rows.append(Row(number, found))
            if head is None and rows[-1].find(FILE_MARK):
                head = rows[-1]
    return Sheet(sheet.title, rows, head) if head else None
