"""Where templates run: Jinja2's immutable sandbox, and of its language only what documents need.

Every template is parsed and compared with a list of what is allowed before it is compiled, so that
what is not listed (calls, attributes of Python objects, macros, includes, assignments) does not
exist. Loops count their rounds.
"""

import time
from collections.abc import Mapping

from jinja2 import StrictUndefined, Template, Undefined, nodes
from jinja2.environment import TemplateExpression
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from odoo.tools.translate import LazyTranslate

from .filters import FILTERS, show_value
from .problems import DocumentProblem
from .values import Picture, PlacedPicture

_lt = LazyTranslate(__name__)

ROUNDS = 500_000  # of all loops of a document together
CHARACTERS = 80_000_000  # of all text that a document's template writes
PICTURES = 2_000
SECONDS = 20
LONGEST_EXPRESSION = 1_000
LOOP_NAMES = {"index", "index0", "first", "last", "length", "revindex", "revindex0"}
TESTS = ("defined", "undefined", "none", "odd", "even", "divisibleby", "number", "string")
CALLABLE = "image"
COUNTED = "_counted"
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Pos,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.Concat,
    nodes.Keyword,
    nodes.Call,
)
EXPLAINED = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,  # what Python says of code that is nested too deeply
    SyntaxError,
)
NUMERIC = ("+", "-", "*", "/")


class SilentUndefined(StrictUndefined):
    """What the user may not read, or the record does not have, prints nothing."""

    __slots__ = ()
    __iter__ = Undefined.__iter__
    __str__ = Undefined.__str__
    __len__ = Undefined.__len__
    __bool__ = Undefined.__bool__
    __eq__ = Undefined.__eq__
    __hash__ = Undefined.__hash__

    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(name)
        return self


class BoundedTemplate(Template):
    """A template whose output has an end, whatever its loops repeat."""

    def render(self, *args, **kwargs):
        """Return the text of the template, as far as the document's budget goes."""
        chunks = []
        for chunk in self.generate(*args, **kwargs):
            self.environment.count_characters(len(chunk))
            chunks.append(chunk)
        return "".join(chunks)


class DocumentSandbox(ImmutableSandboxedEnvironment):
    """The environment of one document.

    :param formats: how numbers and dates are written (see ``filters.Formats``)
    """

    intercepted_binops = frozenset(NUMERIC)
    template_class = BoundedTemplate

    def __init__(self, formats, autoescape=True, seconds=SECONDS):
        super().__init__(
            autoescape=autoescape,
            undefined=SilentUndefined,
            finalize=self._finalize,
            cache_size=0,
        )
        self.formats = formats
        self.filters = {name: self._bind(function) for name, function in FILTERS.items()}
        self.filters[COUNTED] = self.count_rounds
        self.tests = {name: self.tests[name] for name in TESTS}
        # whoever makes Word files has to place pictures in another way than spreadsheets do
        self.place_picture = None
        self.globals = {CALLABLE: self.make_picture}
        self._checked = None
        self._compiled = {}
        self.rounds, self.characters, self.pictures = ROUNDS, CHARACTERS, PICTURES
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds

    def _bind(self, function):
        return lambda *args, **kwargs: function(self.formats, *args, **kwargs)

    def _finalize(self, value):
        if isinstance(value, (PlacedPicture, Picture)):
            place = self.place_picture
            return place(value) if place and isinstance(value, PlacedPicture) else ""
        if isinstance(value, (Markup, Undefined)):
            return value
        return show_value(self.formats, value)

    # ---- what a template may say ----------------------------------------------------------------

    def _generate(self, source, name, filename, defer_init=False):
        if source is not self._checked:
            check_nodes(source)
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None)
        return super()._generate(source, name, filename, defer_init=defer_init)

    def compile_value(self, source):
        """Return a function that answers the value, not the text, of an expression."""
        parser = Parser(self, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("one expression is expected here")
        check_nodes(nodes.Output([expression]))
        result = nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)
        self._checked = nodes.Template([result], lineno=1)
        self._checked.set_environment(self)
        return TemplateExpression(self.from_string(self._checked), undefined_to_none=False)

    def work_out(self, source, values):
        """Return the value of an expression; what was compiled once is kept."""
        if source not in self._compiled:
            self.check_time()
            self._compiled[source] = self.compile_value(source)
        return self._compiled[source](values)

    def write_out(self, source, values):
        """Return the text of a template."""
        if source not in self._compiled:
            self.check_time()
            self._compiled[source] = self.from_string(source).render
        return str(self._compiled[source](values))

    # ---- what it may reach ----------------------------------------------------------------------

    def getattr(self, obj, attribute):
        return self.getitem(obj, attribute)

    def getitem(self, obj, argument):
        """Keys of plain data and places in lists; never an attribute of a Python object."""
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, Mapping) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, (list, tuple)) and type(argument) is int:
            return obj[argument] if -len(obj) <= argument < len(obj) else self.undefined()
        if isinstance(obj, LoopContext) and argument in LOOP_NAMES:
            return getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj):
        return obj == self.make_picture

    def call_binop(self, context, operator, left, right):
        """Arithmetic is for numbers: a text times 10^9 would fill the memory."""
        if not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"'{operator}' needs numbers")
        return super().call_binop(context, operator, left, right)

    def make_picture(self, picture=None, width=None):
        """Place a picture, so many millimetres wide."""
        if not isinstance(picture, Picture):
            return ""
        self.pictures -= 1
        if self.pictures < 0:
            raise DocumentProblem(_lt("the document has more than %s pictures.", f"{PICTURES:,}"))
        return PlacedPicture(picture, min(max(float(width), 1), 500) if width else None)

    # ---- how long it may take -------------------------------------------------------------------

    def count_rounds(self, items):
        """Iterate as far as the document's budget of rounds and seconds goes."""
        if isinstance(items, Undefined) or items is None or items is False:
            return
        if not isinstance(items, (list, tuple)):
            raise SecurityError("only lists can be looped over")
        for item in items:
            self.rounds -= 1
            self.check_time()
            if self.rounds < 0:
                raise DocumentProblem(
                    _lt("the loops of this template make more than %s rounds.", f"{ROUNDS:,}")
                )
            yield item

    def count_characters(self, count):
        self.characters -= count
        self.check_time()
        if self.characters < 0:
            raise DocumentProblem(_lt("the document gets too large."))

    def check_time(self):
        if time.monotonic() > self.deadline:
            raise DocumentProblem(
                _lt("the document takes more than %s seconds to make.", self.seconds)
            )


def check_nodes(tree):
    """Refuse whatever is not listed above."""
    called = [call.node for call in tree.find_all(nodes.Call)]
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED) and not isinstance(node, nodes.Helper):
            raise DocumentProblem(_lt("“%s” is not allowed in a template.", _name_node(node)))
        if isinstance(node, nodes.Call):
            _check_call(node)
        refused = _find_refused(node)
        if isinstance(node, nodes.Name) and node.name == CALLABLE:
            # it is called and nothing else: as a text it would tell where it lies in memory
            refused = refused or (not any(node is one for one in called) and CALLABLE)
        if refused:
            raise DocumentProblem(_lt("“%s” is not allowed in a template.", refused))


def _find_refused(node):
    """Return the word of a node that is allowed in general, but not like this."""
    if isinstance(node, nodes.For) and node.recursive:
        return "recursive"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return node.attr
    if isinstance(node, nodes.Filter) and node.name.startswith("_"):
        return node.name
    if isinstance(node, nodes.Name) and (node.name.startswith("_") or is_hidden(node)):
        return node.name
    return None


def is_hidden(node):
    """Whether a loop takes a name that means something else."""
    return node.ctx != "load" and node.name in ("loop", CALLABLE)


def _check_call(node):
    if not isinstance(node.node, nodes.Name) or node.node.name != CALLABLE:
        raise DocumentProblem(
            _lt("“%s” cannot be called; only image(…) can.", _name_called(node.node))
        )
    if node.dyn_args or node.dyn_kwargs:
        raise DocumentProblem(_lt("“%s” is not allowed in a template.", "*"))


def _name_called(node):
    return getattr(node, "name", None) or getattr(node, "attr", None) or "()"


def _name_node(node):
    names = {nodes.Assign: "set", nodes.AssignBlock: "set", nodes.FromImport: "from … import"}
    return names.get(type(node), type(node).__name__.lower())


def explain(error):
    """Return a problem for whatever the engine raised."""
    if isinstance(error, DocumentProblem):
        return error
    if isinstance(error, EXPLAINED):
        return DocumentProblem(_lt("this cannot be worked out (%s).", str(error)[:200]))
    raise error
