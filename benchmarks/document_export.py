"""A quotation of 10,000 lines as an Excel file, beside Odoo's export of the same lines."""

import json

from tools.console import ToolError
from tools.testing_database import stdin_of

from .sides import INSTALL_LIMIT

LINES = 10_000
LIMIT = 900  # seconds
TIME_BAR = 5.0  # seconds
MEMORY_BAR = 300  # MB, the whole process at its peak
BUILD = """
product = env["product.product"].create(
    [dict(name="Pump %d" % n, default_code="P-%d" % n, list_price=12.35 + n) for n in range(50)])
order = env["sale.order"].create(dict(
    partner_id=env["res.partner"].create(dict(name="成都朗速科技有限公司")).id,
    order_line=[(0, 0, dict(product_id=product[n].id, product_uom_qty=1 + n % 7,
                            name="水泵 %d" % n)) for n in range(50)]))
env.flush_all()
env.cr.execute(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
    "AND table_name = 'sale_order_line' AND column_name != 'id' AND is_generated = 'NEVER'")
columns = ", ".join('"%s"' % name for (name,) in env.cr.fetchall())
last = max(order.order_line.ids)
env.cr.execute(
    "INSERT INTO sale_order_line (%s) SELECT %s FROM sale_order_line, generate_series(2, %d) "
    "WHERE order_id = %d AND id <= %d" % (columns, columns, {lines} // 50, order.id, last))
env.cr.execute(
    "INSERT INTO account_tax_sale_order_line_rel (sale_order_line_id, account_tax_id) "
    "SELECT l.id, t.account_tax_id FROM sale_order_line l, account_tax_sale_order_line_rel t "
    "WHERE l.order_id = %d AND l.id > %d AND t.sale_order_line_id = %d"
    % (order.id, last, order.order_line[0].id))
env.add_to_compute(order._fields["amount_total"], order)
env.invalidate_all()
env.cr.commit()
"""
# A second round with another price on every line, whose document tells all of them.
CHANGE = """
order = env["sale.order"].search([("partner_id.name", "=", "成都朗速科技有限公司")], limit=1)
order.action_quotation_sent()
order.action_new_round()
made = order.negotiation_id.round_ids - order
made.print_round_changes = True
env.flush_all()
env.cr.execute(
    "UPDATE sale_order_line SET price_unit = price_unit + 1, price_subtotal = price_subtotal + 1 "
    "WHERE order_id = %s", [made.id])
env.invalidate_all()
env.cr.commit()
"""
MEASURE = """
import json, resource, time, types
order = env["sale.order"].search(
    [("partner_id.name", "=", "成都朗速科技有限公司")], order="id desc", limit=1)
lines = env["sale.order.line"].search([("order_id", "=", order.id)])
assert len(lines) == {lines}
lines.invalidate_recordset()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
if {side!r} == "plain":
    from odoo.addons.web.controllers import export
    export.request = types.SimpleNamespace(env=env)
    names = ["sequence", "product_id/default_code", "name", "product_uom_qty",
             "product_uom_id/name", "price_unit", "discount", "tax_ids/name", "price_subtotal"]
    rows = lines.with_context(import_compat=False).export_data(names)["datas"]
    kinds = dict.fromkeys(["product_uom_qty", "price_unit", "discount"], "float")
    fields = [dict(name=name, type=kinds.get(name, "monetary")) for name in names]
    content = export.ExcelExport().from_data(fields, names, rows)
elif {side!r} == "template":
    import base64
    example = env["sale.order"]._get_document_example("xlsx")
    template = env["sales.document.template"].create(
        dict(name="Bench", model="sale.order", file=base64.b64encode(example)))
    content = order._make_document("xlsx", template)
else:
    content = order._make_document("xlsx")
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
open({path!r}, "w").write(json.dumps([seconds, peak / 1024, before / 1024, len(content)]))
"""
SIDES = {
    "plain": "Odoo's list export",
    "ours": "ours, default layout",
    "template": "ours, uploaded template",
}
CHANGED = {"changes": "ours, default layout, every line changed"}
BOUND = ("ours", "changes")


def measure(databases, template, lines=LINES):
    with databases.cloned(template, "document") as database:
        log = databases.logs / "bench-install.log"
        options = ("-i", "sales_quotation_round_document", "--stop-after-init", "--no-http")
        if databases.odoo("installing", database, *options, limit=INSTALL_LIMIT, log=log):
            raise ToolError(f"the addon could not be installed for the benchmark: see {log}")
        _run(databases, database, BUILD.format(lines=lines))
        found = {side: _measure_side(databases, database, side, lines) for side in SIDES}
        _run(databases, database, CHANGE)
        found |= {side: _measure_side(databases, database, side, lines) for side in CHANGED}
    holds = all(found[side][0] < TIME_BAR and found[side][1] < MEMORY_BAR for side in BOUND)
    rows = [
        [
            name,
            f"{found[side][0]:.1f}",
            *(f"{value:.0f}" for value in found[side][1:3]),
            f"{found[side][3] / 1024:.0f}",
        ]
        for side, name in (SIDES | CHANGED).items()
    ]
    title = (
        f"Quotation of {lines:,} lines to Excel; bars for the default layout: < {TIME_BAR:g} s, "
        f"peak of the process < {MEMORY_BAR} MB"
    )
    columns = ["side", "s", "peak MB", "before MB", "file KB"]
    return title, columns, rows, holds


def _measure_side(databases, database, side, lines):
    path = databases.folder / f"bench-{database}-{side}.json"
    _run(databases, database, MEASURE.format(side=side, lines=lines, path=str(path)))
    return json.loads(path.read_text(encoding="utf-8"))


def _run(databases, database, script):
    with stdin_of(script, databases.folder) as stream:
        log = databases.logs / "bench-document.log"
        if databases.odoo("export", database, "shell", limit=LIMIT, log=log, stdin=stream):
            raise ToolError(f"the export failed: see {log}")
