"""Excel templates: placeholders in cells, rows that repeat, formulas that follow them."""

import datetime
import io
import math
import re
from copy import copy

from jinja2 import Undefined
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.drawing.image import Image
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.merge import MergedCellRange

from odoo.tools.translate import LazyTranslate

from .checker import TemplateChecker, find_implied_items, split_tags
from .filters import is_empty
from .problems import DocumentProblem
from .sandbox import explain
from .sheet_layout import SheetLayout, split_statements
from .values import Number, PlacedPicture, clean_text, is_risky

_lt = LazyTranslate(__name__)

LONGEST_CELL = 32_767
MOST_CELLS = 1_000_000
POINTS_PER_MM = 72 / 25.4
PIXELS_PER_MM = 96 / 25.4
LINE_POINTS = 15
DATE_FORMAT, TIME_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
REFERENCE = re.compile(
    r"((?:'(?:[^']|'')+'|[^'!:]+)!)?(\$?[A-Z]{1,3})(\$?)(\d+)(?::(\$?[A-Z]{1,3})(\$?)(\d+))?"
)
# formulas that start programs, talk to servers or read other files; newer functions have prefixes
DANGEROUS = re.compile(
    r"(?<!\w)(?:[\w.]+\.)?"
    r"(WEBSERVICE|FILTERXML|CALL|REGISTER|REGISTER\.ID|EXEC|RTD|DDE|IMAGE|SQL\.REQUEST)\s*\("
    r"|\[[^\[\]]*\][\w. -]*'?!|://|'\\\\",
    re.I,
)
TEXTS, NAMES = re.compile(r'"[^"]*"'), re.compile(r"'[^']*'")


def open_template(content):
    """Open a workbook whose file was checked before.

    :raise DocumentProblem: the library cannot read it
    """
    try:
        return load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise DocumentProblem(
            _lt("the workbook cannot be read (%s): open and save it again.", str(error)[:100])
        ) from error


def is_formula(cell):
    return cell.data_type == "f"


def has_tags(value):
    return isinstance(value, str) and ("{{" in value or "{%" in value or "{#" in value)


def check_xlsx(content, sandbox, schema):
    """Return the problems of a template, each with its cell."""
    workbook = open_template(content)
    checker = TemplateChecker(sandbox, schema)
    for sheet in workbook.worksheets:
        for row in group_cells(sheet).values():
            _check_row(checker, sheet.title, row)
    _check_hidden_formulas(checker, workbook)
    problems = list(checker.finish())
    if not problems:
        try:
            for sheet in workbook.worksheets:
                read_layout(sheet, checker.items)
        except DocumentProblem as problem:
            problems.append(problem)
    return problems


def _check_row(checker, title, row):
    texts = [cell.value for cell in row if has_tags(cell.value) and not is_formula(cell)]
    implied = {item for text in texts for item in find_implied_items(text, checker.items)}
    for _place, _word, names in checker.scopes:
        implied -= set(names)
    # a loop that begins in this row names its item itself
    for text in texts:
        implied -= {c.split(" ")[1] for c in split_statements(text)[0] if c.startswith("for ")}
    for cell in row:
        place = f"{title}!{cell.coordinate}"
        if is_formula(cell):
            _check_formula(checker, place, cell.value)
        elif has_tags(cell.value):
            checker.feed(place, cell.value, implied)


def _check_formula(checker, place, value):
    text = value.text if isinstance(value, ArrayFormula) else str(value)
    if has_tags(text):
        checker.problems.append(
            DocumentProblem(_lt("a formula cannot hold placeholders: put them in cells."), place)
        )
    elif reaches_outside(text):
        checker.problems.append(
            DocumentProblem(_lt("this formula reaches outside of the workbook."), place)
        )


def _check_hidden_formulas(checker, workbook):
    """Formulas work behind names, colours and choices, too."""
    for names in [workbook.defined_names, *(sheet.defined_names for sheet in workbook.worksheets)]:
        for name, defined in names.items():
            _check_formula(checker, name, defined.attr_text or "")
    for sheet in workbook.worksheets:
        for formatting in sheet.conditional_formatting:
            for formula in (text for rule in formatting.rules for text in rule.formula):
                _check_formula(checker, f"{sheet.title}!{formatting.sqref}", formula)
        for validation in sheet.data_validations.dataValidation:
            for formula in (validation.formula1, validation.formula2):
                _check_formula(checker, f"{sheet.title}!{validation.sqref}", formula or "")


def reaches_outside(formula):
    """Whether a formula starts a program (``cmd|'…'!A0``), calls a server or reads another file."""
    text = TEXTS.sub("", formula)
    return bool(DANGEROUS.search(text)) or "|" in NAMES.sub("", text)


def group_cells(sheet):
    """Return {number: cells} of the rows that have some; what lies between them is not made."""
    rows = {}
    for (row, _column), cell in sorted(sheet._cells.items()):
        rows.setdefault(row, []).append(cell)
    return rows


def read_layout(sheet, items):
    """Return the layout of the rows of a sheet."""
    rows, filled, last = {}, set(), 0
    for (row, column), cell in sheet._cells.items():
        if cell.value is None:
            continue
        last = max(last, row)
        if has_tags(cell.value) and not is_formula(cell):
            rows.setdefault(row, {})[column] = cell.value
        else:
            filled.add(row)
    last = max([last, *(area.max_row for area in sheet.merged_cells.ranges)])
    lists = {item: name for item, (name, _node) in items.items()}
    return SheetLayout(sheet.title, rows, filled, lists, last)


def render_xlsx(content, sandbox, values, items):
    """Return the workbook that a template makes of these values."""
    workbook = open_template(content)
    layouts = {}
    for sheet in workbook.worksheets:
        layouts[sheet.title] = read_layout(sheet, items)
        layouts[sheet.title].expand(sandbox, values)
    for sheet in workbook.worksheets:
        SheetWriter(sheet, layouts, sandbox).write_rows()
    for names in [workbook.defined_names, *(sheet.defined_names for sheet in workbook.worksheets)]:
        for name in names.values():
            name.attr_text = move_formula(f"={name.attr_text}", layouts, "")[1:]
    workbook.calculation.fullCalcOnLoad = True
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


# ---- formulas -----------------------------------------------------------------------------------


def move_formula(formula, layouts, title, trail=()):
    """Return a formula of the template as it reads in the document."""
    tokenizer = Tokenizer(formula)
    for token in tokenizer.items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            token.value = _move_reference(token.value, layouts, title, trail)
    return tokenizer.render()


def _move_reference(text, layouts, title, trail):
    match = REFERENCE.fullmatch(text)
    if not match:
        return text
    sheet, left, top_mark, top, right, bottom_mark, bottom = match.groups()
    name = sheet[:-1].strip("'").replace("''", "'") if sheet else title
    if name not in layouts:
        return text
    found = layouts[name].find_range(int(top), int(bottom or top), trail if name == title else ())
    if not found:
        return "0"  # the rows are not there: no lines, nothing to sum
    first, last = found
    start = f"{sheet or ''}{left}{top_mark}{first}"
    if not bottom and first == last:
        return start
    return f"{start}:{right or left}{bottom_mark if bottom else top_mark}{last}"


# ---- cells --------------------------------------------------------------------------------------


class SheetWriter:
    """Writes the rows of a layout into the sheet of the template, in its styles."""

    def __init__(self, sheet, layouts, sandbox):
        self.sheet = sheet
        self.layouts = layouts
        self.layout = layouts[sheet.title]
        self.sandbox = sandbox
        self.pictures = []

    def write_rows(self):
        sheet = self.sheet
        templates = group_cells(sheet)
        self._check_size(templates)
        heights = dict(sheet.row_dimensions)
        merged = [(area, self._find_merged_rows(area)) for area in sheet.merged_cells.ranges]
        sheet._cells = {}
        sheet.row_dimensions.clear()
        for number, row in enumerate(self.layout.out, 1):
            self.sandbox.check_time()
            self._write_height(number, heights.get(row.source))
            for template in templates.get(row.source, ()):
                self._write_cell(number, row, template)
        self._merge(merged)
        self._move_areas()
        self._place_pictures()

    def _check_size(self, templates):
        count = sum(len(templates.get(row.source, ())) for row in self.layout.out)
        if count > MOST_CELLS:
            raise DocumentProblem(
                _lt("the document has more than %s cells.", f"{MOST_CELLS:,}"), self.sheet.title
            )

    def _write_height(self, number, dimension):
        if dimension is not None and (dimension.ht or dimension.hidden or dimension.outlineLevel):
            self.sheet.row_dimensions[number] = RowDimension(
                self.sheet,
                index=number,
                ht=dimension.ht,
                hidden=dimension.hidden,
                outlineLevel=dimension.outlineLevel,
            )

    def _write_cell(self, number, row, template):
        kind = MergedCell if isinstance(template, MergedCell) else Cell
        cell = kind(self.sheet, row=number, column=template.column)
        cell._style = copy(template._style)
        self.sheet._cells[number, template.column] = cell
        if kind is MergedCell or template.value is None:
            return
        if is_formula(template):
            self._write_formula(cell, template, row)
        elif has_tags(template.value):
            text = self.layout.texts[row.source, template.column]
            self._write_value(cell, self._work_out(cell, row, text, template))
        else:
            cell._value, cell.data_type = template._value, template.data_type
        if template.hyperlink and row.source == template.row:
            cell._hyperlink = self._copy_link(template.hyperlink, cell)

    def _copy_link(self, link, cell):
        copied = copy(link)
        copied.ref = cell.coordinate
        return copied

    def _write_formula(self, cell, template, row):
        value = template.value
        title = self.sheet.title
        if isinstance(value, ArrayFormula):
            text = move_formula(value.text, self.layouts, title, row.trail)
            cell._value = ArrayFormula(cell.coordinate, text)
        elif isinstance(value, str):
            cell._value = move_formula(value, self.layouts, title, row.trail)
        else:
            cell._value = value
        cell.data_type = "f"

    def _work_out(self, cell, row, text, template):
        tags = list(split_tags(text))
        try:
            if (
                len(tags) == 1
                and tags[0][0] == "{{"
                and text.startswith("{{")
                and (text.endswith("}}"))
            ):
                return check_number(self.sandbox.work_out(tags[0][1], row.values))
            return self.sandbox.write_out(text, row.values)
        except Exception as error:
            problem = explain(error)
            place = problem.place or f"{self.sheet.title}!{template.coordinate}"
            raise DocumentProblem(problem.text, place) from error

    def _write_value(self, cell, value):
        if isinstance(value, PlacedPicture):
            self.pictures.append((cell, value))
        elif isinstance(value, Undefined) or is_empty(value):
            cell._value = None
        elif isinstance(value, (bool, int, float)):
            self._write_number(cell, value)
        elif isinstance(value, datetime.date):
            self._write_date(cell, value)
        else:
            self._write_text(cell, self.sandbox.finalize(value))

    def _write_number(self, cell, value):
        if cell.number_format == "General" and isinstance(value, Number):
            cell.number_format = value.excel_format
        if isinstance(value, bool):
            cell._value, cell.data_type = value, "b"
        else:
            cell._value, cell.data_type = float(value) if type(value) is Number else value, "n"

    def _write_date(self, cell, value):
        if cell.number_format == "General":
            is_time = isinstance(value, datetime.datetime)
            cell.number_format = TIME_FORMAT if is_time else DATE_FORMAT
        cell._value, cell.data_type = value, "d"

    def _write_text(self, cell, text):
        """Text stays text, whatever it begins with."""
        text = clean_text(text)[:LONGEST_CELL]
        self.sandbox.count_characters(len(text))
        cell._value, cell.data_type = text, "s"
        if is_risky(text):
            cell.quotePrefix = True
        self._make_room(cell, text)

    def _make_room(self, cell, text):
        """A row of a set height grows with a text of several lines."""
        dimension = self.sheet.row_dimensions.get(cell.row)
        if dimension is not None and dimension.ht and cell.alignment.wrap_text:
            lines = text.count("\n") + 1
            dimension.ht = max(dimension.ht, min(lines * LINE_POINTS, 409))

    # ---- areas ----------------------------------------------------------------------------------

    def _find_merged_rows(self, area):
        """Return where a merged area went: once for each round that it is in."""
        layout = self.layout
        blocks = {layout.blocks_of.get(row) for row in range(area.min_row, area.max_row + 1)}
        if len(blocks) > 1 or not (loops := next(iter(blocks))):
            found = layout.find_range(area.min_row, area.max_row)
            return [found] if found else []
        depth = len(loops)
        rounds = dict.fromkeys(
            row.trail[:depth]
            for row in layout.out
            if row.source == area.min_row and len(row.trail) >= depth
        )
        found = (layout.find_range(area.min_row, area.max_row, trail) for trail in rounds)
        return [rows for rows in found if rows]

    def _merge(self, merged):
        self.sheet.merged_cells = MultiCellRange()
        ranges = self.sheet.merged_cells.ranges
        for area, places in merged:
            for top, bottom in places:
                coordinates = (area.min_col, top, area.max_col, bottom)
                ranges.add(MergedCellRange(self.sheet, _spell_area(*coordinates)))

    def _move_area(self, text):
        area = CellRange(text)
        found = self.layout.find_range(area.min_row, area.max_row)
        return found and _spell_area(area.min_col, found[0], area.max_col, found[1])

    def _move_areas(self):
        sheet = self.sheet
        if sheet.print_area:
            areas = str(sheet.print_area).replace("$", "").split(",")
            moved = [self._move_area(area.rpartition("!")[2]) for area in areas]
            sheet.print_area = ",".join(area for area in moved if area) or None
        if sheet.print_title_rows:
            top, bottom = sheet.print_title_rows.replace("$", "").split(":")
            found = self.layout.find_range(int(top), int(bottom))
            sheet.print_title_rows = found and f"{found[0]}:{found[1]}"
        if sheet.auto_filter.ref:
            sheet.auto_filter.ref = self._move_area(sheet.auto_filter.ref)
        for table in sheet.tables.values():
            table.ref = self._move_area(table.ref) or table.ref
        for brk in sheet.row_breaks.brk:
            brk.id = (self.layout.find_places(brk.id) or (brk.id, brk.id))[1]
        self._move_rules()

    def _move_rules(self):
        sheet = self.sheet
        for validation in sheet.data_validations.dataValidation:
            moved = [self._move_area(area.coord) for area in validation.sqref.ranges]
            validation.sqref = MultiCellRange(" ".join(area for area in moved if area))
        old, sheet.conditional_formatting = (
            sheet.conditional_formatting,
            (ConditionalFormattingList()),
        )
        for formatting in old:
            moved = [self._move_area(area.coord) for area in formatting.sqref.ranges]
            for rule in formatting.rules if any(moved) else ():
                rule.formula = [
                    move_formula(
                        f"={formula}", self.layouts, sheet.title, self._first_trail(formatting)
                    )[1:]
                    for formula in rule.formula
                ]
                sheet.conditional_formatting.add(" ".join(filter(None, moved)), rule)

    def _first_trail(self, formatting):
        """Formulas of a rule are written for the first cell of its area."""
        top = min(area.min_row for area in formatting.sqref.ranges)
        return next((row.trail for row in self.layout.out if row.source == top), ())

    # ---- pictures -------------------------------------------------------------------------------

    def _place_pictures(self):
        for image in self.sheet._images:
            for corner in filter(
                None, (getattr(image.anchor, "_from", None), getattr(image.anchor, "to", None))
            ):
                found = self.layout.find_places(corner.row + 1)
                corner.row = found[0] - 1 if found else corner.row
        for cell, placed in self.pictures:
            self._place_picture(cell, placed)

    def _place_picture(self, cell, placed):
        opened = placed.picture.open_png()
        if not opened:
            return
        stream, width, height = opened
        image = Image(stream)
        shown = placed.width * PIXELS_PER_MM if placed.width else min(width, 160)
        image.width, image.height = round(shown), round(height * shown / width)
        image.anchor = cell.coordinate
        self.sheet.add_image(image)
        is_merged = any(cell.coordinate in area for area in self.sheet.merged_cells.ranges)
        if not is_merged:
            dimension = self.sheet.row_dimensions[cell.row]
            dimension.ht = max(dimension.ht or 0, min(image.height * 0.75 + 4, 409))


def check_number(value):
    """Refuse what no workbook can hold: the infinite, and what is no number."""
    if isinstance(value, (int, float)) and not math.isfinite(value):
        raise OverflowError(value)
    return value


def _spell_area(left, top, right, bottom):
    start, end = f"{get_column_letter(left)}{top}", f"{get_column_letter(right)}{bottom}"
    return start if start == end else f"{start}:{end}"
