from jinja2 import TemplateError

from odoo.tests import tagged

from ..tools.problems import DocumentProblem
from ..tools.sandbox import explain
from ..tools.values import Number
from .common import DocumentCommon

ATTACKS = (
    "{{ ''.__class__.__mro__ }}",
    "{{ lines.append(1) }}",
    "{{ number.format(1) }}",
    "{{ '{0.__class__}'.format(number) }}",
    "{{ '%s' | format(number) }}",
    "{{ number | attr('__class__') }}",
    "{{ lines | map('upper') | list }}",
    "{{ self }}{{ self.__init__ }}{{ self._TemplateReference__context }}",
    "{{ loop.__init__() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum() }}",
    "{{ range(10**9) }}",
    "{{ dict() }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% macro m() %}{% endmacro %}{{ m() }}",
    "{% call lines() %}{% endcall %}",
    "{% set x = lines %}",
    "{% set x %}a{% endset %}",
    "{% filter upper %}a{% endfilter %}",
    "{% autoescape false %}{{ number }}{% endautoescape %}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% for line in lines recursive %}{{ loop(lines) }}{% endfor %}",
    "{% for loop in lines %}{% endfor %}",
    "{% for __x in lines %}{% endfor %}",
    "{% for line in lines %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for image in lines %}{{ image('x') }}{% endfor %}",
    "{{ 10 ** 1000000000 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ image.__globals__ }}",
    "{{ image(*lines) }}",
    "{{ image }}",
    "{{ number ~ image }}",
    "{{ image | upper }}",
    "{{ number | default(image) }}",
    "{{ image(image) }}",
    "{{ (image)(company.logo).picture.content.__class__.__base__() }}",
    "{{ customer.keys() }}",
    "{{ customer.update({'name': 1}) }}",
    "{{ lines[0:1] }}",
    "{{ number | _counted }}",
    "{{ number | tojson }}",
    "{% for c in number %}{{ c }}{% endfor %}",
    "{% for a in 'ab' %}{% endfor %}",
    "{{ ['a', 'b'] | sum(start=0) }}",
)
REFUSALS = (DocumentProblem, TemplateError, TypeError, RecursionError)
HARMLESS = {
    # what a Python object has, plain data has not
    "{{ company.logo.content }}|{{ company.logo }}": "|",
    "{{ number.upper }}": "",
    "{{ number['__class__'] }}": "",
    "{{ lines['append'] }}": "",
    "{{ lines | sum('__class__') }}": "0.00",
    "{{ total.as_integer_ratio }}{{ total.digits }}": "",
    "{{ customer.items }}{{ customer['get'] }}": "",
    "{{ unknown.deeper.still }}": "",
    "{{ self }}{{ self | upper }}": "",
    "{% for line in lines %}{{ loop }}{% endfor %}": "",
}


@tagged("post_install", "-at_install")
class TestTemplateSandbox(DocumentCommon):
    """A template cannot leave the plain data that it is given."""

    def _render(self, source, **values):
        sandbox = self._sandbox()
        return sandbox.from_string(source).render({**self.values, **values})

    def assertRefused(self, function, *args):
        try:
            found = function(*args)
        except REFUSALS:
            return
        self.fail(f"this came out: {str(found)[:200]}")

    def test_attacks_are_refused(self):
        for source in ATTACKS:
            with self.subTest(source):
                self.assertRefused(self._render, source)

    def test_attributes_of_python_do_not_exist(self):
        for source, expected in HARMLESS.items():
            with self.subTest(source):
                self.assertEqual(self._render(source), expected)

    def test_attacks_are_refused_by_excel_expressions(self):
        sandbox = self._sandbox(autoescape=False)
        for source in ATTACKS:
            if source.startswith("{{") and source.count("{{") == 1:
                with self.subTest(source):
                    self.assertRefused(sandbox.work_out, source[2:-2].strip(), self.values)

    def test_loops_have_an_end(self):
        nested = "{% for a in lines %}" * 12 + "x" + "{% endfor %}" * 12
        with self.assertRaises(DocumentProblem) as caught:
            self._render(nested)
        self.assertIn("rounds", caught.exception.describe(self.env))

    def test_what_is_written_has_an_end(self):
        many = [{"name": "x" * 10_000}] * 100
        nested = "{% for a in lines %}{% for b in lines %}{{ b.name }}{% endfor %}{% endfor %}"
        with self.assertRaises(DocumentProblem) as caught:
            self._render(nested, lines=many)
        self.assertIn("too large", caught.exception.describe(self.env))
        with self.assertRaises(DocumentProblem) as caught:
            self._render(
                "{% for a in lines %}{{ image(company.logo) }}{% endfor %}", lines=[{}] * 3000
            )
        self.assertIn("pictures", caught.exception.describe(self.env))

    def test_time_has_an_end(self):
        sandbox = self._sandbox(seconds=0)
        with self.assertRaises(DocumentProblem) as caught:
            sandbox.from_string("{% for a in lines %}{% endfor %}").render(self.values)
        self.assertIn("seconds", caught.exception.describe(self.env))

    def test_deep_expressions_do_not_break_the_server(self):
        self.assertRefused(self._render, "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}")
        # so deep that Python says there is no memory: the user is told, too
        deep = "{% if x %}" + "{% elif x %}" * 30_000 + "{% endif %}"
        with self.assertRaises(Exception) as caught:
            self._render(deep)
        self.assertIn("worked out", explain(caught.exception).describe(self.env))

    def test_many_expressions_have_an_end(self):
        with self.assertRaises(DocumentProblem):
            self._sandbox(seconds=0).work_out("1 + 1", {})

    def test_what_stands_between_items_has_an_end(self):
        lines = [{"name": "x" * 30_000}] * 1000
        text = self._render("{{ lines | join(lines | join) }}", lines=lines)
        self.assertEqual(len(text), 32_000)

    def test_values_are_escaped_in_word(self):
        text = self._render("{{ customer.name }}", customer={"name": "<w:p>&"})
        self.assertEqual(text, "&lt;w:p&gt;&amp;")
        self.assertEqual(self._render("{{ a ~ '<b>' }}", a="<i>"), "&lt;i&gt;&lt;b&gt;")
        self.assertEqual(self._render("{{ a | upper }}", a="<i>"), "&lt;I&gt;")
        self.assertEqual(self._render("{{ a }}", a="a\x00\x0b\ufffeb"), "ab")

    def test_values_of_users_are_no_templates(self):
        self.assertEqual(self._render("{{ a }}", a="{{ number }}"), "{{ number }}")

    def test_numbers_and_dates_are_written_by_language(self):
        self.assertEqual(self._render("{{ total }}|{{ a }}", a=Number(3, 3, 0)), "1,234.50|3")
        self.assertEqual(self._render("{{ total | number(0) }}"), "1,234")
        self.assertEqual(self._render("{{ 12.5 | percent(1) }}"), "12.5%")
        self.assertEqual(self._render("{{ lines | sum('subtotal') }}"), "61.50")
        self.assertEqual(self._render("{{ note | default('none') }}"), "none")
        self.assertEqual(self._render("{% if lines | length > 2 %}many{% endif %}"), "many")
