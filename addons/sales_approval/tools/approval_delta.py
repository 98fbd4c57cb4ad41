"""What changed between two snapshots of a document, and what of it is worse for the company.

Pure functions over plain data, the same for guard, gate, log and tests. A snapshot is::

    {"document": {field: value}, "lines": {line: {field: value}}, "measures": {name: value}}

Each field and measure has a *direction*: what is better for the company.

- ``more``: a higher value is better (a price)
- ``less``: a lower value is better (a discount, a flag that says "below the floor")
- ``neutral``: no change is worse (a quantity)
- ``any``: every change is worse (terms of payment)
"""

from typing import NamedTuple

MORE, LESS, NEUTRAL, ANY = "more", "less", "neutral", "any"
DIRECTIONS = (MORE, LESS, NEUTRAL, ANY)
SMALLEST = 1e-9  # relative: the noise of binary fractions, not a difference in money


class Change(NamedTuple):
    """A value that is not what it was; ``scope`` is document, lines or measures."""

    scope: str
    key: str  # of the line, else empty
    field: str
    old: object
    new: object
    kind: str  # changed, added, removed


def get_changes(before, after):
    """List every difference between two snapshots.

    :return: list of :class:`Change`; a line that came or went has one for each field
    """
    changes = []
    for scope in ("document", "measures"):
        old, new = before.get(scope) or {}, after.get(scope) or {}
        changes += _compare(scope, "", old, new, "changed")
    old_lines, new_lines = before.get("lines") or {}, after.get("lines") or {}
    for key in {**old_lines, **new_lines}:
        old, new = old_lines.get(key), new_lines.get(key)
        if old is None:
            changes += [Change("lines", key, f, None, new[f], "added") for f in new]
        elif new is None:
            changes += [Change("lines", key, f, old[f], None, "removed") for f in old]
        else:
            changes += _compare("lines", key, old, new, "changed")
    return changes


def _compare(scope, key, old, new, kind):
    return [
        Change(scope, key, field, old.get(field), new[field], kind)
        for field in new
        if not is_same(old.get(field), new[field])
    ]


def is_same(old, new):
    """Say whether two values are the same to a reader."""
    if _is_number(old) and _is_number(new):
        return abs(old - new) <= SMALLEST * max(1.0, abs(old), abs(new))
    return (old or None) == (new or None)


def _is_number(value):
    return isinstance(value, (int, float))


def get_worse(approved, current, directions):
    """List what is worse for the company now than it was when it was approved.

    A new line was approved by nobody: whatever it brings is worse, except for what is neutral and
    for a concession of nothing (no discount). A line that went leaves it to the measures.

    :param approved: snapshot
    :param current: snapshot
    :param directions: {scope: {field: direction}}; a field without one is compared by nobody
    :return: list of :class:`Change`
    """
    return [
        change
        for change in get_changes(approved, current)
        if _is_worse(change, directions.get(change.scope, {}).get(change.field, NEUTRAL))
    ]


def _is_worse(change, direction):
    if direction == NEUTRAL or change.kind == "removed":
        return False
    if change.kind == "added":
        return direction == MORE or (bool(change.new) if direction == ANY else change.new > 0)
    if direction == ANY:
        return True
    old, new = change.old or 0, change.new or 0
    return new < old if direction == MORE else new > old
