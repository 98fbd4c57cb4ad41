"""Parallel clients, each a process of its own, that call one method each at the same moment."""

from __future__ import annotations

from .testing_clients import Login, get_answer, run_clients


def _call_once(job, place):
    login, model, method, ids, context = job
    session = login.open_session()
    place.start()
    place.step()
    yield get_answer(lambda: session.call(model, method, ids, context=context))


def call_at_once(login: Login, calls):
    """Make each call from a process of its own, all at the same moment.

    :param calls: tuples of model, method, ids and context
    :return: list of :class:`tools.testing_clients.Answer` in the order of the calls
    """
    answers = run_clients(_call_once, [(login, *call) for call in calls])
    return [answer for [answer] in answers]
