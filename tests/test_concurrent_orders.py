"""Several processes order one product of a running server at once, and the database is asked."""

import threading
import time

import pytest

from order_clients import Login, Session, order_in_parallel

ON_HAND = 40
CLIENTS = 8
ORDERS = 80


class Shop:
    """A product with stock in a warehouse that stops, and a customer who wants it."""

    def __init__(self, server):
        self.login = Login(server.url, server.db, "admin", "admin")
        self.session = Session(self.login)
        call = self.session.call
        self.warehouse_id = call(
            "stock.warehouse",
            "create",
            {"name": f"Hot {time.time_ns()}", "code": f"H{time.time_ns() % 9999}"},
        )
        call("stock.warehouse", "write", [self.warehouse_id], {"availability_mode": "stop"})
        self.partner_id = call("res.partner", "create", {"name": "Hot customer"})
        self.product_id = call(
            "product.product", "create", {"name": "Hot", "type": "consu", "is_storable": True}
        )
        self._put_on_shelf()

    def _put_on_shelf(self):
        call = self.session.call
        [warehouse] = call("stock.warehouse", "read", [self.warehouse_id], ["lot_stock_id"])
        values = {
            "product_id": self.product_id,
            "location_id": warehouse["lot_stock_id"][0],
            "inventory_quantity": ON_HAND,
        }
        context = {"inventory_mode": True}
        quant_id = call("stock.quant", "create", values, context=context)
        call("stock.quant", "action_apply_inventory", [quant_id])

    @property
    def order_vals(self):
        line = {"product_id": self.product_id, "product_uom_qty": 1}
        return {
            "partner_id": self.partner_id,
            "warehouse_id": self.warehouse_id,
            "order_line": [(0, 0, line)],
        }

    def get_promised(self):
        domain = [("product_id", "=", self.product_id), ("state", "=", "sale")]
        return self.session.call("sale.order.line", "search_count", domain)


@pytest.fixture
def shop(server):
    return Shop(server)


@pytest.mark.parametrize("run_number", range(5))
def test_never_more_promised_than_on_hand(shop, run_number):
    run = order_in_parallel(shop.login, shop.order_vals, CLIENTS, ORDERS)
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
        run = order_in_parallel(shop.login, shop.order_vals, CLIENTS, ORDERS)
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
