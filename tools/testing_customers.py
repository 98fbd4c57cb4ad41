"""Parallel clients, each a process of its own, that save the same customer at once."""

from __future__ import annotations

import http.client
import multiprocessing
import time

from .testing_orders import ANSWER_LIMIT, Answer, Login
from .testing_server import RpcError, Session


def call_once(session, model, method, argument):
    """Call a method once, as a client of the user does.

    :return: :class:`tools.testing_orders.Answer`
    """
    start = time.monotonic()
    try:
        session.call(model, method, argument)
    except RpcError as error:
        outcome = "refused" if error.name == "UserError" else "error"
        return Answer(outcome, time.monotonic() - start, f"{error.name}: {error}")
    except (OSError, http.client.HTTPException) as error:
        return Answer("error", time.monotonic() - start, f"no answer: {error}")
    return Answer("saved", time.monotonic() - start)


def _run_client(login, model, method, arguments, barrier, results):
    session = Session(login.url, login.db, login.user, login.password)
    for argument in arguments:
        barrier.wait(ANSWER_LIMIT)  # all at the same moment, each time
        results.put((argument, call_once(session, model, method, argument)))


def call_in_parallel(login: Login, model, method, arguments_of_clients):
    """Let each client call a method with its arguments, one by one, all clients in step.

    :param arguments_of_clients: for each client a list of arguments
    :return: list of (argument, Answer)
    """
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    barrier = context.Barrier(len(arguments_of_clients))
    processes = [
        context.Process(target=_run_client, args=(login, model, method, own, barrier, results))
        for own in arguments_of_clients
    ]
    for process in processes:
        process.start()
    count = sum(map(len, arguments_of_clients))
    answers = [results.get(timeout=ANSWER_LIMIT) for _n in range(count)]
    for process in processes:
        process.join()
    return answers


def save_in_parallel(login: Login, values_of_clients):
    """Let each client create its customers, as users do who save the form.

    :param values_of_clients: for each client a list of values of ``res.partner``
    :return: list of (tax number, Answer)
    """
    answers = call_in_parallel(login, "res.partner", "create", values_of_clients)
    return [(values["vat"], answer) for values, answer in answers]


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
