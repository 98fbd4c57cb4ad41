"""Runs Odoo's own test runner on a clone of the template and reads what it says."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from . import log_check
from .environment import ADDONS
from .log_check import Entry
from .testing_database import Databases
from .testing_report import Outcome, failed, passed, verdict
from .testing_run import tail

LIMIT = 1500
LONGEST_NAME = 100  # of a log; a part of many addons has a long one
STARTING = re.compile(r"^Starting (?P<test>[\w.<>]+) \.\.\.")
BROKEN = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(?P<test>[\w.<>]+)(?P<rest>.*)")
SKIPPED = re.compile(r"^skipped (?P<test>.+?) : (?P<reason>.*)", re.DOTALL)
TOTAL = re.compile(r"(?P<bad>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<tests>\d+) tests")
TAG = re.compile(r"(?P<sign>[+-]?)(?P<tag>[^/:.]*)(?P<rest>.*)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def restrict_tags(tags: str, addon: str) -> str:
    """Odoo's tags, limited to one addon: `slow,:TestX` becomes `slow/addon,/addon:TestX`."""
    limited = []
    for tag in filter(None, (part.strip() for part in tags.split(","))):
        found = TAG.match(tag)
        inside = tag if "/" in tag else f"{found['sign']}{found['tag']}/{addon}{found['rest']}"
        limited.append(inside)
    return ",".join(limited) or f"/{addon}"


def test_weight(addon: str) -> int:
    """How much there is to test, roughly; a browser test takes as long as many others."""
    texts = [path.read_text(encoding="utf-8") for path in (ADDONS / addon).rglob("tests/test_*.py")]
    methods = sum(text.count("    def test_") for text in texts)
    browsers = sum(text.count("start_tour(") + text.count("browser_js(") for text in texts)
    return methods + 15 * browsers


def split_evenly(addons: Sequence[str], shares: int) -> list[list[str]]:
    """Share the addons out, the heaviest first, each to the share that has least."""
    parts: list[list[str]] = [[] for _ in range(shares)]
    for addon in sorted(addons, key=test_weight, reverse=True):
        min(parts, key=lambda part: sum(map(test_weight, part))).append(addon)
    return [part for part in parts if part]


@dataclass
class TestLog:
    """What one run of Odoo's test runner logged."""

    part: str
    entries: list[Entry]
    started: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    total: int | None = None

    def __post_init__(self):
        for entry in self.entries:
            self._read(entry)

    def _read(self, entry: Entry) -> None:
        message = entry.message
        if found := STARTING.match(message):
            self.started.append(f"{entry.logger}:{found['test']}")
        elif entry.level == "ERROR" and (found := BROKEN.match(message)):
            self._note_broken(f"{entry.logger}:{found['test']}", message)
        elif entry.level == "INFO" and (found := SKIPPED.match(message)):
            test = f"{entry.logger}:{found['test']}"
            self._note_broken(test, f"skipped, though everything it needs is here: {message}")
        elif found := TOTAL.search(message):
            self.total = int(found["tests"])

    def _note_broken(self, test: str, message: str) -> None:
        self.broken[test] = f"{self.broken[test]}\n{message}" if test in self.broken else message

    def outcomes(self) -> list[Outcome]:
        """One outcome a test; a class that could not be set up counts as one that failed."""
        good = [test for test in dict.fromkeys(self.started) if test not in self.broken]
        return [
            *(passed(self.part, _short(test)) for test in good),
            *(failed(self.part, _short(test), why) for test, why in self.broken.items()),
        ]


def _short(test: str) -> str:
    return test.removeprefix("odoo.addons.").replace(".tests.", "/")


class OdooTests:
    """The Odoo tests of some addons, in a process and on a clone of their own.

    Without `install` the source has the addons already.
    """

    def __init__(
        self,
        part: str,
        databases: Databases,
        source: Callable[[], str],
        tags: str,
        install: Sequence[str] = (),
    ):
        self.part = part
        self.databases = databases
        self.source = source
        self.tags = tags
        self.install = install
        name = re.sub(r"\W+", "-", part)[:LONGEST_NAME]
        self.log = databases.logs / f"{name}.log"
        self.screenshots = databases.folder / "screenshots" / name

    def run(self) -> Iterable[Outcome]:
        shutil.rmtree(self.screenshots, ignore_errors=True)
        with self.databases.cloned(self.source(), "odoo") as database:
            code = self.databases.odoo(
                self.part, database, *self._options(), limit=LIMIT, log=self.log
            )
        return self._read(code)

    def _options(self) -> list[str]:
        return [
            *(["-i", ",".join(self.install)] if self.install else []),
            *("--test-enable", "--test-tags", self.tags),
            *("--http-interface=127.0.0.1", f"--http-port={free_port()}"),
            f"--screenshots={self.screenshots}",
            "--stop-after-init",
        ]

    def _read(self, code: int) -> list[Outcome]:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        log = TestLog(self.part, list(log_check.read_entries(text)))
        outcomes = log.outcomes()
        outcomes.append(verdict(self.part, "the log is clean", self._log_complaints(log)))
        outcomes.append(verdict(self.part, "the run is complete", self._run_complaints(log, code)))
        return outcomes

    def _log_complaints(self, log: TestLog) -> list[str]:
        return [_cut(complaint) for complaint in log_check.complaints(log.entries)]

    def _run_complaints(self, log: TestLog, code: int) -> Iterable[str]:
        if not log.started:
            yield f"no test ran for the tags {self.tags}; {self.log} ends with:\n{tail(self.log)}"
        elif log.total is None:
            yield f"Odoo ended early (exit code {code}); {self.log} ends with:\n{tail(self.log)}"
        elif log.total != len(log.started):
            yield f"Odoo counts {log.total} tests, its log shows {len(log.started)}"
        if code and log.total is not None and not log.broken:
            yield f"exit code {code} though no test failed: see {self.log}"


def _cut(text: str, longest: int = 3000) -> str:
    return text if len(text) <= longest else f"{text[:longest]} ... ({len(text)} characters)"
