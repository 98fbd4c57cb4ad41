import io
import zipfile

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import spreadsheet
from .common import OPTIONS, ImportCase, make_xlsx

READER_LOG = "odoo.addons.base_import.models.base_import"


@tagged("post_install", "-at_install")
class TestFile(ImportCase):
    """A file that cannot be read gets one clear line, whatever it is."""

    def refuse(self, content, *words, **values):
        record = self.make_import("res.partner", content, **values)
        with mute_logger(READER_LOG):
            preview = record.parse_preview(dict(OPTIONS))
            result = self.run_import(record, ["name"])
        for text in (preview["error"], result["messages"][0]["message"]):
            for word in words:
                self.assertIn(word, text)
        return result

    def repack(self, **members):
        """A workbook with members replaced."""
        output = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(make_xlsx([["Name"], ["Ann"]]))) as source,
            zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for name in source.namelist():
                if name not in members:
                    target.writestr(name, source.read(name))
            for name, content in members.items():
                target.writestr(name, content)
        return output.getvalue()

    def test_not_a_workbook(self):
        self.refuse(b"PK\x03\x04 this is no zip", "not an Excel workbook")

    def test_other_archive(self):
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w") as archive:
            archive.writestr("holiday.txt", "sun")
        self.refuse(output.getvalue(), "not an Excel workbook")

    def test_refusal_in_chinese(self):
        record = self.make_import("res.partner", b"PK\x03\x04 no zip").with_context(lang="zh_CN")
        [message] = self.run_import(record, ["name"])["messages"]
        self.assertIn("不是 Excel 工作簿", message["message"])

    def test_cut_off(self):
        content = make_xlsx([["Name"], *[[f"P{n}"] for n in range(500)]])
        self.refuse(content[: len(content) // 2], "not an Excel workbook")

    def test_damaged_sheet(self):
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            "<sheetData>" + '<row r="1"><c r="A1"><v>1</v></c></row>' * 20_000 + "<row"
        )
        self.refuse(self.repack(**{"xl/worksheets/sheet1.xml": sheet}), "damaged")

    def test_bomb(self):
        content = self.repack(**{"xl/worksheets/sheet1.xml": b" " * (200 * 1024 * 1024)})
        self.assertLess(len(content), 1024 * 1024)
        self.refuse(content, "unpacks to more than 96 MB")

    def test_too_big(self):
        self.patch(spreadsheet, "MAX_FILE_BYTES", 1000)
        self.refuse(make_xlsx([["Name"], ["Ann"]]), "larger than")

    def test_too_many_columns(self):
        cells = '<c t="n"><v>1</v></c>' * 100_000
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f'<sheetData><row r="1">{cells}</row></sheetData></worksheet>'
        )
        self.refuse(self.repack(**{"xl/worksheets/sheet1.xml": sheet}), "more than 256 columns")

    def test_too_many_rows(self):
        self.patch(spreadsheet, "MAX_ROWS", 20)
        self.refuse(make_xlsx([["Name"], *[[f"P{n}"] for n in range(30)]]), "more than 20 rows")

    def test_row_number_beyond_the_format(self):
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheetData><row r="99999999999"><c r="A99999999999" t="n"><v>1</v></c></row>'
            "</sheetData></worksheet>"
        )
        self.refuse(self.repack(**{"xl/worksheets/sheet1.xml": sheet}), "Split it")

    def test_lying_dimension(self):
        sheet = (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<dimension ref="A1:XFD1048576"/><sheetData>'
            '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
            '<row r="40000"><c r="A40000" t="inlineStr"><is><t>=1</t></is></c></row>'
            "</sheetData></worksheet>"
        )
        record = self.make_import("res.partner", self.repack(**{"xl/worksheets/sheet1.xml": sheet}))
        result = self.run_import(record, ["name"])
        self.assertCells(result, (40000, "A"))

    def test_titles_only(self):
        self.refuse(make_xlsx([["Name"]]), "no rows to import")

    def test_csv_lines(self):
        record = self.make_import(
            "res.partner",
            b'Name,Country\nAnn,China\n\n"Bob\nB",Atlantis\nCid\n',
            name="data.csv",
            file_type="text/csv",
        )
        result = self.run_import(record, ["name", "country_id"], skip_invalid_rows=True)
        self.assertCells(result, (4, "B"))
        self.assertEqual(len(result["ids"]), 2)

    def test_templates_map_themselves_and_load(self):
        """The titles are the labels of the user's language, and the examples are good rows."""
        for lang in ("en_US", "zh_CN"):
            for model in ("res.partner", "product.template", "stock.quant"):
                with self.subTest(lang=lang, model=model), self.env.cr.savepoint() as savepoint:
                    self.check_template(model, lang)
                    savepoint.rollback()

    def check_template(self, model, lang):
        self.env.user.lang = lang
        env = self.env(context=dict(self.env.context, lang=lang))
        if model == "stock.quant":
            self.check_template("product.template", lang)
        content = env[model]._get_import_template_file()
        record = self.make_import(model, content).with_context(lang=lang)
        preview = record.parse_preview(dict(OPTIONS))
        names = env[model]._get_import_template()[0]
        matches = {int(index): path for index, path in preview["matches"].items()}
        self.assertEqual(
            [matches.get(index) for index in range(len(names))], [[name] for name in names]
        )
        result = self.run_import(record, names, preview["headers"])
        self.assertEqual(result["messages"], [])
        self.assertEqual(len(result["ids"]), 2)

    def test_template_link(self):
        for model in ("product.template", "stock.quant"):
            [template] = self.env[model].get_import_templates()
            self.assertEqual(template["template"], f"/sales_import/template/{model}")
        # of customers the customer file may have another one, but core's screen can show one only
        self.assertEqual(len(self.env["res.partner"].get_import_templates()), 1)
