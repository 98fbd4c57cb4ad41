"""How long the tiers of 100,000 customers take, and what a tier's prices cost on an order."""

import json

from tools.console import ToolError
from tools.testing_database import stdin_of

from .sides import INSTALL_LIMIT

SIZES = (10_000, 100_000)
ORDERS = 5  # of each customer
SAMPLE = 1000  # customers of the plain loop, whose time is multiplied
BAR = 120.0  # seconds for all tiers of 100,000 customers
MEMORY_BAR = 1.2  # last batch to third one
RATIO = 1.10  # an order with the prices of a tier may take so much of one with a plain pricelist
LIMIT = 3600  # seconds to build and measure one size
SCRIPT = """
import json, time
from odoo.fields import Command, Date

def memory():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * 4096 / 2 ** 20

def multiply(table, template, source, **changed):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND table_name = %s AND column_name != 'id' AND is_generated = 'NEVER'", [table])
    columns = [name for (name,) in env.cr.fetchall()]
    env.cr.execute("ALTER TABLE %s DISABLE TRIGGER USER" % table)
    env.cr.execute("INSERT INTO %s (%s) SELECT %s FROM %s t, %s WHERE t.id = %d" % (
        table, ", ".join('"%s"' % c for c in columns),
        ", ".join(changed.get(c, 't."%s"' % c) for c in columns), table, source, template.id))
    env.cr.execute("ALTER TABLE %s ENABLE TRIGGER USER" % table)

group = env.ref("product.group_product_pricelist")
env.ref("base.group_user").implied_ids = [Command.link(group.id)]
env["res.company"]._activate_or_create_pricelists()
product = env["product.product"].create(dict(name="Bench", list_price=100.0))
partner = env["res.partner"].create(dict(name="Template", is_company=True, customer_rank=1))
order = env["sale.order"].create(dict(partner_id=partner.id, order_line=[
    Command.create(dict(product_id=product.id, product_uom_qty=1))]))
order.action_confirm()
env.flush_all()
multiply("res_partner", partner, "generate_series(1, {size}) n",
         name="'Bench ' || n", complete_name="'Bench ' || n", commercial_partner_id="NULL",
         customer_code="'B' || n",
         create_date="now() AT TIME ZONE 'UTC' - (n % 900) * interval '1 day'")
env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Bench %'")
multiply("sale_order", order,
         "(SELECT id AS customer FROM res_partner WHERE name LIKE 'Bench %') c, "
         "generate_series(1, {orders}) n",
         name="'B' || customer || '/' || n", partner_id="customer", partner_invoice_id="customer",
         partner_shipping_id="customer", access_token="NULL",
         amount_untaxed="(customer * 7919 + n * 104729) % 400000",
         date_order="now() AT TIME ZONE 'UTC' - ((customer * 31 + n * 97) % 700) * "
                    "interval '1 day'")
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.commit()

excellent = env.ref("sales_customer_tier.tier_excellent")
excellent.condition_ids.filtered(lambda c: c.kind == "orders").write(
    dict(enter_value=3, stay_value=2))
excellent.condition_ids.filtered(lambda c: c.kind == "ordered").write(
    dict(enter_value=500000, stay_value=400000))
excellent.pricelist_item_ids = [
    Command.create(dict(compute_price="percentage", percent_price=5 * n, min_quantity=10 * n))
    for n in range(1, 4)]
tiers = env["sales.customer.tier"].search([("state", "=", "draft")])
tiers.action_switch_on()
env.cr.commit()

result = dict(size={size})
memberships, company = env["sales.customer.tier.membership"], env.company
runs = type(env["sales.customer.tier.run"])
step, memories = runs._compute_next, []
def watched(self, limit):
    more = step(self, limit)
    memories.append(memory())
    return more
runs._compute_next = watched
for name in ("first", "second"):
    start = time.perf_counter()
    memberships._compute_company(company)
    result[name] = time.perf_counter() - start
    run = env["sales.customer.tier.run"].search([], limit=1)
    result[name + "_moved"] = run.moved
    if name == "first":
        env.cr.execute("ANALYZE sales_customer_tier_membership")
        env.cr.commit()
result["batches"] = len(memories) // 2
result["growth"] = memories[-1] / memories[min(2, len(memories) - 1)]
env.cr.execute("SELECT count(*) FROM sales_customer_tier_history")
result["history"] = env.cr.fetchone()[0]

# The same as a loop with Odoo's own means, for as many as one has the patience for.
orders = env["sale.order"]
year, two = (Date.subtract(Date.today(), months=m) for m in (12, 24))
sample = env["res.partner"].search([("name", "=like", "Bench %")], limit={sample})
start = time.perf_counter()
for customer in sample:
    sold = [("partner_id", "child_of", customer.id), ("state", "=", "sale")]
    count = orders.search_count([*sold, ("date_order", ">=", year)])
    longer = orders.search_count([*sold, ("date_order", ">=", two)])
    first = orders.search(sold, order="date_order", limit=1)
    [[amount]] = orders._read_group([*sold, ("date_order", ">=", year)], [], ["amount_untaxed:sum"])
    env["account.move"].search_count([
        ("commercial_partner_id", "=", customer.id), ("move_type", "=", "out_invoice"),
        ("payment_state", "=", "not_paid"), ("invoice_date_due", "<", Date.today())])
    customer.comment = "%s %s %s %s" % (count, longer, first.id, amount)
    env.flush_all()
result["loop"] = (time.perf_counter() - start) * {size} / len(sample)
env.cr.rollback()

# Prices: the same rules in a plain pricelist, and in that of a tier.
plain = env["product.pricelist"].create(dict(name="Plain"))
excellent.pricelist_item_ids.copy(dict(pricelist_id=plain.id))
in_tier = env["res.partner"].search([("customer_tier_id", "=", excellent.id)], limit=1)
other = env["res.partner"].create(dict(name="Plain", property_product_pricelist=plain.id))
products = env["product.product"].create(
    [dict(name="P%d" % n, list_price=100.0) for n in range(1000)])
lines = [Command.create(dict(product_id=p.id, product_uom_qty=12)) for p in products]
env.flush_all()
times = dict()
for _attempt in range({attempts}):  # turn by turn; the first turn is thrown away
    for name, customer in (("plain", other), ("tier", in_tier)):
        env.invalidate_all()
        start = time.perf_counter()
        order = env["sale.order"].create(dict(partner_id=customer.id, order_line=lines))
        env.flush_all()
        times.setdefault(name, []).append(time.perf_counter() - start)
        assert order.amount_untaxed == 12 * 95 * 1000, (name, order.amount_untaxed)
for name, found in times.items():
    result[name + "_order"] = min(found[1:])
env.cr.rollback()
open({path!r}, "w").write(json.dumps(result))
"""


def measure(databases, template, sizes=SIZES):
    rows, holds = [], True
    for size in sizes:
        attempts = 4 if size == sizes[0] else 0  # an order depends on one customer only
        found = _measure_size(databases, template, size, attempts)
        ratio = found["tier_order"] / found["plain_order"] if attempts else 0
        exact = found["history"] == found["first_moved"] and not found["second_moved"]
        fast = found["first"] < BAR and found["growth"] < MEMORY_BAR and ratio < RATIO
        holds = holds and exact and fast
        rows.append(
            [
                size,
                found["first_moved"],
                f"{found['first']:.1f}",
                f"{found['second']:.1f}",
                found["batches"],
                f"{found['growth']:.2f}",
                f"{found['loop']:.0f}",
                f"{found['loop'] / found['first']:.0f}",
                f"{ratio:.2f}" if ratio else "",
            ]
        )
    columns = ["customers", "moved", "s", "s again", "batches", "memory last/third batch"]
    columns += [f"loop s (from {SAMPLE})", "loop/ours", "order of 1,000 lines, tier/plain"]
    title = (
        f"Customer tiers: {ORDERS} orders each, three tiers; bar: < {BAR:g} s, flat memory, "
        f"order <= {RATIO:.2f}"
    )
    return title, columns, rows, holds


def _measure_size(databases, template, size, attempts):
    with databases.cloned(template, "tier") as database:
        log = databases.logs / "bench-install.log"
        options = ("-i", "sales_customer_tier", "--stop-after-init", "--no-http")
        if databases.odoo("installing", database, *options, limit=INSTALL_LIMIT, log=log):
            raise ToolError(f"the addon could not be installed for the benchmark: see {log}")
        path = databases.folder / f"bench-{database}.json"
        script = SCRIPT.format(
            size=size, orders=ORDERS, sample=SAMPLE, attempts=attempts, path=str(path)
        )
        with stdin_of(script, databases.folder) as stream:
            log = databases.logs / "bench-tier.log"
            databases.odoo("computing tiers", database, "shell", limit=LIMIT, log=log, stdin=stream)
        return json.loads(path.read_text(encoding="utf-8"))
