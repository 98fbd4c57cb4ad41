"""The default workbook with the keys that let it come back as a counter-offer."""

from odoo.addons.sales_quotation_document.tools.quotation_xlsx import (
    COLUMNS,
    LAST,
    QuotationSheet,
)

KEY_COLUMN = LAST + 1


class CounterofferSheet(QuotationSheet):
    """Writes keys beside the lines and marks below the headings, where nobody sees them."""

    # pylint: disable=missing-return; sheets write, and are no models

    def _set_up(self):
        super()._set_up()
        self.keys = self.values.get("counteroffer", {})
        self.is_closed = False
        self.sheet.set_column(KEY_COLUMN, KEY_COLUMN, 10, None, {"hidden": True})

    def _write_headings(self):
        super()._write_headings()
        self.sheet.set_row(self.row, None, None, {"hidden": True})
        for column, (name, *_rest) in enumerate(COLUMNS):
            self._write_key(self.row, self.keys.get(name), column)
        self._write_key(self.row, self.keys.get("file"))
        self.row += 1

    def _write_key(self, row, key, column=KEY_COLUMN):
        if key:
            self.sheet.write_string(row, column, key)

    def _write_line(self, line):
        row = self.row
        super()._write_line(line)
        self._write_key(row, line.get("key"))

    def _write_sum(self, label, amount, name):
        row = self.row
        super()._write_sum(label, amount, name)
        if not self.is_closed:
            self._write_key(row, self.keys.get("end"))
            self.is_closed = True
