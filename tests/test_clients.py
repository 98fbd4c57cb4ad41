"""Client processes of tests are heard to their end, and none dies without a word."""

import os
import signal

import pytest

from tools.testing_clients import ClientError, run_clients


def _count(job, place):
    place.start()
    for number in range(job):
        place.step()
        yield number


def _break_off(job, place):
    place.start()
    if job == "break":
        raise ValueError("on purpose")
    place.step()
    yield job


def _die(job, place):
    if job == "early":
        os.kill(os.getpid(), signal.SIGKILL)
    place.start()
    if job == "late":
        os.kill(os.getpid(), signal.SIGKILL)
    yield job


def test_each_client_is_heard_to_its_end():
    started = []
    answers = run_clients(_count, [3, 3], when_started=lambda: started.append(True))
    assert answers == [[0, 1, 2], [0, 1, 2]]
    assert started == [True]


def test_who_breaks_off_says_why_though_others_wait_for_it():
    with pytest.raises(ClientError, match=r"client 1 broke off:[\s\S]*ValueError: on purpose"):
        run_clients(_break_off, ["go on", "break"])


@pytest.mark.parametrize("moment", ["early", "late"])
def test_who_dies_is_named(moment):
    with pytest.raises(ClientError, match=r"ended without a word \(exit codes \{1: -9\}\)"):
        run_clients(_die, ["go on", moment])
