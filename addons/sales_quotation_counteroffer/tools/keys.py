"""Keys that the exported workbook carries: of which quotation it is, and of which line a row is.

They are texts of cells that nobody sees, because cells move with their rows and columns and every
spreadsheet program keeps them. ``SQ1:F:…`` is the key of the file, ``SQ1:L:…`` that of a line, and
``SQ1:quantity`` marks a column. Keys of file and lines are signed.
"""

import hashlib
import hmac
from typing import NamedTuple

PREFIX = "SQ1:"
COLUMNS = ("code", "description", "quantity", "unit", "price", "discount")
MARKS = {name: f"{PREFIX}{name}" for name in (*COLUMNS, "end")}


class FileKey(NamedTuple):
    order: int
    round: int
    currency: str
    company: int
    last_line: int  # lines with a greater id were added after the export

    kind = "F"


class LineKey(NamedTuple):
    """A line, and what the file said of it when it was exported; texts as digests."""

    line: int
    quantity: float
    price: float
    discount: float
    code: str
    description: str
    unit: str

    kind = "L"


class Signer:
    """Signs the keys of one quotation, and knows its own again."""

    def __init__(self, secret):
        self._secret = secret.encode()

    def sign(self, key):
        text = ":".join([f"{PREFIX}{key.kind}", *map(str, key)])
        return f"{text}:{self._get_code(text)}"

    def _get_code(self, text):
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:24]

    def is_mine(self, text):
        head, _colon, code = text.rpartition(":")
        return hmac.compare_digest(code.encode(), self._get_code(head).encode())


def parse_key(text, key_class):
    """Return the key, whoever signed it; None if the text is no key of this kind."""
    start = f"{PREFIX}{key_class.kind}:"
    values = text.removeprefix(start).split(":")[:-1]
    if not text.startswith(start) or len(values) != len(key_class._fields):
        return None
    types = key_class.__annotations__.values()
    try:
        return key_class(*(convert(v) for convert, v in zip(types, values, strict=True)))
    except ValueError:
        return None


def normalize(text):
    """Return a text without what spreadsheet programs change on their own."""
    text = str(text or "").replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def digest(text):
    return hashlib.sha256(normalize(text).encode()).hexdigest()[:12]
