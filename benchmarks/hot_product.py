"""Eight clients order one product: once with plenty on hand, once with half of what is asked."""

import re
import time

from tools.testing_orders import Shop
from tools.testing_server import serving

from .sides import both_sides

CLIENTS = 8
ORDERS = 80
ROUNDS = 4  # of each side, turn by turn: a busy moment of the machine hits both
SPEED_RATIO = 1.0  # ours gives at least so many answers per second, plain Odoo = 1
P95_RATIO = 0.5  # ours takes at most so much of plain Odoo's p95
RESERVED_LIMIT = 60  # seconds for the deliveries that were left to the job
WITH_SCHEDULER = ("--max-cron-threads=1",)
# The jobs that are due once a day would all run in the first round of a fresh clone.
POSTPONE_JOBS = "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day'"
CONFLICT = re.compile(r"SERIALIZATION_FAILURE|could not serialize|DEADLOCK_DETECTED", re.IGNORECASE)


def measure(databases, template):
    rows, holds = [], True
    with both_sides(databases, template, "sales_availability") as (plain, ours):
        for database in (plain, ours):
            databases.server.psql(POSTPONE_JOBS, database)
        for supply, on_hand in (("plenty", ORDERS * 10), ("half", ORDERS // 2)):
            sides = _measure_supply(databases, plain, ours, on_hand)
            rows += [[supply, on_hand, *_prepare_row(name, side)] for name, side in sides.items()]
            holds = _holds_bars(sides["plain"], sides["ours"], on_hand) and holds
    columns = ["stock", "on hand", "side", "promised", "answers/s", "p50 s", "p95 s"]
    columns += ["p95 confirmed", "p95 refused", "errors", "conflicts", "reserved"]
    title = (
        f"Hot product: {CLIENTS} clients, {ROUNDS} x {ORDERS} one-unit orders, created and "
        f"confirmed; bars: answers/s >= {SPEED_RATIO:g} x plain, p95 <= {P95_RATIO:g} x plain, no "
        "error, refusals no slower than confirmations"
    )
    return title, columns, rows, holds


class Side:
    """What the rounds of one side gave."""

    def __init__(self):
        self.answers = []
        self.seconds = 0.0
        self.promised = []
        self.reserved = []
        self.conflicts = 0

    @property
    def per_second(self):
        return len(self.answers) / self.seconds

    def percentile(self, share, outcome=None):
        """Return the seconds within which the share (0..1) of the answers came, or None."""
        times = sorted(a.seconds for a in self.answers if outcome in (None, a.outcome))
        return times[min(int(len(times) * share), len(times) - 1)] if times else None

    def count(self, outcome):
        return sum(answer.outcome == outcome for answer in self.answers)


def _measure_supply(databases, plain, ours, on_hand):
    sides = {"plain": Side(), "ours": Side()}
    for _round in range(ROUNDS):
        for name, database, mode in (("plain", plain, None), ("ours", ours, "stop")):
            _measure_round(databases, database, mode, on_hand, sides[name])
    return sides


def _measure_round(databases, database, mode, on_hand, side):
    with serving(databases, database, "bench-hot", WITH_SCHEDULER) as server:
        other, shop = Shop(server, on_hand, mode), Shop(server, on_hand, mode)
        other.order_in_parallel(1, 2)  # warms the caches, which a new warehouse has emptied
        run = shop.order_in_parallel(CLIENTS, ORDERS)
        side.answers += run.answers
        side.seconds += run.seconds
        side.promised.append(shop.get_promised())
        side.reserved.append(_wait_for_reservations(shop, min(on_hand, side.promised[-1])))
        side.conflicts += len(CONFLICT.findall(server.log.read_text(encoding="utf-8")))


def _wait_for_reservations(shop, expected):
    """Return what is reserved once the job has done its work, or when it took too long."""
    deadline = time.monotonic() + RESERVED_LIMIT
    while (reserved := shop.get_reserved()) < expected and time.monotonic() < deadline:
        time.sleep(0.5)
    return reserved


def _prepare_row(name, side):
    return [
        name,
        "/".join(map(str, side.promised)),
        f"{side.per_second:.2f}",
        *(_format(side.percentile(share)) for share in (0.5, 0.95)),
        *(_format(side.percentile(0.95, outcome)) for outcome in ("confirmed", "refused")),
        side.count("error"),
        side.conflicts,
        "/".join(f"{reserved:g}" for reserved in side.reserved),
    ]


def _format(seconds):
    return "-" if seconds is None else f"{seconds:.2f}"


def _holds_bars(plain, ours, on_hand):
    expected = min(on_hand, ORDERS)
    refused = ours.percentile(0.95, "refused")
    return (
        ours.per_second >= SPEED_RATIO * plain.per_second
        and ours.percentile(0.95) <= P95_RATIO * plain.percentile(0.95)
        and ours.count("error") == 0
        and (refused is None or refused <= ours.percentile(0.95, "confirmed"))
        and all(promised == expected for promised in ours.promised)
        and all(reserved == expected for reserved in ours.reserved)
    )
