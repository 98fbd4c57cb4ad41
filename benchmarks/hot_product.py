"""Eight clients order one product: once with plenty on hand, once with half of what is asked."""

from tools.testing_orders import Shop
from tools.testing_server import serving

from .sides import both_sides

CLIENTS = 8
ORDERS = 80


def measure(databases, template):
    rows, holds = [], True
    with both_sides(databases, template, "sales_availability") as (plain, ours):
        for supply, on_hand in (("plenty", ORDERS * 10), ("half", ORDERS // 2)):
            for side, database, mode in (("plain", plain, None), ("ours", ours, "stop")):
                row, promised = _measure_side(databases, database, mode, on_hand)
                rows.append([supply, side, on_hand, promised, *row])
                holds = holds and (side == "plain" or promised == min(on_hand, ORDERS))
    columns = ["stock", "side", "on hand", "promised", "answers/s", "p50 s", "p95 s", "errors"]
    title = f"Hot product: {CLIENTS} clients, {ORDERS} one-unit orders, created and confirmed"
    return title, columns, rows, holds


def _measure_side(databases, database, mode, on_hand):
    with serving(databases, database, "bench-hot") as server:
        shop = Shop(server, on_hand, mode)
        shop.order_in_parallel(1, 2)  # warms the caches
        shop = Shop(server, on_hand, mode)
        run = shop.order_in_parallel(CLIENTS, ORDERS)
        row = [
            f"{run.per_second:.2f}",
            f"{run.percentile(0.5):.2f}",
            f"{run.percentile(0.95):.2f}",
            run.outcomes["error"],
        ]
        return row, shop.get_promised()
