"""Makes data/quotation.docx and data/quotation.xlsx: ``python make_templates.py``.

They are the default Word quotation and the examples that users download. Only needed again when
their layout changes.
"""

from datetime import datetime
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

DATA = Path(__file__).parent.parent / "data"
FONT = "Microsoft YaHei"
BLUE, LIGHT = "1F4E79", "EAF1F8"
MADE = datetime(2026, 1, 1)
COLUMNS = (
    ("no", "line.number", 12, "center"),
    ("description", "line.name", 64, "left"),
    ("quantity", "line.quantity", 22, "right"),
    ("unit", "line.unit", 18, "center"),
    ("price", "line.price", 24, "right"),
    ("discount", "line.discount", 16, "right"),
    ("amount", "line.subtotal | money", 30, "right"),
)
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def tag(text):
    return f"{{{{ {text} }}}}"


# ---- Word ---------------------------------------------------------------------------------------


def set_font(document):
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(9.5)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(2)


def write(cell_or_document, text, bold=False, size=None, colour=None, align="left", new=False):
    paragraphs = getattr(cell_or_document, "paragraphs", ())
    has_one = hasattr(cell_or_document, "_tc") and not new
    paragraph = paragraphs[0] if has_one else cell_or_document.add_paragraph()
    paragraph.alignment = ALIGN[align]
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size) if size else None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return paragraph


def shade(cell, colour):
    fill = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        fill.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(fill)


def mark_row(row, name):
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def set_widths(table, widths):
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=False):
            cell.width = Mm(width)


def add_page_number(paragraph):
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def make_head(document):
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    write(left, tag("company.name"), bold=True, size=16, colour=BLUE)
    write(left, "{{ company.street }} {{ company.city }} {{ company.phone }}", size=8, new=True)
    write(left, "{{ company.email }} {{ company.website }}", size=8, new=True)
    write(right, tag("image(company.logo, 40)"), align="right")
    set_widths(table, (126, 60))
    write(
        document, "{{ title }} {{ number }}", bold=True, size=15
    ).paragraph_format.space_before = Pt(10)


def make_facts(document):
    rows = (
        ("customer", "customer.name", "date", "date | date"),
        ("address", "customer.address", "valid_until", "valid_until | date"),
        ("phone", "customer.phone", "reference", "reference"),
        ("vat", "customer.vat", "salesperson", "salesperson.name"),
    )
    table = document.add_table(rows=len(rows), cols=4)
    for row, texts in zip(table.rows, rows, strict=True):
        for number, text in enumerate(texts):
            is_label = number % 2 == 0
            text = f"labels.{text}" if is_label else text
            write(row.cells[number], tag(text), bold=is_label, colour=BLUE if is_label else None)
    set_widths(table, (24, 80, 32, 50))
    document.add_paragraph()


def make_lines(document):
    table = document.add_table(rows=10, cols=len(COLUMNS), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    rows = table.rows
    mark_row(rows[0], "w:tblHeader")
    for cell, (name, _text, _width, _align) in zip(rows[0].cells, COLUMNS, strict=True):
        write(cell, tag(f"labels.{name}"), bold=True, colour="FFFFFF", align="center")
        shade(cell, BLUE)
    set_widths(table, [width for _name, _text, width, _align in COLUMNS])
    statements = {
        1: "{%tr for line in lines %}",
        2: '{%tr if line.kind == "section" %}',
        4: '{%tr elif line.kind == "note" %}',
        6: "{%tr else %}",
        8: "{%tr endif %}",
        9: "{%tr endfor %}",
    }
    for number, statement in statements.items():
        rows[number].cells[0].text = statement
    for number, is_section in ((3, True), (5, False)):
        cell = rows[number].cells[0].merge(rows[number].cells[-1])
        run = write(cell, tag("line.name"), bold=is_section).runs[0]
        run.italic = not is_section
        if is_section:
            shade(cell, LIGHT)
    for cell, (name, text, _width, align) in zip(rows[7].cells, COLUMNS, strict=True):
        shown = tag(text)
        if name == "discount":
            shown = f"{{% if {text} %}}{shown}%{{% endif %}}"
        write(cell, shown, align=align)
    for number in (3, 5, 7):
        mark_row(rows[number], "w:cantSplit")


def make_totals(document):
    document.add_paragraph()
    table = document.add_table(rows=5, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    texts = (
        (tag("labels.untaxed"), tag("untaxed | money")),
        ("{%tr for tax_line in taxes %}", ""),
        (tag("tax_line.name"), tag("tax_line.amount | money")),
        ("{%tr endfor %}", ""),
        (tag("labels.total"), tag("total | money")),
    )
    for row, (label, amount) in zip(table.rows, texts, strict=True):
        is_total = label == tag("labels.total")
        size = 12 if is_total else None
        write(row.cells[0], label, bold=is_total, size=size, align="right")
        write(row.cells[1], amount, bold=is_total, size=size, align="right")
    set_widths(table, (60, 40))


def make_terms(document):
    for name in ("payment_terms", "terms"):
        document.add_paragraph(f"{{%p if {name} %}}")
        write(document, tag(f"labels.{name}"), bold=True, colour=BLUE)
        write(document, tag(name))
        document.add_paragraph("{%p endif %}")


def make_word():
    document = Document()
    set_font(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(12)
    section.top_margin = section.bottom_margin = Mm(15)
    make_head(document)
    make_facts(document)
    make_lines(document)
    make_totals(document)
    make_terms(document)
    footer = section.footer.paragraphs[0]
    footer.add_run("{{ number }}    {{ labels.page }} ")
    add_page_number(footer)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "{{ title }} {{ number }}", "", ""
    properties.created = properties.modified = MADE
    document.save(DATA / "quotation.docx")


# ---- Excel --------------------------------------------------------------------------------------


def make_excel():
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Quotation"
    line = Side(style="thin", color="BFBFBF")
    for letter, width in zip("ABCDEFG", (6, 46, 11, 9, 13, 9, 16), strict=True):
        sheet.column_dimensions[letter].width = width
    rows = (
        ("A1", tag("company.name"), Font(name=FONT, size=16, bold=True, color=BLUE)),
        ("G1", tag("image(company.logo, 25)"), Font(name=FONT)),
        ("A2", "{{ title }} {{ number }}", Font(name=FONT, size=13, bold=True)),
        ("A3", "{{ labels.customer }}: {{ customer.name }}", Font(name=FONT)),
        ("A4", "{{ labels.address }}: {{ customer.address }}", Font(name=FONT)),
        ("E3", tag("labels.date"), Font(name=FONT, bold=True)),
        ("F3", tag("date"), Font(name=FONT)),
        ("E4", tag("labels.valid_until"), Font(name=FONT, bold=True)),
        ("F4", tag("valid_until"), Font(name=FONT)),
        ("E9", tag("labels.untaxed"), Font(name=FONT, bold=True)),
        ("G9", tag("untaxed"), Font(name=FONT, bold=True)),
        ("E10", tag("tax_line.name"), Font(name=FONT)),
        ("G10", tag("tax_line.amount"), Font(name=FONT)),
        ("E11", tag("labels.total"), Font(name=FONT, bold=True, size=12)),
        ("G11", tag("total"), Font(name=FONT, bold=True, size=12)),
        ("A13", tag("terms"), Font(name=FONT)),
    )
    for place, value, font in rows:
        sheet[place], sheet[place].font = value, font
    for area in (
        "A1:E1",
        "A2:E2",
        "A3:D3",
        "A4:D4",
        "F3:G3",
        "F4:G4",
        "E9:F9",
        "E10:F10",
        "E11:F11",
        "A13:G13",
    ):
        sheet.merge_cells(area)
    for place in ("F3", "F4"):
        sheet[place].number_format = "yyyy-mm-dd"
        sheet[place].alignment = Alignment(horizontal="left")
    for place in ("G9", "G10", "G11"):
        sheet[place].number_format = "#,##0.00"
    sheet["A13"].alignment = Alignment(wrap_text=True, vertical="top")
    make_excel_lines(sheet, line)
    sheet.print_title_rows = "7:7"
    sheet.print_area = "A1:G13"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    workbook.properties.created = workbook.properties.modified = MADE
    workbook.save(DATA / "quotation.xlsx")


def make_excel_lines(sheet, line):
    for column, (name, text, _width, align) in enumerate(COLUMNS, 1):
        head = sheet.cell(7, column, tag(f"labels.{name}"))
        head.font = Font(name=FONT, bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=BLUE)
        head.alignment = Alignment(horizontal="center")
        cell = sheet.cell(8, column, tag(text.partition(" |")[0]))
        cell.font = Font(name=FONT)
        cell.border = Border(bottom=line)
        cell.alignment = Alignment(horizontal=align, vertical="top", wrap_text=align == "left")
    sheet["G8"].number_format = "#,##0.00"
    sheet["E8"].number_format = "#,##0.00##"
    sheet["C8"].number_format = "#,##0.###"


if __name__ == "__main__":
    make_word()
    make_excel()
