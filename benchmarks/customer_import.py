"""Import 10,000 customers from a file: plain Odoo, and with keys and the check for duplicates."""

import json

from tools.testing_database import stdin_of

from .sides import both_sides

LIMIT = 1800  # seconds
RATIO = 1.30  # ours may take so much of plain Odoo's time
SCRIPT = """
import json, time
size, path, times = {size!r}, {path!r}, []
partners = env["res.partner"].with_context(
    res_partner_search_mode="customer", import_file=True, tracking_disable=True)
names = ["name", "is_company", "vat", "phone", "email", "website", "street", "city"]
def rows(start, size):
    return [[f"Customer {{n}} Trading Co., Ltd.", "1", f"5101{{n:011}}", f"+86 138 {{n:08}}",
             f"office@customer{{n}}.example.com", f"www.customer{{n}}.example.com",
             f"Road {{n}}", "Chengdu"] for n in range(start, start + size)]
partners.load(names, rows(9_000_000, 50))
env.cr.commit()
for attempt in range({attempts}):
    env.invalidate_all()
    data = rows(attempt * size, size)
    start = time.perf_counter()
    result = partners.load(names, data)
    env.cr.commit()
    times.append(time.perf_counter() - start)
    assert len(result["ids"]) == size, result["messages"][:3]
open(path, "w").write(json.dumps(min(times)))
"""


def measure(databases, template, size=10_000, attempts=1):
    with both_sides(databases, template, "sales_customer") as (plain, ours):
        plain_s, our_s = (
            _measure_side(databases, database, size, attempts) for database in (plain, ours)
        )
    ratio = our_s / plain_s
    title = f"Import of {size:,} customers with tax ID, phone and mail; bar: ratio <= {RATIO:.2f}"
    row = [f"{size:,}", f"{plain_s:.1f}", f"{our_s:.1f}", f"{ratio:.2f}"]
    return title, ["customers", "plain s", "ours s", "ratio"], [row], ratio <= RATIO


def _measure_side(databases, database, size, attempts):
    path = databases.folder / f"bench-{database}.json"
    script = SCRIPT.format(size=size, attempts=attempts, path=str(path))
    with stdin_of(script, databases.folder) as stream:
        log = databases.logs / "bench-import.log"
        databases.odoo("import", database, "shell", limit=LIMIT, log=log, stdin=stream)
    return json.loads(path.read_text(encoding="utf-8"))
