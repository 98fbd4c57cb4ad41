"""Parallel clients, each a process of its own, that call one method each at the same moment."""

from __future__ import annotations

import http.client
import multiprocessing
import time

from .testing_orders import ANSWER_LIMIT, Answer, Login
from .testing_server import RpcError, Session


def _call_once(session, model, method, ids, context):
    start = time.monotonic()
    try:
        session.call(model, method, ids, context=context)
    except RpcError as error:
        outcome = "refused" if error.name == "UserError" else "error"
        return Answer(outcome, time.monotonic() - start, f"{error.name}: {error}")
    except (OSError, http.client.HTTPException) as error:
        return Answer("error", time.monotonic() - start, f"no answer: {error}")
    return Answer("done", time.monotonic() - start)


def _run_client(login, number, call, barrier, results):
    session = Session(login.url, login.db, login.user, login.password)
    barrier.wait(ANSWER_LIMIT)
    results.put((number, _call_once(session, *call)))


def call_at_once(login: Login, calls):
    """Make each call from a process of its own, all at the same moment.

    :param calls: tuples of model, method, ids and context
    :return: list of :class:`tools.testing_orders.Answer` in the order of the calls
    """
    context = multiprocessing.get_context("spawn")
    results, barrier = context.Queue(), context.Barrier(len(calls))
    processes = [
        context.Process(target=_run_client, args=(login, number, call, barrier, results))
        for number, call in enumerate(calls)
    ]
    for process in processes:
        process.start()
    answers = dict(results.get(timeout=ANSWER_LIMIT) for _process in processes)
    for process in processes:
        process.join()
    return [answers[number] for number in range(len(calls))]
