"""`make run` on a machine that is not as it should be: one clear line, and the next run works.

The real tool runs in a copy of the repository that holds one tiny addon, so that a database is
made in seconds; the copy borrows the virtual environment and Odoo's tree of this one.
"""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.debian import sha256_of
from tools.environment import REPOSITORY, Environment, write_ready
from tools.postgres import fallback_folder

CLOSED_PROXY = "http://127.0.0.1:9"  # nobody listens there
MANIFEST = {
    "name": "Tiny",
    "version": "19.0.1.0.0",
    "author": "Sales Cycle contributors",
    "license": "LGPL-3",
    "depends": ["web"],
    "data": ["data.xml"],
}
DATA = """<odoo><record id="word" model="ir.config_parameter">
<field name="key">tiny.word</field><field name="value">{word}</field></record></odoo>"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(check, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


class Copy:
    """A copy of the repository, and the tools run in it."""

    def __init__(self, root: Path):
        self.root = root
        self.state = root / ".local"
        self.port = free_port()
        for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(REPOSITORY / name, root / name)
        ignored = shutil.ignore_patterns("__pycache__", "load_demo.py")
        shutil.copytree(REPOSITORY / "tools", root / "tools", ignore=ignored)
        self.write_addon("first")

    def write_addon(self, word: str) -> None:
        addon = self.root / "addons/tiny"
        addon.mkdir(parents=True, exist_ok=True)
        (addon / "__init__.py").touch()
        (addon / "__manifest__.py").write_text(repr(MANIFEST))
        (addon / "data.xml").write_text(DATA.format(word=word))

    def borrow(self, environment: Environment) -> None:
        self.state.mkdir(exist_ok=True)
        borrowed = Environment(
            self.state,
            environment.python,
            environment.odoo_root,
            environment.odoo_addons,
            environment.build,
        )
        write_ready(borrowed, dev=False)

    def environ(self, **changes: str) -> dict[str, str]:
        foreign = ("PG", "DATABASE_URL", "SALES_CYCLE", "MAKE", "MFLAGS", "DB", "DEMO_LANG")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        return {**kept, "PORT": str(self.port), **changes}

    def start(self, *command, **options) -> "Run":
        return Run(self, command or ("make", f"PYTHON={sys.executable}", "run"), options)

    def tool(self, name: str = "run", **changes: str) -> "Run":
        """A tool that is expected to end by itself."""
        run = self.start(sys.executable, "-m", f"tools.{name}", environ=self.environ(**changes))
        run.wait(60)
        return run

    def processes(self) -> list[int]:
        marks = (str(self.root).encode(), str(fallback_folder(self.state)).encode())
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                where = os.fsencode(os.readlink(entry / "cwd"))
                if any(mark in command or where.startswith(mark) for mark in marks):
                    found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def postgres_pid(self) -> int:
        folders = (self.state / "postgres", fallback_folder(self.state))
        notes = [path for f in folders for path in f.glob("main/data/postmaster.pid")]
        return int(notes[0].read_text().split()[0])

    def status_of_login(self) -> int:
        try:
            address = f"http://127.0.0.1:{self.port}/web/login"
            return urllib.request.urlopen(address, timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def _listen_to_hangups():
    """Under nohup the tests, and so the tools that they start, would ignore them."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Run:
    """One run of a tool, its output kept in a file."""

    count = 0

    def __init__(self, copy: Copy, command, options):
        Run.count += 1
        self.copy = copy
        self.out = copy.root / f"output-{Run.count}.txt"
        self.started = time.monotonic()
        with self.out.open("w") as output:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                cwd=copy.root,
                env=options.pop("environ", None) or copy.environ(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **{"preexec_fn": _listen_to_hangups, **options},
            )

    @property
    def text(self) -> str:
        return self.out.read_text()

    @property
    def error(self) -> str:
        """The error that the tool ended with: always one line, never a traceback."""
        assert "Traceback" not in self.text, self.text
        lines = [line for line in self.text.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.text
        return lines[0]

    def wait(self, seconds: float = 90) -> int:
        return self.child.wait(seconds)

    def until(self, text: str, seconds: float = 180) -> float:
        came = wait_until(lambda: text in self.text or self.child.poll() is not None, seconds)
        assert came and text in self.text, self.text
        return time.monotonic() - self.started

    def until_ready(self) -> float:
        took = self.until("is ready:")
        assert self.copy.status_of_login() == 200
        return took

    def stop(self, signum: int = signal.SIGTERM) -> None:
        os.killpg(self.child.pid, signum)
        self.wait()

    def assert_nothing_is_left(self) -> None:
        assert wait_until(lambda: not self.copy.processes(), 10), self.copy.processes()


def fresh_copy(folder: Path) -> Iterator[Copy]:
    copy = Copy(folder)
    yield copy
    for pid in copy.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    copy.tool("clean")


@pytest.fixture
def empty(tmp_path):
    """A copy without any environment."""
    yield from fresh_copy(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory, environment):
    """A copy with an environment; its tests build on one another's database."""
    for copy in fresh_copy(tmp_path_factory.mktemp("copy")):
        copy.borrow(environment)
        yield copy


# ---- before anything was made ----------------------------------------------------------------


def test_a_taken_port_names_who_has_it(empty):
    with socket.create_server(("127.0.0.1", empty.port)):
        run = empty.tool()
    assert run.child.returncode == 1
    assert f"port {empty.port} is taken by process {os.getpid()} " in run.error
    assert "make run PORT=" in run.error
    assert not empty.state.exists(), "nothing is made before the port is known to be free"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"PORT": "eighty"}, "PORT=eighty: a port is a number"),
        ({"PORT": "70000"}, "PORT=70000: a port is a number"),
        ({"DB": "My Company"}, "DB=My Company: a database name"),
        ({"DEMO_LANG": "zh"}, "DEMO_LANG=zh: choose one of en_US, zh_CN"),
    ],
)
def test_a_wrong_value_is_named(empty, changes, what):
    run = empty.tool(**changes)
    assert run.child.returncode == 1
    assert what in run.error


def test_without_a_python_make_says_which_one_is_needed(empty):
    run = empty.start("make", "PYTHON=", "run")
    assert run.wait() == 2
    assert "Python 3.11 or newer is needed and not found" in run.text


def test_an_old_python_is_turned_away(empty):
    code = "import sys; sys.version_info = (3, 9, 2, 'final', 0); import tools.run"
    run = empty.start(sys.executable, "-c", code)
    assert run.wait() == 1
    assert run.error.startswith("error: Python 3.11 or newer is needed, this is 3.9")


def test_a_python_that_does_not_run_is_passed_over(empty):
    """Such as the shim of a pyenv whose version was removed."""
    shim = empty.root / "bin/python3"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'pyenv: version not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    folders = os.pathsep.join([str(shim.parent), str(Path(sys.executable).parent), os.defpath])
    run = empty.start("make", "clean", environ=empty.environ(PATH=folders))
    assert run.wait() == 0, run.text
    assert "nothing to remove" in run.text


def test_odoo_home_that_is_no_odoo_is_named(empty):
    run = empty.tool("setup", ODOO_HOME=str(empty.root))
    assert run.child.returncode == 1
    assert f"ODOO_HOME={empty.root} is not a checkout of Odoo's branch 19.0" in run.error


# ---- archives: no network, a full disk, a changed package -------------------------------------


def pin_own_package(copy: Copy) -> Path:
    """Pin a small package of our own making in place of Odoo's; it lies in the cache already."""
    source = copy.root / "package"
    (source / "DEBIAN").mkdir(parents=True)
    (source / "DEBIAN/control").write_text(
        "Package: odoo-19\nVersion: 19.0.0-0\nArchitecture: all\n"
        "Maintainer: nobody <nobody@example.com>\nDescription: small\n"
    )
    (source / "content").write_bytes(os.urandom(2_000_000))
    cache = copy.state / "cache/debs"
    cache.mkdir(parents=True)
    built = cache / "built.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", source, built], check=True)
    digest = sha256_of(built)
    pin = {"name": "odoo-19", "version": "19.0.0-0", "sha256": digest}
    lock = {"debian": {"suites": ["sid"], "packages": [pin]}, "npm": [], "uv": {}}
    (copy.root / "tools/odoo.lock.json").write_text(json.dumps(lock))
    return built.rename(cache / f"odoo-19_{digest[:12]}.deb")


def without_network() -> dict[str, str]:
    return dict.fromkeys(("http_proxy", "https_proxy"), CLOSED_PROXY)


def assert_nothing_half_made(copy: Copy) -> None:
    assert not (copy.state / "ready.json").exists()
    assert not (copy.state / "odoo-19").exists()
    assert not list(copy.state.glob(".tree-*"))


def test_without_network_odoo_cannot_be_had(empty):
    run = empty.tool("setup", **without_network())
    assert run.child.returncode == 1
    assert "Debian's package lists cannot be had: check the network" in run.error
    assert_nothing_half_made(empty)


def test_without_network_the_python_packages_cannot_be_had(empty, environment):
    run = empty.tool("setup", ODOO_HOME=str(environment.odoo_root), **without_network())
    assert run.child.returncode == 1
    assert "check the network" in run.error
    assert not (empty.state / "ready.json").exists()


def test_a_changed_archive_in_the_cache_is_never_used(empty):
    archive = pin_own_package(empty)
    content = bytearray(archive.read_bytes())
    content[-1] ^= 1
    archive.write_bytes(content)
    run = empty.tool("setup", **without_network())
    assert run.child.returncode == 1
    assert "Debian's package lists cannot be had" in run.error, "it must be fetched again"
    assert_nothing_half_made(empty)


def test_a_full_disk_is_named(empty):
    pin_own_package(empty)

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    run = empty.start(sys.executable, "-m", "tools.setup", preexec_fn=small_disk)
    assert run.wait() == 1
    assert "is the disk full?" in run.error
    assert_nothing_half_made(empty)


# ---- a database, from its making to its end ---------------------------------------------------


def test_a_run_killed_in_the_middle_is_made_anew(ready):
    killed = ready.start()
    killed.until("Installing the addons ...")
    time.sleep(4)
    killed.stop(signal.SIGKILL)
    run = ready.start()
    run.until_ready()
    assert "left half-made is dropped: sales_cycle_new" in run.text
    run.stop()
    assert "stopped (SIGTERM)." in run.text
    run.assert_nothing_is_left()


def query(copy: Copy, environment: Environment, sql: str) -> str:
    """Ask the copy's own server, while it runs."""
    socket_folder = re.search(
        r"unix_socket_directories = '(.*)'",
        Path(f"/proc/{copy.postgres_pid()}/cwd/postgresql.auto.conf").read_text(),
    )[1]
    psql = next(environment.python.parent.parent.glob("lib/*/site-packages/*/pginstall/bin/psql"))
    command = [psql, "-XAtq", "-h", socket_folder, "-U", "odoo", "-d", "sales_cycle", "-c", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def only_postgres(pids: list[int]) -> bool:
    return all(b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids)


WORD = "SELECT value FROM ir_config_parameter WHERE key = 'tiny.word'"


def test_the_next_run_is_quick_loses_nothing_and_updates_what_changed(ready, environment):
    run = ready.start()
    took = run.until_ready()
    assert "Installing" not in run.text
    assert "Updating" not in run.text
    assert took < 10, f"{took:.1f} s to the login page"
    assert query(ready, environment, WORD) == "first"
    query(ready, environment, "UPDATE res_company SET name = 'Kept'")
    run.stop(signal.SIGINT)
    run.assert_nothing_is_left()
    ready.write_addon("second")
    run = ready.start()
    run.until_ready()
    assert "Updating tiny" in run.text
    assert query(ready, environment, WORD) == "second"
    assert query(ready, environment, "SELECT name FROM res_company") == "Kept"
    # killed outright, the tool cannot stop PostgreSQL: the next run takes it over
    os.killpg(run.child.pid, signal.SIGKILL)
    run.wait()
    assert wait_until(lambda: only_postgres(ready.processes()), 15)
    assert ready.postgres_pid() in ready.processes()


def test_a_postgres_that_dies_ends_the_run(ready):
    left_over = ready.postgres_pid()
    run = ready.start()
    run.until_ready()
    assert ready.postgres_pid() == left_over, "the server of the killed run was not taken over"
    os.kill(left_over, signal.SIGKILL)
    assert run.wait(20) != 0
    assert "PostgreSQL stopped, so the server was stopped as well" in run.error
    run.assert_nothing_is_left()


def test_after_that_it_starts_again_and_clean_removes_all(ready):
    run = ready.start()
    run.until_ready()
    refused = ready.tool("clean")
    assert "something still runs here" in refused.error
    run.stop(signal.SIGHUP)
    run.assert_nothing_is_left()
    assert ready.tool("clean").child.returncode == 0
    assert not ready.state.exists()
    assert not fallback_folder(ready.state).exists()
