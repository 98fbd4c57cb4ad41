"""Runs the parts of a test run side by side: dependencies, time limits, signs of life.

Every child has a hard time limit and its own log. However the run ends, no child outlives it.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from . import process
from .console import ToolError, format_time, say
from .testing_report import Outcome, Report, failed

HEARTBEAT = 30.0
TAIL = 25  # last lines of a log that are shown when a child fails


class Interrupted(Exception):
    """The run is being ended: whatever waits for a child gives up."""


class Children:
    """The children of this run; they are ended by their own process group, never by name."""

    def __init__(self):
        self._lock = threading.Lock()
        self._running: dict[subprocess.Popen, tuple[str, Path]] = {}
        self.stopped = False

    @contextlib.contextmanager
    def started(self, what: str, command: Sequence, log: Path, **options) -> Iterator:
        with self._lock, log.open("w", encoding="utf-8") as stream:
            if self.stopped:
                raise Interrupted
            child = process.spawn(command, stdout=stream, stderr=subprocess.STDOUT, **options)
            self._running[child] = (what, log)
        try:
            yield child
        finally:
            process.end(child)
            with self._lock:
                del self._running[child]

    def signs_of_life(self) -> list[str]:
        with self._lock:
            running = list(self._running.values())
        return [f"{what}: {last_line(log)}" for what, log in running]

    def end_all(self) -> None:
        with self._lock:
            self.stopped = True
            running = list(self._running)
        for child in running:
            process.signal_group(child, signal.SIGTERM)
        for child in running:
            process.end(child, patience=10)


CHILDREN = Children()


def run_child(what: str, command: Sequence, log: Path, limit: float, **options) -> int:
    """Run a child to its end, its output in `log`; its exit code. Too long: it is ended."""
    with CHILDREN.started(what, command, log, **options) as child:
        try:
            code = child.wait(limit)
        except subprocess.TimeoutExpired:
            raise ToolError(
                f"{what} took longer than its limit of {format_time(limit)} and was ended. "
                f"Last lines of {log}:\n{tail(log)}"
            ) from None
    if CHILDREN.stopped:
        raise Interrupted
    return code


def tail(log: Path, lines: int = TAIL) -> str:
    with contextlib.suppress(OSError), log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 20_000))
        text = stream.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])
    return ""


def last_line(log: Path) -> str:
    lines = [line for line in tail(log).splitlines() if line.strip()]
    if not lines:
        return "no output yet"
    shown = lines[-1].split(": ", 1)[-1] if lines[-1][:2].isdigit() else lines[-1]
    return shown.strip()[:90]


@dataclass
class Part:
    """A part of the run. `needs` are the parts that must have succeeded before it starts."""

    name: str
    action: Callable[[], Iterable[Outcome]]
    needs: Sequence[str] = ()
    weight: int = 1  # the heavier starts first


@dataclass
class Runner:
    """Runs parts in two lanes (one per core of the smallest machine that we promise)."""

    report: Report
    lanes: int = 2
    _running: dict[Future, Part] = field(default_factory=dict)
    _ended: dict[str, bool] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def run(self, parts: Sequence[Part]) -> None:
        over = threading.Event()
        beat = threading.Thread(target=self._beat, args=(over,), daemon=True)
        beat.start()
        pool = ThreadPoolExecutor(self.lanes)
        try:
            self._run_all(list(parts), pool)
        finally:
            CHILDREN.end_all()
            over.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _run_all(self, waiting: list[Part], pool: ThreadPoolExecutor) -> None:
        while waiting or self._running:
            self._give_up_orphans(waiting)
            self._start_ready(waiting, pool)
            # A short wait: a signal must reach the main thread between two of them.
            done, _ = wait(self._running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                del self._running[future]

    def _start_ready(self, waiting: list[Part], pool: ThreadPoolExecutor) -> None:
        ready = [part for part in waiting if all(self._ended.get(need) for need in part.needs)]
        for part in sorted(ready, key=lambda part: -part.weight):
            if len(self._running) < self.lanes:
                waiting.remove(part)
                self._running[pool.submit(self._run_part, part)] = part

    def _give_up_orphans(self, waiting: list[Part]) -> None:
        for part in list(waiting):
            missing = [need for need in part.needs if self._ended.get(need) is False]
            if missing:
                waiting.remove(part)
                reason = f"did not run: {', '.join(missing)} failed"
                self._finish(part, [failed(part.name, part.name, reason)], 0.0, False)

    def _run_part(self, part: Part) -> None:
        began = time.monotonic()
        say(f"[{self._clock()}] {part.name}: started")
        try:
            usable, outcomes = True, list(part.action())
        except Interrupted:
            return
        except ToolError as error:
            usable, outcomes = False, [failed(part.name, part.name, str(error))]
        except Exception:  # a fault of ours: told like a failed test, the other parts go on
            usable, outcomes = False, [failed(part.name, part.name, traceback.format_exc())]
        self._finish(part, outcomes, time.monotonic() - began, usable)

    def _finish(self, part: Part, outcomes: list[Outcome], seconds: float, usable: bool) -> None:
        self.report.add(part.name, outcomes, seconds)
        bad = [outcome.name for outcome in outcomes if not outcome.passed]
        told = f"{len(outcomes) - len(bad)} passed, {len(bad)} failed" if outcomes else "ready"
        say(f"[{self._clock()}] {part.name}: {told} ({format_time(seconds)})")
        for name in bad[:10]:
            say(f"           failed: {name}")
        self._ended[part.name] = usable

    def _clock(self) -> str:
        return f"{time.monotonic() - self._began:6.0f} s"

    def _beat(self, over: threading.Event) -> None:
        while not over.wait(HEARTBEAT):
            for sign in CHILDREN.signs_of_life():
                say(f"[{self._clock()}]   ... {sign}")
