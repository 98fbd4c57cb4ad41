"""Changed lines as templates and sheets get them: pure functions over plain dicts."""

NUMBERS = ("quantity", "price", "discount", "subtotal", "margin", "margin_percent")
KINDS = {"line_section": "section", "line_subsection": "section", "line_note": "note"}


def prepare_change(row, convert, labels):
    """Return one compared line, flat: what it was, what it is, and by how much it differs.

    :param dict row: what ``compare_lines`` gave
    :param convert: makes a number that knows its digits: ``convert(name, value, side)``
    :param dict labels: what each status is called
    """
    old, new = row["before"] or {}, row["after"] or {}
    line = new or old
    change = {
        "kind": row["status"],
        "line_kind": KINDS.get(line["kind"], "product"),
        "status": labels.get(row["status"], ""),
        "name": line["label"],
        "old_name": old.get("label", ""),
        "unit": line["uom_name"],
    }
    for name in NUMBERS:
        if name in line and not line["kind"]:
            change[f"old_{name}"] = convert(name, old[name], "before") if old else None
            change[f"new_{name}"] = convert(name, new[name], "after") if new else None
    return change


def add_difference(change, name, convert):
    """Say by how much a line differs; what was added or dropped counts as nothing before or after.

    :param dict change: what :func:`prepare_change` gave
    :param str name: of the number
    :param convert: as above
    """
    if f"new_{name}" in change:
        old, new = change[f"old_{name}"] or 0.0, change[f"new_{name}"] or 0.0
        change["difference"] = convert(name, new - old, "after")
    return change
