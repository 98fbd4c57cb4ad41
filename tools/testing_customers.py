"""Parallel clients, each a process of its own, that save the same customer at once."""

from __future__ import annotations

from functools import partial

from .testing_clients import Login, get_answer, run_clients


def _call_in_step(job, place):
    login, model, method, arguments = job
    session = login.open_session()
    place.start()
    for argument in arguments:
        place.step()  # all at the same moment, each time
        yield argument, get_answer(partial(session.call, model, method, *argument), "saved")


def call_in_parallel(login: Login, model, method, arguments_of_clients):
    """Let each client call a method with its arguments, one by one, all clients in step.

    :param arguments_of_clients: for each client a list of tuples of arguments
    :return: list of (arguments, :class:`tools.testing_clients.Answer`)
    """
    jobs = [(login, model, method, arguments) for arguments in arguments_of_clients]
    return [answer for answers in run_clients(_call_in_step, jobs) for answer in answers]


def save_in_parallel(login: Login, values_of_clients):
    """Let each client create its customers, as users do who save the form.

    :param values_of_clients: for each client a list of values of ``res.partner``
    :return: list of (tax number, Answer)
    """
    arguments = [[(values,) for values in own] for own in values_of_clients]
    answers = call_in_parallel(login, "res.partner", "create", arguments)
    return [(values["vat"], answer) for (values,), answer in answers]


def write_in_parallel(login: Login, writes_of_clients):
    """Let each client write to its partners, one by one, all clients in step.

    :param writes_of_clients: for each client a list of (partner id, values)
    :return: list of :class:`tools.testing_clients.Answer`
    """
    arguments = [
        [([partner_id], values) for partner_id, values in own] for own in writes_of_clients
    ]
    answers = call_in_parallel(login, "res.partner", "write", arguments)
    return [answer for _arguments, answer in answers]
