"""Odoo's own tests, with our addons installed and without them: what changes, and in which mode."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from . import log_check
from .testing_database import Databases, stdin_of
from .testing_odoo import TestLog, free_port
from .testing_report import Outcome, failed, passed, verdict
from .testing_run import run_child, tail

SUITES = ("sale", "sale_stock", "stock", "stock_account", "purchase_stock")
MODES = ("off", "warn", "stop")
LIMIT = 2400  # seconds for one suite
SCRIPT = Path(__file__).with_name("run_core_suite.py")
# The mode "stop" means that tests which sell or move what is not there end so; procurements pass on
# the text alone.
REFUSAL = re.compile(r", in _refuse|more than is available:")
COMPLETE = re.compile(r"^\w+ ran (?P<tests>\d+) tests$", re.MULTILINE)


@dataclass
class SuiteRun:
    """What one run of a suite gave."""

    log: Path
    tests: list[str]
    broken: dict[str, str]
    total: int | None

    @classmethod
    def read(cls, part: str, log: Path) -> SuiteRun:
        text = log.read_text(encoding="utf-8", errors="replace")
        found = COMPLETE.search(text)
        said = TestLog(part, list(log_check.read_entries(text)))
        return cls(log, said.started, said.broken, int(found["tests"]) if found else None)


class CoreComparison:
    """The suite of one of Odoo's own addons: plain Odoo, then beside our addons in every mode.

    A test that fails, or is skipped, without our addons does so for a reason that is not ours
    (core's demo data, a language); with them it must do just the same.
    """

    def __init__(self, part: str, databases: Databases, installed: Callable[[], str], suite: str):
        self.part = part
        self.databases = databases
        self.installed = installed
        self.suite = suite

    def run(self) -> Iterable[Outcome]:
        plain = self._run_suite(self.databases.ensure_template(), "")
        yield self._judge_completeness("plain", plain)
        for mode in MODES:
            ours = self._run_suite(self.installed(), mode)
            yield self._judge_completeness(mode, ours)
            yield from self._compare(plain, ours, mode)

    def _run_suite(self, source: str, mode: str) -> SuiteRun:
        name = mode or "plain"
        log = self.databases.logs / f"core-{self.suite}-{name}.log"
        environ = {**self.databases.process_env(), "CORE_SUITE": self.suite, "CORE_MODE": mode}
        with (
            self.databases.cloned(source, f"core_{name}") as database,
            stdin_of(SCRIPT.read_text(encoding="utf-8"), self.databases.folder) as stream,
        ):
            self._ensure_suite(database)
            http = ("--http-interface=127.0.0.1", f"--http-port={free_port()}")
            command = self.databases.odoo_command(database, "shell", *http)
            what = f"{self.part}, {name}"
            run_child(what, command, log, LIMIT, env=environ, stdin=stream)
        return SuiteRun.read(self.part, log)

    def _ensure_suite(self, database: str) -> None:
        """Install the addon, when ours do not stand on it."""
        state = f"SELECT state FROM ir_module_module WHERE name = '{self.suite}'"
        if self.databases.server.psql(state, database).strip() != "installed":
            log = self.databases.logs / f"core-{self.suite}-install.log"
            self.databases.install(f"installing {self.suite}", database, [self.suite], log)

    def _judge_completeness(self, name: str, run: SuiteRun) -> Outcome:
        complaints = []
        if run.total is None:
            complaints.append(f"it ended early; {run.log} ends with:\n{tail(run.log)}")
        elif not run.total:
            complaints.append(f"no test ran: see {run.log}")
        return verdict(self.part, f"{name}: the run is complete", complaints)

    def _compare(self, plain: SuiteRun, ours: SuiteRun, mode: str) -> Iterable[Outcome]:
        for test in dict.fromkeys([*plain.tests, *plain.broken, *ours.tests, *ours.broken]):
            name = f"{mode}: {test.removeprefix('odoo.addons.')}"
            reason = self._get_difference(test, plain, ours)
            if mode == "stop" and REFUSAL.search(ours.broken.get(test, "")):
                name, reason = f"{name} (refused, as the mode means)", ""
            yield failed(self.part, name, reason) if reason else passed(self.part, name)

    @staticmethod
    def _get_difference(test: str, plain: SuiteRun, ours: SuiteRun) -> str:
        ran_before, runs_now = (test in run.tests or test in run.broken for run in (plain, ours))
        if ran_before != runs_now:
            return f"it ran {'without' if ran_before else 'with'} our addons only"
        if (test in plain.broken) == (test in ours.broken):
            return ""
        if test in plain.broken:
            return f"it fails only without our addons:\n{plain.broken[test]}"
        return f"it fails only with our addons:\n{ours.broken[test]}"
