"""What the parts of a test run found, and the closing lines that tell it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from .console import format_time, say

LONGEST_REASON = 60  # lines of one failure that are shown; the rest is in its log


@dataclass(frozen=True)
class Outcome:
    """One test: where it ran, what it is called, whether it passed, and if not, why."""

    part: str
    name: str
    passed: bool
    reason: str = ""


def passed(part: str, name: str) -> Outcome:
    return Outcome(part, name, True)


def failed(part: str, name: str, reason: str) -> Outcome:
    return Outcome(part, name, False, reason.strip() or "no reason was given")


def verdict(part: str, name: str, complaints: Iterable[str]) -> Outcome:
    """A check that passes when there is nothing to complain about."""
    reason = "\n".join(complaints)
    return failed(part, name, reason) if reason else passed(part, name)


@dataclass
class Report:
    """Collects outcomes from all parts; the last line is the one that machines read."""

    outcomes: list[Outcome] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, part: str, outcomes: Iterable[Outcome], seconds: float) -> None:
        with self._lock:
            self.outcomes.extend(outcomes)
            self.times[part] = seconds

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.passed]

    @property
    def passes(self) -> int:
        return len(self.outcomes) - len(self.failures)

    @property
    def exit_code(self) -> int:
        return 0 if self.outcomes and not self.failures else 1

    def close(self, seconds: float | None = None) -> int:
        """Tell it all; the exit code."""
        if seconds is not None:
            self._tell_times(seconds)
        self._tell_failures()
        if not self.outcomes:
            say("Nothing ran: that counts as a failure.")
        say(f"{self.passes} passed, {len(self.failures)} failed")
        return self.exit_code

    def _tell_times(self, seconds: float) -> None:
        say("\nTime of each part (parts run side by side):")
        for part, spent in self.times.items():
            here = [outcome for outcome in self.outcomes if outcome.part == part]
            good = sum(outcome.passed for outcome in here)
            say(f"  {format_time(spent):>12}  {part}: {good} passed, {len(here) - good} failed")
        say(f"  {format_time(seconds):>12}  all of it")

    def _tell_failures(self) -> None:
        if not self.failures:
            return
        say(f"\n{len(self.failures)} failed:")
        for outcome in self.failures:
            say(f"\n- [{outcome.part}] {outcome.name}")
            say(_indented(outcome.reason))
        say()


def _indented(text: str) -> str:
    lines = text.splitlines()
    if len(lines) > LONGEST_REASON:
        half = LONGEST_REASON // 2
        left_out = len(lines) - 2 * half
        lines = [*lines[:half], f"... {left_out} lines left out ...", *lines[-half:]]
    return "\n".join(f"    {line}" for line in lines)
