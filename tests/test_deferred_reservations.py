"""Goods of orders that are confirmed at once are reserved right after, by a real scheduler."""

import threading

import psutil
import pytest

from tools.testing_odoo import free_port
from tools.testing_orders import Shop
from tools.testing_server import serving

ON_HAND = 40
CLIENTS = 8
ORDERS = 80


@pytest.fixture(scope="module")
def scheduler_server(databases, company_template):
    """A server that also runs scheduled actions."""
    with (
        databases.cloned(company_template, "scheduler") as database,
        serving(databases, database, "scheduler", ("--max-cron-threads=1",)) as running,
    ):
        yield running


def test_deliveries_become_ready_by_themselves(scheduler_server):
    shop = Shop(scheduler_server, ON_HAND, mode="stop")
    run = shop.order_in_parallel(CLIENTS, ORDERS)
    assert run.outcomes == {"confirmed": ON_HAND, "refused": ORDERS - ON_HAND}
    assert shop.wait_until_ready() < 10
    assert shop.get_reserved() == ON_HAND
    assert shop.is_stock_sound()
    assert scheduler_server.log_complaints() == []


@pytest.mark.soak
def test_deliveries_are_validated_while_orders_are_confirmed(scheduler_server):
    shop = Shop(scheduler_server, ON_HAND, mode="stop")
    shop.order_in_parallel(1, CLIENTS)
    shop.wait_until_ready()
    domain = [("product_id", "=", shop.product_id), ("state", "=", "assigned")]
    moves = shop.call("stock.move", "search_read", domain, ["picking_id"])
    picking_ids = [move["picking_id"][0] for move in moves]

    def deliver():
        for picking_id in picking_ids:
            shop.call("stock.picking", "button_validate", [picking_id])

    thread = threading.Thread(target=deliver)
    run = shop.order_in_parallel(CLIENTS, 4 * CLIENTS, when_started=thread.start)
    thread.join()
    assert run.outcomes == {"confirmed": 4 * CLIENTS}
    shop.wait_until_ready()
    assert shop.get_reserved() == 4 * CLIENTS
    assert shop.is_stock_sound()


class SchedulerKiller(threading.Thread):
    """Kills the process that runs scheduled actions, again and again, while orders come in."""

    def __init__(self, server):
        super().__init__()
        self.mark = f"--http-port={server.port}"
        self.killed = 0
        self.stopped = threading.Event()

    def run(self):
        while not self.stopped.wait(0.7):
            for process in psutil.process_iter(["cmdline"]):
                if self._is_scheduler(process):
                    process.kill()
                    self.killed += 1

    def _is_scheduler(self, process):
        # A worker of scheduled actions is the one that listens nowhere of its own: told by nice.
        cmdline = process.info["cmdline"] or []
        return self.mark in cmdline and "gevent" not in cmdline and process.nice() == 10


@pytest.mark.soak
def test_a_killed_scheduler_loses_no_reservation(databases, company_template):
    options = ("--workers=2", "--max-cron-threads=1", f"--gevent-port={free_port()}")
    with (
        databases.cloned(company_template, "killedcron") as database,
        serving(databases, database, "killed-scheduler", options) as server,
    ):
        shop = Shop(server, ON_HAND, mode="stop")
        killer = SchedulerKiller(server)
        run = shop.order_in_parallel(CLIENTS, ORDERS, when_started=killer.start)
        killer.stopped.set()
        killer.join()
        assert killer.killed > 2
        assert run.outcomes["confirmed"] == ON_HAND
        shop.wait_until_ready(90)  # a new scheduler looks once a minute
        assert shop.get_reserved() == ON_HAND
        assert shop.is_stock_sound()
