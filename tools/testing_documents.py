"""Parallel clients, each a process of its own, that do everything a warehouse sees with one stock.

They create, confirm, change, cancel, deliver and invoice, and take no notice of refusals or of a
server that just died: what counts is what the database says afterwards.
"""

from __future__ import annotations

import http.client
import json
import random
import time
from collections import Counter
from dataclasses import dataclass

from .testing_clients import run_clients
from .testing_server import RpcError, Session

OPERATIONS = ("order", "order", "order", "change", "cancel", "deliver", "invoice", "transfer")
PATIENCE = 90  # seconds; a server whose database died may take a request and never answer
RECOVERY = 1.0  # seconds until a client that got no answer tries again
# What a database says that is just being restarted; anything else that is no refusal is an error.
OUTAGES = ("OperationalError", "InterfaceError", "DatabaseError", "AdminShutdown", "CrashShutdown")


@dataclass(frozen=True)
class Stage:
    """Where the clients work and with what."""

    url: str
    db: str
    warehouse_id: int
    stock_location_id: int
    target_location_id: int
    picking_type_id: int
    partner_id: int
    product_ids: tuple[int, ...]


class Clerk:
    """One client, with the documents that it made and nobody else touches."""

    def __init__(self, stage: Stage, seed: int):
        self.stage = stage
        self.random = random.Random(seed)
        self.session = Session(stage.url, stage.db, "admin", "admin", limit=PATIENCE)
        self.order_ids: list[int] = []

    def work(self, operation):
        """Do one operation.

        :return: done, refused, outage, or the error's text
        """
        try:
            getattr(self, f"do_{operation}")()
        except RpcError as error:
            if error.name == "UserError":
                return "refused"
            return "outage" if error.name in OUTAGES else f"{error.name}: {error}"
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            time.sleep(RECOVERY)
            return "outage"
        return "done"

    def call(self, model, method, *args, **kwargs):
        return self.session.call(model, method, *args, **kwargs)

    def _lines(self, quantity_field):
        products = self.random.sample(self.stage.product_ids, self.random.randint(1, 2))
        return [
            (0, 0, {"product_id": product_id, quantity_field: self.random.randint(1, 3)})
            for product_id in products
        ]

    def do_order(self):
        values = {
            "partner_id": self.stage.partner_id,
            "warehouse_id": self.stage.warehouse_id,
            "order_line": self._lines("product_uom_qty"),
        }
        order_id = self.call("sale.order", "create", values)
        self.order_ids.append(order_id)
        self.call("sale.order", "action_confirm", [order_id])

    def _choose_order(self):
        return [self.random.choice(self.order_ids)] if self.order_ids else []

    def do_change(self):
        domain = [("order_id", "in", self._choose_order()), ("state", "=", "sale")]
        line_ids = self.call("sale.order.line", "search", domain, limit=1)
        self.call("sale.order.line", "write", line_ids, {"product_uom_qty": 3})

    def do_cancel(self):
        self.call("sale.order", "action_cancel", self._choose_order())

    def do_deliver(self):
        domain = [
            ("sale_id", "in", self._choose_order()),
            ("state", "not in", ("done", "cancel")),
        ]
        for picking_id in self.call("stock.picking", "search", domain):
            self._validate(picking_id)

    def _validate(self, picking_id):
        self.call("stock.picking", "action_assign", [picking_id])
        moves = self.call(
            "stock.move", "search_read", [("picking_id", "=", picking_id)], ["product_uom_qty"]
        )
        for move in moves:
            values = {"quantity": move["product_uom_qty"], "picked": True}
            self.call("stock.move", "write", [move["id"]], values)
        context = {"skip_backorder": True}
        self.call("stock.picking", "button_validate", [picking_id], context=context)

    def do_invoice(self):
        values = {
            "move_type": "out_invoice",
            "partner_id": self.stage.partner_id,
            "availability_warehouse_id": self.stage.warehouse_id,
            "invoice_line_ids": self._lines("quantity"),
        }
        invoice_id = self.call("account.move", "create", values)
        self.call("account.move", "action_post", [invoice_id])

    def do_transfer(self):
        locations = {
            "location_id": self.stage.stock_location_id,
            "location_dest_id": self.stage.target_location_id,
        }
        lines = self._lines("product_uom_qty")
        values = {
            **locations,
            "picking_type_id": self.stage.picking_type_id,
            "move_ids": [(0, 0, {**line[2], **locations}) for line in lines],
        }
        picking_id = self.call("stock.picking", "create", values)
        self.call("stock.picking", "action_confirm", [picking_id])
        if self.random.random() < 0.5:
            self._validate(picking_id)


def _run_clerk(job, place):
    stage, seed, count = job
    clerk = Clerk(stage, seed)
    place.start()
    for _n in range(count):
        operation = clerk.random.choice(OPERATIONS)
        yield operation, clerk.work(operation)


def work_in_parallel(stage, clients, operations, when_started=None):
    """Let several processes work on one stock at once.

    :param stage: :class:`Stage`
    :param operations: how many each client tries
    :param when_started: called without arguments when all clients are logged in
    :return: Counter {(operation, outcome)}
    """
    jobs = [(stage, seed, operations) for seed in range(clients)]
    answers = run_clients(_run_clerk, jobs, when_started)
    return Counter(answer for own in answers for answer in own)
