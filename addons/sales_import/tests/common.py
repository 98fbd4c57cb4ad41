import io

import openpyxl
from openpyxl.cell.cell import TYPE_FORMULA

from odoo.tests.common import TransactionCase, new_test_user

OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "sheet": "",
    "date_format": "%Y-%m-%d",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "advanced": True,
    "keep_matches": False,
    "skip": 0,
    "limit": 2000,
}
PARTNER_FIELDS = ["name", "ref", "country_id", "email", "partner_latitude", "is_company"]
PARTNER_TITLES = ["Name", "Reference", "Country", "Email", "Latitude", "Company?"]
PRODUCT_FIELDS = ["name", "default_code", "list_price", "categ_id", "barcode"]
PRODUCT_TITLES = ["Name", "Internal Reference", "Sales Price", "Category", "Barcode"]


def make_xlsx(rows):
    """A workbook as Excel saves it; a row that is None stays blank."""
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row or [], 1):
            if value is not None:
                cell = book.active.cell(number, column, value)
                if isinstance(value, str) and value.startswith("=="):
                    cell.data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert not any(cell.data_type == TYPE_FORMULA for row in sheet.iter_rows() for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]


class ImportCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("stock.group_stock_manager")
        for lang in ("en_US", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)

    @classmethod
    def make_import(cls, model, rows, user=None, name="data.xlsx", **values):
        user = user or cls.env.user
        lang = user.lang if user != cls.env.user else "en_US"
        # a client sends the language of its user along
        Import = cls.env["base_import.import"].with_user(user).with_context(lang=lang)
        content = rows if isinstance(rows, bytes) else make_xlsx(rows)
        return Import.create(
            {
                "res_model": model,
                "file": content,
                "file_name": name,
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                **values,
            }
        )

    def run_import(self, record, fields, titles=None, dryrun=False, **options):
        return record.execute_import(
            fields, titles or fields, {**OPTIONS, **options}, dryrun=dryrun
        )

    def import_partners(self, rows, user=None, **options):
        record = self.make_import("res.partner", [PARTNER_TITLES, *rows], user=user)
        return self.run_import(record, PARTNER_FIELDS, PARTNER_TITLES, **options)

    def import_products(self, rows, user=None, **options):
        record = self.make_import("product.template", [PRODUCT_TITLES, *rows], user=user)
        return self.run_import(record, PRODUCT_FIELDS, PRODUCT_TITLES, **options)

    def assertProblem(self, result, row, column, *words):
        """There is a problem at this cell, and its text has these words."""
        found = [message for message in result["messages"] if message.get("row") == row]
        cells = [(message["row"], message["column"], message["message"]) for message in found]
        match = next((message for message in found if message["column"] == column), None)
        self.assertTrue(match, f"no problem at row {row} column {column}: {cells}")
        for word in words:
            self.assertIn(word, match["message"])

    def assertCells(self, result, *cells):
        """These cells, and no others, have a problem."""
        found = [(message["row"], message["column"]) for message in result["messages"]]
        texts = "\n".join(message["message"] for message in result["messages"])
        self.assertEqual(sorted(found, key=str), sorted(cells, key=str), texts)

    @classmethod
    def new_user(cls, login, groups, **values):
        values = {"lang": "en_US", **values}
        return new_test_user(cls.env, login, groups=f"base.group_user,{groups}", **values)
