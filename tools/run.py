"""`make run`: from nothing to a served Odoo with our addons, and an orderly end.

Variables: PORT (8069), INTERFACE (127.0.0.1), DB (sales_cycle), DEMO_LANG (en_US or zh_CN),
ODOO_HOME, PGHOST or DATABASE_URL, SALES_CYCLE_STATE, SALES_CYCLE_CACHE.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from . import console, process
from .console import ToolError, say, step
from .database import LOG_LINE, Database, check_language, check_name
from .environment import Environment, ensure_environment
from .postgres import Server, open_server

START_PATIENCE = 180.0  # seconds until the login page must have come
LARGEST_LOG = 20_000_000
LOOK_EVERY = 0.3
DEFAULT_TRY = [
    "Sales > Configuration > Settings: the availability control of each warehouse",
    "Sales > Orders > New: order more than is available and see it refused, with the reason",
    "Sales > Orders > Customers > the gear > Import records: import your own spreadsheet",
]


def read_port() -> int:
    text = os.environ.get("PORT") or "8069"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ToolError(f"PORT={text}: a port is a number from 1 to 65535.")
    return int(text)


def _inode_of_listener(port: int) -> str:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    return fields[9]
    return ""


def who_listens(port: int) -> str:
    """The process that has the port, as far as we may see it."""
    wanted = f"socket:[{_inode_of_listener(port)}]"
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == wanted:
                pid = link.parts[2]
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                return f"process {pid} ({command.decode(errors='replace').strip()[:60]})"
    return "another process"


def check_port(interface: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
        except PermissionError as error:
            raise ToolError(
                f"port {port} is for root only: choose one above 1023: make run PORT=8069"
            ) from error
        except OSError as error:
            if error.errno == 98:  # EADDRINUSE
                raise ToolError(
                    f"port {port} is taken by {who_listens(port)}: stop it, or choose another "
                    f"port: make run PORT={port + 1 if port < 65535 else 8069}"
                ) from error
            raise ToolError(f"INTERFACE={interface}: {error.strerror}.") from error


class LogTail:
    """Shows what the server's log says from WARNING on."""

    def __init__(self, path: Path):
        self.stream = path.open(encoding="utf-8", errors="replace")
        self.stream.seek(0, os.SEEK_END)
        self.rest = ""
        self.last_failure = ""

    def show(self) -> None:
        *lines, self.rest = (self.rest + self.stream.read()).split("\n")
        for line in lines:
            found = LOG_LINE.match(line)
            if found and found[1] in ("WARNING", "ERROR", "CRITICAL"):
                say(f"  {found[1].lower()}: {found[2]}: {found[3][:300]}")
            if found and found[1] in ("ERROR", "CRITICAL"):
                self.last_failure = found[3]


class OdooServer:
    """The served Odoo: one threaded process, the web socket included."""

    def __init__(self, database: Database, interface: str, port: int):
        self.database = database
        self.interface = interface
        self.port = port
        self.log = database.environment.log_folder / "odoo.log"
        self.child: subprocess.Popen | None = None
        self.tail: LogTail | None = None

    def _command(self) -> list[str]:
        return self.database.environment.odoo_command(
            *self.database.options(self.database.name),
            *(f"--http-interface={self.interface}", f"--http-port={self.port}"),
            *("--no-database-list", f"--db-filter=^{re.escape(self.database.name)}$"),
            *("--workers=0", "--max-cron-threads=1"),
            # the limits are production's business (odoo.conf); here a long import must get through
            *("--limit-time-real=1800", "--limit-time-cpu=1800"),
        )

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("a", encoding="utf-8") as output:
            self.tail = LogTail(self.log)
            self.child = process.spawn(
                self._command(),
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.database.environ(),
                cwd=self.database.environment.state,
            )

    def is_alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def is_served(self) -> bool:
        host = "127.0.0.1" if self.interface in ("", "0.0.0.0") else self.interface  # noqa: S104
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, self.port, timeout=60)
            connection.request("GET", "/web/login")
            status = connection.getresponse().status
            connection.close()
            return status == 200
        return False

    def wait_until_served(self) -> None:
        with step("Starting Odoo"):
            came = process.wait_until(
                lambda: not self.is_alive() or self.is_served(), START_PATIENCE
            )
        self.tail.show()
        if not self.is_alive() or not came:
            raise ToolError(f"Odoo did not start: {self._why()}")

    def _why(self) -> str:
        said = self.tail.last_failure or "it said nothing"
        return f"{said[:300]} (log: {self.log})"

    def stop(self) -> None:
        if self.child:
            process.end(self.child, patience=10)
        if self.tail:
            self.tail.show()

    def watch(self, server: Server) -> None:
        """Serve until somebody stops us, or something that we need is gone."""
        while True:
            time.sleep(LOOK_EVERY)
            self.tail.show()
            if not server.external and not server.pid():
                raise ToolError(
                    "PostgreSQL stopped, so the server was stopped as well: run `make run` again, "
                    f"nothing that was saved is lost (log: {server.log})"
                )
            if not self.is_alive():
                raise ToolError(f"Odoo ended by itself: {self._why()}; run `make run` again.")


def _say_pdf(environment: Environment) -> None:
    if not shutil.which("wkhtmltopdf", path=environment.process_env()["PATH"]):
        say("  printing  documents are shown as pages, not as PDF, until you run `make pdf` once")


def say_ready(database: Database, address: str) -> None:
    welcome = database.welcome()
    say()
    say(f"Odoo 19 with the sales cycle is ready:  {address}")
    say("  login     admin / admin")
    for line in welcome["login"]:
        say(f"            {line}")
    _say_pdf(database.environment)
    say(f"  log       {database.environment.log_folder / 'odoo.log'}")
    say("  try first")
    for number, line in enumerate(welcome["try"] or DEFAULT_TRY, 1):
        say(f"    {number}. {line}")
    say("  stop it with Ctrl-C; all data stay, `make run` serves them again.")
    say()


def serve(environment: Environment, server: Server, interface: str, port: int) -> None:
    database = Database(environment, server, check_name(os.environ.get("DB") or "sales_cycle"))
    database.ensure(check_language(os.environ.get("DEMO_LANG", "")))
    odoo = OdooServer(database, interface, port)
    try:
        odoo.start()
        odoo.wait_until_served()
        host = "127.0.0.1" if interface == "0.0.0.0" else interface  # noqa: S104
        say_ready(database, f"http://{host}:{port}")
        odoo.watch(server)
    finally:
        say("Stopping ...")
        odoo.stop()


def main() -> None:
    interface, port = os.environ.get("INTERFACE") or "127.0.0.1", read_port()
    # Everything that can be said at once is said before the long steps.
    check_name(os.environ.get("DB") or "sales_cycle")
    check_language(os.environ.get("DEMO_LANG", ""))
    check_port(interface, port)
    environment = ensure_environment()
    with open_server(environment) as server:
        serve(environment, server, interface, port)


if __name__ == "__main__":
    console.run_main(main)
