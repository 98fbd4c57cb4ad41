import csv
import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from docx import Document
from openpyxl import Workbook, load_workbook
from PIL import Image

from odoo.addons.base.tests.common import BaseCommon

from ..tools.filters import Formats
from ..tools.problems import DocumentProblem
from ..tools.sandbox import DocumentSandbox
from ..tools.schema import Placeholder, item_names
from ..tools.template_docx import check_docx, render_docx
from ..tools.template_xlsx import check_xlsx, render_xlsx
from ..tools.values import Number, Picture

CSV = "csv:Text - txt - csv (StarCalc):44,34,76"
TEXT = "txt:Text (encoded):UTF8"
LIMIT = 120  # seconds for LibreOffice, on a busy machine

SCHEMA = {
    "number": Placeholder(),
    "date": Placeholder(),
    "total": Placeholder(),
    "note": Placeholder(),
    "customer": Placeholder(children={"name": Placeholder(), "city": Placeholder()}),
    "company": Placeholder(children={"name": Placeholder(), "logo": Placeholder()}),
    "lines": Placeholder(
        item="line",
        children={
            name: Placeholder()
            for name in ("number", "kind", "name", "quantity", "price", "subtotal", "margin")
        },
    ),
}


def make_png(width=60, height=30):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "#1F4E79").save(stream, "PNG")
    return stream.getvalue()


def convert(content, suffix, target):
    """Return what LibreOffice makes of a file; a file that it cannot open fails the test."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program, "LibreOffice is missing: apt-get install libreoffice-calc-nogui"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"document.{suffix}")
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", target, "--outdir", folder]
        done = subprocess.run([*command, source], capture_output=True, timeout=LIMIT, check=False)
        made = source.with_suffix(f".{target.partition(':')[0]}")
        assert made.exists(), f"LibreOffice cannot open it: {done.stderr.decode()[-500:]}"
        return made.read_bytes()


def read_csv(content):
    return list(csv.reader(io.StringIO(convert(content, "xlsx", CSV).decode("utf-8-sig"))))


def repack(content, parts=(), without=()):
    """Return a zip with some parts replaced, added or left out."""
    parts, stream = dict(parts), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", 8) as new:
        for info in old.infolist():
            if info.filename not in parts and info.filename not in without:
                new.writestr(info.filename, old.read(info))
        for name, part in parts.items():
            new.writestr(name, part)
    return stream.getvalue()


class DocumentCommon(BaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.values = {
            "number": "S00001",
            "date": cls.env["res.partner"].create_date or None,
            "total": Number(1234.5),
            "note": "",
            "customer": {"name": "成都朗速科技有限公司", "city": "成都"},
            "company": {"name": "Pumps & Co <Ltd>", "logo": Picture(make_png)},
            "lines": [cls._make_line(n) for n in range(1, 4)],
        }

    @classmethod
    def _make_line(cls, number, **values):
        return {
            "number": number,
            "kind": "product",
            "name": f"水泵 {number}",
            "quantity": Number(number, 3, 0),
            "price": Number(10.25),
            "subtotal": Number(10.25 * number),
            **values,
        }

    # === EXCEL === #

    @classmethod
    def _make_xlsx(cls, cells, title="Quotation", edit=None):
        workbook = Workbook()
        sheet = workbook.active
        sheet.title = title
        for place, value in cells.items():
            sheet[place] = value
        if edit:
            edit(sheet)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()

    def _sandbox(self, autoescape=True, **options):
        return DocumentSandbox(Formats(self.env), autoescape=autoescape, **options)

    def _render_xlsx(self, cells, values=None, edit=None):
        content = render_xlsx(
            self._make_xlsx(cells, edit=edit),
            self._sandbox(autoescape=False),
            {**self.values, **(values or {})},
            item_names(SCHEMA),
        )
        return content, load_workbook(io.BytesIO(content)).active

    def _check_xlsx(self, cells):
        problems = check_xlsx(self._make_xlsx(cells), self._sandbox(False), SCHEMA)
        return [problem.describe(self.env) for problem in problems]

    # === WORD === #

    @classmethod
    def _make_docx(cls, paragraphs=(), rows=(), edit=None):
        document = Document()
        for text in paragraphs:
            document.add_paragraph(text)
        if rows:
            table = document.add_table(rows=0, cols=len(rows[0]))
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=False):
                    cell.text = text
        if edit:
            edit(document)
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    def _render_docx(self, paragraphs=(), rows=(), values=None, edit=None):
        content = self._make_docx(paragraphs, rows, edit)
        content = render_docx(content, self._sandbox(), {**self.values, **(values or {})})
        document = Document(io.BytesIO(content))
        texts = [paragraph.text for paragraph in document.paragraphs]
        tables = [[[cell.text for cell in row.cells] for row in t.rows] for t in document.tables]
        return content, texts, tables

    def _check_docx(self, paragraphs=(), rows=()):
        problems = check_docx(self._make_docx(paragraphs, rows), self._sandbox(), SCHEMA)
        return [problem.describe(self.env) for problem in problems]

    def assertProblem(self, text, function, *args):
        """Expect a problem that says the text."""
        with self.assertRaises(DocumentProblem) as caught:
            function(*args)
        self.assertIn(text, caught.exception.describe(self.env))
