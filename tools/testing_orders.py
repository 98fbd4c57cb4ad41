"""Parallel clients, each a process of its own, that order one product of a running server."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from .testing_clients import Answer, Login, get_answer, run_clients


@dataclass
class Run:
    """The answers of all clients of one run, and how long the run took in seconds."""

    seconds: float
    answers: list[Answer] = field(default_factory=list)

    @property
    def outcomes(self):
        return Counter(answer.outcome for answer in self.answers)

    @property
    def per_second(self):
        return len(self.answers) / self.seconds

    def percentile(self, share, outcome=None):
        """Return the seconds within which the given share (0..1) of the answers came."""
        times = sorted(a.seconds for a in self.answers if outcome in (None, a.outcome))
        return times[min(int(len(times) * share), len(times) - 1)]


def order_once(session, order_vals):
    """Create and confirm one order, as a user does who saves and then confirms."""
    order_id = session.call("sale.order", "create", order_vals)
    session.call("sale.order", "action_confirm", [order_id])


def _run_client(job, place):
    login, order_vals, count = job
    session = login.open_session()
    place.start()
    for _n in range(count):
        yield get_answer(lambda: order_once(session, order_vals), "confirmed")


class Shop:
    """A product with stock in a warehouse of its own, and a customer who wants it."""

    def __init__(self, server, on_hand, mode=None):
        """Make them on a running server.

        :param server: :class:`RunningServer`
        :param on_hand: units to put on the shelf
        :param mode: the warehouse's availability mode; None for plain Odoo, which has none
        """
        self.server = server
        self.call = server.session().call
        self.partner_id = self.call("res.partner", "create", {"name": "Hot customer"})
        self.product_id = self.call(
            "product.product", "create", {"name": "Hot", "type": "consu", "is_storable": True}
        )
        self.warehouse_id = self._create_warehouse(mode)
        self._put_on_shelf(on_hand)

    def _create_warehouse(self, mode):
        number = time.time_ns()
        values = {"name": f"Hot {number}", "code": f"H{number // 1000 % 10_000}"}
        if mode:
            values["availability_mode"] = mode
        return self.call("stock.warehouse", "create", values)

    def _put_on_shelf(self, on_hand):
        [warehouse] = self.call("stock.warehouse", "read", [self.warehouse_id], ["lot_stock_id"])
        values = {
            "product_id": self.product_id,
            "location_id": warehouse["lot_stock_id"][0],
            "inventory_quantity": on_hand,
        }
        context = {"inventory_mode": True}
        quant_id = self.call("stock.quant", "create", values, context=context)
        self.call("stock.quant", "action_apply_inventory", [quant_id])

    @property
    def order_vals(self):
        line = {"product_id": self.product_id, "product_uom_qty": 1}
        return {
            "partner_id": self.partner_id,
            "warehouse_id": self.warehouse_id,
            "order_line": [(0, 0, line)],
        }

    def get_promised(self):
        """Return how many units confirmed orders promise."""
        domain = [("product_id", "=", self.product_id), ("state", "=", "sale")]
        return self.call("sale.order.line", "search_count", domain)

    def get_reserved(self):
        """Return how many units the deliveries of the orders have reserved."""
        domain = [("product_id", "=", self.product_id), ("location_id.usage", "=", "internal")]
        quants = self.call("stock.quant", "search_read", domain, ["reserved_quantity"])
        return sum(quant["reserved_quantity"] for quant in quants)

    def is_stock_sound(self):
        """Tell whether no more is reserved than is there, and deliveries hold the same.

        Added up: core makes a second quant beside one that is locked, and merges them later.
        """
        domain = [("product_id", "=", self.product_id), ("location_id.usage", "=", "internal")]
        fields = ["quantity", "reserved_quantity"]
        quants = self.call("stock.quant", "search_read", domain, fields)
        domain = [("product_id", "=", self.product_id), ("state", "=", "assigned")]
        lines = self.call("stock.move.line", "search_read", domain, ["quantity"])
        here = sum(quant["quantity"] for quant in quants)
        reserved = sum(quant["reserved_quantity"] for quant in quants)
        return reserved == sum(line["quantity"] for line in lines) and reserved <= here

    def wait_until_ready(self, limit=30):
        """Wait until all deliveries of the product are ready.

        :return: the seconds that it took
        :raise TimeoutError: some are not, for the given number of seconds
        """
        start = time.monotonic()
        states = ("waiting", "confirmed", "partially_available")
        domain = [("product_id", "=", self.product_id), ("state", "in", states)]
        while waiting := self.call("stock.move", "search_count", domain):
            if time.monotonic() - start > limit:
                raise TimeoutError(f"{waiting} deliveries are not ready after {limit} s")
            time.sleep(0.2)
        return time.monotonic() - start

    def order_in_parallel(self, clients, orders, when_started=None):
        """Create and confirm one-unit orders from several processes at once.

        :param when_started: called without arguments when all clients are logged in
        :return: :class:`Run` with one answer for each order
        """
        login = Login(self.server.url, self.server.db, "admin", "admin")
        return order_in_parallel(login, self.order_vals, clients, orders, when_started)


def order_in_parallel(login, order_vals, clients=8, orders=80, when_started=None):
    """Create and confirm the same order many times, from several processes at once.

    :param login: :class:`Login`
    :param order_vals: values of ``sale.order``
    :param when_started: called without arguments when all clients are logged in
    :return: :class:`Run` with one answer for each order
    """
    begin = 0.0

    def start():
        nonlocal begin
        begin = time.monotonic()
        if when_started:
            when_started()

    jobs = [(login, order_vals, orders // clients)] * clients
    answers = run_clients(_run_client, jobs, start)
    return Run(time.monotonic() - begin, [answer for own in answers for answer in own])
