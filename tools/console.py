"""What a person sees while the tools work: lines, long steps that are alive, one clear error."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

HEARTBEAT = 10.0  # seconds between two signs of life in a log
TTY_HEARTBEAT = 1.0  # and on a terminal, where the line is rewritten


class ToolError(Exception):
    """One clear line: what is wrong and what to do. Shown without a traceback."""


class Stopped(BaseException):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, the terminal went away)."""

    def __init__(self, signum: int):
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


def _write(text: str) -> None:
    # The terminal may be gone (hang-up, closed pipe): that must not keep us from cleaning up.
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def say(text: str = "") -> None:
    _write(f"{text}\n")


def warn(text: str) -> None:
    say(f"warning: {text}")


def format_time(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


class Step:
    """A long step: says what it does, that it is alive, how far it is and how long it took."""

    def __init__(self, text: str):
        self.text = text
        self._how_far: str | Callable[[], str] = ""
        self._started = time.monotonic()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._tty = sys.stdout is not None and sys.stdout.isatty()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    def progress(self, how_far: str | Callable[[], str]) -> None:
        """Tell how far the step is (a text, or what to ask); shown with the next sign of life."""
        self._how_far = how_far

    @property
    def how_far(self) -> str:
        return self._how_far() if callable(self._how_far) else self._how_far

    def _beat(self) -> None:
        while not self._over.wait(TTY_HEARTBEAT if self._tty else HEARTBEAT):
            with self._lock:
                if not self._over.is_set():
                    self._show(format_time(self.elapsed))

    def _show(self, when: str) -> None:
        how_far = self.how_far
        line = f"  {self.text} ... {when}{', ' if how_far else ''}{how_far}"
        _write(f"\r\033[K{line[:110]}" if self._tty else f"{line}\n")

    def begin(self) -> None:
        _write(f"  {self.text} ..." if self._tty else f"  {self.text} ...\n")
        self._thread.start()

    def end(self, outcome: str) -> None:
        self._over.set()
        with self._lock:
            lead = "\r\033[K" if self._tty else ""
            _write(f"{lead}  {self.text}: {outcome} ({format_time(self.elapsed)})\n")


@contextlib.contextmanager
def step(text: str) -> Iterator[Step]:
    """A long step of the work, from its first line to its last."""
    current = Step(text)
    current.begin()
    try:
        yield current
    except BaseException:
        current.end("stopped")
        raise
    current.end("done")


def describe_os_error(error: OSError) -> str:
    """An operating system error as the one line that says what to do."""
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full{where}: free some space (about 4 GB are needed) and run it again."
    if error.errno == errno.EACCES or error.errno == errno.EPERM:
        return f"no permission{where}: check who owns it, or run as the user who does."
    if error.errno == errno.EROFS:
        return (
            f"the file system is read-only{where}: set SALES_CYCLE_STATE to a folder "
            "that can be written."
        )
    return f"{error.strerror or error}{where}."


def _raise_stopped(signum: int, _frame) -> None:
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)  # the clean-up itself must not be cut short
    raise Stopped(signum)


def stop_on_signals() -> None:
    """Turn Ctrl-C, SIGTERM and a hang-up into `Stopped`, so that every `finally` runs."""
    signal.signal(signal.SIGINT, _raise_stopped)
    signal.signal(signal.SIGTERM, _raise_stopped)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it stays ignored
        signal.signal(signal.SIGHUP, _raise_stopped)


def _has_hung_up(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, 0)
    return any(event & select.POLLHUP for _fd, event in poll.poll(0))


def _watch_for_abandonment() -> None:
    """End when nobody is there any more: make was killed outright, or the terminal is gone.

    A hang-up reaches only the head of the session; make, when that is it, waits for us instead of
    telling us.
    """
    parent, terminal = os.getppid(), sys.stdout.isatty()
    below_make = "MAKELEVEL" in os.environ
    while not (below_make and os.getppid() != parent) and not (terminal and _has_hung_up(1)):
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def run_main(main: Callable[[], int | None]) -> None:
    """Run a tool: errors that we know become one line, a stop becomes its exit status."""
    stop_on_signals()
    threading.Thread(target=_watch_for_abandonment, daemon=True).start()
    try:
        code = main() or 0
    except ToolError as error:
        say(f"error: {error}")
        code = 1
    except OSError as error:
        if os.environ.get("SALES_CYCLE_DEBUG"):
            raise
        say(f"error: {describe_os_error(error)}")
        code = 1
    except Stopped as stopped:
        say(f"stopped ({stopped}).")
        code = 128 + stopped.signum
    sys.exit(code)
