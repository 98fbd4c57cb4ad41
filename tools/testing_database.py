"""Databases for tests: a cached template with what our addons stand on, and clones of it.

The template holds the addons that ours depend on (no demo data), the languages, and the web
client's bundles ready-made; a clone of it with its files costs a second.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from .console import ToolError
from .environment import ADDONS, Environment, locked, own_addons
from .postgres import Server
from .testing_run import run_child, tail

LANGUAGES = ("en_US", "zh_CN")
LAYOUT = "1"  # of the template: changes when it is made in another way
INSTALL_LIMIT = 900
BAKE = "env['ir.qweb']._pregenerate_assets_bundles()\nenv.cr.commit()\n"


def depends_of(addon: str) -> list[str]:
    manifest = (ADDONS / addon / "__manifest__.py").read_text(encoding="utf-8")
    return ast.literal_eval(manifest).get("depends", [])


def foreign_depends(addons: Sequence[str]) -> list[str]:
    """What the addons stand on that is not ours."""
    waiting, ours, foreign = list(addons), set(), set()
    while waiting:
        name = waiting.pop()
        if not (ADDONS / name / "__manifest__.py").exists():
            foreign.add(name)
        elif name not in ours:
            ours.add(name)
            waiting.extend(depends_of(name))
    return sorted(foreign) or ["base"]


class Databases:
    """The databases of one state folder on one server, each with its folder of files."""

    def __init__(self, environment: Environment, server: Server):
        self.environment = environment
        self.server = server
        self.folder = environment.state / "test"
        self.data_dir = self.folder / "data"
        self.logs = self.folder / "log"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._filestore.mkdir(parents=True, exist_ok=True)
        # A shared external server may serve several copies of the repository.
        self.prefix = f"sct{hashlib.sha256(str(self.folder).encode()).hexdigest()[:5]}"
        self._made = 0
        self._counting = threading.Lock()

    @property
    def _filestore(self) -> Path:
        return self.data_dir / "filestore"

    def files(self, database: str) -> Path:
        return self._filestore / database

    def process_env(self) -> dict[str, str]:
        return {**self.environment.process_env(), **self.server.env}

    def odoo_command(self, database: str, *args) -> list[str]:
        return self.environment.odoo_command(*self._with_options(database, args))

    def _with_options(self, database: str, args: Sequence) -> list:
        # A sub-command such as `shell` must come before the options.
        command = [args[0]] if args and not str(args[0]).startswith("-") else []
        options = [f"--data-dir={self.data_dir}", f"--addons-path={self.environment.addons_path}"]
        options += ["-d", database, "--no-database-list", "--max-cron-threads=0"]
        return [*command, *options, *args[len(command) :]]

    def odoo(self, what: str, database: str, *args, limit: float, log: Path, **options) -> int:
        command = self.odoo_command(database, *args)
        return run_child(what, command, log, limit, env=self.process_env(), **options)

    # ---- template ----

    def template_name(self, addons: Sequence[str] | None = None) -> str:
        depends = foreign_depends(addons or own_addons(with_tests=True))
        parts = (LAYOUT, self.environment.build, *depends, *LANGUAGES)
        return f"{self.prefix}_tpl_{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:10]}"

    def ensure_template(self) -> str:
        """The template, made when it is not there yet."""
        name = self.template_name()
        if name in self.server.databases():
            return name
        with locked(self.folder / "template.lock", "is making the test template"):
            if name not in self.server.databases():
                self._drop_old_templates()
                self._make_template(name)
        return name

    def _drop_old_templates(self) -> None:
        for name in self.server.databases():
            if name.startswith(f"{self.prefix}_tpl_"):
                self.drop(name)

    def _make_template(self, name: str) -> None:
        growing = f"{name}_new"
        self.drop(growing)
        self.server.createdb(growing)
        depends = foreign_depends(own_addons(with_tests=True))
        languages = f"--load-language={','.join(LANGUAGES)}"
        what = "making the test template"
        self.install(what, growing, depends, self.logs / "template.log", languages)
        shutil.rmtree(self.files(name), ignore_errors=True)
        self.files(growing).rename(self.files(name))
        self.server.rename(growing, name)

    def install(self, what: str, database: str, addons: Sequence[str], log: Path, *options) -> None:
        """Install addons and make the web client's bundles; whatever fails is an error."""
        arguments = ["-i", ",".join(addons), "--stop-after-init", "--no-http", *options]
        self._must(what, log, self.odoo(what, database, *arguments, limit=INSTALL_LIMIT, log=log))
        bake_log = log.with_name(f"{log.stem}-bundles.log")
        with stdin_of(BAKE, self.folder) as stream:
            arguments = ["shell", "--no-http"]
            options = {"limit": INSTALL_LIMIT, "log": bake_log, "stdin": stream}
            self._must(what, bake_log, self.odoo(what, database, *arguments, **options))

    @staticmethod
    def _must(what: str, log: Path, code: int) -> None:
        if code or any(mark in log.read_text("utf-8") for mark in (" CRITICAL ", " ERROR ")):
            raise ToolError(f"{what} failed (exit code {code}); {log} ends with:\n{tail(log)}")

    # ---- clones ----

    def clone(self, source: str, purpose: str) -> str:
        """A copy of a database that nobody is connected to; its files are linked, not copied."""
        name = self.clone_name(purpose)
        self.server.createdb(name, template=source)
        self.copy_files(source, name)
        return name

    def clone_name(self, purpose: str) -> str:
        with self._counting:
            self._made += 1
            return f"{self.prefix}_{os.getpid()}_{self._made}_{purpose}"[:60]

    def copy_files(self, source: str, name: str) -> None:
        shutil.copytree(self.files(source), self.files(name), copy_function=os.link)

    @contextlib.contextmanager
    def cloned(self, source: str, purpose: str) -> Iterator[str]:
        name = self.clone(source, purpose)
        try:
            yield name
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        self.server.dropdb(name)
        shutil.rmtree(self.files(name), ignore_errors=True)

    def drop_leftovers(self) -> None:
        """Clones of runs that were killed before they could clean up."""
        for name in self.server.databases():
            pid = name.removeprefix(f"{self.prefix}_").partition("_")[0]
            if name.startswith(f"{self.prefix}_") and pid.isdigit() and not _is_alive(int(pid)):
                self.drop(name)


@contextlib.contextmanager
def stdin_of(text: str | None, folder: Path) -> Iterator:
    """A child's standard input: a file with the text, or nothing."""
    if text is None:
        with open(os.devnull, "rb") as stream:
            yield stream
        return
    path = folder / f"stdin-{hashlib.sha256(text.encode()).hexdigest()[:12]}.py"
    path.write_text(text, encoding="utf-8")
    with path.open("rb") as stream:
        yield stream


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
