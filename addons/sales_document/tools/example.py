"""Templates that show every placeholder of a model: to learn from, and to start from."""

import io

from docx import Document
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

CHINESE_FONT = "Microsoft YaHei"
HEAD = "1F4E79"
LABEL_WIDTH, VALUE_WIDTH = 24, 30
MOST_COLUMNS = 12


def split_described(described):
    """Return [(path, label)] of single values and {list: (item, label, [(path, label)])}."""
    lists = {path: (node.item, label, []) for path, label, node in described if node.is_list}
    by_item = {item: columns for item, _label, columns in lists.values()}
    single = []
    for path, label, node in described:
        if node.children or node.is_list:
            continue
        by_item.get(path.partition(".")[0], single).append((path, label))
    return single, lists


def spell(path):
    is_picture = path.endswith(("logo", "image", "picture"))
    return f"{{{{ image({path}) }}}}" if is_picture else f"{{{{ {path} }}}}"


def make_example_xlsx(title, described):
    single, lists = split_described(described)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Example"
    sheet.append([title])
    sheet["A1"].font = Font(name=CHINESE_FONT, size=16, bold=True, color=HEAD)
    for path, label in single:
        sheet.append([label, spell(path)])
        sheet.cell(sheet.max_row, 1).font = Font(name=CHINESE_FONT, bold=True)
        sheet.cell(sheet.max_row, 2).alignment = Alignment(horizontal="left", wrap_text=True)
    for _item, label, columns in lists.values():
        _append_list(sheet, label, columns[:MOST_COLUMNS])
    for column in range(1, MOST_COLUMNS + 1):
        letter = sheet.cell(1, column).column_letter
        sheet.column_dimensions[letter].width = VALUE_WIDTH if column == 2 else LABEL_WIDTH
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _append_list(sheet, label, columns):
    line = Side(style="thin", color="BFBFBF")
    sheet.append([])
    sheet.append([label])
    sheet.cell(sheet.max_row, 1).font = Font(name=CHINESE_FONT, bold=True, size=12)
    for values in ([label for _path, label in columns], [spell(path) for path, _label in columns]):
        sheet.append(values)
        is_head = values[0] == columns[0][1]
        for cell in sheet[sheet.max_row][: len(columns)]:
            cell.border = Border(bottom=line)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(name=CHINESE_FONT, bold=is_head, color="FFFFFF" if is_head else None)
            if is_head:
                cell.fill = PatternFill("solid", fgColor=HEAD)


def use_chinese_font(document, name=CHINESE_FONT):
    """Word takes another font for Chinese characters than for the others: set both."""
    for style in document.styles:
        if getattr(style, "font", None) is not None and style.type in (1, 2, 3):
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), name)
            for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(attribute), None)
            fonts.set(qn("w:ascii"), "Arial")
            fonts.set(qn("w:hAnsi"), "Arial")


def make_example_docx(title, described):
    single, lists = split_described(described)
    document = Document()
    use_chinese_font(document)
    document.add_heading(title, 1)
    for path, label in single:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(spell(path))
    for name, (item, label, columns) in lists.items():
        document.add_heading(label, 2)
        _add_list(document, f"{{%tr for {item} in {name} %}}", columns[:6])
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _add_list(document, loop, columns):
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    table.rows[1].cells[0].text = loop
    table.rows[3].cells[0].text = "{%tr endfor %}"
    for number, (path, label) in enumerate(columns):
        table.rows[0].cells[number].paragraphs[0].add_run(label).bold = True
        table.rows[2].cells[number].text = spell(path)
