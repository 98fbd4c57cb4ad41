"""A document as a page on the screen: what stands where; fonts and breaks are the program's."""

import datetime
import io
from itertools import islice

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from markupsafe import Markup
from openpyxl import load_workbook

ROWS, COLUMNS, BLOCKS = 200, 30, 400


def make_preview(kind, content, formats):
    """Return the beginning of a document as HTML."""
    return (_preview_xlsx if kind == "xlsx" else _preview_docx)(content, formats)


def _preview_xlsx(content, formats):
    workbook = load_workbook(io.BytesIO(content))
    pages = [
        Markup("<h6>{}</h6>{}").format(sheet.title, _preview_sheet(sheet, formats))
        for sheet in workbook.worksheets
    ]
    return Markup().join(pages)


def _preview_sheet(sheet, formats):
    spans = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    covered = {
        place
        for area in spans.values()
        for row in area.rows
        for place in row
        if place != (area.min_row, area.min_col)
    }
    hidden = {name for name, column in sheet.column_dimensions.items() if column.hidden}
    rows = []
    for row in sheet.iter_rows(
        max_row=min(sheet.max_row, ROWS), max_col=min(sheet.max_column, COLUMNS)
    ):
        if row and sheet.row_dimensions[row[0].row].hidden:
            continue
        cells = [
            _preview_cell(cell, spans.get((cell.row, cell.column)), formats)
            for cell in row
            if (cell.row, cell.column) not in covered and cell.column_letter not in hidden
        ]
        rows.append(Markup("<tr>{}</tr>").format(Markup().join(cells)))
    return Markup("<table class='table table-bordered table-sm'>{}</table>").format(
        Markup().join(rows)
    )


def _preview_cell(cell, area, formats):
    value = cell.value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Markup("<td{}{} class='{}'>{}</td>").format(
        Markup(" colspan='{}'").format(area.max_col - area.min_col + 1) if area else "",
        Markup(" rowspan='{}'").format(area.max_row - area.min_row + 1) if area else "",
        " ".join(filter(None, ["text-end" if is_number else "", "fw-bold" if cell.font.b else ""])),
        _show(value, cell, formats),
    )


def _show(value, cell, formats):
    if isinstance(value, bool) or value is None:
        return "" if value is None else "✓" if value else "✗"
    if isinstance(value, datetime.datetime):
        is_time = "h" in cell.number_format
        return formats.datetime(value) if is_time else formats.date(value)
    if isinstance(value, (int, float)):
        decimals = cell.number_format.partition(".")[2]
        digits = len(decimals) - len(decimals.lstrip("0#"))
        return formats.number(value, digits if decimals else 2 if value % 1 else 0)
    return str(value)


def _preview_docx(content, _formats):
    document = Document(io.BytesIO(content))
    blocks = islice(document.iter_inner_content(), BLOCKS)
    return Markup().join(_preview_block(block) for block in blocks)


def _preview_block(block):
    if isinstance(block, Paragraph):
        return Markup("<p>{}</p>").format(block.text)
    if isinstance(block, Table):
        rows = [
            Markup("<tr>{}</tr>").format(
                Markup().join(Markup("<td>{}</td>").format(cell.text) for cell in row.cells)
            )
            for row in islice(block.rows, ROWS)
        ]
        return Markup("<table class='table table-bordered table-sm'>{}</table>").format(
            Markup().join(rows)
        )
    return Markup()
