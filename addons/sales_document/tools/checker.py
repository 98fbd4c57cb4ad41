"""Reads the placeholders of a template and says which are wrong, where, and what was meant."""

import difflib
import re

from jinja2 import nodes
from jinja2.exceptions import TemplateError

from odoo.tools.translate import LazyTranslate

from .problems import DocumentProblem
from .sandbox import CALLABLE, LONGEST_EXPRESSION, check_nodes
from .schema import Placeholder, item_names

_lt = LazyTranslate(__name__)

MOST_PROBLEMS = 50
OPENERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
WORD_PREFIX = re.compile(r"(tr|tc|p|r)\s+(.*)", re.DOTALL)
WORD_ONLY = {"vm", "hm"}
KEYWORDS = {"for", "endfor", "if", "elif", "else", "endif"}
# Word turns straight quotes into these; docxtpl turns them back
QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
LOOP = Placeholder(
    children={
        name: Placeholder() for name in ("index", "index0", "first", "last", "length", "revindex")
    }
)


def split_tags(text):
    """Yield (kind, content) of each tag of a text; content is None where it is not closed."""
    position = 0
    while True:
        starts = [(at, kind) for kind in OPENERS if (at := text.find(kind, position)) >= 0]
        if not starts:
            return
        start, kind = min(starts)
        end = text.find(OPENERS[kind], start + 2)
        if end < 0:
            yield kind, None
            return
        yield kind, text[start + 2 : end].strip("-").strip().translate(QUOTES)
        position = end + 2


class TemplateChecker:
    """Is fed the texts of a template in their order; collects problems.

    :param sandbox: the environment that the template will run in
    :param dict schema: what the model offers
    :param bool for_word: whether Word's own tags ({%tr …%}) are understood
    """

    def __init__(self, sandbox, schema, for_word=False):
        self.sandbox = sandbox
        self.schema = schema
        self.items = item_names(schema)
        self.for_word = for_word
        self.scopes = []  # (place, keyword, {name: placeholder})
        self.problems = []
        self.used = set()

    def feed(self, place, text, implied=()):
        """Check the tags of one text.

        :param implied: items that the place has without a loop, as a row of Excel has
        """
        self.place, self.implied = place, implied
        for kind, content in split_tags(text):
            if len(self.problems) >= MOST_PROBLEMS:
                return
            try:
                self._check_tag(kind, content)
            except DocumentProblem as problem:
                self._report(problem.text)

    def finish(self):
        """Report loops and conditions that are never closed; return all problems."""
        for place, keyword, _names in self.scopes:
            self.problems.append(
                DocumentProblem(
                    _lt("{%% %(word)s … %%} is never closed by {%% end%(word)s %%}.", word=keyword),
                    place,
                )
            )
        self.scopes = []
        return self.problems

    def _report(self, text):
        self.problems.append(DocumentProblem(text, self.place))

    def _check_tag(self, kind, content):
        if content is None:
            raise DocumentProblem(_lt("“%(open)s” is not closed here.", open=kind))
        if kind == "{#":
            return
        if len(content) > LONGEST_EXPRESSION:
            raise DocumentProblem(_lt("the placeholder is too long."))
        prefix = WORD_PREFIX.fullmatch(content) if self.for_word else None
        if kind == "{{":
            if prefix:
                raise DocumentProblem(
                    _lt("“%s” cannot be used in {{ }}, only in {%% %%}.", prefix[1])
                )
            self._check_expression(f"{{{{ {content} }}}}")
        else:
            self._check_statement(prefix[2].strip() if prefix else content)

    def _check_statement(self, content):
        word, _space, rest = content.partition(" ")
        if self.for_word and word in WORD_ONLY:
            return
        if self.for_word and word in ("colspan", "cellbg"):
            self._check_expression(f"{{{{ {rest} }}}}")
        elif word == "for":
            self._open_loop(content)
        elif word == "if":
            self._check_expression(f"{{% {content} %}}{{% endif %}}")
            self.scopes.append((self.place, "if", {}))
        elif word in ("elif", "else"):
            self._check_branch(word, content)
        elif word in ("endfor", "endif"):
            self._close(word)
        else:
            self._report_word(word)

    def _report_word(self, word):
        meant = difflib.get_close_matches(word, KEYWORDS, 1)
        if meant:
            self._report(
                _lt("“%(word)s” is unknown; did you mean “%(meant)s”?", word=word, meant=meant[0])
            )
        else:
            self._report(_lt("“%s” is not allowed in a template.", word[:40]))

    def _open_loop(self, content):
        scope = {"loop": LOOP}
        # even when the loop is wrong, its end belongs to it
        self.scopes.append((self.place, "for", scope))
        tree = self._parse(f"{{% {content} %}}{{% endfor %}}")
        loop = next(tree.find_all(nodes.For))
        if not isinstance(loop.target, nodes.Name):
            raise DocumentProblem(_lt("a loop has one name: {% for line in lines %}."))
        scope[loop.target.name] = Placeholder()  # whatever follows is not reported again
        node = self._resolve(loop.iter)
        if node is not None and not node.is_list:
            raise DocumentProblem(
                _lt("“%s” is no list that can be looped over.", _spell(loop.iter))
            )
        if node is not None:
            scope[loop.target.name] = Placeholder(children=node.children)
        if loop.test is not None:
            self._check_names(loop.test)

    def _check_branch(self, word, content):
        if not self.scopes or (word == "elif" and self.scopes[-1][1] != "if"):
            raise DocumentProblem(_lt("{%% %s %%} stands without {%% if … %%}.", word))
        if word == "elif":
            self._check_expression(f"{{% {content[2:]} %}}{{% endif %}}")

    def _close(self, word):
        if not self.scopes or self.scopes[-1][1] != word[3:]:
            raise DocumentProblem(
                _lt("{%% %(end)s %%} stands without {%% %(word)s … %%}.", end=word, word=word[3:])
            )
        self.scopes.pop()

    def _check_expression(self, source):
        self._check_names(self._parse(source))

    def _parse(self, source):
        try:
            tree = self.sandbox.parse(source)
        except TemplateError as error:
            raise DocumentProblem(_lt("this is not understood (%s).", error.message)) from error
        except (RecursionError, ValueError) as error:
            raise DocumentProblem(_lt("this is not understood (%s).", str(error)[:80])) from error
        check_nodes(tree)
        return tree

    def _check_names(self, tree):
        for node in [tree, *tree.find_all((nodes.Filter, nodes.Test))]:
            if isinstance(node, nodes.Filter) and node.name not in self.sandbox.filters:
                self._report_unknown(node.name, self.sandbox.filters, is_name=False)
            elif isinstance(node, nodes.Test) and node.name not in self.sandbox.tests:
                self._report_unknown(node.name, self.sandbox.tests, is_name=False)
        for node in _outermost_paths(tree):
            self._resolve(node)

    def _resolve(self, node):
        """Return the placeholder that a path stands for; None, reported, if there is none."""
        path = _path_of(node)
        if path is None:
            self._check_names(node)
            return None
        if path == [CALLABLE]:
            return None
        found, known = None, self._get_known()
        for depth, name in enumerate(path):
            if name not in known:
                # below a plain value or a wrong loop nothing is known: one report is enough
                if depth and not found.children and not found.source:
                    return None
                self._report_unknown(".".join(path[: depth + 1]), known, path[:depth])
                return None
            found = known[name]
            known = found.children
        self.used.add(".".join(path))
        return found

    def _get_known(self):
        known = dict(self.schema)
        known.update(
            (item, Placeholder(children=self.items[item][1].children)) for item in self.implied
        )
        for _place, _keyword, names in self.scopes:
            known.update(names)
        if self.implied:
            known.setdefault("loop", LOOP)
        return known

    def _report_unknown(self, name, known, before=(), is_name=True):
        last = name.rpartition(".")[2]
        if is_name and last in self.items and not before:
            text = _lt(
                "“%(item)s” is only known inside {%% for %(item)s in %(list)s %%}.",
                item=last,
                list=self.items[last][0],
            )
        elif meant := self._find_meant(last, known, before, is_name):
            text = _lt("“%(word)s” is unknown; did you mean “%(meant)s”?", word=name, meant=meant)
        else:
            text = _lt("“%s” is unknown.", name)
        self._report(text)

    def _find_meant(self, last, known, before, is_name):
        """Return the nearest known name, also of what is one level below."""
        names = {name: name for name in known if name[0] != "_"}
        for top, node in self.schema.items() if is_name and not before else ():
            if not node.is_list:
                names.update(
                    (child, f"{top}.{child}") for child in node.children if child not in names
                )
        found = difflib.get_close_matches(last, names, 1, 0.6)
        return ".".join([*before, names[found[0]]]) if found else None


def _path_of(node):
    """Return the names of ``a.b.c``; None for anything else."""
    names = []
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getattr):
            names.append(node.attr)
        elif isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            names.append(node.arg.value)
        else:
            return None
        node = node.node
    return [node.name, *reversed(names)] if isinstance(node, nodes.Name) else None


def _outermost_paths(tree):
    """Yield the paths that are no part of a longer one."""
    if _path_of(tree) is not None:
        yield tree
        return
    for child in tree.iter_child_nodes():
        yield from _outermost_paths(child)


def _spell(node):
    path = _path_of(node)
    return ".".join(path) if path else type(node).__name__


def find_implied_items(text, items):
    """Return the items of lists that a text of Excel uses: its row is repeated for each."""
    return [item for item in items if re.search(rf"{{[{{%][^}}]*\b{item}\.", text)]
