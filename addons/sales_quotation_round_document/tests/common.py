import base64
import io

from openpyxl import load_workbook

from odoo.addons.sales_document.tests.common import TEXT, convert
from odoo.addons.sales_quotation_round.tests.common import RoundCommon


class RoundDocumentCommon(RoundCommon):
    """Round 1 was sent, round 2 never was, and round 3 is being made: 10 % off pumps, no hoses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.first.print_round_changes = True
        cls.first.action_quotation_sent()
        cls.unsent = cls.first._make_round(note="A secret of ours")
        cls._give(cls.unsent, pump=50)
        cls.third = cls.unsent._make_round()
        cls._give(cls.third, pump=10)
        cls._get_line(cls.third, cls.hose).unlink()
        cls.extra = cls.env["product.product"].create({"name": "=Sensor", "list_price": 9})
        cls.env["sale.order.line"].create(
            {
                "order_id": cls.third.id,
                "product_id": cls.extra.id,
                "product_uom_qty": 2,
                "tax_ids": False,
            }
        )

    @classmethod
    def _make(cls, order, kind, user=None):
        return order.with_user(user or cls.owner)._make_document(kind)

    def _read_sheet(self, content, name):
        """Return rows of a sheet; LibreOffice has to open the file, too."""
        self.assertTrue(convert(content, "xlsx", "pdf").startswith(b"%PDF"))
        workbook = load_workbook(io.BytesIO(content))
        return [[cell.value for cell in row] for row in workbook[name].iter_rows()]

    def _read_word(self, content):
        return " ".join(convert(content, "docx", TEXT).decode("utf-8-sig").split())

    def _export(self, user, before, after, kind="xlsx", **options):
        """Press the button, and return name and content of what is downloaded."""
        action = self.third.with_user(user).action_export_rounds(
            before.id, after.id, kind, **options
        )
        number = int(action["url"].split("/")[-2])
        export = self.env["sales.document.export"].with_user(user).browse(number)
        return export.file_name, base64.b64decode(export.file)
