"""Each addon of ours on its own: installs, is translated, upgrades, uninstalls cleanly, installs
again. On a clone of the template, in one Odoo process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from . import log_check
from .environment import ADDONS, REPOSITORY
from .testing_database import Databases, depends_of, stdin_of
from .testing_report import Outcome, failed, verdict
from .testing_run import tail

LIMIT = 600
# Core locks this table without waiting; PostgreSQL's own housekeeping holds a lock at times.
NO_AUTOVACUUM = "ALTER TABLE ir_module_module SET (autovacuum_enabled = false)"
SCRIPT = """\
import sys
sys.path.insert(0, {repository!r})
from tools.testing_inside import {function}
{function}(env, *{arguments!r}, {target!r})
"""


def run_inside(
    what: str, databases: Databases, database: str, function: str, arguments: list, log: Path
) -> tuple[int, object]:
    """Run a function of testing_inside.py in Odoo: the exit code, and what it told."""
    target = log.with_suffix(".json")
    target.unlink(missing_ok=True)
    databases.server.psql(NO_AUTOVACUUM, database)
    script = SCRIPT.format(
        repository=str(REPOSITORY), function=function, arguments=arguments, target=str(target)
    )
    with stdin_of(script, databases.folder) as stream:
        code = databases.odoo(
            what, database, "shell", "--no-http", limit=LIMIT, log=log, stdin=stream
        )
    return code, json.loads(target.read_text(encoding="utf-8")) if target.exists() else None


def own_depends(addon: str) -> list[str]:
    """Those of our own addons that it stands on, each after what it stands on itself."""
    ordered: list[str] = []
    for name in depends_of(addon):
        if (ADDONS / name / "__manifest__.py").exists():
            ordered.extend([*own_depends(name), name])
    return list(dict.fromkeys(ordered))


class Lifecycle:
    """The life of one addon."""

    def __init__(self, part: str, databases: Databases, addon: str):
        self.part = part
        self.databases = databases
        self.addon = addon
        self.log = databases.logs / f"life-of-{addon}.log"

    def run(self) -> Iterable[Outcome]:
        template = self.databases.ensure_template()
        arguments = [self.addon, own_depends(self.addon)]
        with self.databases.cloned(template, "life") as database:
            code, told = run_inside(
                self.part, self.databases, database, "lifecycle", arguments, self.log
            )
        return self._read(code, told)

    def _read(self, code: int, told) -> Iterable[Outcome]:
        if code or told is None:
            yield failed(self.part, self.addon, f"exit code {code}:\n{tail(self.log)}")
            return
        for row in told:
            yield verdict(self.part, row["name"], row["complaints"])
        complaints = log_check.check_file(self.log)
        yield verdict(self.part, f"{self.addon} leaves the log clean", complaints)
