"""Save and confirm orders of 100 and 300 lines, each of another product."""

import json

from tools.testing_database import stdin_of

from .sides import both_sides

LIMIT = 900  # seconds
RATIO = 1.10  # ours may take so much of plain Odoo's time
SCRIPT = """
import json, time
mode, sizes, result = {mode!r}, {sizes!r}, []
warehouse = env["stock.warehouse"].search([], limit=1)
if mode:
    warehouse.availability_mode = mode
partner = env["res.partner"].create({{"name": "Long"}})
for size in [10, *sizes]:
    products = env["product.product"].create(
        [{{"name": f"P{{n}}", "type": "consu", "is_storable": True}} for n in range(size)])
    for product in products:
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 100)
    lines = [(0, 0, {{"product_id": p.id, "product_uom_qty": 1}}) for p in products]
    vals = {{"partner_id": partner.id, "warehouse_id": warehouse.id, "order_line": lines}}
    times, queries = [], 0
    for _attempt in range({attempts}):
        env.cr.commit()
        env.invalidate_all()
        before, start = env.cr.sql_log_count, time.perf_counter()
        order = env["sale.order"].create(vals)
        order.action_confirm()
        env.cr.commit()
        times.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
    result.append((size, min(times), queries))
open({path!r}, "w").write(json.dumps(result[1:]))
"""


def measure(databases, template, sizes=(100, 300), attempts=3, rounds=3):
    before, after = [], []
    with both_sides(databases, template, "sales_availability") as (plain, ours):
        for _round in range(rounds):  # turn by turn: a busy moment of the machine hits both
            before.append(_measure_side(databases, plain, None, sizes, attempts))
            after.append(_measure_side(databases, ours, "stop", sizes, attempts))
    before, after = _get_best(before), _get_best(after)
    rows, holds = [], True
    for (size, plain_s, plain_queries), (_size, our_s, our_queries) in zip(
        before, after, strict=True
    ):
        ratio = our_s / plain_s
        holds = holds and ratio <= RATIO
        rows.append(
            [size, f"{plain_s:.2f}", f"{our_s:.2f}", f"{ratio:.2f}", plain_queries, our_queries]
        )
    title = (
        f"Long order: created and confirmed, best of {rounds} x {attempts}; "
        f"bar: ratio <= {RATIO:.2f}"
    )
    return title, ["lines", "plain s", "ours s", "ratio", "plain SQL", "our SQL"], rows, holds


def _get_best(rounds):
    """Return for each size (lines, least seconds, SQL statements)."""
    return [min(of_size, key=lambda one: one[1]) for of_size in zip(*rounds, strict=True)]


def _measure_side(databases, database, mode, sizes, attempts):
    path = databases.folder / f"bench-{database}.json"
    script = SCRIPT.format(mode=mode, sizes=list(sizes), attempts=attempts, path=str(path))
    with stdin_of(script, databases.folder) as stream:
        log = databases.logs / "bench-long.log"
        databases.odoo("long orders", database, "shell", limit=LIMIT, log=log, stdin=stream)
    return json.loads(path.read_text(encoding="utf-8"))
