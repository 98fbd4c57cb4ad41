"""What changed between two rounds of a quotation: pure functions over plain dicts.

A *line* is a dict with these keys:

``key``
    identity of the line across rounds; equal keys are the same line, whatever else changed
``kind``
    ``""`` for a product, else ``line_section``, ``line_subsection`` or ``line_note``
``product``, ``name``, ``uom``
    what is compared for equality
``quantity``, ``price``, ``discount``, ``subtotal`` and, for those who may see it, ``margin``
    numbers, compared with the digits of their kind
"""

from collections import defaultdict

TEXTS = ("product", "name", "uom")
NUMBERS = ("quantity", "price", "discount", "subtotal", "margin")
DIGITS = {"quantity": 2, "price": 2, "discount": 2, "subtotal": 2, "margin": 2}


def match_lines(before, after):
    """Pair the lines of two rounds: by key, then products and texts in their order.

    :param list before: lines of the one round
    :param list after: lines of the other
    :return: dict of indexes of ``after`` by index of ``before``
    """
    pairs = {}
    _pair(before, after, pairs, lambda line: line["key"])
    _pair(before, after, pairs, _get_likeness)
    return pairs


def _get_likeness(line):
    return (line["kind"], line["name"] if line["kind"] else line["product"])


def _pair(before, after, pairs, get_key):
    """Add pairs of those that are still alone, the first with the first."""
    waiting = defaultdict(list)
    taken = set(pairs.values())
    for index, line in enumerate(after):
        if index not in taken:
            waiting[get_key(line)].append(index)
    for index, line in enumerate(before):
        if index not in pairs and waiting.get(get_key(line)):
            pairs[index] = waiting[get_key(line)].pop(0)


def compare_lines(before, after, digits=None):
    """Say of each line what became of it.

    :param list before: lines of the one round
    :param list after: lines of the other
    :param dict digits: digits by which numbers are compared, by name
    :return: list of dicts ``status`` (same, changed, added, dropped), ``before``, ``after`` (line
        or None) and ``changes`` (names), in the order of ``after``; a dropped line stands behind
        the one it stood behind
    """
    pairs = match_lines(before, after)
    origin = {new: old for old, new in pairs.items()}
    dropped = _place_dropped(before, pairs)
    rows = [_drop(line) for line in dropped[-1]]
    for index, line in enumerate(after):
        old = before[origin[index]] if index in origin else None
        rows.append(_compare(old, line, {**DIGITS, **(digits or {})}))
        rows += [_drop(gone) for gone in dropped[index]]
    return rows


def _place_dropped(before, pairs):
    """Return the dropped lines by the index in ``after`` that they stand behind, -1 at first."""
    dropped, place = defaultdict(list), -1
    for index, line in enumerate(before):
        if index in pairs:
            place = pairs[index]
        else:
            dropped[place].append(line)
    return dropped


def _drop(line):
    return {"status": "dropped", "before": line, "after": None, "changes": []}


def _compare(old, new, digits):
    if old is None:
        return {"status": "added", "before": None, "after": new, "changes": []}
    changes = [name for name in TEXTS if old[name] != new[name]]
    changes += [
        name
        for name in NUMBERS
        if name in old and name in new and round(new[name] - old[name], digits[name])
    ]
    status = "changed" if changes else "same"
    return {"status": status, "before": old, "after": new, "changes": changes}


def get_concession(before, after):
    """Return what the customer gained on lines that are in both rounds, like for like.

    What was added, dropped, exchanged or is counted in another unit is no concession, and a
    quantity that changed is reckoned as it is now.

    :return: tuple of the amount and its share (0..1) of what these lines would cost at the old
        prices; negative if prices rose
    """
    worth = given = 0.0
    for old_index, new_index in match_lines(before, after).items():
        old, new = before[old_index], after[new_index]
        if not new["kind"] and (old["product"], old["uom"]) == (new["product"], new["uom"]):
            worth += get_net_price(old) * new["quantity"]
            given += (get_net_price(old) - get_net_price(new)) * new["quantity"]
    return given, given / worth if worth else 0.0


def get_net_price(line):
    return line["price"] * (1 - line["discount"] / 100)
