"""What a part of an Office file says, as a parser understands it: spelling hides nothing."""

import re
from collections import Counter
from xml.parsers import expat

from openpyxl.utils import column_index_from_string, range_boundaries

from odoo.tools.translate import LazyTranslate

from .problems import DocumentProblem

_lt = LazyTranslate(__name__)

BEGIN, END = "\x01", "\x02"  # of a field of Word, in the codes of all fields of a part
FIELD_CODES = re.compile(
    rf"(?:^|[{BEGIN}{END}])\s*(?:DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|DATABASE|IMPORT"
    rf"|LINK|RD|QUOTE)\b|{BEGIN}\s*{BEGIN}",  # a field may write the code of the one around it
    re.IGNORECASE,
)
MACRO = re.compile(r"macroEnabled|vbaProject|ms-office\.vba|macrosheet", re.IGNORECASE)
CODE_ELEMENTS = {"instrText", "delInstrText"}
FETCHING = {"ddeLink", "oleLink"}
DRAWN_FROM = {"imagedata", "fill", "stroke"}  # of VML, which has addresses of its own
EMBEDDING = {
    "afchunk",
    "control",
    "externallink",
    "frame",
    "oleobject",
    "package",
    "subdocument",
    "vbaproject",
}
PLACE = re.compile(r"([A-Z]{0,3})(\d{1,9})")
EXTENT = 2_000_000  # of the cells from the first to the last, most of which are not there
WEB = ("http:", "https:", "mailto:", "tel:", "#")


def make_bomb_problem(name):
    return DocumentProblem(
        _lt("the part %s of the file is too large when unpacked (a zip bomb?).", name)
    )


class PartReader:
    """Parses a part without building anything, and refuses what is in it.

    :param name: of the part
    :param limits: ``office_file.Limits``
    """

    def __init__(self, name, limits):
        self.name = name
        self.limits = limits
        self.counts = Counter()
        self.codes = []
        self.area = self.last_row = self.last_column = 0
        self.in_sheet = self.in_code = False

    def check(self, part):
        """Read the bytes of the part.

        :raise DocumentProblem: it is damaged, too large or dangerous
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read_text
        parser.StartDoctypeDeclHandler = self._refuse_entities
        try:
            parser.Parse(part, True)
        except expat.ExpatError as error:
            raise DocumentProblem(_lt("the part %s of the file is damaged.", self.name)) from error
        if FIELD_CODES.search("".join(self.codes)):
            raise self._make_fetching_problem()
        self._check_sheet()

    def _start(self, tag, attributes):
        self.counts["elements"] += 1
        if self.counts["elements"] > self.limits.elements:
            raise make_bomb_problem(self.name)
        name = tag.rpartition(":")[2]
        check = CHECKS.get(name)
        if check:
            check(self, name, attributes)

    def _end(self, tag):
        name = tag.rpartition(":")[2]
        if name in CODE_ELEMENTS:
            self.in_code = False
        elif name == "sheetData":
            self.in_sheet = False

    def _read_text(self, text):
        if self.in_code:
            self.codes.append(text)

    def _refuse_entities(self, *_declaration):
        raise DocumentProblem(_lt("the part %s of the file declares XML entities.", self.name))

    def _make_fetching_problem(self):
        return DocumentProblem(
            _lt("the part %s of the file fetches data from elsewhere.", self.name)
        )

    # ---- elements -------------------------------------------------------------------------------

    def _refuse_fetching(self, _name, _attributes):
        raise self._make_fetching_problem()

    def _refuse_embedding(self, _name, _attributes):
        raise DocumentProblem(
            _lt(
                "the file holds %(what)s (%(part)s): remove them.",
                what=_lt("embedded objects"),
                part=self.name,
            )
        )

    def _read_drawing(self, name, attributes):
        if attributes.get("src"):
            self._refuse_fetching(name, attributes)

    def _read_relationship(self, name, attributes):
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        if kind in EMBEDDING:
            self._refuse_embedding(name, attributes)
        target = attributes.get("Target", "").strip().lower()
        is_link = kind == "hyperlink" and target.startswith(WEB)
        if attributes.get("TargetMode", "").strip().lower() == "external" and not is_link:
            raise DocumentProblem(
                _lt("the file refers to another file (%s): remove external links.", self.name)
            )

    def _read_content_type(self, _name, attributes):
        if MACRO.search(attributes.get("ContentType", "")):
            raise DocumentProblem(_lt("the file holds macros: save it without them."))

    def _read_field(self, name, attributes):
        if name in CODE_ELEMENTS:
            self.in_code = True
        elif name == "fldChar":
            kinds = [value for key, value in attributes.items() if key.endswith("fldCharType")]
            self.codes.append(BEGIN if "begin" in kinds else END)
        else:
            codes = (value for key, value in attributes.items() if key.endswith("instr"))
            self.codes += (f"{BEGIN}{code}{END}" for code in codes)

    def _read_sheet(self, name, attributes):
        if name == "sheetData":
            self.in_sheet = True
        elif self.in_sheet:
            self.counts[name] += 1
            if place := PLACE.fullmatch(attributes.get("r", "")):
                column = column_index_from_string(place[1]) if place[1] else 0
                self.last_row = max(self.last_row, int(place[2]))
                self.last_column = max(self.last_column, column)

    def _read_area(self, _name, attributes):
        if "ref" in attributes:
            self.area += count_area(attributes["ref"])
        self.area += attributes.get("sqref", "").count(" ")

    def _check_sheet(self):
        """Count before a library reads: a million empty rows cost it gigabytes.

        A cell at the far end costs as much, where somebody goes through the rows up to there.
        """
        name = self.name.rpartition("/")[2]
        is_far = self.last_row * self.last_column > EXTENT + self.limits.cells
        rows = max(self.counts["row"], self.last_row if is_far else 0)
        if rows > self.limits.rows or is_far:
            raise DocumentProblem(
                _lt(
                    "the sheet %(name)s has %(rows)s rows, also empty ones, and may have "
                    "%(most)s: delete the rows below your table.",
                    name=name,
                    rows=f"{rows:,}",
                    most=f"{self.limits.rows:,}",
                )
            )
        if self.counts["c"] > self.limits.cells:
            raise DocumentProblem(_lt("the sheet %s has too many cells.", name))
        if self.area > self.limits.cells:
            raise DocumentProblem(_lt("the sheet %s merges or links too many cells.", name))


CHECKS = {
    **dict.fromkeys(FETCHING, PartReader._refuse_fetching),
    **dict.fromkeys(DRAWN_FROM, PartReader._read_drawing),
    **dict.fromkeys((*CODE_ELEMENTS, "fldChar", "fldSimple"), PartReader._read_field),
    **dict.fromkeys(("sheetData", "row", "c"), PartReader._read_sheet),
    **dict.fromkeys(
        ("mergeCell", "hyperlink", "conditionalFormatting", "dataValidation"),
        PartReader._read_area,
    ),
    **dict.fromkeys(("Override", "Default"), PartReader._read_content_type),
    "altChunk": PartReader._refuse_embedding,
    "Relationship": PartReader._read_relationship,
}


def count_area(ref):
    try:
        left, top, right, bottom = range_boundaries(ref)
    except ValueError:
        return 1 << 40  # not a place: more than any limit
    return ((right or 16_384) - (left or 1) + 1) * ((bottom or 1_048_576) - (top or 1) + 1)
