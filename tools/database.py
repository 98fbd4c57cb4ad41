"""The database that `make run` serves: made whole or not at all, brought up to date later.

It is built under another name and gets its own when it is complete: a run that was killed in the
middle leaves a database that the next run recognises by its name, drops and builds again.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from pathlib import Path

from . import process
from .console import Step, ToolError, say, step, warn
from .environment import ADDONS, Environment, locked, own_addons
from .postgres import Server

LANGUAGES = ("en_US", "zh_CN")
NEEDED_BYTES = 1_000_000_000
UNDER_WORK = "_new"
TOOLS = Path(__file__).resolve().parent
IGNORED_PARTS = {"tests", "static", "__pycache__", "readme"}
IGNORED_SUFFIXES = {".pyc", ".pot", ".md", ".rst"}
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (\w+) \S+ ([\w.]+): (.*)")
FAILURES = ("ERROR", "CRITICAL")


def check_name(name: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", name):
        raise ToolError(f"DB={name}: a database name has small letters, digits and _ only.")
    return name


def check_language(code: str) -> str:
    if code and code not in LANGUAGES:
        raise ToolError(f"DEMO_LANG={code}: choose one of {', '.join(LANGUAGES)}.")
    return code


def fingerprint(addon: Path) -> str:
    """Changes when something changes that an update of the addon would bring to the database."""
    digest = hashlib.sha256()
    for path in sorted(addon.rglob("*")):
        parts = path.relative_to(addon).parts
        if IGNORED_PARTS.intersection(parts) or path.suffix in IGNORED_SUFFIXES:
            continue
        if path.is_file():
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def fingerprints() -> dict[str, str]:
    return {name: fingerprint(ADDONS / name) for name in own_addons()}


def quote(text: str) -> str:
    """A text as an SQL literal."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


class OdooLog:
    """Reads the log of a child while it runs: how far it is, and what went wrong."""

    def __init__(self, now: Step):
        self.now = now
        self.failures: list[str] = []
        self.warnings: list[str] = []

    def read(self, line: str) -> None:
        loading = LOADING.search(line)
        if loading:
            self.now.progress(f"{loading[1]}, {loading[2]} of {loading[3]} addons")
        found = LOG_LINE.match(line)
        if found and found[1] in FAILURES:
            self.failures.append(found[3])
        elif found and found[1] == "WARNING":
            self.warnings.append(f"{found[2]}: {found[3]}")
        elif self.failures and re.match(r"[\w.]+(Error|Exception|Warning)\b", line):
            self.failures.append(line)  # the last line of a traceback says most


class Database:
    def __init__(self, environment: Environment, server: Server, name: str):
        self.environment = environment
        self.server = server
        self.name = name
        self.data_dir = self._choose_data_dir()

    def _choose_data_dir(self) -> Path:
        """One per server: the same name on another server has other files."""
        if not self.server.external:
            return self.environment.state / "data"
        where = f"{self.server.env['PGHOST']}:{self.server.env['PGPORT']}"
        return self.environment.state / f"data-{hashlib.sha256(where.encode()).hexdigest()[:8]}"

    def filestore(self, name: str) -> Path:
        return self.data_dir / "filestore" / name

    def environ(self) -> dict[str, str]:
        return {**self.environment.process_env(), **self.server.env}

    # ---- running Odoo on it ----

    def options(self, name: str) -> list[str]:
        return [
            *("-d", name, "--addons-path", self.environment.addons_path),
            *("--data-dir", str(self.data_dir)),
        ]

    def _odoo(self, text: str, name: str, *arguments: str) -> None:
        command = self.environment.odoo_command(
            *self.options(name), "--stop-after-init", "--no-http", *arguments
        )
        self._child(text, command)

    def _script(self, text: str, script: str, name: str, on_line=None) -> None:
        command = [self.environment.python, TOOLS / script, *self.options(name)]
        self._child(text, command, on_line)

    def _child(self, text: str, command: list, on_line=None) -> None:
        """Run a child that works on the database; its output goes to the log."""
        log_file = self.environment.log_folder / "database.log"
        with step(text) as now:
            log = OdooLog(now)

            def read(line: str) -> None:
                log.read(line)
                if on_line:
                    on_line(now, line)

            result = process.run(
                command, env=self.environ(), log=log_file, on_line=read, cwd=self.environment.state
            )
        for line in dict.fromkeys(log.warnings):
            warn(line[:200])
        if result.code or log.failures:
            self._fail(text, result, log, log_file)

    def _fail(self, text: str, result: process.Result, log: OdooLog, log_file: Path) -> None:
        said = "; ".join(dict.fromkeys(log.failures)) or result.last_line
        if "No space left on device" in result.text:
            said = "the disk is full: free some space and run it again"
        elif not self.server.is_answering():
            said = "PostgreSQL died in the middle: run it again, what is half-made is made anew"
        raise ToolError(f"{text}: failed: {said[:400]} (log: {log_file})")

    # ---- making it ----

    def exists(self) -> bool:
        return self.name in self.server.databases()

    def ensure(self, language: str) -> None:
        """Have the database, complete and up to date, in the wanted language."""
        lock = self.data_dir / f"{self.name}.lock"
        with locked(lock, f"prepares the database {self.name}"):
            if self.exists():
                self._check_is_odoo()
                self._bring_up_to_date()
            else:
                self._make()
            if language:
                self._set_language(language)

    def _check_is_odoo(self) -> None:
        if self._query("SELECT to_regclass('ir_module_module')", self.name) == "":
            raise ToolError(
                f"there is a database {self.name} that is not Odoo's: choose another name: "
                "make run DB=another_name"
            )

    def _query(self, sql: str, name: str | None = None) -> str:
        return self.server.psql(sql, name or self.name)

    def _make(self) -> None:
        self._check_space()
        work = self.name + UNDER_WORK
        self._drop(work)
        say(f"Making the database {self.name} (once; some minutes):")
        self.server.createdb(work)
        self._odoo(
            "Installing the addons",
            work,
            *("-i", ",".join(own_addons()) or "sale_management", "--without-demo"),
            f"--load-language={','.join(LANGUAGES)}",
        )
        self._load_demo(work)
        self._script("Building the pages' scripts and styles", "prebuild_assets.py", work)
        self._remember(work, "sales_cycle.addons", fingerprints())
        self._remember(work, "sales_cycle.build", self.environment.build)
        self._publish(work)

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.environment.state).free
        if free < NEEDED_BYTES:
            raise ToolError(
                f"only {free / 1e9:.1f} GB are free in {self.environment.state}, "
                f"{NEEDED_BYTES / 1e9:.0f} GB are needed for a database: free some."
            )

    def _drop(self, name: str) -> None:
        if name in self.server.databases():
            say(f"  (a database that an earlier run left half-made is dropped: {name})")
        self.server.dropdb(name)
        shutil.rmtree(self.filestore(name), ignore_errors=True)

    def _publish(self, work: str) -> None:
        """Give it its name: the files first, for the name in PostgreSQL says that all is done."""
        target = self.filestore(self.name)
        if target.exists():  # files without a database: nobody's, but not ours to throw away
            target.rename(target.with_name(f"{self.name}.left-{int(time.time())}"))
        if self.filestore(work).exists():
            self.filestore(work).rename(target)
        self.server.rename(work, self.name)

    # ---- the demo company ----

    def _load_demo(self, name: str) -> None:
        if not (TOOLS / "load_demo.py").exists():
            warn("tools/load_demo.py is missing: the database has no demo company.")
            return
        welcome: dict[str, list[str]] = {"login": [], "try": []}

        def read(now: Step, line: str) -> None:
            kind, _, rest = line.partition(":")
            if kind.strip().lower() in welcome:
                welcome[kind.strip().lower()].append(rest.strip())
            elif line.strip() and not LOG_LINE.match(line):
                now.progress(line.strip()[:70])

        self._script("Creating the demo company", "load_demo.py", name, read)
        self._remember(name, "sales_cycle.welcome", welcome)

    def welcome(self) -> dict[str, list[str]]:
        """What the demo company tells a newcomer: its logins, and what to try first."""
        return self._recall("sales_cycle.welcome") or {"login": [], "try": []}

    # ---- later runs ----

    def _remember(self, name: str, key: str, value) -> None:
        self._query(
            "INSERT INTO ir_config_parameter (key, value, create_uid, write_uid, create_date,"
            f" write_date) VALUES ({quote(key)}, {quote(json.dumps(value))}, 1, 1, now(), now())"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, write_date = now()",
            name,
        )

    def _recall(self, key: str):
        found = self._query(f"SELECT value FROM ir_config_parameter WHERE key = {quote(key)}")
        try:
            return json.loads(found) if found else None
        except ValueError:
            return None

    def _states(self) -> dict[str, str]:
        rows = self._query("SELECT name, state FROM ir_module_module").splitlines()
        return dict(row.split("\t") for row in rows)

    def _bring_up_to_date(self) -> None:
        current, known = fingerprints(), self._recall("sales_cycle.addons") or {}
        same_build = self._recall("sales_cycle.build") == self.environment.build
        if current == known and same_build:
            return
        states = self._states()
        self._tell_about_missing(states, set(known) - set(current))
        missing = {name for name in current if states.get(name) in (None, "uninstalled")}
        unwanted = missing & set(known)  # somebody uninstalled it in Odoo: leave it at that
        new = sorted(missing - unwanted)
        changed = [n for n in current if n not in missing and current[n] != known.get(n)]
        self._update(new, changed if same_build else ["base"])
        self._remember(self.name, "sales_cycle.addons", current)
        self._remember(self.name, "sales_cycle.build", self.environment.build)

    @staticmethod
    def _tell_about_missing(states: dict[str, str], gone: set[str]) -> None:
        for name in sorted(gone):
            if states.get(name) == "installed":
                warn(f"{name} is installed in the database but not in addons/ any more.")

    def _update(self, new: list[str], changed: list[str]) -> None:
        arguments = [*(["-i", ",".join(new)] if new else [])]
        arguments += ["-u", ",".join(changed)] if changed else []
        if arguments:
            names = "all of Odoo (another build)" if changed == ["base"] else ", ".join(changed)
            parts = [f"installing {', '.join(new)}"] * bool(new) + [f"updating {names}"] * bool(
                changed
            )
            self._odoo(" and ".join(parts).capitalize(), self.name, *arguments)

    def _set_language(self, code: str) -> None:
        """The language of everybody who works here, and of the company."""
        active = self._query("SELECT code FROM res_lang WHERE active").split()
        if code not in active:
            self._odoo(f"Loading the language {code}", self.name, f"--load-language={code}")
        self._query(
            f"UPDATE res_partner SET lang = {quote(code)} WHERE lang IS DISTINCT FROM {quote(code)}"
            " AND (id IN (SELECT partner_id FROM res_company) OR id IN (SELECT partner_id FROM"
            " res_users WHERE share IS NOT TRUE AND id <> 1))"
        )
