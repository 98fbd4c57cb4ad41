"""Client processes of a test: started together, each heard to its end, none that dies unheard."""

from __future__ import annotations

import http.client
import multiprocessing
import queue
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .testing_server import CALL_LIMIT, RpcError, Session

SILENCE_LIMIT = CALL_LIMIT + 60  # seconds; a call gives up by itself before that, and says so
CHECK = 1.0  # seconds between two looks whether the clients are alive


class ClientError(Exception):
    """A client process broke off, died, or says nothing any more."""


@dataclass(frozen=True)
class Login:
    """Where a client works, and as whom."""

    url: str
    db: str
    user: str
    password: str

    def open_session(self) -> Session:
        return Session(self.url, self.db, self.user, self.password)


@dataclass(frozen=True)
class Answer:
    """What the server said to one request, and after how many seconds."""

    outcome: str  # refused, error, or what was done
    seconds: float
    message: str = ""


def get_answer(request: Callable[[], object], done: str = "done") -> Answer:
    """Make a request as a client of a user does: what it returns does not matter here.

    :param done: the outcome's name when it was neither refused nor failed
    """
    start = time.monotonic()
    try:
        request()
    except RpcError as error:
        outcome = "refused" if error.name == "UserError" else "error"
        return Answer(outcome, time.monotonic() - start, f"{error.name}: {error}")
    except (OSError, http.client.HTTPException) as error:
        return Answer("error", time.monotonic() - start, f"no answer: {error}")
    return Answer(done, time.monotonic() - start)


class Meeting:
    """Where the processes of a test wait for each other."""

    def __init__(self, context, count: int):
        self.results = context.Queue()
        self.begun = context.Event()
        self._steps = context.Barrier(count)

    def start(self, number: int) -> None:
        """Say that this client is prepared, and wait until all are."""
        self.results.put((number, "ready", None))
        if not self.begun.wait(SILENCE_LIMIT):
            raise TimeoutError("the other clients are not prepared")

    def step(self) -> None:
        """Wait for all others, so that what follows happens at the same moment."""
        self._steps.wait(SILENCE_LIMIT)

    def tell_failure(self, number: int, text: str) -> None:
        """Tell the test first, and then those who wait, who will fail of it."""
        self.results.put((number, "failed", text))
        self.results.close()
        self.results.join_thread()
        self._steps.abort()


@dataclass(frozen=True)
class Place:
    """The place of one client at the meeting."""

    meeting: Meeting
    number: int

    def start(self) -> None:
        self.meeting.start(self.number)

    def step(self) -> None:
        self.meeting.step()


def _run_client(work, job, place: Place) -> None:
    results = place.meeting.results
    try:
        for answer in work(job, place):
            results.put((place.number, "answer", answer))
    except BaseException:
        place.meeting.tell_failure(place.number, traceback.format_exc())
        raise
    results.put((place.number, "done", None))


class _Clients:
    """The processes, what they said so far, and who has something to say yet."""

    def __init__(self, work, jobs):
        context = multiprocessing.get_context("spawn")
        self.meeting = Meeting(context, len(jobs))
        self.answers: list[list] = [[] for _job in jobs]
        self.heard: dict[str, set[int]] = {"ready": set(), "done": set()}
        self.processes = [
            context.Process(target=_run_client, args=(work, job, Place(self.meeting, number)))
            for number, job in enumerate(jobs)
        ]

    def hear_until_all(self, said: str) -> None:
        while waiting := set(range(len(self.processes))) - self.heard[said]:
            self._hear(waiting)

    def _hear(self, waiting: set[int]) -> None:
        deadline = time.monotonic() + SILENCE_LIMIT
        while True:
            dead = [n for n in waiting if not self.processes[n].is_alive()]
            try:
                return self._take(*self.meeting.results.get(timeout=CHECK))
            except queue.Empty:
                self._check(waiting, dead, time.monotonic() > deadline)

    def _take(self, number: int, kind: str, value) -> None:
        if kind == "failed":
            raise ClientError(f"client {number} broke off:\n{value}")
        if kind == "answer":
            self.answers[number].append(value)
        else:
            self.heard[kind].add(number)

    def _check(self, waiting: set[int], dead: list[int], too_late: bool) -> None:
        """Nothing came, and who was dead before had nothing more to say."""
        if dead:
            codes = {number: self.processes[number].exitcode for number in dead}
            raise ClientError(f"clients ended without a word (exit codes {codes})")
        if too_late:
            counts = {number: len(self.answers[number]) for number in waiting}
            raise ClientError(f"{SILENCE_LIMIT} s of silence; answers so far: {counts}")

    def end(self) -> None:
        """Wait for those who are through, and end the others."""
        for number, process in enumerate(self.processes):
            if process.pid and number not in self.heard["done"]:
                process.kill()
            if process.pid:
                process.join()


def run_clients(work: Callable[..., Iterable], jobs: list, when_started=None) -> list[list]:
    """Let a process for each job work, all beginning at the same moment.

    :param work: generator function ``work(job, place)`` that a new process can import: it
        prepares itself, calls ``place.start()`` and yields answers; ``place.step()`` waits for
        all others, as often as each of them does
    :param jobs: what each client is given; has to be picklable
    :param when_started: called without arguments when all clients are prepared
    :return: for each job the list of the answers that its client yielded
    :raise ClientError: a client failed; says which one, and why
    """
    clients = _Clients(work, jobs)
    try:
        for process in clients.processes:
            process.start()
        clients.hear_until_all("ready")
        clients.meeting.begun.set()
        if when_started:
            when_started()
        clients.hear_until_all("done")
    finally:
        clients.end()
    return clients.answers
