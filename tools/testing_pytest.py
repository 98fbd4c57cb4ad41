"""Runs the suite in tests/ and reads its result file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree

from .environment import REPOSITORY
from .testing_database import Databases
from .testing_report import Outcome, failed, passed
from .testing_run import run_child, tail

LIMIT = 3000
NOTHING_COLLECTED = 5
INSTALLED = "SALES_CYCLE_TEST_INSTALLED"  # tells the suite of a database with our addons


def run_pytest(
    part: str, databases: Databases, marks: str, installed: Callable[[], str] | None = None
) -> Iterable[Outcome]:
    """The tests with these marks, in a process of their own."""
    name = re.sub(r"\W+", "-", part)
    log = databases.logs / f"{name}.log"
    results = databases.logs / f"{name}.xml"
    results.unlink(missing_ok=True)
    command = [
        *(databases.environment.python, "-m", "pytest", "tests", "-v", "-m", marks),
        *("--junitxml", results, "-o", "junit_logging=no"),
    ]
    # libpq's variables are left to the fixtures, which find the server by themselves
    environ = databases.environment.process_env()
    if installed:
        environ[INSTALLED] = installed()
    code = run_child(part, command, log, LIMIT, env=environ, cwd=REPOSITORY)
    return list(_read(part, code, log, results))


def _read(part: str, code: int, log: Path, results: Path) -> Iterator[Outcome]:
    outcomes = list(_cases(part, results)) if results.exists() else []
    yield from outcomes
    if code == NOTHING_COLLECTED:
        yield failed(part, "tests/", "no test was found")
    elif code and all(outcome.passed for outcome in outcomes):
        yield failed(part, "pytest", f"exit code {code}; {log} ends with:\n{tail(log)}")


def _cases(part: str, results: Path) -> Iterator[Outcome]:
    for case in ElementTree.parse(results).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}".removeprefix("tests.")
        why = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        if why is None:
            yield passed(part, name)
        else:
            skipped = "skipped: " if why.tag == "skipped" else ""
            yield failed(part, name, f"{skipped}{why.get('message') or ''}\n{why.text or ''}")
