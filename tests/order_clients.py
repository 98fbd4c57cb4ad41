"""Parallel clients, each a process of its own, that order one product of a running server."""

import json
import multiprocessing
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field

REQUEST_TIMEOUT = 120  # seconds; Odoo itself retries a conflict for up to half a minute


@dataclass(frozen=True)
class Login:
    """Where and as whom a client orders."""

    url: str
    db: str
    login: str
    password: str


@dataclass(frozen=True)
class Answer:
    """What the server said to one order, and after how many seconds."""

    outcome: str  # confirmed, refused or error
    seconds: float
    message: str = ""


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


class RemoteError(Exception):
    """What the server answered instead of a result: the exception's name and its message."""

    def __init__(self, name, message):
        super().__init__(message)
        self.name = name


class Session:
    """A user who is logged in, over the routes of the web client."""

    def __init__(self, login):
        self.url = login.url
        cookies = urllib.request.HTTPCookieProcessor()
        self.opener = urllib.request.build_opener(cookies)
        credentials = {"db": login.db, "login": login.login, "password": login.password}
        self._post("/web/session/authenticate", credentials)

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model.

        :raise RemoteError: the server's exception
        """
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post("/web/dataset/call_kw", params)

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        request = urllib.request.Request(
            self.url + path, body, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=REQUEST_TIMEOUT) as response:
            answer = json.load(response)
        if "error" in answer:
            data = answer["error"].get("data", {})
            message = data.get("message", answer["error"]["message"])
            raise RemoteError(data.get("name", ""), message)
        return answer.get("result")


def order_once(session, order_vals):
    """Create and confirm one order, as a user does who saves and then confirms.

    :return: :class:`Answer`
    """
    start = time.monotonic()
    try:
        order_id = session.call("sale.order", "create", order_vals)
        session.call("sale.order", "action_confirm", [order_id])
    except RemoteError as error:
        refused = error.name == "odoo.exceptions.UserError"
        outcome = "refused" if refused else "error"
        return Answer(outcome, time.monotonic() - start, f"{error.name}: {error}")
    return Answer("confirmed", time.monotonic() - start)


def _run_client(login, order_vals, count, ready, start, results):
    session = Session(login)
    ready.release()
    start.wait()
    for _n in range(count):
        results.put(order_once(session, order_vals))


def order_in_parallel(login, order_vals, clients=8, orders=80):
    """Create and confirm the same order many times, from several processes at once.

    :param login: :class:`Login`
    :param order_vals: values of ``sale.order``
    :return: :class:`Run` with one answer for each order
    """
    context = multiprocessing.get_context("spawn")
    ready, start, results = context.Semaphore(0), context.Event(), context.Queue()
    processes = [
        context.Process(
            target=_run_client, args=(login, order_vals, orders // clients, ready, start, results)
        )
        for _n in range(clients)
    ]
    for process in processes:
        process.start()
    for _process in processes:
        if not ready.acquire(timeout=REQUEST_TIMEOUT):
            raise TimeoutError("a client could not log in")
    begin = time.monotonic()
    start.set()
    answers = [results.get(timeout=REQUEST_TIMEOUT * 2) for _n in range(orders)]
    seconds = time.monotonic() - begin
    for process in processes:
        process.join()
    return Run(seconds, answers)
