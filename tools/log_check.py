"""Reads Odoo's log: a WARNING or an ERROR that nobody gave a reason for is a failure.

The reasons stand in allowed_log_lines.toml. By hand: python3 -m tools.log_check FILE...
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .console import ToolError, run_main, say

ALLOWED_FILE = Path(__file__).with_name("allowed_log_lines.toml")
LOUD = ("WARNING", "ERROR", "CRITICAL")
LINE = re.compile(
    r"^(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) \d+ (?P<level>[A-Z]+) "
    r"(?P<db>\S+) (?P<logger>[\w.]+): ?(?P<message>.*)$"
)
# Python's own warnings go to stderr without a logger.
PYTHON_WARNING = re.compile(r"^\S+\.py:\d+: \w*Warning: ")


@dataclass
class Entry:
    """One line of the log with the lines that belong to it."""

    level: str
    logger: str
    message: str

    def __str__(self) -> str:
        return f"{self.level} {self.logger}: {self.message.rstrip()}"


@dataclass(frozen=True)
class Allowed:
    """A line that may stand in the log, and why."""

    logger: str
    pattern: re.Pattern
    reason: str
    logs: tuple[str, ...] = ()  # in these logs only; none: in all

    def covers(self, entry: Entry, log: str) -> bool:
        here = not self.logs or log in self.logs
        return here and self.logger == entry.logger and bool(self.pattern.search(entry.message))


def read_entries(text: str) -> Iterator[Entry]:
    current = None
    for line in text.splitlines():
        found = LINE.match(line)
        if not found and PYTHON_WARNING.match(line):
            found_entry = Entry("WARNING", "py.warnings", line)
        elif found:
            found_entry = Entry(found["level"], found["logger"], found["message"])
        else:
            found_entry = None
        if found_entry:
            if current:
                yield current
            current = found_entry
        elif current:
            current.message += f"\n{line}"
    if current:
        yield current


def read_allowed(path: Path = ALLOWED_FILE) -> list[Allowed]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["line"]
    for row in rows:
        if len(row.get("reason", "")) < 15 or not row.get("logger"):
            raise ToolError(f"{path.name}: an entry needs a logger and a reason: {row}")
    return [
        Allowed(
            row["logger"], re.compile(row["message"]), row["reason"], tuple(row.get("logs", ()))
        )
        for row in rows
    ]


def is_test_result(entry: Entry) -> bool:
    """What the test framework says about failed tests: they are counted as such."""
    if entry.logger in ("odoo.tests.result", "odoo.tests.stats"):
        return True
    if entry.logger == "odoo.modules.loading":
        return bool(re.match(r"Module \S+: \d+ failures?, \d+ errors? of", entry.message))
    return ".tests." in entry.logger and entry.message.startswith(("FAIL: ", "ERROR: "))


def complaints(entries: Iterable[Entry], log: str = "") -> list[str]:
    """The loud lines that nobody gave a reason for."""
    allowed = read_allowed()
    return [
        str(entry)
        for entry in entries
        if entry.level in LOUD
        and not is_test_result(entry)
        and not any(one.covers(entry, log) for one in allowed)
    ]


def check_file(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8", errors="replace")
    return complaints(read_entries(text), path.stem)


def main() -> int:
    found = [f"{name}: {line}" for name in sys.argv[1:] for line in check_file(Path(name))]
    for line in found:
        say(line)
    return 1 if found else 0


if __name__ == "__main__":
    run_main(main)
