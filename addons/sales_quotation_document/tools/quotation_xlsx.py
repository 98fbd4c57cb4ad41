"""The default quotation in Excel: written row by row, so that 10,000 lines need no memory."""

import io

import xlsxwriter

from odoo.addons.sales_document.tools.values import clean_text, is_risky

FONTS = {"zh": "Microsoft YaHei", "ja": "Yu Gothic", "ko": "Malgun Gothic"}
COLOUR, LIGHT, LINE = "#1F4E79", "#EAF1F8", "#BFBFBF"
# heading, width, value of a line, format
COLUMNS = (
    ("no", 6, lambda line: line.get("number"), "center"),
    ("code", 16, lambda line: line.get("product", {}).get("code"), "text"),
    ("description", 46, lambda line: line.get("name"), "wrap"),
    ("quantity", 11, lambda line: line.get("quantity"), "quantity"),
    ("unit", 9, lambda line: line.get("unit"), "center"),
    ("price", 13, lambda line: line.get("price"), "price"),
    ("discount", 8, lambda line: line.get("discount") or None, "percent"),
    ("taxes", 14, lambda line: line.get("taxes"), "center"),
    ("amount", 15, lambda line: line.get("subtotal"), "money"),
)
LAST = len(COLUMNS) - 1
LONGEST_CELL = 32_767


def make_quotation_xlsx(values, lang, sheet_class=None):
    """Return the workbook of one quotation.

    :param dict values: what ``_get_document_data`` gave
    :param str lang: language of the customer, which chooses the font
    :param sheet_class: a kind of :class:`QuotationSheet`
    """
    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        make = sheet_class or QuotationSheet
        make(workbook, values, FONTS.get(lang[:2], "Arial")).write_sheet()
    return stream.getvalue()


class QuotationSheet:
    """One sheet, from its top to its bottom."""

    def __init__(self, workbook, values, font):
        self.workbook = workbook
        self.values = values
        self.labels = values.get("labels", {})
        self.font = font
        self.formats = {}
        total = values.get("total")
        self.money = (
            f"#,##0.{'0' * total.digits}"
            if total is not None and total.digits
            else ("#,##0.00" if total is None else "#,##0")
        )
        self.sheet = workbook.add_worksheet(self._make_title())
        self.row = 0

    def _make_title(self):
        name = "".join(c for c in str(self.values.get("number") or "") if c not in "[]:*?/\\'")
        return name[:31] or None

    def write_sheet(self):
        self._set_up()
        self._write_head()
        self._write_headings()
        for line in self.values.get("lines", ()):
            self._write_line(line)
        self._write_totals()
        self._write_terms()

    def _set_up(self):
        sheet = self.sheet
        for column, (_name, width, _get, _form) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        number = str(self.values.get("number") or "").replace("&", "&&")[:100]
        sheet.set_footer(f"&L{number}&R{self.labels.get('page', '')} &P / &N")
        self.workbook.set_properties({"title": str(self.values.get("number") or "")})

    # ---- cells ----------------------------------------------------------------------------------

    def _format(self, name, risky=False):
        key = (name, risky)
        if key not in self.formats:
            properties = {"font_name": self.font, "font_size": 10, "valign": "top"}
            properties.update(self._get_styles()[name])
            self.formats[key] = self.workbook.add_format({**properties, "quote_prefix": risky})
        return self.formats[key]

    def _get_styles(self):
        row = {"bottom": 1, "bottom_color": LINE}
        return {
            "company": {"font_size": 16, "bold": True, "font_color": COLOUR},
            "title": {"font_size": 14, "bold": True},
            "small": {"font_size": 9, "font_color": "#595959"},
            "label": {"bold": True, "font_color": COLOUR},
            "plain": {"text_wrap": True},
            "date": {"num_format": "yyyy-mm-dd", "align": "left"},
            "heading": {
                "bold": True,
                "font_color": "#FFFFFF",
                "bg_color": COLOUR,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            },
            "center": {**row, "align": "center"},
            "text": row,
            "wrap": {**row, "text_wrap": True},
            "quantity": {**row, "num_format": "#,##0.###"},
            "price": {**row, "num_format": "#,##0.00##"},
            "percent": {**row, "num_format": "0.##"},
            "money": {**row, "num_format": self.money},
            "section": {**row, "bold": True, "bg_color": LIGHT, "text_wrap": True},
            "note": {**row, "italic": True, "font_color": "#595959", "text_wrap": True},
            "sum_label": {"align": "right"},
            "sum": {"num_format": self.money},
            "total_label": {"align": "right", "bold": True, "font_size": 12, "top": 1},
            "total": {"num_format": self.money, "bold": True, "font_size": 12, "top": 1},
        }

    def _text(self, column, text, name):
        text = clean_text(text or "")[:LONGEST_CELL]
        self.sheet.write_string(self.row, column, text, self._format(name, is_risky(text)))

    def _number(self, column, value, name):
        self.sheet.write_number(self.row, column, float(value or 0.0), self._format(name))

    def _merge(self, first, last, text, name):
        text = clean_text(text or "")[:LONGEST_CELL]
        form = self._format(name, is_risky(text))
        self.sheet.merge_range(self.row, first, self.row, last, "", form)
        self.sheet.write_string(self.row, first, text, form)

    # ---- parts ----------------------------------------------------------------------------------

    def _write_head(self):
        values, company = self.values, self.values.get("company", {})
        self.sheet.set_row(0, 30)
        self._place_logo(company.get("logo"))
        self._merge(0, 5, company.get("name"), "company")
        self.row += 1
        details = [company.get(name) for name in ("street", "city", "phone", "email", "website")]
        self._merge(0, 5, "  ".join(filter(None, details)), "small")
        self.row += 1
        self.sheet.set_row(self.row, 24)
        self._merge(0, 5, f"{values.get('title') or ''} {values.get('number') or ''}", "title")
        self.row += 1
        for left, right in zip(self._get_customer_rows(), self._get_order_rows(), strict=True):
            self._write_pair(0, 2, 4, *left)
            self._write_pair(5, 7, LAST, *right)
            self.row += 1

    def _get_customer_rows(self):
        customer = self.values.get("customer", {})
        names = ("customer", "address", "phone", "vat")
        keys = ("name", "address", "phone", "vat")
        return [(self.labels.get(n), customer.get(k)) for n, k in zip(names, keys, strict=True)]

    def _get_order_rows(self):
        salesperson = self.values.get("salesperson", {})
        return [
            (self.labels.get("date"), self.values.get("date")),
            (self.labels.get("valid_until"), self.values.get("valid_until")),
            (self.labels.get("reference"), self.values.get("reference")),
            (self.labels.get("salesperson"), salesperson.get("name")),
        ]

    def _write_pair(self, column, start, end, label, value):
        self._merge(column, start - 1, label, "label")
        if hasattr(value, "year"):
            form = self._format("date")
            self.sheet.merge_range(self.row, start, self.row, end, "", form)
            self.sheet.write_datetime(self.row, start, value, form)
        else:
            self._merge(start, end, value, "plain")

    def _place_logo(self, logo):
        opened = logo and logo.open_png()
        if opened:
            stream, width, height = opened
            scale = min(180 / width, 50 / height)
            options = {
                "image_data": stream,
                "x_scale": scale,
                "y_scale": scale,
                "object_position": 3,
            }
            self.sheet.insert_image(0, 6, "logo.png", options)

    def _write_headings(self):
        self.sheet.set_row(self.row, 22)
        for column, (name, _width, _get, _form) in enumerate(COLUMNS):
            self._text(column, self.labels.get(name), "heading")
        self.sheet.repeat_rows(self.row)
        self.row += 1
        self.sheet.freeze_panes(self.row, 0)

    def _write_line(self, line):
        if line.get("kind") in ("section", "note"):
            self._merge(0, LAST, line.get("name"), line["kind"])
        else:
            for column, (_name, _width, get, form) in enumerate(COLUMNS):
                value = get(line)
                if isinstance(value, (int, float)):
                    self._number(column, value, form)
                else:
                    self._text(column, value, form)
        self.row += 1

    def _write_totals(self):
        rows = [(self.labels.get("untaxed"), self.values.get("untaxed"))]
        rows += [(tax["name"], tax["amount"]) for tax in self.values.get("taxes", ())]
        self.row += 1
        for label, amount in rows:
            self._write_sum(label, amount, "sum")
        symbol = self.values.get("currency", {}).get("name") or ""
        self._write_sum(
            f"{self.labels.get('total') or ''} ({symbol})", self.values.get("total"), "total"
        )

    def _write_sum(self, label, amount, name):
        self._merge(LAST - 3, LAST - 1, label, f"{name}_label")
        self._number(LAST, amount, name)
        self.row += 1

    def _write_terms(self):
        for name in ("payment_terms", "terms"):
            text = self.values.get(name)
            if text:
                self.row += 1
                self._merge(0, LAST, self.labels.get(name), "label")
                self.row += 1
                self.sheet.set_row(self.row, 15 * min(text.count("\n") + 1 + len(text) // 120, 26))
                self._merge(0, LAST, text, "plain")
                self.row += 1
