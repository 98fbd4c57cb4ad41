"""The environment that everything runs in: Odoo's tree, a pinned Python environment, one folder.

Made once, below the state folder (`.local`, or SALES_CYCLE_STATE); asked again, it answers from a
stamp. Nothing half-made is ever taken for ready: what is being built has no stamp yet.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import odoo_tree, process, python_packages
from .console import ToolError, say, step

REPOSITORY = Path(__file__).resolve().parent.parent
ADDONS = REPOSITORY / "addons"
LOCK, DEV_LOCK = "requirements.txt", "requirements-dev.txt"
LOCK_FILE = Path(__file__).with_name("odoo.lock.json")
NEEDED_BYTES = 3_500_000_000  # the tree, the packages, the archives, and a database
PYTHONS = ("python3.13", "python3.12", "python3.11", "python3")
# Variables of the caller that would change what our child processes do.
FOREIGN_PREFIXES = ("PYTHON", "PIP_", "UV_", "PG", "ODOO", "LC_", "PYENV", "CONDA", "OPENERP")
FOREIGN_NAMES = ("LANG", "LANGUAGE", "TZ", "VIRTUAL_ENV", "DATABASE_URL", "MAKEFLAGS", "MAKELEVEL")


def state_folder() -> Path:
    return Path(os.environ.get("SALES_CYCLE_STATE") or REPOSITORY / ".local").resolve()


def cache_folder() -> Path:
    """Downloaded archives; may be shared between copies of the repository."""
    return Path(os.environ.get("SALES_CYCLE_CACHE") or state_folder() / "cache").resolve()


def pdf_folder(state: Path) -> Path:
    """Where `make pdf` puts wkhtmltopdf."""
    return state / "pdf"


def read_lock() -> dict:
    return json.loads(LOCK_FILE.read_text(encoding="utf-8"))


def own_addons(with_tests: bool = False) -> list[str]:
    """The addons of this repository; the ones that only test are left out unless asked for."""
    names = sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))
    return [name for name in names if with_tests or not name.startswith("test_")]


@dataclass(frozen=True)
class Environment:
    state: Path
    python: Path  # of the virtual environment
    odoo_root: Path  # the folder that holds the `odoo` package
    odoo_addons: Path
    build: str  # identity of the Odoo build and of the pinned packages

    @property
    def addons_path(self) -> str:
        return ",".join(str(path) for path in (self.odoo_addons, ADDONS) if path.is_dir())

    @property
    def log_folder(self) -> Path:
        folder = self.state / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def odoo_command(self, *args) -> list[str]:
        # The script, not `-m odoo`: the gevent process starts itself again from sys.argv[0].
        return [str(self.python), str(self.python.with_name("odoo")), *map(str, args)]

    def process_env(self) -> dict[str, str]:
        """What a child process gets: the caller's environment without what would change it."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name == "ODOO_HOME"  # tells which environment is meant
            or not (name.startswith(FOREIGN_PREFIXES) or name in FOREIGN_NAMES)
        }
        first = f"{self.python.parent}:{pdf_folder(self.state)}"
        path = f"{first}:{os.environ.get('PATH') or os.defpath}"
        fixed = {
            "PATH": path,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
            "ODOO_RC": str(self.state / "no-odoo.conf"),  # never somebody's ~/.odoorc
        }
        return {"HOME": str(self.state), **kept, **fixed}


def _runs(python: str) -> str | None:
    """The real path of a usable Python: a shim may exist and not run."""
    code = "import sys, ssl; print(sys.version_info[:2], getattr(sys, '_base_executable', ''))"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            [python, "-I", "-c", code], capture_output=True, text=True, timeout=20, check=False
        )
        version, _, path = done.stdout.strip().rpartition(") ")
        if not done.returncode and version in ("(3, 11", "(3, 12", "(3, 13"):
            return os.path.realpath(path or python)
    return None


def find_python() -> str:
    """The Python for the virtual environment: the one that runs us when it will do."""
    for candidate in (sys.executable, *PYTHONS):
        path = shutil.which(candidate)
        real = _runs(path) if path else None
        if real:
            return real
    raise ToolError(
        f"Odoo 19 needs Python 3.11, 3.12 or 3.13, this is {sys.version.split()[0]}: install one "
        "(Debian: apt-get install python3) and name it: make PYTHON=/path/to/python3.12 run"
    )


def _check_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise ToolError(
            f"only {free / 1e9:.1f} GB are free in {folder}, {NEEDED_BYTES / 1e9:.1f} GB are "
            "needed: free some, or set SALES_CYCLE_STATE to a folder on another disk."
        )


@contextlib.contextmanager
def locked(path: Path, waiting_for: str) -> Iterator[None]:
    """One at a time; whoever waits says for what. The system frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step(f"Waiting for another process that {waiting_for}"):
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _needed_addons(addons: Path) -> list[Path]:
    """The core addons that ours stand on, to be compiled beforehand."""
    waiting, found = {"web", "base", *_depends_of_ours()}, {}
    while waiting:
        name = waiting.pop()
        manifest = addons / name / "__manifest__.py"
        if name not in found and manifest.exists():
            found[name] = manifest.parent
            waiting.update(_depends(manifest))
    return list(found.values())


def _depends(manifest: Path) -> list[str]:
    return ast.literal_eval(manifest.read_text(encoding="utf-8")).get("depends", [])


def _depends_of_ours() -> set[str]:
    return {name for addon in own_addons() for name in _depends(ADDONS / addon / "__manifest__.py")}


def _compile(python: Path, root: Path, addons: Path) -> None:
    """Bytecode now, for PYTHONDONTWRITEBYTECODE=1 would compile all of it at every start.

    Of the 632 addons only those that ours need; the others compile when they are first used.
    """
    core = [p for p in (root / "odoo").iterdir() if p.suffix == ".py" or p.name != "addons"]
    folders = [*core, *_needed_addons(addons)]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    workers = str(min(os.cpu_count() or 1, 8))
    with step("Compiling Odoo"):
        command = [python, "-m", "compileall", "-q", *folders]
        if process.run([*command, "-j", workers], env=environ).code:
            process.run(command, env=environ)  # some containers cannot run workers (no /dev/shm)


def _build(state: Path, dev: bool) -> Environment:
    _check_space(state)
    lock = read_lock()
    tree = odoo_tree.ensure(state, cache_folder(), lock)
    packages = python_packages.Packages(state, cache_folder(), REPOSITORY, lock["uv"])
    python = packages.ensure(find_python(), tree, dev)
    if packages.made_anew:
        _compile(python, tree.root, tree.addons)
        packages.seal()
    build = _digest(tree.identity, (REPOSITORY / LOCK).read_text(encoding="utf-8"))
    return Environment(state, python, tree.root, tree.addons, build[:16])


def _stamps(state: Path) -> dict[str, str]:
    """They change whenever something that the environment is made of changes."""
    texts = [path.read_text(encoding="utf-8") for path in (LOCK_FILE, REPOSITORY / LOCK)]
    return {
        "stamp": _digest(*texts, str(state), odoo_tree.home_identity()),
        "dev": _digest((REPOSITORY / DEV_LOCK).read_text(encoding="utf-8")),
    }


def _read_ready(state: Path, dev: bool) -> Environment | None:
    stamps = _stamps(state)
    try:
        ready = json.loads((state / "ready.json").read_text(encoding="utf-8"))
        if ready["stamp"] != stamps["stamp"] or (dev and ready["dev"] != stamps["dev"]):
            return None
        paths = [Path(ready[key]) for key in ("python", "odoo_root", "odoo_addons")]
    except (OSError, ValueError, KeyError):
        return None
    if not all(path.exists() for path in paths):
        return None
    return Environment(state, *paths, ready["build"])


def write_ready(environment: Environment, dev: bool) -> None:
    """Note that the environment is complete; written whole or not at all."""
    stamps = _stamps(environment.state)
    ready = {
        "stamp": stamps["stamp"],
        "dev": stamps["dev"] if dev else "",
        "python": str(environment.python),
        "odoo_root": str(environment.odoo_root),
        "odoo_addons": str(environment.odoo_addons),
        "build": environment.build,
    }
    path = environment.state / "ready.json"
    path.with_suffix(".new").write_text(json.dumps(ready, indent=1), encoding="utf-8")
    path.with_suffix(".new").replace(path)


def ensure_environment(dev: bool = False) -> Environment:
    """Have the environment; `dev` adds what lint and tests need."""
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    found = _read_ready(state, dev)
    if found:
        return found
    with locked(state / "setup.lock", "is making the environment"):
        found = _read_ready(state, dev)
        if found:
            return found
        say("Making the environment (once; some minutes):")
        environment = _build(state, dev)
        write_ready(environment, dev)
    return environment
