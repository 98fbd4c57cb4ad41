"""Child processes that never outlive us and whose output can be looked at."""

from __future__ import annotations

import collections
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from .console import ToolError

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """In a child, before exec: when we are killed outright (kill -9), it is told to end too."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def spawn(command: Sequence, **options) -> subprocess.Popen:
    """Start a child in its own session: only we end it, a Ctrl-C does not reach it by itself."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [str(part) for part in command],
        start_new_session=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509
        **options,
    )


def signal_group(process: subprocess.Popen, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signum)


def end(process: subprocess.Popen, first: int = signal.SIGTERM, patience: float = 15.0) -> None:
    """End a child and everything it started: asked first, then by force."""
    if process.poll() is None:
        signal_group(process, first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    signal_group(process, signal.SIGKILL)
    process.wait()


class Result:
    """What a finished child said: its exit code and the last lines of its output."""

    def __init__(self, code: int, lines: Sequence[str]):
        self.code = code
        self.lines = list(lines)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def last_line(self) -> str:
        """The line that most likely says why."""
        lines = [line.strip() for line in self.lines if line.strip()]
        marked = [ln for ln in lines if ln.startswith(("E:", "error", "ERROR", "npm error"))]
        return marked[0] if marked else (lines or ["no output"])[-1]


def _read_lines(stream: IO[str], tee: IO[str] | None, on_line: Callable | None, keep):
    for line in stream:
        keep.append(line.rstrip("\n"))
        if tee:
            tee.write(line)
            tee.flush()
        if on_line:
            on_line(line.rstrip("\n"))


def run(
    command: Sequence,
    *,
    log: Path | None = None,
    on_line: Callable[[str], None] | None = None,
    keep: int = 20000,
    **options,
) -> Result:
    """Run a child to its end; stdout and stderr together, line by line."""
    kept: collections.deque = collections.deque(maxlen=keep)
    try:
        process = spawn(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            **options,
        )
    except FileNotFoundError as error:
        raise ToolError(f"the program {command[0]} is not on this machine: install it.") from error
    try:
        with contextlib.ExitStack() as stack:
            tee = stack.enter_context(log.open("a", encoding="utf-8")) if log else None
            _read_lines(process.stdout, tee, on_line, kept)
        process.wait()
    finally:
        end(process)
        process.stdout.close()
    return Result(process.returncode, kept)


def succeed(command: Sequence, failure: str, **options) -> Result:
    """Run a child that must succeed; `failure` is the clear line when it does not."""
    result = run(command, **options)
    if result.code:
        raise ToolError(f"{failure} [{Path(str(command[0])).name}: {result.last_line}]")
    return result


def wait_until(check: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Poll until something holds; False when it does not in time."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
