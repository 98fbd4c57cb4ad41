"""A really running Odoo server for the tests that look at it from outside."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from . import log_check, process
from .console import ToolError
from .testing_database import Databases
from .testing_odoo import free_port
from .testing_run import CHILDREN, run_child, tail

LOAD_LIMIT = 900
START_LIMIT = 120
CALL_LIMIT = 300
LOAD_DEMO = Path(__file__).with_name("load_demo.py")
# What the others on a database do, and who keeps them waiting.
ACTIVITY = """
    SELECT pid, state, wait_event_type, wait_event, pg_blocking_pids(pid),
           now() - xact_start, left(regexp_replace(query, '\\s+', ' ', 'g'), 300)
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid != pg_backend_pid() AND state != 'idle'
  ORDER BY xact_start
"""


class RpcError(Exception):
    """The server refused a call; `name` is the exception's class, the message the user's text."""

    def __init__(self, name: str, message: str, debug: str = ""):
        super().__init__(message)
        self.name = name
        self.message = message
        self.debug = debug


class Session:
    """One user's session with the server, as the web client has it."""

    def __init__(self, url: str, db: str, login: str, password: str, limit: int = CALL_LIMIT):
        """Sign in.

        :param limit: seconds that an answer may take
        """
        self.url = url
        self.limit = limit
        self.login = login
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )
        found = self.json(
            "/web/session/authenticate", {"db": db, "login": login, "password": password}
        )
        self.uid = found["uid"]

    def json(self, path: str, params: dict):
        """A JSON-RPC call to any route of the web client."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}).encode()
        request = urllib.request.Request(
            f"{self.url}{path}", body, {"Content-Type": "application/json"}
        )
        with self._opener.open(request, timeout=self.limit) as answer:
            said = json.load(answer)
        if "error" in said:
            data = said["error"].get("data", {})
            raise RpcError(
                data.get("name", "").rpartition(".")[2],
                data.get("message") or said["error"]["message"],
                data.get("debug", ""),
            )
        return said.get("result")  # left out when a method returns nothing

    def call(self, model: str, method: str, *args, **kwargs):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self.json(f"/web/dataset/call_kw/{model}/{method}", params)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page, as this user sees it."""
        try:
            with self._opener.open(f"{self.url}{path}", timeout=self.limit) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()


class RunningServer:
    """A server process on a database of its own. `url`, `db`, `rpc(...)`, `psql(sql)`."""

    def __init__(self, databases: Databases, db: str, port: int, log: Path):
        self.databases = databases
        self.db = db
        self.port = port
        self.log = log
        self.url = f"http://127.0.0.1:{port}"
        self._sessions: dict[tuple[str, str], Session] = {}

    def session(self, user: str = "admin", password: str | None = None) -> Session:
        """The session of a user; the password is the login, as in the demo company."""
        key = (user, password or user)
        if key not in self._sessions:
            self._sessions[key] = Session(self.url, self.db, *key)
        return self._sessions[key]

    def rpc(self, model: str, method: str, *args, user: str = "admin", **kwargs):
        return self.session(user).call(model, method, *args, **kwargs)

    def psql(self, sql: str) -> str:
        return self.databases.server.psql(sql, self.db)

    def post(self, path: str, body, headers: dict[str, str]) -> tuple[int, object]:
        """A request of somebody without a session, such as another program with an API key."""
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(f"{self.url}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def get_activity(self) -> str:
        """Say what the database is doing for this server, for a test that has failed."""
        try:
            return self.psql(ACTIVITY).strip()
        except ToolError as error:
            return str(error)

    def is_answering(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def log_complaints(self) -> list[str]:
        """What the log says that nobody gave a reason for."""
        return log_check.check_file(self.log)


def encode_file(content: bytes) -> str:
    """A file as a binary field takes it."""
    return base64.b64encode(content).decode("ascii")


def load_company(databases: Databases, database: str) -> None:
    """The demo company, in the way that `make run` makes it."""
    log = databases.logs / "server-demo.log"
    what = "creating the demo company"
    environment = databases.environment
    command = [
        *(environment.python, LOAD_DEMO, "-d", database),
        *("--addons-path", environment.addons_path, "--data-dir", databases.data_dir),
    ]
    _check(what, run_child(what, command, log, LOAD_LIMIT, env=databases.process_env()), log)


def _check(what: str, code: int, log: Path) -> None:
    complaints = log_check.check_file(log)
    if code or complaints:
        said = "\n".join(complaints) or tail(log)
        raise ToolError(f"{what} failed (exit code {code}, log {log}):\n{said}")


@contextmanager
def serving(
    databases: Databases, database: str, name: str = "server", options: tuple = ()
) -> Iterator[RunningServer]:
    """Run a server on the database while the block lasts."""
    port = free_port()
    log = databases.logs / f"{name}.log"
    command = databases.odoo_command(
        database,
        *("--http-interface=127.0.0.1", f"--http-port={port}", f"--db-filter=^{database}$"),
        *("--limit-time-real=600", "--limit-time-cpu=600"),
        *options,
    )
    with CHILDREN.started(name, command, log, env=databases.process_env()) as child:
        server = RunningServer(databases, database, port, log)
        deadline = time.monotonic() + START_LIMIT
        process.wait_until(lambda: child.poll() is not None or server.is_answering(), START_LIMIT)
        if child.poll() is not None or time.monotonic() > deadline:
            raise ToolError(f"the server did not start within {START_LIMIT} s:\n{tail(log)}")
        yield server
