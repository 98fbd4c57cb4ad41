"""Orders, changes, deliveries, invoices, transfers at once, while processes or the database die.

Whatever happens, documents never promise more than there is, and afterwards everything that is
left can be sold, down to the last unit: nothing stays held for nobody.
"""

import os
import subprocess

import pytest
from faults import DatabaseKiller, WorkerKiller

from tools import process
from tools.console import ToolError
from tools.postgres import open_server
from tools.testing_database import Databases
from tools.testing_documents import Stage, work_in_parallel
from tools.testing_odoo import free_port
from tools.testing_server import serving

ON_HAND = 30
CLIENTS = 6
OPERATIONS = 8
RECOVERY_LIMIT = 120  # seconds
MODES = {
    f"availability{kind}_mode": "stop"
    for kind in ("", "_delivery", "_transfer", "_invoice", "_scrap")
}
# What is promised, said by the documents themselves and not by our engine: lines of confirmed
# orders and of posted invoices that are not delivered, open transfers that no order made.
PROMISED = """
    SELECT product.id,
           COALESCE((SELECT SUM(quant.quantity)
              FROM stock_quant quant
             WHERE quant.product_id = product.id AND quant.location_id = {location}), 0),
           COALESCE((SELECT SUM(line.product_uom_qty - line.qty_delivered)
              FROM sale_order_line line
             WHERE line.product_id = product.id AND line.state = 'sale'), 0)
         + COALESCE((SELECT SUM(line.quantity)
              FROM account_move_line line
             WHERE line.product_id = product.id AND line.parent_state = 'posted'
               AND line.display_type = 'product'), 0)
         + COALESCE((SELECT SUM(move.product_qty)
              FROM stock_move move
             WHERE move.product_id = product.id AND move.sale_line_id IS NULL
               AND move.state IN ('confirmed', 'assigned', 'partially_available')), 0)
      FROM product_product product
     WHERE product.id IN ({products})
"""


@pytest.fixture
def workers_server(databases, company_template):
    with (
        databases.cloned(company_template, "documents") as database,
        _serving_workers(databases, database) as running,
    ):
        yield running


@pytest.fixture
def durable_database(environment, postgres, databases, company_template):
    """A database of a PostgreSQL that keeps what it says, unlike the fast one of other tests."""
    with open_server(environment, name="durable") as server:
        durable = Databases(environment, server)
        name = durable.clone_name("durable")
        server.createdb(name)
        _copy_database(postgres, company_template, server, name)
        durable.copy_files(company_template, name)
        try:
            yield durable, name
        finally:
            durable.drop(name)


def _serving_workers(databases, database):
    options = ("--workers=3", f"--gevent-port={free_port()}", "--max-cron-threads=1")
    return serving(databases, database, "documents-workers", options)


def _is_answering(durable_database):
    databases, name = durable_database
    try:
        return databases.server.psql("SELECT 1", name).strip() == "1"
    except ToolError:
        return False


def _copy_database(source, name, target, new_name):
    dump = [source.bindir / "pg_dump", "--no-owner", "-d", name]
    load = [target.bindir / "psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", new_name]
    with (
        subprocess.Popen(dump, env={**os.environ, **source.env}, stdout=subprocess.PIPE) as dumping,
        subprocess.Popen(
            load, env={**os.environ, **target.env}, stdin=dumping.stdout, stdout=subprocess.DEVNULL
        ) as loading,
    ):
        assert (loading.wait(), dumping.wait()) == (0, 0)


def _create_stage(server):
    rpc = server.rpc
    warehouse_id, target_id = (
        rpc("stock.warehouse", "create", {"name": name, "code": name[:5], **MODES})
        for name in ("CROWD", "TARGET")
    )
    fields = ["lot_stock_id", "int_type_id"]
    [warehouse] = rpc("stock.warehouse", "read", [warehouse_id], fields)
    [target] = rpc("stock.warehouse", "read", [target_id], ["lot_stock_id"])
    location_id = warehouse["lot_stock_id"][0]
    return Stage(
        server.url,
        server.db,
        warehouse_id,
        location_id,
        target["lot_stock_id"][0],
        warehouse["int_type_id"][0],
        rpc("res.partner", "create", {"name": "Crowd"}),
        tuple(_create_product(rpc, location_id, n) for n in range(3)),
    )


def _create_product(rpc, location_id, number):
    values = {"name": f"Crowded {number}", "type": "consu", "is_storable": True}
    product_id = rpc("product.product", "create", values)
    quant = {"product_id": product_id, "location_id": location_id, "inventory_quantity": ON_HAND}
    quant_id = rpc("stock.quant", "create", quant, context={"inventory_mode": True})
    rpc("stock.quant", "action_apply_inventory", [quant_id])
    return product_id


def _read_stock(server, stage):
    query = PROMISED.format(
        location=stage.stock_location_id, products=",".join(map(str, stage.product_ids))
    )
    rows = [line.split("\t") for line in server.psql(query).strip().splitlines()]
    return {int(product): (float(here), float(promised)) for product, here, promised in rows}


def _assert_nothing_oversold(server, stage):
    for product_id, (here, promised) in _read_stock(server, stage).items():
        assert 0 <= promised <= here, (product_id, here, promised)


def _sell_the_rest(server, stage):
    """All that is left can be sold, and nothing more."""
    for product_id, (here, promised) in _read_stock(server, stage).items():
        if here > promised:
            assert _try_order(server, stage, product_id, here - promised) == "sale"
        refused = _try_order(server, stage, product_id, 1)
        assert "available 0" in refused, refused


def _try_order(server, stage, product_id, quantity):
    line = {"product_id": product_id, "product_uom_qty": quantity}
    values = {
        "partner_id": stage.partner_id,
        "warehouse_id": stage.warehouse_id,
        "order_line": [(0, 0, line)],
    }
    try:
        order_id = server.rpc("sale.order", "create", values)
        server.rpc("sale.order", "action_confirm", [order_id])
    except Exception as refusal:  # noqa: BLE001 whatever it is, the caller compares its text
        return str(refusal)
    return server.rpc("sale.order", "read", [order_id], ["state"])[0]["state"]


def _get_errors(outcomes):
    return [key for key in outcomes if key[1] not in ("done", "refused", "outage")]


def test_everything_at_once(workers_server):
    stage = _create_stage(workers_server)
    outcomes = work_in_parallel(stage, CLIENTS, OPERATIONS)
    assert not _get_errors(outcomes), outcomes
    assert not [key for key in outcomes if key[1] == "outage"], outcomes
    _assert_nothing_oversold(workers_server, stage)
    _sell_the_rest(workers_server, stage)


def test_everything_at_once_while_workers_die(workers_server):
    stage = _create_stage(workers_server)
    killer = WorkerKiller(workers_server, kills=5)
    outcomes = work_in_parallel(stage, CLIENTS, OPERATIONS, when_started=killer.start)
    killer.join()
    assert len(killer.killed) == 5
    assert not _get_errors(outcomes), outcomes
    _assert_nothing_oversold(workers_server, stage)
    _sell_the_rest(workers_server, stage)


def test_everything_at_once_while_the_database_dies(durable_database):
    with _serving_workers(*durable_database) as server:
        stage = _create_stage(server)
        killer = DatabaseKiller(server, after=4)
        outcomes = work_in_parallel(stage, CLIENTS, OPERATIONS, when_started=killer.start)
        killer.join()
    assert killer.killed == 1
    assert not _get_errors(outcomes), outcomes
    assert process.wait_until(lambda: _is_answering(durable_database), RECOVERY_LIMIT)
    # The old server may not survive its database; whoever supervises it starts it again.
    with _serving_workers(*durable_database) as server:
        _assert_nothing_oversold(server, stage)
        _sell_the_rest(server, stage)
