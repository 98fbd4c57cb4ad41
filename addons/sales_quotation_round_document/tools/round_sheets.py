"""Sheets that show two rounds side by side, written row by row as the quotation is."""

from odoo.addons.sales_quotation_document.tools.quotation_xlsx import QuotationSheet

# heading, name of the number, width, format
PAIRS = (
    ("quantity", "quantity", 11, "quantity"),
    ("price", "price", 13, "price"),
    ("discount", "discount", 8, "percent"),
    ("amount", "subtotal", 15, "money"),
)
MARGIN_PAIRS = (
    ("margin", "margin", 15, "money"),
    ("margin_percent", "margin_percent", 9, "share"),
)
TOTALS = ("untaxed", "tax", "total")
FIRST_PAIR = 3  # behind status, description and unit
AMOUNTS = FIRST_PAIR + 2 * PAIRS.index(next(pair for pair in PAIRS if pair[1] == "subtotal"))


class ChangesSheet(QuotationSheet):
    """The second sheet of a quotation: what changed since the round the customer got before."""

    pairs = PAIRS

    def _make_title(self):
        title = self._clean_title(self.labels.get("changes") or "")
        return None if title.lower() == (super()._make_title() or "").lower() else title

    @property
    def last(self):
        return FIRST_PAIR + 2 * len(self.pairs)

    def write_sheet(self):
        self._set_up()
        self._write_head()
        self._write_headings()
        for change in self.values["changes"]:
            self._write_change(change)
        if not self.values["changes"]:
            self._merge(0, self.last, self.labels.get("no_changes"), "note")
            self.row += 1
        self._write_totals()

    def _set_up(self):
        widths = [16, 46, 9, *(pair[2] for pair in self.pairs for _side in range(2)), 15]
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)
        self._set_up_page()

    def _get_styles(self):
        styles = super()._get_styles()
        return {
            **styles,
            "share": {**styles["money"], "num_format": '0.0"%"'},
            "dropped": {**styles["wrap"], "font_strikeout": True, "font_color": "#7F7F7F"},
            "changed": {**styles["money"], "bold": True},
        }

    # ---- parts ----------------------------------------------------------------------------------

    def _write_head(self):
        values = self.values
        self.sheet.set_row(0, 24)
        self._merge(0, self.last, f"{values.get('title') or ''} {values['number']}", "title")
        self.row += 1
        self._merge(0, self.last, values["changes_title"], "label")
        self.row += 1

    def _write_headings(self):
        """Write what is compared, and below it the two rounds."""
        for column, name in enumerate(("status", "description", "unit")):
            self._text(column, self.labels.get(name), "heading")
        for number, (label, *_rest) in enumerate(self.pairs):
            column = FIRST_PAIR + 2 * number
            self._merge(column, column + 1, self.labels.get(label), "heading")
        self._text(self.last, self.labels.get("difference"), "heading")
        self.row += 1
        for column in range(FIRST_PAIR):
            self._text(column, "", "heading")
        sides = (self.values["round_before"], self.values["round_after"])
        for column in range(FIRST_PAIR, self.last):
            self._text(column, sides[(column - FIRST_PAIR) % 2], "heading")
        self._text(self.last, "", "heading")
        self.sheet.repeat_rows(self.row - 1, self.row)
        self.row += 1
        self.sheet.freeze_panes(self.row, 2)

    def _write_change(self, change):
        self._text(0, change["status"], "center")
        if change["line_kind"] != "product":
            self._merge(1, self.last, change["name"], change["line_kind"])
            self.row += 1
            return
        name, old = change["name"], change["old_name"]
        name = f"{old} → {name}" if old and old != name else name
        self._text(1, name, "dropped" if change["kind"] == "dropped" else "wrap")
        self._text(2, change["unit"], "center")
        for number, (_label, key, _width, form) in enumerate(self.pairs):
            for side, prefix in enumerate(("old", "new")):
                self._figure(FIRST_PAIR + 2 * number + side, change.get(f"{prefix}_{key}"), form)
        self._figure(self.last, change.get("difference"), "changed")
        self.row += 1

    def _figure(self, column, value, name):
        if value is None:
            self.sheet.write_blank(self.row, column, None, self._format(name))
        else:
            self._number(column, value, name)

    def _write_totals(self):
        self.row += 1
        for name in TOTALS:
            kind = "total" if name == "total" else "sum"
            self._write_total(name, self.labels.get("taxes" if name == "tax" else name), kind)

    def _write_total(self, name, label, kind):
        self._merge(FIRST_PAIR, AMOUNTS - 1, label, f"{kind}_label")
        amounts = (self.values["totals_before"], self.values["totals_after"])
        for side, values in enumerate(amounts):
            self._figure(AMOUNTS + side, values.get(name), kind)
        self._figure(self.last, self.values["totals_difference"].get(name), kind)
        self.row += 1


class ComparisonSheet(ChangesSheet):
    """Any two rounds side by side, for us: with margins if the reader may see them."""

    # pylint: disable=missing-return; sheets write, and are no models

    def __init__(self, workbook, values, font):
        self.pairs = PAIRS + (MARGIN_PAIRS if values["has_margin"] else ())
        super().__init__(workbook, values, font)

    def _write_head(self):
        super()._write_head()
        self._merge(0, self.last, self.labels.get("internal"), "small")
        self.row += 1

    def _write_totals(self):
        super()._write_totals()
        if self.values["has_margin"]:
            self._write_total("margin", self.labels.get("margin"), "sum")
