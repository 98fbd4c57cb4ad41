"""Whether an uploaded file is a Word or Excel file that can be opened without danger."""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from .office_part import PartReader, make_bomb_problem
from .problems import DocumentProblem

_lt = LazyTranslate(__name__)

FILE_BYTES = 10 << 20
UNPACKED_BYTES = 60 << 20
PART_BYTES = 12 << 20  # of one part that is XML
RATIO = 150  # unpacked to packed, of a part above RATIO_BYTES
RATIO_BYTES = 1 << 20
PARTS = 2_000
ELEMENTS = 500_000  # of one part
SHEET_ROWS = 5_000
SHEET_CELLS = 100_000
CHUNK = 1 << 16


@dataclass(frozen=True)
class Limits:
    """How large a file may be; a template is small, a document of many lines is not."""

    unpacked: int = UNPACKED_BYTES
    part: int = PART_BYTES
    elements: int = ELEMENTS
    rows: int = SHEET_ROWS
    cells: int = SHEET_CELLS


TEMPLATE = Limits()
MAIN = {
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "word/document.xml",
    ),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "xl/workbook.xml",
    ),
}
MIMETYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORBIDDEN_PARTS = (
    (re.compile(r"vbaproject|vbadata|/macrosheets/|/dialogsheets/", re.I), _lt("macros")),
    (re.compile(r"/embeddings/|oleobject|/activex/|/ctrlprops/", re.I), _lt("embedded objects")),
    # openpyxl would drop them silently
    (re.compile(r"^/xl/charts/", re.I), _lt("charts")),
    (re.compile(r"/externallinks/|/connections\.xml|/querytables/", re.I), _lt("external links")),
)
ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']+)", re.I)
ENCODINGS = (b"utf-8", b"utf8", b"ascii", b"us-ascii")
UTF_8_MARK = b"\xef\xbb\xbf"
# how XML begins in UTF-16, UTF-32 and EBCDIC, with their marks and without
OTHER_ENCODINGS = (
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00<",
    b"\x00\x00\x00<",
    b"\x00\x00\xfe\xff",
    b"\x4c\x6f\xa7\x94",
)


def check_office_file(content, file_name="", limits=TEMPLATE):
    """Return ``docx`` or ``xlsx``.

    :param Limits limits: how large the file may be inside
    :raise DocumentProblem: the file is none of them, damaged, too large or dangerous
    """
    _check_name(file_name)
    if len(content) > FILE_BYTES:
        raise DocumentProblem(_lt("the file is larger than %s MB.", FILE_BYTES >> 20))
    if content.startswith(OLD_OR_LOCKED):
        raise DocumentProblem(
            _lt("the file is locked by a password or in the old format: save it as .docx or .xlsx.")
        )
    try:
        if not content.startswith(b"PK"):  # a program or a page with an archive behind it
            raise zipfile.BadZipFile
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _check_archive(archive, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DocumentProblem(
            _lt("the file is damaged or not a .docx or .xlsx file at all: open and save it again.")
        ) from error


def _check_name(file_name):
    ending = file_name.lower().rpartition(".")[2] if "." in file_name else ""
    if ending in ("docm", "xlsm", "dotm", "xltm", "xlsb", "xlam"):
        raise DocumentProblem(
            _lt("files with macros (.%s) are not accepted: save it as .docx or .xlsx.", ending)
        )
    if ending and ending not in MAIN:
        raise DocumentProblem(_lt("a template is a .docx or .xlsx file, not .%s.", ending[:10]))


def _check_archive(archive, limits):
    infos = archive.infolist()
    if len(infos) > PARTS:
        raise DocumentProblem(_lt("the file has more than %s parts inside.", PARTS))
    names = [info.filename for info in infos]
    if len({name.lower() for name in names}) != len(names):
        raise DocumentProblem(_lt("the file holds a part twice."))
    _check_part_names(names)
    left = limits.unpacked
    kind = None
    for info in infos:
        part = _read_part(archive, info, left, limits)
        left -= len(part)
        _check_part(info.filename, part, limits)
        if info.filename == "[Content_Types].xml":
            kind = _find_kind(part, names)
    if not kind:
        raise DocumentProblem(_lt("the file is not a .docx or .xlsx file."))
    return kind


def _check_part_names(names):
    for name in names:
        for pattern, what in FORBIDDEN_PARTS:
            if pattern.search(f"/{name}"):
                raise DocumentProblem(
                    _lt("the file holds %(what)s (%(part)s): remove them.", what=what, part=name)
                )


def _read_part(archive, info, left, limits):
    """Unpack a part, but never more than is allowed, whatever its header says."""
    if info.flag_bits & 0x1:
        raise DocumentProblem(_lt("the file is locked by a password."))
    limit = min(left, limits.part if info.filename.endswith((".xml", ".rels")) else left)
    parts, size = [], 0
    with archive.open(info) as stream:
        while chunk := stream.read(CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > RATIO_BYTES and size > RATIO * max(info.compress_size, 1):
                raise make_bomb_problem(info.filename)
            if size > limit:
                raise make_bomb_problem(info.filename)
    return b"".join(parts)


def _find_kind(content_types, names):
    for kind, (content_type, part) in MAIN.items():
        if content_type.encode() in content_types and part in names:
            return kind
    return None


def _check_part(name, part, limits):
    # a part is what its content says: the list of content types can call any name a document
    text = part.removeprefix(UTF_8_MARK).lstrip()
    is_named = name.lower().endswith((".xml", ".rels", ".vml"))
    if not is_named and not text.startswith((b"<", *OTHER_ENCODINGS)):
        return
    # another encoding would hide from a search what a parser still reads
    encoding = ENCODING.match(text)
    if (
        not text.startswith(b"<")
        or b"\x00" in part
        or (encoding and encoding[1].lower() not in ENCODINGS)
    ):
        raise DocumentProblem(_lt("the part %s of the file is not in UTF-8.", name))
    if len(part) > limits.part:
        raise make_bomb_problem(name)
    PartReader(name, limits).check(part)
