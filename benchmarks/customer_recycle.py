"""How long the nightly job takes to move 100,000 due customers among 1,000,000, and its memory."""

import json

from tools.console import ToolError
from tools.testing_database import stdin_of

from .sides import INSTALL_LIMIT

SIZES = (10_000, 100_000, 1_000_000)
DUE_SHARE = 10  # every tenth customer is due
BAR = 60.0  # seconds to move the due ones among a million
MEMORY_BAR = 1.2  # last batch to third one
LIMIT = 3600  # seconds to build and measure one size
SCRIPT = """
import json, time

def memory():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * 4096 / 2 ** 20

users = env["res.users"].create([
    dict(name="Bench %d" % n, login="bench%d" % n,
         group_ids=[(4, env.ref("sales_team.group_sale_salesman").id)]) for n in range(50)])
pool = env["sales.customer.pool"].create(dict(name="Bench", user_ids=[(6, 0, users.ids)]))
rule = env["sales.customer.recycle.rule"].create(dict(
    name="Bench", pool_id=pool.id, reason="no_followup", days=30, active=True))
env["res.partner"].create(dict(name="Bench", is_company=True, customer_rank=1))
template = env["res.partner"].search([("name", "=", "Bench"), ("is_company", "=", True)], limit=1)
env.flush_all()
env.cr.execute(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
    "AND table_name = 'res_partner' AND column_name != 'id' AND is_generated = 'NEVER'")
changed = dict(
    customer_code="'B' || n",
    name="'Bench ' || n", complete_name="'Bench ' || n", commercial_partner_id="NULL",
    user_id="(ARRAY%s)[1 + n %% 50]" % users.ids, home_pool_id=str(pool.id),
    ownership_date="now() AT TIME ZONE 'UTC' - CASE WHEN n % {share} = 0 THEN 45 ELSE 5 END "
                   "* interval '1 day'")
columns = [name for (name,) in env.cr.fetchall()]
env.cr.execute("ALTER TABLE res_partner DISABLE TRIGGER USER")
env.cr.execute("INSERT INTO res_partner (%s) SELECT %s FROM res_partner t, "
    "generate_series(1, {size}) n WHERE t.id = %d" % (
    ", ".join('"%s"' % c for c in columns),
    ", ".join(changed.get(c, 't."%s"' % c) for c in columns), template.id))
env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Bench %'")
env.cr.execute("ALTER TABLE res_partner ENABLE TRIGGER USER")
env.cr.execute("TRUNCATE sales_customer_recycle_mark")
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.commit()

result = dict(size={size})
model = env["sales.customer.recycle.rule"]
start = time.perf_counter()
env["sales.customer.recycle.mark"]._mark_all()
model._recompute_job()
result["computed"] = time.perf_counter() - start
env.cr.execute("ANALYZE res_partner")
env.cr.commit()

memories = []
batch = type(model)._recycle_batch
def watched(self, limit):
    rows = batch(self, limit)
    memories.append(memory())
    return rows
type(model)._recycle_batch = watched
start = time.perf_counter()
result["moved"] = model._recycle_due()
result["seconds"] = time.perf_counter() - start
result["batches"] = len(memories)
result["growth"] = memories[-1] / memories[min(2, len(memories) - 1)]
env.cr.execute("SELECT count(*) FROM sales_customer_ownership WHERE kind = 'recycle'")
result["history"] = env.cr.fetchone()[0]
env.cr.execute("SELECT count(*) FROM sales_customer_pool_card")
result["cards"] = env.cr.fetchone()[0]

# What the same move costs with a plain write, on as many as the bar allows to measure.
sample = env["res.partner"].search([("user_id", "in", users.ids)], limit=1000)
start = time.perf_counter()
for partner in sample:
    partner.user_id = False
env.flush_all()
result["plain"] = (time.perf_counter() - start) / len(sample)
env.cr.rollback()
open({path!r}, "w").write(json.dumps(result))
"""


def measure(databases, template, sizes=SIZES):
    rows, holds = [], True
    for size in sizes:
        found = _measure_size(databases, template, size)
        exact = found["moved"] == found["history"] == found["cards"] == size // DUE_SHARE
        fast = found["seconds"] < BAR and found["growth"] < MEMORY_BAR
        holds = holds and exact and fast
        rows.append(
            [
                size,
                found["moved"],
                f"{found['seconds']:.1f}",
                found["batches"],
                f"{found['growth']:.2f}",
                f"{found['computed']:.0f}",
                f"{1000 * found['seconds'] / found['moved']:.2f}",
                f"{1000 * found['plain']:.2f}",
            ]
        )
    columns = ["customers", "moved", "s", "batches", "memory last/third batch"]
    columns += ["all due dates s", "ms each", "ms each by a write"]
    title = f"Recycling: every {DUE_SHARE}th customer is due; bar: < {BAR:g} s, flat memory"
    return title, columns, rows, holds


def _measure_size(databases, template, size):
    with databases.cloned(template, "recycle") as database:
        log = databases.logs / "bench-install.log"
        options = ("-i", "sales_customer_pool", "--stop-after-init", "--no-http")
        if databases.odoo("installing", database, *options, limit=INSTALL_LIMIT, log=log):
            raise ToolError(f"the addon could not be installed for the benchmark: see {log}")
        path = databases.folder / f"bench-{database}.json"
        script = SCRIPT.format(size=size, share=DUE_SHARE, path=str(path))
        with stdin_of(script, databases.folder) as stream:
            log = databases.logs / "bench-recycle.log"
            databases.odoo("recycling", database, "shell", limit=LIMIT, log=log, stdin=stream)
        return json.loads(path.read_text(encoding="utf-8"))
