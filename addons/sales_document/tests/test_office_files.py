import io
import zipfile

from odoo.tests import tagged

from ..tools import office_file
from ..tools.office_file import check_office_file
from .common import DocumentCommon, repack

SHEET = "xl/worksheets/sheet1.xml"
RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)


@tagged("post_install", "-at_install")
class TestOfficeFiles(DocumentCommon):
    """Files that must not be opened are refused, and the refusal says why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.xlsx = cls._make_xlsx({"A1": "{{ number }}"})
        cls.docx = cls._make_docx(["{{ number }}"])

    def _refuse(self, text, content, name=""):
        self.assertProblem(text, check_office_file, content, name)

    def test_good_files_are_told_apart_by_what_is_in_them(self):
        self.assertEqual(check_office_file(self.xlsx, "a.xlsx"), "xlsx")
        self.assertEqual(check_office_file(self.docx, "a.docx"), "docx")
        self.assertEqual(check_office_file(self.docx, "wrong.xlsx"), "docx")

    def test_damaged_files(self):
        self._refuse("damaged", b"no zip at all", "a.xlsx")
        self._refuse("damaged", b"", "a.xlsx")
        self._refuse("damaged", self.xlsx[: len(self.xlsx) // 2])
        bent = bytearray(self.xlsx)
        bent[80:140] = bytes(60)
        self._refuse("damaged", bytes(bent))
        self._refuse("is damaged", repack(self.xlsx, {SHEET: "<worksheet><row>"}))
        self._refuse("locked by a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))

    def test_another_zip_and_another_ending(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("readme.txt", "hello")
        self._refuse("not a .docx or .xlsx file", stream.getvalue())
        self._refuse("not .pdf", self.docx, "a.pdf")

    def test_macros(self):
        self._refuse("macros (.docm)", self.docx, "a.docm")
        self._refuse("macros (.xlsm)", self.xlsx, "a.xlsm")
        self._refuse("macros (xl/vbaProject.bin)", repack(self.xlsx, {"xl/vbaProject.bin": b"x"}))
        with zipfile.ZipFile(io.BytesIO(self.xlsx)) as archive:
            types = archive.read("[Content_Types].xml").decode()
        kind = "spreadsheetml.sheet.main"
        enabled = types.replace(f"openxmlformats-officedocument.{kind}", "ms-excel.macroEnabled")
        self.assertNotEqual(types, enabled)
        self._refuse("holds macros", repack(self.xlsx, {"[Content_Types].xml": enabled}))

    def test_embedded_objects_and_links_to_other_files(self):
        part = {"word/embeddings/oleObject1.bin": b"x"}
        self._refuse("embedded objects", repack(self.docx, part))
        part = {"xl/externalLinks/externalLink1.xml": b"<a/>"}
        self._refuse("external links", repack(self.xlsx, part))
        for kind, target in (
            ("attachedTemplate", "http://evil.example.com/a.dotm"),
            ("image", "file:///etc/passwd"),
            ("hyperlink", "file:///etc/passwd"),
        ):
            relationship = (
                f'<Relationship Id="rId99" Type="http://x/relationships/{kind}" '
                f'Target="{target}" TargetMode="External"/>'
            )
            part = {"word/_rels/settings.xml.rels": RELATIONSHIPS.format(relationship)}
            self._refuse("refers to another file", repack(self.docx, part))

    def test_web_links_are_fine(self):
        relationship = (
            '<Relationship Id="rId99" Type="http://x/relationships/hyperlink" '
            'Target="https://example.com" TargetMode="External"/>'
        )
        part = {"word/_rels/settings.xml.rels": RELATIONSHIPS.format(relationship)}
        self.assertEqual(check_office_file(repack(self.docx, part)), "docx")

    def test_fields_that_fetch_data(self):
        for code in ('DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"', 'INCLUDETEXT "/etc/passwd"'):

            def edit(document, code=code):
                run = document.add_paragraph().add_run()
                element = run._r.makeelement(
                    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instrText", {}
                )
                element.text = code
                run._r.append(element)

            self._refuse("fetches data", self._make_docx(["a"], edit=edit))

    def test_entities(self):
        bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxx">]><a>&b;</a>'
        self._refuse("XML entities", repack(self.docx, {"word/document.xml": bomb}))
        wide = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16")
        self._refuse("not in UTF-8", repack(self.docx, {"word/document.xml": wide}))

    def test_parts_are_what_their_content_says(self):
        """The list of content types may call any part a document, whatever its name ends with."""
        part = b'<?xml version="1.0"?><!DOCTYPE a><a/>'
        self._refuse("XML entities", repack(self.docx, {"word/picture.png": part}))
        rows = "".join(f'<row r="{n}"/>' for n in range(1, 6_000))
        sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        self._refuse("has 5,999 rows", repack(self.xlsx, {"xl/other/sheet.dat": sheet}))
        wide = '<?xml version="1.0" encoding="IBM037"?><a/>'
        self._refuse("not in UTF-8", repack(self.docx, {"word/document.xml": wide}))
        self._refuse("charts", repack(self.xlsx, {"xl/charts/chart1.xml": "<a/>"}))

    def test_zip_bombs(self):
        bomb = repack(self.docx, {"word/document.xml": b"<a>" + bytes(1 << 24) + b"</a>"})
        self.assertLess(len(bomb), 1 << 20)
        self._refuse("word/document.xml of the file is too large", bomb)
        many = "<w:p/>" * (office_file.ELEMENTS + 1)
        bomb = repack(self.docx, {"word/document.xml": f"<w:document>{many}</w:document>"})
        self._refuse("too large when unpacked", bomb)
        many = {f"word/media/{n}.bin": b"x" for n in range(office_file.PARTS)}
        self._refuse("parts inside", repack(self.docx, many))
        self._refuse("larger than", bytes(office_file.FILE_BYTES + 1))

    def test_a_header_that_lies_about_the_size(self):
        content = bytearray(repack(self.docx, {"word/zero.xml": bytes(1 << 23)}))
        at = content.rfind(b"PK\x01\x02")  # the last entry of the directory
        content[at + 24 : at + 28] = (10).to_bytes(4, "little")
        self._refuse("", bytes(content))

    def test_a_million_empty_rows(self):
        rows = "".join(f'<row r="{n}"/>' for n in range(1, 400_001))
        sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        self._refuse("sheet1.xml has 400,000 rows", repack(self.xlsx, {SHEET: sheet}))
        rows = "".join(f'<row r="{n}"/>' for n in range(1, 1_000_001))
        sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        self._refuse("sheet1.xml", repack(self.xlsx, {SHEET: sheet}))

    def test_cells_merged_over_the_whole_sheet(self):
        merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        sheet = f"<worksheet><sheetData/>{merged}</worksheet>"
        self._refuse("merges or links too many cells", repack(self.xlsx, {SHEET: sheet}))
