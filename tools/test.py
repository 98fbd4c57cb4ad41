"""`make test`: everything that must hold, in one run. Last line: `N passed, N failed`.

python3 -m tools.test [--addon NAME] [--tags TAGS]    the whole, or one addon
python3 -m tools.test core                            Odoo's own suites, without and with our addons
python3 -m tools.test soak                            the tests in tests/ that run for long
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
import time
from collections.abc import Iterable, Iterator

from .console import ToolError, run_main, say
from .environment import Environment, ensure_environment, own_addons
from .lint import lint
from .log_check import check_file
from .postgres import Server, open_server
from .testing_core import SUITES as CORE_SUITES
from .testing_core import CoreComparison
from .testing_database import Databases
from .testing_lifecycle import Lifecycle
from .testing_machine import ensure_programs
from .testing_odoo import OdooTests, restrict_tags, split_evenly, test_weight
from .testing_pytest import run_pytest
from .testing_report import Outcome, Report, failed, verdict
from .testing_run import Part, Runner

TEMPLATE = "test template"
INSTALLATION = "our addons together"
LANES = 2


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tools.test", description=__doc__)
    parser.add_argument("--addon", default=os.environ.get("ADDON", ""), help="one addon only")
    parser.add_argument("--tags", default=os.environ.get("TAGS", ""), help="Odoo's --test-tags")
    parser.add_argument("suite", nargs="?", choices=("core", "soak"), help="instead of the usual")
    arguments = parser.parse_args()
    addons = own_addons(with_tests=True)
    if arguments.addon and arguments.addon not in addons:
        raise ToolError(f"ADDON={arguments.addon}: choose one of {', '.join(addons)}.")
    return arguments


class Plan:
    """Which parts run, and in which order."""

    def __init__(self, environment: Environment, server: Server, arguments: argparse.Namespace):
        self.environment = environment
        self.databases = Databases(environment, server)
        self.arguments = arguments
        self.addons = own_addons(with_tests=True)
        self.installed = ""  # the database with all our addons, once it is made

    def parts(self) -> Iterator[Part]:
        yield Part(TEMPLATE, self._make_template, weight=1000)
        if self.arguments.addon:
            yield from self._one_addon(self.arguments.addon)
            return
        yield Part(INSTALLATION, self._install, needs=(TEMPLATE,), weight=990)
        if self.arguments.suite == "core":
            yield from self._core()
        elif self.arguments.suite == "soak":
            yield self._pytest("soak tests", "soak")
        elif self.arguments.tags:
            yield self._odoo_tests(f"Odoo tests {self.arguments.tags}", self.arguments.tags, 1)
        else:
            yield from self._all()

    def close(self) -> None:
        if self.installed:
            self.databases.drop(self.installed)

    def _all(self) -> Iterator[Part]:
        yield Part("lint", functools.partial(lint, self.environment), weight=900)
        free = "server-free tests"
        marks = "not needs_odoo and not soak"
        yield Part(free, functools.partial(run_pytest, free, self.databases, marks), weight=800)
        yield self._pytest("running server", "needs_odoo and not soak")
        for share in split_evenly(self.addons, LANES):
            tags = ",".join(f"/{addon}" for addon in share)
            weight = 100 + sum(map(test_weight, share))
            yield self._odoo_tests(f"Odoo tests of {' + '.join(share)}", tags, weight)
        for addon in self.addons:
            yield self._life(addon)

    def _one_addon(self, addon: str) -> Iterator[Part]:
        part = f"Odoo tests of {addon}"
        tags = restrict_tags(self.arguments.tags, addon)
        tests = OdooTests(part, self.databases, self.databases.ensure_template, tags, [addon])
        yield Part(part, tests.run, needs=(TEMPLATE,), weight=500)
        if not self.arguments.tags:
            yield Part("lint", functools.partial(lint, self.environment, [addon]), weight=900)
            yield self._life(addon)

    def _core(self) -> Iterator[Part]:
        for name in CORE_SUITES:
            part = f"Odoo's own tests of {name}"
            tests = CoreComparison(part, self.databases, lambda: self.installed, name)
            yield Part(part, tests.run, needs=(INSTALLATION,), weight=1)

    def _odoo_tests(self, part: str, tags: str, weight: int) -> Part:
        tests = OdooTests(part, self.databases, lambda: self.installed, tags)
        return Part(part, tests.run, needs=(INSTALLATION,), weight=weight)

    def _life(self, addon: str) -> Part:
        part = f"life of {addon}"
        life = Lifecycle(part, self.databases, addon)
        return Part(part, life.run, needs=(TEMPLATE,), weight=test_weight(addon))

    def _pytest(self, part: str, marks: str) -> Part:
        action = functools.partial(run_pytest, part, self.databases, marks, lambda: self.installed)
        return Part(part, action, needs=(INSTALLATION,), weight=500)

    def _make_template(self) -> Iterable[Outcome]:
        self.databases.drop_leftovers()
        self.databases.ensure_template()
        return []

    def _install(self) -> Iterable[Outcome]:
        """All our addons together, once for all parts that want them."""
        self.installed = self.databases.clone(self.databases.ensure_template(), "installed")
        log = self.databases.logs / "installed.log"
        self.databases.install(INSTALLATION, self.installed, self.addons, log)
        yield verdict(INSTALLATION, "the log is clean", check_file(log))


def run_plan(arguments: argparse.Namespace, report: Report) -> None:
    environment = ensure_environment(dev=True)
    ensure_programs(environment)
    with open_server(environment, name="test", fast=True) as server:
        plan = Plan(environment, server, arguments)
        try:
            Runner(report, LANES).run(list(plan.parts()))
        finally:
            plan.close()
    say(f"Logs: {environment.state / 'test/log'}")


def main() -> int:
    sys.stdout.reconfigure(errors="replace")  # whatever the terminal can show
    began = time.monotonic()
    arguments = read_arguments()
    report = Report()
    try:
        run_plan(arguments, report)
    except ToolError as error:
        report.add("set-up", [failed("set-up", "set-up", str(error))], time.monotonic() - began)
    return report.close(time.monotonic() - began)


if __name__ == "__main__":
    run_main(main)
