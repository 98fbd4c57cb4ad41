"""Several processes order one product of a running server at once, and the database is asked."""

import threading

import pytest

from tools.testing_orders import Shop

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


def test_killed_transactions_neither_oversell_nor_keep_stock(shop, server):
    """Connections that are killed in the middle give back what they had claimed."""
    over = threading.Event()

    def kill_now_and_then():
        while not over.wait(0.7):
            server.psql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
                " AND state = 'idle in transaction' AND query NOT LIKE 'LISTEN%' LIMIT 1"
            )

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        run = shop.order_in_parallel(CLIENTS, ORDERS)
    finally:
        over.set()
        killer.join()
    assert shop.get_promised() <= ON_HAND
    assert run.outcomes["confirmed"] <= shop.get_promised() + run.outcomes["error"]
    _sell_the_rest(shop)


def _sell_the_rest(shop):
    rest = ON_HAND - shop.get_promised()
    for _n in range(rest):
        order_id = shop.session.call("sale.order", "create", shop.order_vals)
        shop.session.call("sale.order", "action_confirm", [order_id])
    assert shop.get_promised() == ON_HAND, "what killed transactions claimed can be sold"
