"""Several processes order one product of a running server at once, and the database is asked."""

import pytest
from faults import WorkerKiller

from tools.testing_odoo import free_port
from tools.testing_orders import Shop
from tools.testing_server import serving

ON_HAND = 40
CLIENTS = 8
ORDERS = 80


@pytest.fixture
def shop(server):
    return Shop(server, ON_HAND, mode="stop")


@pytest.mark.parametrize("run_number", range(5))
def test_never_more_promised_than_on_hand(shop, run_number):
    run = shop.order_in_parallel(CLIENTS, ORDERS)
    assert shop.get_promised() == ON_HAND
    assert run.outcomes == {"confirmed": ON_HAND, "refused": ORDERS - ON_HAND}
    refusals = {answer.message for answer in run.answers if answer.outcome == "refused"}
    assert all("asked 1, available 0, missing 1" in message for message in refusals), refusals


@pytest.mark.soak
@pytest.mark.parametrize("run_number", range(30))
def test_never_more_promised_than_on_hand_for_long(shop, run_number):
    shop.order_in_parallel(CLIENTS, ORDERS)
    assert shop.get_promised() == ON_HAND


@pytest.fixture
def workers_server(databases, company_template):
    """A server of several worker processes, of its own: this test kills them."""
    options = ("--workers=3", f"--gevent-port={free_port()}")
    with (
        databases.cloned(company_template, "killed") as database,
        serving(databases, database, "killed-workers", options) as running,
    ):
        yield running


def test_killed_workers_neither_oversell_nor_keep_stock(workers_server):
    """Transactions that die in the middle give back what they had claimed."""
    shop = Shop(workers_server, ON_HAND, mode="stop")
    killer = WorkerKiller(workers_server, kills=6)
    run = shop.order_in_parallel(CLIENTS, ORDERS, when_started=killer.start)
    killer.join()
    assert len(killer.killed) == 6
    assert shop.get_promised() <= ON_HAND
    assert run.outcomes["confirmed"] <= shop.get_promised()
    _sell_the_rest(shop)


def _sell_the_rest(shop):
    rest = ON_HAND - shop.get_promised()
    for _n in range(rest):
        order_id = shop.session.call("sale.order", "create", shop.order_vals)
        shop.session.call("sale.order", "action_confirm", [order_id])
    assert shop.get_promised() == ON_HAND, "what killed transactions claimed can be sold"
