"""Parallel clients, each a process of its own, that save the same customer at once."""

from __future__ import annotations

import http.client
import multiprocessing
import time

from .testing_orders import ANSWER_LIMIT, Answer, Login
from .testing_server import RpcError, Session


def save_once(session, values):
    """Create one customer, as a user does who saves the form.

    :return: :class:`tools.testing_orders.Answer`
    """
    start = time.monotonic()
    try:
        session.call("res.partner", "create", values)
    except RpcError as error:
        outcome = "refused" if error.name == "UserError" else "error"
        return Answer(outcome, time.monotonic() - start, f"{error.name}: {error}")
    except (OSError, http.client.HTTPException) as error:
        return Answer("error", time.monotonic() - start, f"no answer: {error}")
    return Answer("saved", time.monotonic() - start)


def _run_client(login, values_list, barrier, results):
    session = Session(login.url, login.db, login.user, login.password)
    for values in values_list:
        barrier.wait(ANSWER_LIMIT)  # all at the same moment, each time
        results.put((values["vat"], save_once(session, values)))


def save_in_parallel(login: Login, values_of_clients):
    """Let each client save its customers, one after the other, all clients in step.

    :param values_of_clients: for each client a list of values of ``res.partner``
    :return: list of (tax number, Answer)
    """
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    barrier = context.Barrier(len(values_of_clients))
    processes = [
        context.Process(target=_run_client, args=(login, values, barrier, results))
        for values in values_of_clients
    ]
    for process in processes:
        process.start()
    count = sum(map(len, values_of_clients))
    answers = [results.get(timeout=ANSWER_LIMIT) for _n in range(count)]
    for process in processes:
        process.join()
    return answers


def _run_writes(login, writes, barrier, results):
    session = Session(login.url, login.db, login.user, login.password)
    for partner_id, values in writes:
        barrier.wait(ANSWER_LIMIT)
        session.call("res.partner", "write", [partner_id], values)
    results.put(True)


def write_in_parallel(login: Login, writes_of_clients):
    """Let each client write to its partners, one by one, all clients in step.

    :param writes_of_clients: for each client a list of (partner id, values)
    """
    context = multiprocessing.get_context("spawn")
    results, barrier = context.Queue(), context.Barrier(len(writes_of_clients))
    processes = [
        context.Process(target=_run_writes, args=(login, writes, barrier, results))
        for writes in writes_of_clients
    ]
    for process in processes:
        process.start()
    for _process in processes:
        results.get(timeout=ANSWER_LIMIT)
    for process in processes:
        process.join()
