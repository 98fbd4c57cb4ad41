"""Which rows of an Excel template become which rows of the document.

A row that uses an item of a list (``{{ line.name }}``) is repeated for each item; rows between
``{% for %}`` and ``{% endfor %}``, or ``{% if %}`` and ``{% endif %}``, are repeated or left out.
"""

import re
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from odoo.tools.translate import LazyTranslate

from .checker import KEYWORDS, find_implied_items, split_tags
from .problems import DocumentProblem
from .sandbox import explain

_lt = LazyTranslate(__name__)

LAST_ROW = 20_000  # of a template, with something in it
MOST_ROWS = 100_000  # of a document
STATEMENT = re.compile(rf"{{%-?\s*(?:{'|'.join(sorted(KEYWORDS))})\b.*?%}}", re.DOTALL)
OPENS, CLOSES = ("for", "if"), ("endfor", "endif")


@dataclass
class Block:
    """Rows that are repeated or left out together; ``branches`` of a condition, else one."""

    word: str
    expression: str = ""
    place: str = ""
    number: int = 0
    branches: list = field(default_factory=list)
    implied: str = ""

    def __post_init__(self):
        self.branches.append((self.expression, []))

    @property
    def children(self):
        return self.branches[-1][1]


@dataclass
class OutRow:
    """A row of the document: the row of the template, what it knows, in which rounds it is."""

    source: int
    values: dict
    trail: tuple


def split_statements(text):
    """Return the words of the statements of a cell that are meant for rows, and the text left.

    Statements that begin and end within the cell are the cell's own.
    """
    statements = [
        content
        for kind, content in split_tags(text)
        if kind == "{%" and content and content.split(" ")[0] in KEYWORDS
    ]
    depth, lowest = 0, 0
    for statement in statements:
        word = statement.split(" ")[0]
        depth += (word in OPENS) - (word in CLOSES)
        lowest = min(lowest, depth)
        lowest = min(lowest, -1 if word in ("else", "elif") and depth == 0 else 0)
    if not depth and not lowest:
        return [], text
    return statements, STATEMENT.sub("", text).strip()


class SheetLayout:
    """The rows of one sheet.

    :param rows: {number: {column: text}} of cells that hold placeholders
    :param filled: numbers of rows that hold anything else
    :param items: {item: name of its list}
    """

    def __init__(self, title, rows, filled, items, last_row):
        if last_row > LAST_ROW:
            raise DocumentProblem(
                _lt(
                    "there is something in row %(row)s: a template may have %(most)s rows.",
                    row=last_row,
                    most=LAST_ROW,
                ),
                title,
            )
        self.title = title
        self.last = last_row
        self.items = items
        self.texts = {}  # (row, column): what is left of a cell without statements of rows
        self.blocks_of = {}  # row: numbers of the loops around it
        self.count = 0
        self.root = Block("root")
        self.stack = [self.root]
        for number in range(1, last_row + 1):
            self._read_row(number, rows.get(number, {}), number in filled)
        if len(self.stack) > 1:
            raise DocumentProblem(
                _lt(
                    "{%% %(word)s … %%} is never closed by {%% end%(word)s %%}.",
                    word=self.stack[-1].word,
                ),
                self.stack[-1].place,
            )

    def _read_row(self, number, cells, has_more):
        statements, left = [], {}
        for column, text in sorted(cells.items()):
            found, left[column] = split_statements(text)
            statements += [
                (f"{self.title}!{get_column_letter(column)}{number}", one) for one in found
            ]
        is_control = bool(statements) and not has_more and not any(left.values())
        words = [statement.split(" ")[0] for _place, statement in statements]
        closing = [word for word in words if word in CLOSES]
        before = statements if is_control else statements[: len(words) - len(closing)]
        for place, statement in before:
            self._apply(place, statement, is_control)
        if not is_control:
            self._add_row(number, left)
            for place, statement in statements[len(before) :]:
                self._apply(place, statement, True)
        self.texts.update({(number, column): text for column, text in left.items()})

    def _apply(self, place, statement, closes):
        word, _space, rest = statement.partition(" ")
        if word in OPENS:
            self.count += 1
            block = Block(word, rest, place, self.count)
            self.stack[-1].children.append(block)
            self.stack.append(block)
        elif not closes:
            raise DocumentProblem(_lt("{%% %s %%} needs a row of its own.", word), place)
        elif word in CLOSES:
            self._check_open(word[3:], word, place)
            self.stack.pop()
        else:
            self._check_open("if", word, place)
            self.stack[-1].branches.append((rest if word == "elif" else "true", []))

    def _check_open(self, expected, word, place):
        if self.stack[-1].word != expected:
            raise DocumentProblem(
                _lt("{%% %(end)s %%} stands without {%% %(word)s … %%}.", end=word, word=expected),
                place,
            )

    def _add_row(self, number, texts):
        parent = self.stack[-1]
        item = self._find_item(texts)
        if item:
            # neighbouring rows of the same item belong together
            last = parent.children[-1] if parent.children else None
            if not (isinstance(last, Block) and last.implied == item):
                self.count += 1
                place = f"{self.title}!{number}"
                last = Block("for", f"{item} in {self.items[item]}", place, self.count)
                last.implied = item
                parent.children.append(last)
            parent = last
        parent.children.append(number)
        loops = [block.number for block in self.stack if block.word == "for"]
        self.blocks_of[number] = (*loops, *([parent.number] if item else ()))

    def _find_item(self, texts):
        known = {b.expression.split(" ")[0] for b in self.stack if b.word == "for"}
        for text in texts.values():
            for item in find_implied_items(text, self.items):
                if item not in known:
                    return item
        return None

    # ---- rows of the document -------------------------------------------------------------------

    def expand(self, sandbox, values):
        """Return the rows of the document."""
        self.out = []
        self._expand(sandbox, self.root.children, values, ())
        self._index()
        return self.out

    def _expand(self, sandbox, children, values, trail):
        for child in children:
            if isinstance(child, int):
                self.out.append(OutRow(child, values, trail))
            elif child.word == "for":
                self._expand_loop(sandbox, child, values, trail)
            else:
                self._expand_condition(sandbox, child, values, trail)
        if len(self.out) > MOST_ROWS:
            raise DocumentProblem(_lt("the document has more than %s rows.", MOST_ROWS), self.title)

    def _expand_loop(self, sandbox, block, values, trail):
        target, _in, rest = block.expression.partition(" in ")
        listed, _if, test = rest.partition(" if ")
        found = self._work_out(sandbox, block, listed, values)
        try:
            items = list(sandbox.count_rounds(found))
        except Exception as error:
            raise self._place(error, block) from error
        if test:
            items = [
                item
                for item in items
                if self._work_out(sandbox, block, test, {**values, target.strip(): item})
            ]
        for index, item in enumerate(items):
            loop = {
                "index": index + 1,
                "index0": index,
                "first": not index,
                "last": index + 1 == len(items),
                "length": len(items),
                "revindex": len(items) - index,
            }
            inner = {**values, target.strip(): item, "loop": loop}
            self._expand(sandbox, block.children, inner, (*trail, (block.number, index)))

    def _expand_condition(self, sandbox, block, values, trail):
        for expression, children in block.branches:
            if self._work_out(sandbox, block, expression, values):
                self._expand(sandbox, children, values, trail)
                return

    def _work_out(self, sandbox, block, expression, values):
        try:
            return sandbox.work_out(expression, values)
        except Exception as error:
            raise self._place(error, block) from error

    def _place(self, error, block):
        problem = explain(error)
        return DocumentProblem(problem.text, problem.place or block.place)

    # ---- where a row went -----------------------------------------------------------------------

    def _index(self):
        """Remember the first and last place of each row, as a whole and within each round."""
        self.places = {}
        for number, row in enumerate(self.out, 1):
            for depth in range(len(row.trail) + 1):
                key = (row.source, row.trail[:depth])
                first = self.places.get(key, (number,))[0]
                self.places[key] = (first, number)

    def find_places(self, source, trail=()):
        """Return the first and last place of a row, as seen from a row with this trail."""
        if source > self.last:
            below = len(self.out) + source - self.last
            return below, below
        blocks = self.blocks_of.get(source, ())
        common = 0
        while common < min(len(blocks), len(trail)) and blocks[common] == trail[common][0]:
            common += 1
        return self.places.get((source, trail[:common]))

    def find_range(self, top, bottom, trail=()):
        """Return where a range of rows went; None if nothing of it is left."""
        # below the last row nothing moves on its own: the ends are enough
        rows = {*range(top, min(bottom, self.last) + 1), max(top, bottom)}
        found = [places for row in rows if (places := self.find_places(row, trail))]
        if not found:
            return None
        return min(first for first, _last in found), max(last for _first, last in found)
