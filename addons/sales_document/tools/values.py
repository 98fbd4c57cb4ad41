"""The plain values that a template gets: text, numbers, dates, pictures; never records."""

import datetime
import io
import re

from PIL import Image

# What XML 1.0 cannot carry; a document that holds it does not open.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
PICTURE_PIXELS = 40_000_000
PICTURE_SIDE = 1600


class Number(float):
    """A number that knows how many digits it is shown with: a float in every other respect."""

    __slots__ = ("digits", "least_digits")

    def __new__(cls, value, digits=2, least_digits=None):
        self = super().__new__(cls, value or 0.0)
        self.digits = digits
        self.least_digits = digits if least_digits is None else least_digits
        return self

    @property
    def excel_format(self):
        fixed = "0" * self.least_digits + "#" * (self.digits - self.least_digits)
        return f"#,##0.{fixed}" if self.least_digits else "General" if self.digits else "#,##0"


class Picture:
    """A picture of the record: templates can place it and nothing else.

    :param load: returns its bytes; called when the picture is placed, for most never are
    """

    __slots__ = ("_load",)

    def __init__(self, load):
        self._load = load

    def __bool__(self):
        return bool(self._load())

    def __str__(self):
        return ""

    def open_png(self):
        """Return (stream, width, height) for Word and Excel; None if it is unreadable."""
        try:
            with Image.open(io.BytesIO(self._load() or b"")) as picture:
                if picture.width * picture.height > PICTURE_PIXELS:
                    return None
                picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
                stream = io.BytesIO()
                picture.convert("RGBA").save(stream, "PNG")
                size = picture.size
        except (OSError, ValueError, Image.DecompressionBombError):
            return None  # a vector drawing, or no picture at all: the document goes without
        stream.seek(0)
        return stream, *size


class PlacedPicture:
    """What ``image(...)`` returns: a picture, how wide in millimetres, and where it lands."""

    __slots__ = ("picture", "width")

    def __init__(self, picture, width):
        self.picture = picture
        self.width = width

    def __str__(self):
        return ""


def clean_text(text):
    """Text as a document can carry it."""
    return CONTROL.sub("", str(text)).replace("\r\n", "\n").replace("\r", "\n")


def is_risky(text):
    """Whether a spreadsheet program might take the text for a formula."""
    return text.lstrip(" ").startswith(RISKY)


def is_date(value):
    return isinstance(value, datetime.date)
