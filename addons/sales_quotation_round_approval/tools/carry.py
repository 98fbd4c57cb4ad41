"""What was approved of one round, as a snapshot of the next: pure functions over plain data."""

from collections import Counter


def carry_snapshot(snapshot, before, after, rules):
    """Return a snapshot with its lines moved to those of another round.

    A line goes by its identity across rounds. What cannot be told for sure is left out: it was
    approved by nobody then, and asks if it gives anything away.

    :param dict snapshot: what was approved, see ``sales_approval/tools/approval_delta.py``
    :param dict before: {line id of the round it was approved for: identity}
    :param dict after: {line id of the new round: identity}
    :param rules: ids of the rules whose approval goes on
    :return: the snapshot of the new round
    """
    approved = snapshot.get("lines") or {}
    old = {identity: str(line_id) for line_id, identity in get_certain(before).items()}
    return {
        **snapshot,
        "lines": {
            str(line_id): approved[old[identity]]
            for line_id, identity in get_certain(after).items()
            if old.get(identity) in approved
        },
        "rules": [rule for rule in snapshot.get("rules", ()) if rule in rules],
    }


def get_certain(lines):
    """Leave out lines whose identity another one has, too."""
    counts = Counter(lines.values())
    return {line_id: identity for line_id, identity in lines.items() if counts[identity] == 1}
