"""What a partner can be found by: pure functions from texts to keys, and from keys to terms.

A *key* is a text as it is compared: squeezed (no case, accents, spaces or punctuation; full-width
as half-width), led by an upper-case letter that tells its kind. Keys never hold an upper-case
letter elsewhere, nor anything that SQL or a LIKE pattern would read as more than itself.

A *term* is a small number: the hash of a piece of a key with its kind. A search looks for keys
that have all terms of the typed text, by an index, and compares the few keys themselves after that.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

LONGEST_KEY = 200
LONGEST_NAME_FOR_PINYIN = 60
SHORTEST_NUMBER = 4
# Readings are varied one character at a time: two rare ones in one name are hardly ever typed.
MOST_VARIANTS = 6
WORD_SIZES = (4, 3, 2)
ALWAYS_VARIED = 2  # a surname has one or two characters
ASCII_END = "\x7f"
NARROW_RUN = re.compile(r"[0-9a-z]+")
NUMBER_WITHIN = re.compile(r"(?<=[^0-9a-z])[0-9]{1,5}(?=[^0-9a-z])")
NOT_NARROW = re.compile(r"[^0-9a-z]+")


class Kind(NamedTuple):
    """How keys of a kind are made and cut.

    :param fields: names of the partner's fields that it shows something of
    :param narrow_sizes: of the pieces of Latin letters and digits, in characters
    :param wide_sizes: of the pieces of Chinese (and all other) characters
    :param has_numbers: whole numbers between other characters are pieces, too: of a house, say
    :param prefix_size: longest beginning that is a term of its own; 0: none
    """

    letter: str
    fields: tuple[str, ...]
    narrow_sizes: tuple[int, ...] = (3,)
    wide_sizes: tuple[int, ...] = (1, 2)
    prefix_size: int = 2
    has_numbers: bool = False


NAME, PINYIN, INITIALS, PHONE, MOBILE, ADDRESS = "NFIPMA"
KINDS = {
    kind.letter: kind
    for kind in (
        Kind(NAME, ("name",), narrow_sizes=(1, 2, 3), prefix_size=3),
        Kind("D", ("complete_name",), narrow_sizes=(1, 2, 3), prefix_size=0),
        Kind(PINYIN, ("name",), narrow_sizes=(4,), prefix_size=3),
        Kind(INITIALS, ("name",), narrow_sizes=(2, 3), prefix_size=3),
        Kind("C", ("customer_code",)),
        Kind("R", ("ref",)),
        Kind(PHONE, ("phone",), narrow_sizes=(4,), prefix_size=0),
        Kind(MOBILE, ("mobile",), narrow_sizes=(4,), prefix_size=0),
        Kind("W", ("wechat",)),
        Kind("E", ("email",)),
        Kind("T", ("vat",)),
        Kind("G", ("company_registry",)),
        Kind(
            ADDRESS,
            ("state_id", "city", "street", "street2", "zip"),
            wide_sizes=(2,),
            has_numbers=True,
        ),
    )
}
# Pieces of one run of these are hardly ever there without the others.
DEPENDENT_KINDS = frozenset((NAME, PINYIN, ADDRESS, "D"))
NUMBER_KINDS = frozenset((PHONE, MOBILE))
NAME_KINDS = frozenset((NAME, PINYIN, INITIALS))
# Keys of these hold something else in front of what people look for: a company, a province, an
# area code; and of a number people know the end rather than the beginning.
WITHOUT_BEGINNING = frozenset(("D", ADDRESS, PHONE, MOBILE))
# More terms than this hardly make a search find less, but cost: keys are compared anyway.
MOST_TERMS = 4


def squeeze(text):
    """Return what of a text is compared."""
    text = (text or "")[: 4 * LONGEST_KEY]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Mn")
        text = unicodedata.normalize("NFKC", text).casefold()
        return "".join(c for c in text if c.isalnum() or unicodedata.category(c) == "So")
    return NOT_NARROW.sub("", text.lower())


def get_digits(text):
    """Return the digits of a text, full-width ones too."""
    return "".join(c for c in unicodedata.normalize("NFKC", text or "") if "0" <= c <= "9")


def normalise_number(text):
    """Return a phone number's digits without the prefixes by which it is written differently."""
    digits = get_digits(text)
    is_international = digits.startswith("00") or (text or "").strip().startswith(("+", "\uff0b"))
    digits = digits.lstrip("0")
    if digits.startswith("86") and (is_international or len(digits) > 11):
        digits = digits[2:].lstrip("0")
    return digits[:LONGEST_KEY]


# === PINYIN === #


@lru_cache(maxsize=30_000)
def get_readings(text):
    """Return all readings without tones of each character of a word: [('chong', 'zhong'), ...]."""
    found = pinyin(text, style=Style.NORMAL, heteronym=True, errors=list)
    return tuple(map(_add_spellings, found))


def _add_spellings(readings):
    """The vowel of `lv` is typed as v or u."""
    spelled = [r for reading in readings for r in (reading, reading.replace("v", "u"))]
    return tuple(dict.fromkeys(spelled))


def _get_name_readings(name):
    """Return for each character of a name its readings, the likeliest first.

    Words that the dictionary has are read as such: so a character in them has fewer readings.
    """
    found, position = [], 0
    while position < len(name):
        word = _get_word(name, position)
        found += get_readings(word)
        position += len(word)
    for position, character in enumerate(name[:ALWAYS_VARIED]):
        [readings] = get_readings(character)
        found[position] = tuple(dict.fromkeys((*found[position], *readings)))
    return found


def _get_word(name, position):
    for size in WORD_SIZES:
        word = name[position : position + size]
        if word in PHRASES_DICT:
            return word
    return name[position]


def get_pinyin_variants(name):
    """Return the pinyin of a squeezed name, in full and as initials.

    :return: list of (full, initials); empty for a name without Chinese characters
    """
    name = name[:LONGEST_NAME_FOR_PINYIN]
    if name.isascii():
        return []
    readings = _get_name_readings(name)
    if all(options[0] in name for options in readings):
        return []
    first = [options[0] for options in readings]
    variants = [first]
    for position, [_first, *others] in enumerate(readings):
        variants += [[*first[:position], other, *first[position + 1 :]] for other in others]
    return [_join_readings(variant) for variant in variants[:MOST_VARIANTS]]


def _join_readings(parts):
    return "".join(parts), "".join(part[0] for part in parts)


# === KEYS AND TERMS === #


def build_keys(values):
    """Return the keys of a partner.

    :param values: dict of its texts by field name
    :return: list of keys, each with its kind's letter first
    """
    name = squeeze(values["name"])[:LONGEST_KEY]
    found = {}
    for kind in KINDS.values():
        if kind.letter in NAME_KINDS:
            continue
        texts = [values[fname] or "" for fname in kind.fields]
        is_number = kind.letter in NUMBER_KINDS
        key = normalise_number(texts[0]) if is_number else squeeze("".join(texts))
        found[kind.letter] = key[:LONGEST_KEY]
    keys = [f"{NAME}{name}"] if name else []
    if found["D"] == name:
        del found["D"]
    keys += [letter + key for letter, key in found.items() if key]
    for full, initials in get_pinyin_variants(name):
        keys += [PINYIN + full[:LONGEST_KEY], INITIALS + initials]
    return list(dict.fromkeys(keys))


def build_terms(keys):
    """Return the terms of keys, sorted."""
    return sorted(map(hash_term, {term for key in keys for term in _get_key_terms(key)}))


def hash_term(term):
    """Return the number that stands for a term: 32 bits with a sign, as PostgreSQL's integer."""
    return crc32(term.encode()) - (1 << 31)


def _get_key_terms(key):
    kind, text = KINDS[key[0]], key[1:]
    yield f"={key}"
    for size in range(1, min(kind.prefix_size, len(text)) + 1):
        yield f"^{kind.letter}{text[:size]}"
    for piece in cut(text, kind):
        yield kind.letter + piece


def cut(text, kind):
    """Return all pieces of a text that are terms of a kind."""
    pieces = set()
    for run in NARROW_RUN.findall(text):
        for size in kind.narrow_sizes:
            pieces.update(run[n : n + size] for n in range(len(run) - size + 1))
    if text.isascii():
        return pieces
    if kind.has_numbers:
        pieces.update(_cut_numbers(text))
    wide = [c for c in text if c > ASCII_END] if 1 in kind.wide_sizes else ()
    pieces.update(wide)
    pieces.update(a + b for a, b in pairwise(text) if a > ASCII_END and b > ASCII_END)
    return pieces


def _cut_numbers(text):
    return [f"|{number}|" for number in NUMBER_WITHIN.findall(text)]


def cut_query(text, kind):
    """Return the pieces that a key must have to hold a typed text: the fewest that say most.

    :return: list of lists; pieces of one list overlap, so that where one is the others are likely
    """
    runs = []
    for run in NARROW_RUN.findall(text):
        size = max((s for s in kind.narrow_sizes if s <= len(run)), default=0)
        runs.append([run[n : n + size] for n in range(len(run) - size + 1) if size])
    for run in NARROW_RUN.split(text):
        runs.append([a + b for a, b in pairwise(run)])
        if len(run) == 1 and 1 in kind.wide_sizes:
            runs.append([run])
    if kind.has_numbers:
        runs += [[number] for number in _cut_numbers(text)]
    return [list(dict.fromkeys(run)) for run in runs if run]


# === QUERIES === #


class Probe(NamedTuple):
    """A text to look for in keys of a kind, and the terms that such keys have, by runs of text."""

    letter: str
    text: str
    runs: tuple[tuple[int, ...], ...]

    @property
    def terms(self):
        """All terms, each once."""
        return tuple(dict.fromkeys(term for run in self.runs for term in run))


def _hash_runs(letter, runs):
    return tuple(tuple(hash_term(letter + piece) for piece in run) for run in runs)


def get_query_texts(text, letter):
    """Return the texts that a typed text stands for in keys of a kind."""
    if letter not in NUMBER_KINDS:
        return [squeeze(text)]
    if not looks_like_number(text):
        return []
    # leading zeros may be a prefix, or belong to the last digits of a number; as may 86
    digits = get_digits(text)
    texts = (normalise_number(text), digits.lstrip("0"), digits)
    return [t for t in dict.fromkeys(texts) if len(t) >= SHORTEST_NUMBER]


def looks_like_number(text):
    """Tell whether a text has nothing but digits and what people write between them."""
    squeezed = squeeze(text)
    return bool(squeezed) and squeezed == get_digits(text)


def get_exact_probes(text, letters):
    """Return probes for keys that are the typed text."""
    return [
        Probe(letter, found, _hash_runs(f"={letter}", [[found]]))
        for letter in letters
        for found in get_query_texts(text, letter)
        if 0 < len(found) <= LONGEST_KEY
    ]


def get_prefix_probes(text, letters):
    """Return probes for keys that begin with the typed text."""
    probes = []
    for probe in get_inside_probes(text, letters, is_prefix=True):
        if probe.letter in WITHOUT_BEGINNING:
            continue
        size = min(KINDS[probe.letter].prefix_size, len(probe.text))
        begin = _hash_runs(f"^{probe.letter}", [[probe.text[:size]]] if size else [])
        # a beginning that is the whole text says all
        runs = begin if size == len(probe.text) else _join_runs(begin, probe.runs)
        if runs:
            probes.append(probe._replace(runs=runs))
    return probes


def _join_runs(begin, runs):
    """Put the term of the beginning to the run that it overlaps."""
    if not (begin and runs):
        return begin or runs
    return ((*begin[0], *runs[0]), *runs[1:])


def get_inside_probes(text, letters, is_prefix=False):
    """Return probes for keys that hold the typed text."""
    probes = []
    for letter in letters:
        for found in get_query_texts(text, letter):
            runs = _hash_runs(letter, cut_query(found, KINDS[letter]))
            if 0 < len(found) <= LONGEST_KEY and (runs or is_prefix):
                probes.append(Probe(letter, found, runs))
    return probes


# === TYPOS === #

SHORTEST_TYPO = {True: 3, False: 5}  # by whether the text is wide: characters
LONGEST_TYPO = 24
TYPO_KINDS = (NAME, PINYIN, "W", "E")


def get_homophones(text):
    """Return the pinyin of a text of Chinese characters: a wrong one often sounds right."""
    squeezed = squeeze(text)
    if len(squeezed) < 2 or any(c.isascii() for c in squeezed):
        return ""
    [*variants] = get_pinyin_variants(squeezed)
    return variants[0][0] if variants else ""


def get_typo_probes(text, letters):
    """Return probes that a key with the text but for one edit fulfils at least one of.

    Wherever the edit is, the parts before and after it are there: their terms.
    """
    squeezed = squeeze(text)
    is_wide = not squeezed.isascii()
    if not SHORTEST_TYPO[is_wide] <= len(squeezed) <= LONGEST_TYPO or looks_like_number(text):
        return []
    probes = {}
    gap = 1 if is_wide else 2  # letters are also swapped
    for letter in letters:
        if letter not in TYPO_KINDS:
            continue
        for position in range(len(squeezed) - gap + 1):
            parts = squeezed[:position], squeezed[position + gap :]
            runs = [run for part in parts for run in cut_query(part, KINDS[letter])]
            if runs:
                probe = Probe(letter, squeezed, _hash_runs(letter, runs))
                probes[letter, probe.terms] = probe
    return list(probes.values())


def get_typo_pattern(text):
    """Return a regular expression for keys that hold the typed text but for one edit."""
    text = squeeze(text)
    edits = set()
    for n, character in enumerate(text):
        before, after = text[:n], text[n + 1 :]
        edits |= {f"{before}.{after}", f"{before}{after}", f"{before}.{character}{after}"}
        if after:
            edits.add(f"{before}{after[0]}{character}{after[1:]}")
    return "|".join(sorted(edits))
