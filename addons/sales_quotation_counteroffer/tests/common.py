import base64
import io

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.sales_document.tests.common import DocumentCommon

from ..tools.keys import MARKS


class CounterofferCommon(DocumentCommon):
    """A quotation for Langsu, exported; what the customer does to the file is done by openpyxl."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        salesman = "sales_team.group_sale_salesman"
        cls.owner, cls.other = (
            new_test_user(cls.env, f"counter_{login}", salesman, lang="en_US", name=name)
            for login, name in (("lina", "Li Na"), ("wang", "Wang Lei"))
        )
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("sale.group_discount_per_so_line")
        cls.customer = cls.env["res.partner"].create({"name": "Langsu Trading"})
        cls.tax = cls.env["account.tax"].create({"name": "VAT 13", "amount": 13.0})
        cls.pump, cls.valve, cls.hose, cls.filter = cls.env["product.product"].create(
            [
                {"name": name, "default_code": code, "list_price": price, "taxes_id": cls.tax.ids}
                for name, code, price in (
                    ("Pump", "P-1", 100),
                    ("Valve", "V-1", 40),
                    ("Hose", "H-1", 5),
                    ("Filter", "F-1", 12),
                )
            ]
        )
        cls.order = cls._create_order()

    @classmethod
    def _create_order(cls, lines=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.owner.id,
                "order_line": [Command.create(line) for line in lines or cls._prepare_lines()],
                **values,
            }
        )

    @classmethod
    def _prepare_lines(cls):
        return [
            {"display_type": "line_section", "name": "First part"},
            {"product_id": cls.pump.id, "product_uom_qty": 10, "name": "Pump\nof steel"},
            {"product_id": cls.valve.id, "product_uom_qty": 5, "discount": 10},
            {"display_type": "line_note", "name": "@SUM(A1) is a note"},
            {"product_id": cls.hose.id, "product_uom_qty": 20, "name": "=Hose"},
        ]

    # ---- the customer -------------------------------------------------------------------------

    @classmethod
    def _export(cls, order=None):
        return (order or cls.order)._make_document("xlsx")

    @classmethod
    def _edit(cls, content, edit):
        """Return the workbook after somebody edited its sheet; ``edit`` gets a :class:`Paper`."""
        workbook = load_workbook(io.BytesIO(content))
        edit(Paper(workbook.active))
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()

    def _change(self, edit, order=None):
        return self._edit(self._export(order), edit)

    # ---- the salesperson ----------------------------------------------------------------------

    def _drop(self, content, order=None, user=None, name="offer.xlsx"):
        order = order or self.order
        wizard = self.env["sales.quotation.counteroffer"].with_user(user or self.owner)
        return wizard.create(
            {"order_id": order.id, "file": base64.b64encode(content), "file_name": name}
        )

    def _compare(self, content, **options):
        wizard = self._drop(content, **options)
        wizard.action_compare()
        return wizard

    def _make(self, content, **options):
        wizard = self._compare(content, **options)
        self.assertFalse(wizard.comparison["problems"])
        action = wizard.action_make_round()
        return self.env["sale.order"].browse(action["res_id"])

    def _refused(self, method, *args, error=None, **options):
        """Call, expect to be refused, and return what was said."""
        with self.assertRaises(error or UserError) as caught:
            method(*args, **options)
        return str(caught.exception)

    def _get_problems(self, edit, **options):
        """Return what is wrong with an edited file; whatever it is, it makes no round."""
        order = options.get("order") or self.order
        before = self._get_facts(order)
        wizard = self._compare(self._change(edit, order), **options)
        problems = "\n".join(wizard.comparison["problems"])
        if problems:
            self.assertFalse(wizard.can_make)
            self.assertIn(problems.split("\n")[0], self._refused(wizard.action_make_round))
        self.assertEqual(self._get_facts(order), before)
        return problems

    def _get_facts(self, order):
        """Return what a refused file must not have changed."""
        names = ["product_id", "name", "product_uom_qty", "price_unit", "discount", "sequence"]
        return (order.state, order.round_count, order.order_line.read(names))

    def _get_line(self, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)


class Paper:
    """The sheet as the customer sees it: rows by the code of the product."""

    def __init__(self, sheet):
        self.sheet = sheet
        head = next(row for row in sheet.iter_rows() if self._is_head(row))
        self.head = head[0].row
        marks = {mark: name for name, mark in MARKS.items()}
        self.columns = {marks[cell.value]: cell.column for cell in head if cell.value in marks}
        self.key = next(cell.column for cell in head if str(cell.value).startswith("SQ1:F:"))

    @staticmethod
    def _is_head(row):
        return any(str(cell.value).startswith("SQ1:F:") for cell in row)

    def find(self, code):
        rows = self.sheet.iter_rows(min_row=self.head + 1)
        column = self.columns["code"] - 1
        return next(row[0].row for row in rows if row[column].value == code)

    def cell(self, code, name):
        return self.sheet.cell(self.find(code), self.columns[name])

    def type(self, product, /, **values):
        row = self.find(product)
        for name, value in values.items():
            self.sheet.cell(row, self.columns[name]).value = value

    def insert(self, product, /, **values):
        """Insert a row below the row of a product."""
        row = self.find(product) + 1
        self.sheet.insert_rows(row)
        for name, value in values.items():
            self.sheet.cell(row, self.columns[name]).value = value
        return row

    def delete(self, code):
        self.sheet.delete_rows(self.find(code))
