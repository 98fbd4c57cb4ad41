"""The history of one customer: first page and page 50, beside Odoo's chatter and stat buttons."""

import json
import time

from tools.console import ToolError
from tools.testing_database import stdin_of
from tools.testing_server import serving

from .sides import INSTALL_LIMIT

SIZES = (10, 1_000, 10_000)
LIMIT = 900  # seconds to build the events
PAGE_BAR = 150.0  # milliseconds, p95 of the first page with the most events
DEEP_RATIO = 1.5  # page 50 takes at most so much of the first page
CALLS = 40
PAGE = 30
LOGIN = "bench_sales"
NAMES = ("first", "deep", "figures", "chatter", "deep_chatter", "buttons")
STAT_BUTTONS = ("sale_order_count", "opportunity_count", "activity_state", "display_name")
SCRIPT = """
import json

def copy_rows(table, source_id, count, changed):
    '''Copy a row of a table `count` times, with some columns changed; `n` counts from 1.'''
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s "
        "AND column_name != 'id' AND is_generated = 'NEVER'", [table])
    columns = [name for (name,) in env.cr.fetchall()]
    values = [changed.get(name, 't."%s"' % name) for name in columns]
    env.cr.execute(
        "INSERT INTO %s (%s) SELECT %s FROM %s t, generate_series(1, %d) n WHERE t.id = %d" % (
            table, ", ".join('"%s"' % name for name in columns), ", ".join(values), table, count,
            source_id))

user = env["res.users"].create(dict(
    name="Bench", login={login!r}, password={login!r},
    group_ids=[(6, 0, [env.ref("sales_team.group_sale_salesman").id])]))
product = env["product.product"].create(dict(name="Bench", type="consu", list_price=5))
result = dict()
for size in {sizes!r}:
    customer = env["res.partner"].create(
        dict(name="Bench %d" % size, is_company=True, customer_rank=1, user_id=user.id))
    contacts = env["res.partner"].create(
        [dict(name="Contact %d" % n, parent_id=customer.id) for n in range(5)])
    family = "(ARRAY%s)[1 + n %% 6]" % [customer.id, *contacts.ids]
    message = customer.message_post(body="Hello", message_type="comment")
    followup = env["sales.followup"].create(
        dict(partner_id=customer.id, content="Talked", user_id=user.id))
    activity = customer.activity_schedule(
        "sales_followup.activity_type_contact", user_id=user.id, summary="Ask")
    activity.action_done()
    order = env["sale.order"].create(dict(
        partner_id=customer.id, user_id=user.id,
        order_line=[(0, 0, dict(product_id=product.id, product_uom_qty=1))]))
    order.action_confirm()
    invoice = env["account.move"].create(dict(
        move_type="out_invoice", partner_id=customer.id, invoice_user_id=user.id,
        invoice_date="2020-01-01",
        invoice_line_ids=[(0, 0, dict(name="x", price_unit=5, tax_ids=False))]))
    invoice.action_post()
    env.flush_all()
    past = "now() AT TIME ZONE 'UTC' - n * interval '%d minutes'"
    copy_rows("mail_message", message.id, size * 40 // 100, dict(
        res_id=family, date=past % 60, message_id="NULL",
        body="'<p>Message ' || n || ' about pumps</p>'"))
    copy_rows("sales_followup", followup.id, size * 20 // 100, dict(
        date=past % 120, content="'Follow-up ' || n"))
    copy_rows("mail_activity", activity.id, size * 15 // 100, dict(
        date_done="current_date - (n / 8)::int", date_deadline="current_date - (n / 8)::int"))
    copy_rows("sale_order", order.id, size * 15 // 100, dict(
        partner_id=family, date_order=past % 160, name="'SB' || n", access_token="NULL"))
    copy_rows("account_move", invoice.id, size * 10 // 100, dict(
        invoice_date="current_date - (n / 6)::int", access_token="NULL",
        name="'%s-' || n" % ("ABC"[len(result)] * 3), sequence_number="n",
        payment_reference="NULL"))
    result[size] = customer.id
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.commit()
open({path!r}, "w").write(json.dumps(result))
"""


def measure(databases, template, sizes=SIZES):
    with databases.cloned(template, "timeline") as database:
        log = databases.logs / "bench-install.log"
        options = ("-i", "sales_followup", "--stop-after-init", "--no-http")
        if databases.odoo("installing", database, *options, limit=INSTALL_LIMIT, log=log):
            raise ToolError(f"the addon could not be installed for the benchmark: see {log}")
        customers = _build(databases, database, sizes)
        with serving(databases, database, "bench-timeline") as server:
            session = server.session(LOGIN)
            found = {size: _measure_size(session, customers[str(size)]) for size in sizes}
    rows = [[size, *(_format(found[size][name]) for name in NAMES)] for size in sizes]
    most = found[max(sizes)]
    holds = most["first"] < PAGE_BAR and most["deep"] <= DEEP_RATIO * most["first"]
    columns = ["events", "first p95 ms", "page 50 p95 ms", "figures p95 ms"]
    columns += ["chatter p95 ms", "chatter page 50 p95 ms", "stat buttons p95 ms"]
    title = (
        f"Customer timeline, as a salesperson: bars: first page p95 < {PAGE_BAR:g} ms, "
        f"page 50 <= {DEEP_RATIO:g} x first page; chatter (messages of the customer alone) and "
        "stat buttons are plain Odoo's"
    )
    return title, columns, rows, holds


def _format(value):
    return "-" if value is None else f"{value:.0f}"


def _build(databases, database, sizes):
    path = databases.folder / f"bench-{database}.json"
    script = SCRIPT.format(login=LOGIN, sizes=list(sizes), path=str(path))
    with stdin_of(script, databases.folder) as stream:
        log = databases.logs / "bench-timeline.log"
        databases.odoo("building events", database, "shell", limit=LIMIT, log=log, stdin=stream)
    return json.loads(path.read_text(encoding="utf-8"))


def _measure_size(session, customer_id):
    def page(cursor=None):
        return session.call("res.partner", "get_timeline", [customer_id], cursor=cursor)

    def chatter(before=None):
        thread = {"thread_model": "res.partner", "thread_id": customer_id}
        fetch = {"limit": PAGE, **({"before": before} if before else {})}
        return session.json("/mail/thread/messages", {**thread, "fetch_params": fetch})["messages"]

    cursor, before = _walk(page, lambda found: found["next"]), _walk(chatter, _get_last)
    fields = {name: {} for name in STAT_BUTTONS}
    return {
        "first": _time(page),
        "deep": cursor and _time(lambda: page(cursor)),
        "figures": _time(lambda: session.call("res.partner", "get_timeline_header", [customer_id])),
        "chatter": _time(chatter),
        "deep_chatter": before and _time(lambda: chatter(before)),
        "buttons": _time(
            lambda: session.call("res.partner", "web_read", [customer_id], specification=fields)
        ),
    }


def _get_last(messages):
    return min(messages) if len(messages) == PAGE else None


def _walk(page, get_next):
    """Return where page 50 begins, or None when there is no such page."""
    position = None
    for _n in range(49):
        position = get_next(page(position)) or None
        if not position:
            return None
    return position


def _time(call):
    times = []
    for _n in range(CALLS + 3):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[3:])[int(0.95 * CALLS)]
