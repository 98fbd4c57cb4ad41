"""What a cell says, of which a person or a program may have made anything."""

import math
import re
import unicodedata

from openpyxl.styles.numbers import BUILTIN_FORMATS

from odoo.tools.translate import LazyTranslate

from odoo.addons.sales_document.tools.problems import DocumentProblem

_lt = LazyTranslate(__name__)

MOST = 10.0**12
LONGEST_NUMBER = 60  # also because a pattern takes the square of the time for a long text
NUMBER_TEXT = re.compile(r"(?P<before>[^\d.,+-]*)(?P<number>[+-]?[\d.,' ]*\d)(?P<after>\D*)")
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
THREE_DECIMALS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")  # or is it thousands?
GROUPED = re.compile(r"[+-]?\d{1,3}((,\d{3}){2,}|(,\d{3})+\.\d+)")
FORMAT_CODE = re.compile(r"(?:\[\$|\")\s*([A-Z]{3})\b")
NAMED_CODE = re.compile(r"[(（]([A-Z]{3})[)）]\s*$")
ALIASES = {"CNY": ("RMB", "元", "人民币", "¥"), "JPY": ("円", "¥")}


class Currency:
    """What the amounts of a quotation may be marked with."""

    def __init__(self, name, symbol):
        self.name = name
        self.marks = {name, unicodedata.normalize("NFKC", symbol or ""), *ALIASES.get(name, ())}

    def find_other(self, text):
        """Return the mark of another currency in a text."""
        for char in unicodedata.normalize("NFKC", text):
            if unicodedata.category(char) == "Sc" and not any(char in m for m in self.marks):
                return char
        return None

    def find_other_in_format(self, number_format):
        """Return the mark of another currency in the format of a number."""
        # which currency the built-in formats show depends on the language of the program
        if number_format in BUILTIN_FORMATS.values():
            return None
        codes = [code for code in FORMAT_CODE.findall(number_format) if code not in self.marks]
        return codes[0] if codes else self.find_other(number_format)


def find_code(value):
    """Return the currency that a heading ends with, such as USD of “Total (USD)”."""
    match = isinstance(value, str) and NAMED_CODE.search(value)
    return match[1] if match else None


def is_blank(cell):
    return cell is None or cell.value is None or not str(cell.value).strip()


def read_text(cell):
    """Return the text of a cell.

    :raise DocumentProblem: the cell is a formula or an error
    """
    if is_blank(cell):
        return ""
    _check_kind(cell, _lt("this is a formula. Type the text."))
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))  # codes such as 4711 are numbers to a spreadsheet program
    return str(cell.value)


def read_number(cell, currency, is_percent=False, is_money=False):
    """Return the number of a cell.

    :raise DocumentProblem: without a place: there is none, or nobody can be sure which
    """
    if is_blank(cell):
        raise DocumentProblem(_lt("this cell is empty. Type the number."))
    _check_kind(cell, _lt("this is a formula. Type the number."))
    if isinstance(cell.value, str):
        value = _parse_number(cell.value, currency, is_percent)
    elif cell.data_type != "n":
        raise _make_no_number(cell.value)
    else:
        value = _scale(cell, currency, is_percent, is_money)
    if not math.isfinite(value) or abs(value) > MOST:
        raise DocumentProblem(_lt("this number is too large."))
    return value


def _check_kind(cell, formula):
    if cell.data_type == "f":
        raise DocumentProblem(formula)
    if cell.data_type == "e":
        raise DocumentProblem(_lt("this cell shows the error %s.", str(cell.value)[:20]))


def _make_no_number(value):
    return DocumentProblem(_lt("“%s” is no number. Type the number alone.", str(value)[:40]))


def _make_other_currency(mark, currency):
    return DocumentProblem(
        _lt(
            "this is in another currency (%(mark)s), and the quotation is in %(currency)s.",
            mark=mark,
            currency=currency.name,
        )
    )


def _scale(cell, currency, is_percent, is_money):
    number_format = (cell.number_format or "")[:255]
    has_percent = "%" in re.sub(r'"[^"]*"', "", number_format)
    if has_percent and not is_percent:
        raise DocumentProblem(_lt("this is a percentage. Type the number."))
    other = is_money and currency.find_other_in_format(number_format)
    if other:
        raise _make_other_currency(other, currency)
    return float(cell.value) * (100 if has_percent else 1)


def _parse_number(text, currency, is_percent):
    normal = unicodedata.normalize("NFKC", text).strip()
    match = len(normal) <= LONGEST_NUMBER and NUMBER_TEXT.fullmatch(normal)
    if not match:
        raise _make_no_number(text)
    for mark in (match["before"].strip(), match["after"].strip()):
        if mark and mark.upper() not in currency.marks and not (is_percent and mark == "%"):
            _refuse_mark(text, mark, currency)
    number = match["number"].replace(" ", "").replace("'", "")
    if THREE_DECIMALS.fullmatch(number) or not (
        PLAIN.fullmatch(number) or GROUPED.fullmatch(number)
    ):
        raise DocumentProblem(
            _lt(
                "“%s” can be read in two ways. Type a number without separators, such as 1200.5.",
                text[:40],
            )
        )
    return float(number.replace(",", ""))


def _refuse_mark(text, mark, currency):
    other = currency.find_other(mark) or (re.fullmatch("[A-Za-z]{3}", mark) and mark.upper())
    raise _make_other_currency(other, currency) if other else _make_no_number(text)
