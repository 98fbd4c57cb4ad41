"""The plain values that availability is read, compared and decided with."""

from typing import NamedTuple

# The kinds of documents that are controlled, each with a mode of its own.
DOCUMENT_TYPES = ("sale", "delivery", "transfer", "invoice", "scrap")
# The modes in which what is promised is claimed.
BINDING_MODES = ("approve", "stop")


class AvailabilityKey(NamedTuple):
    """What stock is counted for: a product in a warehouse, or one lot of it there."""

    warehouse_id: int
    product_id: int
    lot_id: int = 0  # 0: whatever lot

    @property
    def of_any_lot(self):
        return self._replace(lot_id=0)


class HoldSource(NamedTuple):
    """The document line that holds stock, from its promise to its last delivery."""

    model: str
    id: int


class DemandItem(NamedTuple):
    """What one document line asks of a key, in the product's unit of measure."""

    source: HoldSource
    document: tuple[str, int]  # model and id of the document that is refused or saved as one
    document_type: str  # one of DOCUMENT_TYPES
    is_firm: bool  # it promises or moves when saved; if not, it only looks
    key: AvailabilityKey
    quantity: float
    is_leaving: bool = False  # it takes the goods out now, so that they must be here

    @property
    def group(self):
        """What is compared with the past: the document's demand of the key."""
        return self.document, self.is_firm, self.key


class AvailabilityTerms(NamedTuple):
    """Which stock counts and what happens when there is too little: one version of a rule."""

    version_id: int = 0
    modes: tuple[str, ...] = ("warn",) * len(DOCUMENT_TYPES)
    incoming_days: int = 0  # receipts expected within so many days count; 0: none
    hold_hours: float = 0.0  # saved quotations hold for so long; 0: they do not
    count_quarantine: bool = False
    count_blocked: bool = False
    count_expired: bool = False
    count_owned: bool = False

    def get_mode(self, document_type):
        return self.modes[DOCUMENT_TYPES.index(document_type)]


class AvailabilityFigures(NamedTuple):
    """The terms of one key, in the product's unit of measure."""

    on_hand: float = 0.0
    frozen: float = 0.0
    held: float = 0.0
    incoming: float = 0.0  # as much of it as the rule lets count
    expected: float = 0.0  # all of it

    @property
    def available(self):
        return self.on_hand - self.frozen - self.held + self.incoming

    @property
    def usable_on_hand(self):
        return self.on_hand - self.frozen


class Holder(NamedTuple):
    """A document that holds stock of a key, in the product's unit."""

    document: str
    user: str | None
    quantity: float
    until: object  # datetime: when a quotation's hold expires or a delivery is due
    model: str
    id: int
    is_quotation: bool


class Shortage(NamedTuple):
    """More is asked of a key than there is for these documents, in the product's unit."""

    key: AvailabilityKey
    items: list[DemandItem]
    asked: float
    available: float

    @property
    def missing(self):
        return self.asked - max(self.available, 0.0)


class AvailabilityReading:
    """What was read for some keys, and the part that given sources have in what is held."""

    def __init__(self, figures, source_holds, reserving=frozenset()):
        """
        :param figures: dict {AvailabilityKey: AvailabilityFigures}; for a key of a lot also the
            one of its product
        :param source_holds: dict {AvailabilityKey: {HoldSource: (held, promised)}}, in the keys
            of products what the source holds of any lot; a lot that was picked for a promise of
            whatever lot is held, and not promised
        :param reserving: keys of products whose quants another transaction is about to write
        """
        self.reserving = reserving
        self.figures = figures
        self.source_holds = source_holds

    def get_figures(self, key, sources=()):
        """Return the :class:`AvailabilityFigures` of a key as the given sources see them."""
        figures = self.figures[key]
        return figures._replace(held=figures.held - self.get_own_hold(key, sources))

    def get_own_hold(self, key, sources):
        holds = self.source_holds.get(key, {})
        return sum(held for source, (held, _promised) in holds.items() if source in sources)

    def get_own_promise(self, key, sources):
        holds = self.source_holds.get(key, {})
        return sum(promised for source, (_held, promised) in holds.items() if source in sources)

    def get_available(self, key, sources=()):
        """Return what the sources can take: of a lot never more than of its product."""
        available = self.get_figures(key, sources).available
        if key.lot_id:
            available = min(available, self.get_figures(key.of_any_lot, sources).available)
        return available

    def get_deliverable(self, key, sources=()):
        """Return what the sources can take out now: what is here and was promised to them, or free.

        What is still to come cannot be delivered. What others were promised beyond the stock, say
        because goods were lost, does not block a promise that came with its own hold.
        """
        here = self._get_deliverable_of_key(key, sources)
        if key.lot_id:
            here = min(here, self._get_deliverable_of_key(key.of_any_lot, sources))
        return here

    def _get_deliverable_of_key(self, key, sources):
        figures = self.get_figures(key, sources)
        free = figures.usable_on_hand - figures.held
        return min(figures.usable_on_hand, max(free, self.get_own_promise(key, sources)))

    def add_held(self, key, quantity):
        figures = self.figures.get(key)
        if figures:
            self.figures[key] = figures._replace(held=figures.held + quantity)
