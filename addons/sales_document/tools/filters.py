"""What can be done with a value in a template: ``{{ total | money }}``."""

import datetime
from dataclasses import dataclass

from jinja2 import Undefined
from markupsafe import Markup

from odoo.tools import format_date, format_datetime, formatLang

from .values import Number, clean_text

LONGEST_TEXT = 32_000
LONGEST_BETWEEN = 100


@dataclass
class Formats:
    """How a language writes numbers and dates, and the money of the record."""

    env: object
    currency: object = None

    def number(self, value, digits=2):
        digits = max(0, min(int(digits), 12))
        return formatLang(self.env, float(value or 0.0), digits=digits)

    def money(self, value):
        if not self.currency:
            return self.number(value)
        return formatLang(self.env, float(value or 0.0), currency_obj=self.currency)

    def date(self, value):
        return format_date(self.env, value)

    def datetime(self, value):
        # the values of a document are in the user's time zone already
        return format_datetime(self.env, value, tz="UTC", dt_format="short")


def is_empty(value):
    return value is None or value is False or value == "" or isinstance(value, Undefined)


def show_value(formats, value):
    """Return the text that a value becomes where no filter says another."""
    if is_empty(value):
        return ""
    if value is True:
        return "✓"
    if isinstance(value, Number):
        return _show_number(formats, value)
    if isinstance(value, float):
        return _show_number(formats, Number(value, 6, 0))
    if isinstance(value, datetime.datetime):
        return formats.datetime(value)
    if isinstance(value, datetime.date):
        return formats.date(value)
    if isinstance(value, (list, tuple)):
        return _filter_join(formats, value)
    if isinstance(value, dict):
        return show_value(formats, value.get("name", ""))
    return clean_text(value) if isinstance(value, (str, int)) else ""


def _show_number(formats, value):
    digits = value.digits
    while digits > value.least_digits and round(value, digits) == round(value, digits - 1):
        digits -= 1
    return formats.number(value, digits)


def _filter_number(formats, value, digits=2):
    return "" if is_empty(value) else formats.number(value, digits)


def _filter_money(formats, value):
    return "" if is_empty(value) else formats.money(value)


def _filter_percent(formats, value, digits=0):
    return "" if is_empty(value) else f"{formats.number(value, digits)}%"


def _filter_date(formats, value):
    return formats.date(value) if isinstance(value, datetime.date) else ""


def _filter_datetime(formats, value):
    return formats.datetime(value) if isinstance(value, datetime.datetime) else ""


def _filter_default(_formats, value, other=""):
    return other if is_empty(value) else value


def _filter_join(formats, value, between=", "):
    if not isinstance(value, (list, tuple)):
        return show_value(formats, value)
    shown = (show_value(formats, item) for item in value)
    between = clean_text(between)[:LONGEST_BETWEEN]
    return between.join(text for text in shown if text)[:LONGEST_TEXT]


def _filter_sum(_formats, value, name=None):
    if not isinstance(value, (list, tuple)):
        return 0.0
    items = [item.get(name) if isinstance(item, dict) else item for item in value]
    numbers = [item for item in items if isinstance(item, (int, float))]
    digits = max((item.digits for item in numbers if isinstance(item, Number)), default=2)
    # cents add up as cents
    return Number(round(sum(numbers), digits), digits)


def _filter_round(_formats, value, digits=0):
    digits = max(0, min(int(digits), 12))
    return Number(round(float(value or 0.0), digits), digits)


def _filter_length(_formats, value):
    return len(value) if isinstance(value, (list, tuple, str)) else 0


def _filter_first(_formats, value):
    return value[0] if isinstance(value, (list, tuple)) and value else ""


def _filter_last(_formats, value):
    return value[-1] if isinstance(value, (list, tuple)) and value else ""


def _filter_abs(_formats, value):
    if isinstance(value, Number):
        return Number(abs(value), value.digits, value.least_digits)
    return abs(value or 0)


def _filter_truncate(formats, value, length=50):
    text = show_value(formats, value)
    return text if len(text) <= length else f"{text[: max(int(length) - 1, 0)]}…"


def _text_filter(method):
    def apply(formats, value):
        return method(
            str(Markup.unescape(value) if isinstance(value, Markup) else show_value(formats, value))
        )

    return apply


FILTERS = {
    "number": _filter_number,
    "money": _filter_money,
    "percent": _filter_percent,
    "date": _filter_date,
    "datetime": _filter_datetime,
    "default": _filter_default,
    "join": _filter_join,
    "sum": _filter_sum,
    "round": _filter_round,
    "abs": _filter_abs,
    "length": _filter_length,
    "first": _filter_first,
    "last": _filter_last,
    "truncate": _filter_truncate,
    "upper": _text_filter(str.upper),
    "lower": _text_filter(str.lower),
    "title": _text_filter(str.title),
    "trim": _text_filter(str.strip),
}
