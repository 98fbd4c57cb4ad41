"""Word templates: docxtpl with our sandbox, and a reader that says where a placeholder stands."""

import io

from docx import Document
from docx.oxml import parse_xml
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate, InlineImage

from odoo.tools.translate import LazyTranslate

from .checker import TemplateChecker
from .problems import DocumentProblem
from .sandbox import explain

_lt = LazyTranslate(__name__)

PICTURE_MM = 40
PLACE_LENGTH = 40
NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def open_template(content):
    """Open a document whose file was checked before.

    :raise DocumentProblem: the library cannot read it
    """
    try:
        return Document(io.BytesIO(content))
    except Exception as error:  # python-docx raises whatever its parsers do
        raise DocumentProblem(
            _lt("the document cannot be read (%s): open and save it again.", str(error)[:100])
        ) from error


def check_docx(content, sandbox, schema):
    """Return the problems of a template, each with its paragraph or table cell."""
    document = open_template(content)
    checker = TemplateChecker(sandbox, schema, for_word=True)
    for place, text in iterate_texts(document):
        if "{" in text:
            checker.feed(place, text)
    return checker.finish()


def iterate_texts(document):
    """Yield (place, text) of every paragraph, in the order in which they are read."""
    yield from _iterate_part(document.element.body, document, ())
    seen = set()
    for section in document.sections:
        for name in ("header", "footer", "first_page_header", "first_page_footer"):
            part = getattr(section, name)
            if not part.is_linked_to_previous and part.part.partname not in seen:
                seen.add(part.part.partname)
                where = _lt("header") if name.endswith("header") else _lt("footer")
                yield from _iterate_part(part._element, part, (where,))
    for part in document.part.package.iter_parts():
        if part.content_type.endswith(".footnotes+xml"):
            for paragraph in parse_xml(part.blob).iter(f"{NAMESPACE}p"):
                yield from _iterate_paragraph(Paragraph(paragraph, document), (_lt("footnote"),))
    properties = document.core_properties
    for name in ("author", "comments", "identifier", "language", "subject", "title"):
        yield name, getattr(properties, name) or ""


def _iterate_part(element, parent, where):
    tables = 0
    for child in element.iterchildren():
        if child.tag == f"{NAMESPACE}p":
            yield from _iterate_paragraph(Paragraph(child, parent), where)
        elif child.tag == f"{NAMESPACE}tbl":
            tables += 1
            yield from _iterate_table(Table(child, parent), parent, where, tables)
        elif child.tag == f"{NAMESPACE}sdt":
            for content in child.iterchildren(f"{NAMESPACE}sdtContent"):
                yield from _iterate_part(content, parent, where)


def _iterate_table(table, parent, where, number):
    for row_number, row in enumerate(table._tbl.tr_lst, 1):
        for column, cell in enumerate(row.tc_lst, 1):
            place = _lt(
                "table %(table)s, row %(row)s, cell %(cell)s",
                table=number,
                row=row_number,
                cell=column,
            )
            yield from _iterate_part(cell, parent, (*where, place))


def _iterate_paragraph(paragraph, where):
    # boxes of text stand inside of paragraphs
    text = "".join(node.text or "" for node in paragraph._p.iter(f"{NAMESPACE}t"))
    shown = f"“{text[:PLACE_LENGTH]}”"
    yield (*where, shown), text


def render_docx(content, sandbox, values):
    """Return the document that a template makes of these values."""
    template = DocxTemplate(io.BytesIO(content))
    sandbox.place_picture = lambda placed: _place(template, placed)
    try:
        template.render(values, sandbox, autoescape=True)
        stream = io.BytesIO()
        template.save(stream)
    except Exception as error:
        raise _explain(error) from error
    return stream.getvalue()


def _explain(error):
    problem = explain(error)
    lines = [line.strip() for line in getattr(error, "docx_context", ()) if line.strip()]
    return DocumentProblem(problem.text, problem.place or (f"“{lines[-1][:60]}”" if lines else ""))


def _place(template, placed):
    opened = placed.picture.open_png()
    if not opened:
        return ""
    return InlineImage(template, opened[0], width=Mm(placed.width or PICTURE_MM))
