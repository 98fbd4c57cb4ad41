"""What customers write in mails: tables as HTML or text, and lines like "2 x CODE" between prose.

Pure functions over text. A table with column names, and lines with an explicit quantity, are meant
as lines; whatever else may be prose is marked as not sure, for the caller to look for its product.
"""

import re

from lxml import etree, html

from .pasted_lines import BEFORE, clean, make_line, parse_rows, read_cells

HTML_LENGTH = 2_000_000
ROWS = 10_000
COLUMNS = 50
TITLES = 5  # rows that may stand above the column names of a table
BREAKS = ("br", "p", "div", "li", "tr", "td", "table", "h1", "h2", "h3", "h4", "pre", "hr")
TIMES_AFTER = re.compile(r"^\S.*?\s+[x×*]\s*\d[\d.,]*$", re.IGNORECASE)
SEPARATOR = re.compile(r"^[\s|+:=-]+$")


def parse_inquiry(body):
    """Read the body of a mail, or a description.

    :param body: str, HTML
    :return: list of PastedLine; ``is_sure`` is False where it may be prose
    """
    tree = make_tree(body)
    lines = []
    for table in find_tables(tree):
        lines += mark(*parse_rows(enumerate(read_table(table), 1), TITLES))
        table.drop_tree()
    for block in split_blocks(read_text(tree)):
        lines += parse_block(block)
    return [line._replace(number=number) for number, line in enumerate(lines[:ROWS], 1)]


def make_tree(body):
    """Parse HTML as browsers do, without what is quoted from earlier mails."""
    body = (body or "")[:HTML_LENGTH].replace("\x00", "")
    try:
        tree = html.fragment_fromstring(body, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        tree = html.fragment_fromstring("", create_parent="div")
    for element in tree.xpath(".//*[@data-o-mail-quote] | .//blockquote | .//style | .//script"):
        element.drop_tree()
    for comment in tree.xpath(".//comment()"):
        comment.drop_tree()
    return tree


def find_tables(tree):
    """Give the tables that hold data: the innermost, with more than one column."""
    tables = tree.xpath(".//table[not(.//table)]")
    return [table for table in tables if max(map(count_cells, table.iter("tr")), default=0) > 1]


def count_cells(row):
    return len(row.xpath("./td | ./th"))


def read_table(table):
    """Give rows of cells; a cell over several rows or columns stands in the first of each row."""
    rows, hanging = [], {}
    for row in list(table.iter("tr"))[:ROWS]:
        cells, column = [], 0
        elements = row.xpath("./td | ./th")
        while (elements or column in hanging) and column < COLUMNS:
            if column in hanging:
                text, left = hanging.pop(column)
                if left > 1:
                    hanging[column] = (text, left - 1)
                cells.append(text)
                column += 1
                continue
            element = elements.pop(0)
            text = clean(read_text(element))
            if (height := read_span(element, "rowspan")) > 1:
                hanging[column] = (text, height - 1)
            width = read_span(element, "colspan")
            cells += [text, *[""] * (width - 1)]
            column += width
        rows.append(cells)
    return rows


def read_span(element, name):
    value = element.get(name, "")
    return min(max(int(value), 1), COLUMNS) if re.fullmatch(r"\d{1,4}", value) else 1


def read_text(element):
    """Give the text of an element, with a line end where a browser begins a line."""
    parts = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if node.tag in BREAKS and node is not element:
                parts.append("\n")
            parts.append(node.text or "")
        elif node is not element:
            parts.append(("\n" if node.tag in BREAKS else "") + (node.tail or ""))
    return "".join(parts)


def split_blocks(text):
    """Give runs of lines that are cells, and single lines between them."""
    block = []
    for line in text.splitlines()[:ROWS]:
        cells = split_cells(line)
        if len(cells) > 1:
            block.append(cells)
        elif not SEPARATOR.match(line) or not block:
            yield from ([block] if block else [])
            block = []
            if any(cells):
                yield [cells]
    if block:
        yield block


def split_cells(line):
    """Split a line of a text table: by tabs, bars, or two blanks and more."""
    if SEPARATOR.match(line):
        return [""]
    if "\t" in line:
        cells = line.strip("\n").split("\t")
    elif "|" in line:
        cells = line.strip().strip("|").split("|")
    else:
        cells = re.split(r"\s{2,}", line.strip())
    return [clean(cell) for cell in cells[:COLUMNS]]


def parse_block(block):
    if len(block[0]) > 1:
        return mark(*parse_rows(enumerate(block, 1), TITLES))
    text = block[0][0]
    line = make_line(1, *read_cells([text], None))
    return [line._replace(is_sure=bool(BEFORE.match(text) or TIMES_AFTER.match(text)))]


def mark(lines, has_header):
    return [line._replace(is_sure=has_header) for line in lines]
