"""Who gets how much of what is there: a pure function, so that it can be shown before it is done.

Confirmed documents come first; what quotations hold is shared out among the quotations. Promised
lots go to those they were promised to before others take whatever lot: reservation would give
them back anyway.
"""

from typing import NamedTuple

from .availability_types import HoldSource

# Demands of confirmed documents, which reserve goods; the others only hold a number.
FIRM_KINDS = ("sale", "invoice", "delivery", "transfer", "other")
# What each strategy gets in each round; who has none of its own in a round waits for the next.
ROUNDS = (
    {"keep": "now", "restore": "before"},
    {"win": "limit"},
    {"keep": "limit", "redistribute": "limit"},
)


class AllocationDemand(NamedTuple):
    """What one document line asks, has and can get, in the product's unit of measure."""

    source: HoldSource  # the stock.move, or the line of a quotation or invoice that holds
    kind: str  # one of FIRM_KINDS, or "quotation"
    lot_id: int  # 0: whatever lot
    asked: float
    now: float
    floor: float  # what cannot be taken away: it is picked, or was made ready in another step
    limit: float  # more cannot be given

    @property
    def is_firm(self):
        return self.kind in FIRM_KINDS

    @property
    def is_locked(self):
        return self.floor >= self.now and self.limit <= self.now


class AllocationEntry(NamedTuple):
    demand: AllocationDemand
    strategy: str = "redistribute"
    before: float = 0.0  # what the strategy "restore" gives back

    def get_target(self, name):
        if name == "before":
            return min(self.before, self.demand.limit)
        return getattr(self.demand, name)


class AllocationSupply(NamedTuple):
    """What there is to share out, in the product's unit of measure."""

    stock: float = 0.0  # goods that can be reserved
    room: float = 0.0  # what quotations can hold together
    lot_stock: dict[int, float] = {}
    lot_room: dict[int, float] = {}


class _Pool:
    def __init__(self, total, lots):
        self.total = total
        self.lots = dict(lots)

    def take(self, demand, quantity):
        """Return how much of the quantity is left for the demand, and take it."""
        taken = max(min(quantity, self.total, self.lots.get(demand.lot_id, quantity)), 0.0)
        self.force(demand, taken)
        return taken

    def force(self, demand, quantity):
        self.total -= quantity
        if demand.lot_id in self.lots:
            self.lots[demand.lot_id] -= quantity


def allocate(entries, supply):
    """Share out the supply.

    :param entries: list of :class:`AllocationEntry`, who comes first first
    :param supply: :class:`AllocationSupply`
    :return: list of the quantities that the entries get
    """
    stock = _Pool(supply.stock, supply.lot_stock)
    room = _Pool(supply.room, supply.lot_room)
    given = [entry.demand.floor for entry in entries]
    for entry in entries:
        (stock if entry.demand.is_firm else room).force(entry.demand, entry.demand.floor)
    for is_member, pool in (
        (lambda demand: demand.is_firm and demand.lot_id, stock),
        (lambda demand: demand.is_firm and not demand.lot_id, stock),
        (lambda demand: not demand.is_firm, room),
    ):
        _serve([(i, e) for i, e in enumerate(entries) if is_member(e.demand)], pool, given)
    return given


def _serve(numbered_entries, pool, given):
    for targets in ROUNDS:
        for index, entry in numbered_entries:
            if entry.strategy in targets:
                missing = entry.get_target(targets[entry.strategy]) - given[index]
                given[index] += pool.take(entry.demand, missing)


def get_serving_order(entries):
    """Return the indexes of the entries as they are served of what comes later."""
    first = {"win": 0, "lose": 2}
    return sorted(range(len(entries)), key=lambda i: (first.get(entries[i].strategy, 1), i))
