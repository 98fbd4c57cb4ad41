import io
import zipfile

from docx.shared import Mm

from odoo.tests import tagged

from .common import TEXT, DocumentCommon, convert, make_png

ROWS = (
    ("{%tr for line in lines %}", "", ""),
    ("{{ line.number }}", "{{ line.name }}", "{{ line.subtotal }}"),
    ("{%tr endfor %}", "", ""),
)


@tagged("post_install", "-at_install")
class TestWordTemplates(DocumentCommon):
    def test_paragraphs_tables_and_conditions(self):
        content, texts, tables = self._render_docx(
            [
                "{{ number }}: {{ customer.name }}",
                "{%p if note %}",
                "never",
                "{%p endif %}",
                "{{ company.name }}",
            ],
            ROWS,
        )
        self.assertEqual(texts[:2], ["S00001: 成都朗速科技有限公司", "Pumps & Co <Ltd>"])
        self.assertEqual(
            tables, [[["1", "水泵 1", "10.25"], ["2", "水泵 2", "20.50"], ["3", "水泵 3", "30.75"]]]
        )
        shown = convert(content, "docx", TEXT).decode()
        for text in ("成都朗速科技有限公司", "水泵 3", "30.75", "Pumps & Co <Ltd>"):
            self.assertIn(text, shown)
        self.assertNotIn("never", shown)

    def test_a_placeholder_that_word_has_split_into_runs(self):
        def edit(document):
            paragraph = document.add_paragraph()
            for part in ("{", "{ num", "ber", " }", "}"):
                paragraph.add_run(part).bold = True

        _content, texts, _tables = self._render_docx(edit=edit)
        self.assertEqual(texts, ["S00001"])

    def test_headers_footers_and_pictures(self):
        def edit(document):
            document.sections[0].header.paragraphs[0].text = "{{ company.name }}"
            document.sections[0].footer.paragraphs[0].text = "{{ number }}"
            document.add_picture(io.BytesIO(make_png()), Mm(10))

        content, _texts, _tables = self._render_docx(["{{ image(company.logo, 30) }}"], edit=edit)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            media = [name for name in archive.namelist() if name.startswith("word/media/")]
        self.assertEqual(len(media), 2)
        self.assertTrue(convert(content, "docx", "pdf").startswith(b"%PDF"))

    def test_lines_of_text_and_characters_that_xml_cannot_carry(self):
        content, texts, _tables = self._render_docx(
            ["{{ note }}"], values={"note": "one\ntwo\x00 </w:t> {{ number }}"}
        )
        self.assertEqual(texts, ["one\ntwo </w:t> {{ number }}"])
        self.assertIn("{{ number }}", convert(content, "docx", TEXT).decode())

    def test_long_tables(self):
        lines = [self._make_line(n) for n in range(1, 401)]
        content, _texts, tables = self._render_docx((), ROWS, {"lines": lines})
        self.assertEqual(len(tables[0]), 400)
        shown = convert(content, "docx", TEXT).decode()
        self.assertIn("水泵 400", shown)

    def test_a_wrong_placeholder_is_named_with_its_place(self):
        problems = self._check_docx(
            ["Dear {{ costumer.name }},", "{{r note }}"],
            [
                ("{%tr for line in lines %}", ""),
                ("{{ line.nam }}", "{{ line.__class__ }}"),
                ("{%tr endfor %}", ""),
            ],
        )
        self.assertEqual(
            problems,
            [
                "“Dear {{ costumer.name }},”: “costumer” is unknown; did you mean “customer”?",
                "“{{r note }}”: “r” cannot be used in {{ }}, only in {% %}.",
                "table 1, row 2, cell 1, “{{ line.nam }}”: “line.nam” is unknown; "
                "did you mean “line.name”?",
                "table 1, row 2, cell 2, “{{ line.__class__ }}”: “__class__” is not allowed in a "
                "template.",
            ],
        )

    def test_items_are_only_known_in_their_loop(self):
        problems = self._check_docx(["{{ line.name }}"])
        self.assertIn("only known inside {% for line in lines %}", problems[0])

    def test_a_loop_that_is_not_closed(self):
        problems = self._check_docx(["{%p for line in lines %}", "{{ line.name }}"])
        self.assertIn("never closed by {% endfor %}", problems[0])

    def test_attacks_do_not_survive_rendering(self):
        for text in ("{{ ''.__class__ }}", "{% include 'a' %}", "{{ lines.append(1) }}"):
            self.assertProblem(
                "not allowed" if "append" not in text else "called", self._render_docx, [text]
            )
