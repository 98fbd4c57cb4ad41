"""Word templates of changes, made with the pieces of the default quotation."""

import io

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.shared import Mm, Pt

from odoo.addons.sales_quotation_document.tools.make_templates import (
    BLUE,
    mark_row,
    set_font,
    set_widths,
    shade,
    tag,
    write,
)

# heading, name of the number, width in millimetres
COLUMNS = (
    ("quantity", "quantity", 28),
    ("price", "price", 36),
    ("discount", "discount", 24),
    ("amount", "subtotal", 38),
)
MARGIN = ("margin_percent", "margin_percent", 24)
NAME_WIDTH = 60
PAGE_WIDTH = 186
# A name is followed by what became of it; an exchanged product by what it was before.
NAME = (
    "{% if change.old_name and change.old_name != change.name %}{{ change.old_name }} → {% endif %}"
    "{{ change.name }}"
    '{% if change.kind == "added" or change.kind == "dropped" %} ({{ change.status }}){% endif %}'
)


def add_changes(content, has_margin=False):
    """Return a template with the table of changes behind everything else.

    :param bytes content: the template
    :param bool has_margin: with margins, which is never for customers
    """
    document = Document(io.BytesIO(content))
    _add_changes(document, has_margin)
    return _save(document)


def make_comparison(has_margin):
    """Return a template that compares two rounds and says nothing else.

    :param bool has_margin: with margins
    """
    document = Document()
    set_font(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(12)
    write(document, "{{ title }} {{ number }}", bold=True, size=15)
    write(document, tag("labels.internal"), size=8)
    _add_changes(document, has_margin)
    return _save(document)


def _save(document):
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _add_changes(document, has_margin):
    title = write(document, tag("changes_title"), bold=True, size=12, colour=BLUE)
    title.paragraph_format.space_before = Pt(12)
    title.paragraph_format.keep_with_next = True
    document.add_paragraph("{%p if not changes %}")
    write(document, tag("labels.no_changes"))
    document.add_paragraph("{%p else %}")
    _add_lines(document, COLUMNS + ((MARGIN,) if has_margin else ()))
    document.add_paragraph("{%p endif %}")
    _add_totals(document, ("untaxed", "tax", "total", *(("margin",) if has_margin else ())))


def _add_lines(document, columns):
    table = document.add_table(rows=4, cols=1 + len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    head, start, row, end = table.rows
    mark_row(head, "w:tblHeader")
    labels = ("description", *(label for label, _name, _width in columns))
    for cell, label in zip(head.cells, labels, strict=True):
        write(cell, tag(f"labels.{label}"), bold=True, colour="FFFFFF", align="center")
        shade(cell, BLUE)
    start.cells[0].text = "{%tr for change in changes %}"
    end.cells[0].text = "{%tr endfor %}"
    mark_row(row, "w:cantSplit")
    write(row.cells[0], NAME)
    for cell, (_label, name, _width) in zip(row.cells[1:], columns, strict=True):
        _write_pair(cell, name)
    widths = (NAME_WIDTH, *(width for _label, _name, width in columns))
    set_widths(table, [width * PAGE_WIDTH / sum(widths) for width in widths])


def _write_pair(cell, name):
    """Write what a number was and is; of a line that was dropped what it was, struck out."""
    show = " | percent(1)" if name == "margin_percent" else ""
    old, new = f"change.old_{name}", f"change.new_{name}"
    paragraph = write(cell, '{% if change.kind == "dropped" %}', align="right")
    paragraph.add_run(tag(old + show)).font.strike = True
    paragraph.add_run(
        '{% else %}{% if change.kind == "changed" and '
        f"{old} != {new} %}}{tag(old + show)} → {{% endif %}}{tag(new + show)}{{% endif %}}"
    )


def _add_totals(document, names):
    document.add_paragraph()
    table = document.add_table(rows=1 + len(names), cols=4)
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    heads = ("", tag("round_before"), tag("round_after"), tag("labels.difference"))
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        write(cell, text, bold=True, colour=BLUE, align="right")
    for row, name in zip(table.rows[1:], names, strict=True):
        label = tag(f"labels.{'taxes' if name == 'tax' else name}")
        amounts = [tag(f"totals_{side}.{name}") for side in ("before", "after", "difference")]
        for cell, text in zip(row.cells, (label, *amounts), strict=True):
            write(cell, text, bold=name == "total", align="right")
    set_widths(table, (44, 36, 36, 36))
