import base64
import io

from openpyxl import Workbook

from odoo.addons.sales_quotation.tests.common import QuotationCase


def make_book(*sheets):
    """Make an Excel file of {title: rows}."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return save(book)


def save(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class UploadCase(QuotationCase):
    def _upload(self, order, content, name="lines.xlsx", user=None):
        pastes = self.env["sales.quotation.paste"].with_user(user or self.seller)
        paste = pastes.create(
            {"order_id": order.id, "file": base64.b64encode(content), "file_name": name}
        )
        paste.action_check()
        return paste
