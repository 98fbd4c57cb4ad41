"""How a check and the first page of the on-hand list grow from 10^4 to 10^6 balance keys."""

import json
import time

from tools.console import ToolError
from tools.testing_database import stdin_of
from tools.testing_server import serving

from .sides import INSTALL_LIMIT

SIZES = (10_000, 100_000, 1_000_000)
WAREHOUSES = 10
LIMIT = 1800  # seconds to build and measure one size
CHECK_BAR = 20.0  # milliseconds, p95
PAGE_BAR = 300.0  # milliseconds, p95
PAGES = 40
SCRIPT = """
import json, random, time
from odoo.addons.sales_availability.models.availability_types import AvailabilityKey

def columns_of(table):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s "
        "AND column_name != 'id' AND is_generated = 'NEVER'", [table])
    return [name for (name,) in env.cr.fetchall()]

def copy_rows(table, source_id, source, changed):
    '''Copy one row of a table as often as `source` has rows, with some columns changed.'''
    columns = columns_of(table)
    values = [changed.get(name, 't."%s"' % name) for name in columns]
    env.cr.execute("INSERT INTO %s (%s) SELECT %s FROM %s t, %s WHERE t.id = %d" % (
        table, ", ".join('"%s"' % name for name in columns), ", ".join(values), table, source,
        source_id))

warehouses = env["stock.warehouse"].search([])
warehouses += env["stock.warehouse"].create(
    [dict(name="Scale %d" % n, code="S%d" % n) for n in range({warehouses} - len(warehouses))])
warehouses.availability_mode = "stop"
product = env["product.product"].create(dict(name="Scale", type="consu", is_storable=True))
location = warehouses[0].lot_stock_id
env["stock.quant"]._update_available_quantity(product, location, 10)
order = env["sale.order"].create(dict(
    partner_id=env["res.partner"].create(dict(name="Scale")).id, warehouse_id=warehouses[0].id,
    order_line=[(0, 0, dict(product_id=product.id, product_uom_qty=1))]))
order.action_confirm()
env.flush_all()
quant = env["stock.quant"].search(
    [("product_id", "=", product.id), ("location_id", "=", location.id)])
move = order.picking_ids.move_ids

start = time.perf_counter()
count = {size} // len(warehouses)
copy_rows("product_template", product.product_tmpl_id.id, "generate_series(1, %d) n" % count,
    dict(name="jsonb_build_object('en_US', 'Scale ' || n)", default_code="'SC' || n"))
copy_rows("product_product", product.id,
    "(SELECT id FROM product_template WHERE id > %d) s" % product.product_tmpl_id.id,
    dict(product_tmpl_id="s.id"))
places = " UNION ALL ".join("SELECT %d AS id" % w.lot_stock_id.id for w in warehouses)
products = "(SELECT id FROM product_product WHERE id > %d) p" % product.id
copy_rows("stock_quant", quant.id, "%s, (%s) l" % (products, places),
    dict(product_id="p.id", location_id="l.id", quantity="10", reserved_quantity="0"))
copy_rows("stock_move", move.id,
    "(SELECT p.id, l.id AS place FROM %s, (%s) l WHERE p.id %% 10 = l.id %% 10) s"
        % (products, places),
    dict(product_id="s.id", location_id="s.place", sale_line_id="NULL", state="'confirmed'"))
env.cr.execute("SELECT id FROM product_product WHERE id >= %s", [product.id])
product_ids = [id_ for (id_,) in env.cr.fetchall()]
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.commit()
built = time.perf_counter() - start
start = time.perf_counter()
env["sales.availability.balance"]._refresh_marked(10 ** 6)
refreshed = time.perf_counter() - start
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.execute("SELECT count(*) FROM sales_availability_balance")
keys = env.cr.fetchone()[0]
env.cr.commit()

claims, engine = env["sales.availability.claim"], env["sales.availability"]
generator = random.Random(1)
def check(lines):
    ids = generator.sample(product_ids, lines)
    wanted = {{AvailabilityKey(warehouses[0].id, id_) for id_ in ids}}
    start = time.perf_counter()
    with claims._open_claims(wanted) as cursor:
        engine._read_availability(wanted, (), cursor)
    return 1000 * (time.perf_counter() - start)

result = dict(keys=keys, built=built, refreshed=refreshed)
for lines in (1, 10):
    [check(lines) for _n in range(20)]
    times = sorted(check(lines) for _n in range(300))
    result["check%d" % lines] = times[int(0.95 * len(times))]
env.cr.commit()
open({path!r}, "w").write(json.dumps(result))
"""


def measure(databases, template, sizes=SIZES):
    rows, holds = [], True
    for size in sizes:
        with databases.cloned(template, "scale") as database:
            log = databases.logs / "bench-install.log"
            options = ("-i", "sales_availability", "--stop-after-init", "--no-http")
            if databases.odoo("installing", database, *options, limit=INSTALL_LIMIT, log=log):
                raise ToolError(f"the addon could not be installed for the benchmark: see {log}")
            found = _build_and_check(databases, database, size)
            ours, plain = _measure_pages(databases, database)
        holds = holds and found["check1"] < CHECK_BAR and ours < PAGE_BAR
        rows.append(
            [
                found["keys"],
                *(f"{found[name]:.1f}" for name in ("check1", "check10")),
                f"{ours:.0f}",
                f"{plain:.0f}",
                f"{ours / plain:.2f}",
                f"{found['refreshed']:.0f}",
            ]
        )
    columns = ["keys", "check p95 ms", "10 lines p95 ms", "first page p95 ms"]
    columns += ["plain quants p95 ms", "ratio", "all read again s"]
    title = (
        f"Scale: keys in {WAREHOUSES} warehouses; bars: check of a line p95 < {CHECK_BAR:g} ms, "
        f"first page p95 < {PAGE_BAR:g} ms"
    )
    return title, columns, rows, holds


def _build_and_check(databases, database, size):
    path = databases.folder / f"bench-{database}.json"
    script = SCRIPT.format(warehouses=WAREHOUSES, size=size, path=str(path))
    with stdin_of(script, databases.folder) as stream:
        log = databases.logs / "bench-scale.log"
        databases.odoo("building keys", database, "shell", limit=LIMIT, log=log, stdin=stream)
    return json.loads(path.read_text(encoding="utf-8"))


def _measure_pages(databases, database):
    """Return p95 in ms of the first page of our list and of Odoo's list of quants."""
    with serving(databases, database, "bench-scale") as server:
        call = server.session().call
        names = ("product_id", "warehouse_id", "on_hand", "frozen", "held", "incoming", "available")
        ours = _time_pages(call, "sales.availability.balance", [("level", "=", "product")], names)
        names = ("product_id", "location_id", "quantity", "reserved_quantity")
        plain = _time_pages(call, "stock.quant", [("location_id.usage", "=", "internal")], names)
    return ours, plain


def _time_pages(call, model, domain, names):
    specification = {
        name: {"fields": {"display_name": {}}} if name.endswith("_id") else {} for name in names
    }
    times = []
    for _n in range(PAGES + 3):
        start = time.perf_counter()
        call(
            model,
            "web_search_read",
            domain=domain,
            specification=specification,
            limit=80,
            count_limit=10_001,
        )
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[3:])[int(0.95 * PAGES)]
