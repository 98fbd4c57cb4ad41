"""What the file of a customer asks for, compared with what it said when it was exported."""

import re
from dataclasses import dataclass, field

from odoo.tools import float_round
from odoo.tools.translate import LazyTranslate

from odoo.addons.sales_document.tools.problems import DocumentProblem

from .cells import Currency, find_code, is_blank, read_number, read_text
from .keys import LineKey, digest, normalize, parse_key

_lt = LazyTranslate(__name__)

NUMBERS = {"quantity": "product_uom_qty", "price": "price_unit", "discount": "discount"}
DISCOUNTS = "sale.group_discount_per_so_line"
SAME = 1e-9  # what a spreadsheet program may lose of a number on its way


@dataclass
class Offer:
    """What becomes of the lines.

    ``edits``: {id of a line: values}. ``dropped``: ids. ``added``: [(id of the line it stands
    behind, or 0; values)]. ``problems`` forbid a round, ``notes`` do not.
    """

    edits: dict = field(default_factory=dict)
    dropped: set = field(default_factory=set)
    added: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)

    @property
    def has_changes(self):
        return bool(self.edits or self.dropped or self.added)


def is_same(one, other):
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))


def get_row(problem):
    """Return the row of the cell that a problem names."""
    return int(re.search(r"(?:![A-Z]+(\d+))?$", problem.place)[1] or 0)


class OfferReader:
    """Reads the rows of one file for one open quotation."""

    def __init__(self, order, sheet, file_key):
        self.order, self.sheet, self.file_key = order, sheet, file_key
        self.lines = {line.id: line for line in order.order_line}
        self.digits = order._get_round_digits()
        self.currency = Currency(order.currency_id.name, order.currency_id.symbol)
        self.signer = order._get_counteroffer_signer()
        self.has_discounts = order.env.user.has_group(DISCOUNTS)
        self.offer = Offer()

    def get_offer(self):
        """Return the offer, with everything that is wrong named by its cell."""
        keyed, extra = self._sort_rows()
        misplaced = self._check_order(keyed)
        self._find_products(keyed, extra)
        for row, key in keyed:
            if key.line not in misplaced:
                self._read_line(row, key)
        for row, after in extra:
            self._read_extra(row, after)
        self._find_dropped({key.line for _row, key in keyed})
        for found in (self.offer.problems, self.offer.notes):
            found.sort(key=get_row)
        return self.offer

    def _note(self, place, text):
        self.offer.notes.append(DocumentProblem(text, place))

    def _refuse(self, row, name, text):
        self.offer.problems.append(DocumentProblem(text, self.sheet.get_place(row, name)))

    def _text(self, row, name):
        return self._read(row, name, read_text, self.sheet.get_cell(row, name)) or ""

    def _read(self, row, name, function, *args):
        """Call a function; a problem becomes one of this cell, and there is no value."""
        try:
            return function(*args)
        except DocumentProblem as problem:
            self._refuse(row, name, problem.text)
            return None

    # ---- which row is which line --------------------------------------------------------------

    def _sort_rows(self):
        """Return rows of lines with their keys, and further rows with the line above them."""
        rows = [self._read_key(row) for row in self.sheet.rows if row is not self.sheet.head]
        chosen = self._choose_rows(rows)
        keyed, extra, above = [], [], 0
        for row, text, key in rows:
            if key and chosen[key.line] is row:
                keyed.append((row, key))
                above = key.line
            elif key or (not text and self._is_extra(row)):
                extra.append((row, above))
                self._note_copy(row, key)
        self._check_currency()
        return keyed, extra

    def _read_key(self, row):
        text = self.sheet.get_key(row)
        return row, text, text and self._check_key(row, text)

    def _choose_rows(self, rows):
        """Return the row of each line: of several copies the one that still says what it is."""
        chosen = {}
        for row, _text, key in rows:
            if key and (key.line not in chosen or not self._is_intact(chosen[key.line], key)):
                first = chosen.setdefault(key.line, row)
                chosen[key.line] = row if self._is_intact(row, key) else first
        return chosen

    def _is_intact(self, row, key):
        return self._get_digests(row) == (key.code, key.description)

    def _get_digests(self, row):
        return tuple(digest(self._peek(row, name)) for name in ("code", "description"))

    def _note_copy(self, row, key):
        if key:
            text = _lt("this row is a copy of another one: it is read as a new line.")
            self._note(self.sheet.get_place(row, "key"), text)

    def _check_key(self, row, text):
        """Return the key of a row if it is one of this quotation."""
        key = parse_key(text, LineKey)
        if not key or not self.signer.is_mine(text):
            self._refuse(
                row,
                "key",
                _lt(
                    "this row carries a key that is not of this quotation. Insert a new row"
                    " instead of copying one from another file."
                ),
            )
            return None
        if key.line not in self.lines:
            self._refuse(
                row,
                "key",
                _lt(
                    "this line was deleted in Odoo after the file was exported. Delete the row,"
                    " or export the quotation again."
                ),
            )
            return None
        return key

    def _is_extra(self, row):
        """Whether a row without a key is a line that the customer added."""
        if self.sheet.head.number < row.number < self.sheet.end:
            return not self.sheet.is_empty(row)
        if row.number > self.sheet.end and not is_blank(self.sheet.get_cell(row, "quantity")):
            text = _lt("this row is below the totals. Move it up into the table.")
            self._refuse(row, "quantity", text)
        return False

    def _check_order(self, keyed):
        """Refuse rows that were sorted without their hidden keys: they would change places.

        :return: ids of the lines whose rows these are
        """
        lines, misplaced = {(key.code, key.description): key.line for _row, key in keyed}, set()
        for row, key in keyed:
            if self.lines[key.line].display_type or self._is_intact(row, key):
                continue
            if lines.get(self._get_digests(row), key.line) != key.line:
                misplaced.add(key.line)
                text = _lt(
                    "this row is not where it was, and its key is. Sort whole rows, with the"
                    " hidden column at the end of the table."
                )
                self._refuse(row, "code", text)
        return misplaced

    def _check_currency(self):
        """Refuse a heading or total that names another currency than ours."""
        found = {}
        for row in self.sheet.rows:
            if row.number == self.sheet.head.number - 1 or row.number >= self.sheet.end:
                for column, cell in row.cells.items():
                    named = column > self.sheet.columns["quantity"] and find_code(cell.value)
                    if named and named != self.currency.name:
                        found.setdefault(named, f"{self.sheet.title}!{cell.coordinate}")
        for name in self.order._get_currency_names(list(found)):
            text = _lt(
                "this is in another currency (%(mark)s), and the quotation is in %(currency)s.",
                mark=name,
                currency=self.currency.name,
            )
            self.offer.problems.append(DocumentProblem(text, found[name]))

    def _peek(self, row, name):
        cell = self.sheet.get_cell(row, name)
        try:
            return read_text(cell)
        except DocumentProblem:
            return ""

    # ---- products and units -------------------------------------------------------------------

    def _find_products(self, keyed, extra):
        """Find what new codes and names may mean, with a constant number of queries."""
        changed = [row for row, key in keyed if digest(self._peek(row, "code")) != key.code]
        added = [row for row, _after in extra]
        codes = {self._peek(row, "code").strip() for row in (*changed, *added)} - {""}
        names = {self._get_name(row) for row in added} - {""}
        self.products = self.order._find_counteroffer_products(codes, names)

    def _get_name(self, row):
        return self._peek(row, "description").strip().partition("\n")[0]

    def _match_product(self, row, name, text):
        """Return the product that a text names; a problem of the cell if it is not one."""
        found = self.products.get(text.strip().casefold())
        if not found:
            text = _lt(
                "no product has the code or name “%s”. Correct it, or leave the row out.",
                text.strip()[:60],
            )
            self._refuse(row, name, text)
            return None
        if len(found) > 1:
            names = ", ".join(found[:5].mapped("display_name"))
            self._refuse(row, name, _lt("it may be one of %s. Type the code.", names))
            return None
        return found

    def _match_unit(self, row, product, default):
        text = self._text(row, "unit").strip()
        if not text:
            return default
        unit = self.order._find_counteroffer_unit(product, text)
        if not unit:
            self._refuse(
                row,
                "unit",
                _lt(
                    "“%(unit)s” is no unit of %(product)s.",
                    unit=text[:40],
                    product=product.display_name,
                ),
            )
        return unit or default

    # ---- lines that were exported -------------------------------------------------------------

    def _read_line(self, row, key):
        line = self.lines[key.line]
        if line.display_type:
            values = self._read_title(row, key)
        else:
            values = {**self._read_product(row, key, line), **self._read_numbers(row, key, line)}
        if values.get("product_uom_qty") == 0:
            self._note(
                self.sheet.get_place(row, "quantity"),
                _lt("the quantity is 0: the line is dropped."),
            )
            self.offer.dropped.add(line.id)
        elif values:
            self.offer.edits[line.id] = values
            self._check_combo(row, line, values)

    def _read_title(self, row, key):
        cell = self.sheet.get_text_cell(row)
        text = self._read(row, "description", read_text, cell)
        if not text or digest(text) == key.description:
            return {}
        return {"name": normalize(text)}

    def _read_product(self, row, key, line):
        code, name = (self._text(row, part) for part in ("code", "description"))
        values = {}
        if name.strip() and digest(name) != key.description:
            values["name"] = normalize(name)
        product = line.product_id
        if code.strip() and digest(code) != key.code:
            product = self._match_product(row, "code", code) or product
        unit = line.product_uom_id
        if product != line.product_id or digest(self._text(row, "unit")) != key.unit:
            default = unit if product == line.product_id else product.uom_id
            unit = self._match_unit(row, product, default)
        if product != line.product_id:
            values["product_id"] = product.id
        if unit != line.product_uom_id or "product_id" in values:
            values["product_uom_id"] = unit.id
        return values

    def _read_numbers(self, row, key, line):
        values = {}
        for name, field_name in NUMBERS.items():
            value = self._read_change(row, name, getattr(key, name))
            if value is None:
                self._note_newer(row, name, line[field_name], getattr(key, name))
            elif not is_same(value, line[field_name]):
                values[field_name] = value
                self._note_conflict(row, name, line[field_name], getattr(key, name))
        return values

    def _read_change(self, row, name, exported):
        """Return the number that the customer typed; None if he left what was there."""
        cell = self.sheet.get_cell(row, name)
        is_free = name == "discount" and is_blank(cell)
        value = 0.0 if is_free else self._read_number(row, name, cell)
        if value is None or is_same(value, exported):
            return None
        return self._check_number(row, name, value, exported)

    def _read_number(self, row, name, cell):
        return self._read(
            row, name, read_number, cell, self.currency, name == "discount", name == "price"
        )

    def _check_number(self, row, name, value, exported=0.0):
        """Return the number as Odoo keeps it; None if nobody can mean it."""
        if value < 0 and exported >= 0:
            return self._refuse(row, name, _lt("this is below zero."))
        if name == "discount" and value > 100:
            return self._refuse(row, name, _lt("a discount is 100 or less."))
        if name == "discount" and value and not self.has_discounts:
            text = _lt("discounts on lines are switched off. Type a price instead.")
            return self._refuse(row, name, text)
        rounded = float_round(value, precision_digits=self.digits[name])
        if not is_same(rounded, value):
            text = _lt("%(typed)s is rounded to %(kept)s.", typed=f"{value:.12g}", kept=rounded)
            self._note(self.sheet.get_place(row, name), text)
        return rounded

    def _note_newer(self, row, name, current, exported):
        if not is_same(current, exported):
            self._note(
                self.sheet.get_place(row, name),
                _lt(
                    "it was changed in Odoo after the export, from %(old)s to %(new)s, and the"
                    " customer left it: %(new)s stays.",
                    old=f"{exported:.12g}",
                    new=f"{current:.12g}",
                ),
            )

    def _note_conflict(self, row, name, current, exported):
        if not is_same(current, exported):
            self._note(
                self.sheet.get_place(row, name),
                _lt(
                    "it was changed in Odoo after the export, from %(old)s to %(new)s, and by the"
                    " customer as well: the customer's number is taken.",
                    old=f"{exported:.12g}",
                    new=f"{current:.12g}",
                ),
            )

    def _check_combo(self, row, line, values):
        if line._is_of_combo() and values.keys() & {
            "product_id",
            "product_uom_id",
            "product_uom_qty",
        }:
            self._refuse(
                row,
                "quantity",
                _lt("this line is part of a combo. Change the combo in Odoo instead."),
            )

    # ---- lines that the customer added --------------------------------------------------------

    def _read_extra(self, row, after):
        code, name = self._text(row, "code").strip(), self._get_name(row)
        cells = (self.sheet.get_cell(row, part) for part in ("quantity", "price"))
        if not code and all(is_blank(cell) for cell in cells):
            if name:
                values = {
                    "display_type": "line_note",
                    "name": normalize(self._text(row, "description")),
                }
                self.offer.added.append((after, values))
            return
        part = "code" if code else "description"
        product = self._match_product(row, part, code or name)
        if product:
            self.offer.added.append((after, self._prepare_extra(row, product)))

    def _prepare_extra(self, row, product):
        values = {
            "product_id": product.id,
            "product_uom_id": self._match_unit(row, product, product.uom_id).id,
        }
        for name, field_name in NUMBERS.items():
            cell = self.sheet.get_cell(row, name)
            if name == "quantity" or not is_blank(cell):
                value = self._read_number(row, name, cell)
                value = None if value is None else self._check_number(row, name, value)
                if value is not None:
                    values[field_name] = value
        name = self._text(row, "description")
        if name.strip() and normalize(name) != product.name:
            values["name"] = normalize(name)
        return values

    # ---- lines that are gone ------------------------------------------------------------------

    def _find_dropped(self, seen):
        newer = 0
        for line in self.lines.values():
            if line.id > self.file_key.last_line:
                newer += 1
            elif line.id not in seen:
                self.offer.dropped.add(line.id)
        if newer:
            text = _lt("%s lines that were added in Odoo after the export stay.", newer)
            self._note(self.sheet.title, text)
        for line in self.lines.values():
            self._check_dropped_combo(line)

    def _check_dropped_combo(self, line):
        combo = line.linked_line_id if line.combo_item_id else line.browse()
        if not combo or (line.id in self.offer.dropped) == (combo.id in self.offer.dropped):
            return
        if combo.id in self.offer.dropped:
            self.offer.dropped.add(line.id)
            return
        text = _lt("%s is part of a combo, and cannot be dropped alone.", line.product_id.name)
        self.offer.problems.append(DocumentProblem(text, self.sheet.title))


def read_offer(order, sheet, file_key):
    """Return the :class:`Offer` of a sheet for an open quotation."""
    return OfferReader(order, sheet, file_key).get_offer()
