"""What a container of the Odoo image runs: web, cron, init, upgrade, shell, health.

The password of the database comes from the file that DB_PASSWORD_FILE names; libpq's variables
(PGHOST, PGUSER, PGDATABASE) say where the database is, ODOO_RC where Odoo's configuration is.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg2

WAIT_SECONDS = 60
HEALTH_TIMEOUT = 8
EXIT_CONFIG = 78  # EX_CONFIG
# Never installed by `init`: what only tests and what brings invented customers.
NOT_FOR_PRODUCTION = ("test_", "sales_cycle_demo")

SET_ADMIN_PASSWORD = """
from pathlib import Path
from odoo.exceptions import AccessDenied

def has_default_password(user):
    credential = {"type": "password", "login": user.login, "password": "admin"}
    try:
        return bool(user.with_user(user)._check_credentials(credential, {"interactive": False}))
    except AccessDenied:
        return False

admin = env.ref("base.user_admin")
if has_default_password(admin):
    admin.password = Path(PASSWORD_FILE).read_text(encoding="utf-8").strip()
    env.cr.commit()
"""


def say(text):
    sys.stderr.write(f"odoo_service: {text}\n")


def refuse(text):
    say(text)
    sys.exit(EXIT_CONFIG)


def secret_file(variable):
    """The path of a secret that must be there and not be empty."""
    name = os.environ.get(variable, "")
    try:
        found = Path(name).read_text(encoding="utf-8").strip()
    except OSError as error:
        refuse(f"{variable}: the file {name!r} cannot be read ({error.strerror}).")
    if not found:
        refuse(f"{variable}: the file {name!r} is empty: write the password into it.")
    return name


def read_database_password():
    if os.environ.get("DB_PASSWORD_FILE"):
        path = secret_file("DB_PASSWORD_FILE")
        os.environ["PGPASSWORD"] = Path(path).read_text(encoding="utf-8").strip()


def connect():
    return psycopg2.connect(dbname=os.environ["PGDATABASE"], connect_timeout=5)


def wait_for_database():
    """After a restart of the machine everything starts at once: PostgreSQL may be the slower."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connect().close()
            return
        except psycopg2.OperationalError as error:
            reason = str(error).strip()
        if time.monotonic() > deadline:
            refuse(f"no database after {WAIT_SECONDS} s: {reason}")
        time.sleep(1)


def is_initialised():
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('ir_module_module') IS NOT NULL")
            return cursor.fetchone()[0]
    finally:
        connection.close()


def require_initialised():
    if not is_initialised():
        name = os.environ["PGDATABASE"]
        refuse(f"the database {name!r} is empty: run `docker compose run --rm init` first.")


def become(*arguments):
    sys.stderr.flush()
    os.execvp("odoo", ["odoo", *arguments])


def run(*arguments, **options):
    done = subprocess.run(["odoo", *arguments], check=False, **options)
    if done.returncode:
        say(f"odoo ended with exit code {done.returncode}; what it said above tells why.")
        sys.exit(1)


def own_addons():
    """The addons to install: those named by ADDONS, or all of ours that are for production."""
    named = os.environ.get("ADDONS", "").replace(",", " ").split()
    if named:
        return named
    folder = Path(os.environ["ODOO_ADDONS"])
    found = sorted(path.parent.name for path in folder.glob("*/__manifest__.py"))
    return [name for name in found if not name.startswith(NOT_FOR_PRODUCTION)]


# ---- services ----


def start_web(arguments):
    require_initialised()
    become(*arguments)


def start_cron(arguments):
    require_initialised()
    # --workers: each scheduled action's process has its own limits of memory and time
    become("--no-http", "--workers=1", *arguments)


# ---- jobs ----

JOB = ("--no-http", "--stop-after-init", "--workers=0", "--max-cron-threads=0")


def init(arguments):
    """Install what is not installed yet, load the languages, set the administrator's password."""
    password_file = secret_file("ADMIN_PASSWORD_FILE")
    languages = os.environ.get("LANGUAGES", "en_US,zh_CN")
    addons = ",".join(own_addons())
    run(*JOB, f"--init={addons}", f"--load-language={languages}", *arguments)
    script = SET_ADMIN_PASSWORD.replace("PASSWORD_FILE", repr(password_file))
    run("shell", "--no-http", input=script.encode())
    say(f"ready: {addons}; languages {languages}")


def upgrade(arguments):
    """Update our addons; `upgrade all` after a newer build of Odoo as well."""
    require_initialised()
    addons = ",".join(arguments or own_addons())
    run(*JOB, f"--update={addons}", "--i18n-overwrite")
    say(f"updated: {addons}")


# ---- health ----


def fetch_health(variable, port, path):
    url = f"http://127.0.0.1:{os.environ.get(variable, port)}{path}"
    with urllib.request.urlopen(url, timeout=HEALTH_TIMEOUT) as response:
        return json.load(response)["status"]


def check_web():
    """The workers answer and reach the database, and so does the process of the websocket."""
    fetch_health("ODOO_HTTP_PORT", 8069, "/web/health?db_server_status=1")
    fetch_health("ODOO_GEVENT_PORT", 8072, "/websocket/health")


def connected_pids():
    """The processes of this container that hold a connection of the kind that cron workers have."""
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT application_name FROM pg_stat_activity"
                " WHERE datname = 'postgres' AND starts_with(application_name, %s)",
                [f"{application_name()}-"],
            )
            return [int(name.rpartition("-")[2]) for (name,) in cursor.fetchall()]
    finally:
        connection.close()


def is_cron_worker(pid):
    """Whether it is a child of the cron service's main process, which alone is no sign of life."""
    process = Path("/proc", str(pid))
    if not process.exists():
        return False
    parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
    return b"--no-http" in Path("/proc", parent, "cmdline").read_bytes()


def check_cron():
    """A cron worker listens for the next action: each holds a connection of its own."""
    read_database_password()
    if not any(is_cron_worker(pid) for pid in connected_pids()):
        raise OSError("no cron worker is connected to PostgreSQL")


def health(_arguments):
    check = check_cron if os.environ.get("ODOO_ROLE") == "cron" else check_web
    try:
        check()
    except (OSError, ValueError, psycopg2.Error) as error:
        say(f"unhealthy: {error}")
        sys.exit(1)


def application_name():
    """How the connections of this container are called in pg_stat_activity."""
    return f"odoo-{os.environ.get('ODOO_ROLE', 'job')}-{socket.gethostname()}"


COMMANDS = {"web": start_web, "cron": start_cron, "init": init, "upgrade": upgrade}


def main(arguments):
    name, *rest = arguments or ["web"]
    if name == "health":
        return health(rest)
    read_database_password()
    os.environ["PGAPPNAME"] = f"{application_name()}-{{pid}}"
    wait_for_database()
    if name in COMMANDS:
        return COMMANDS[name](rest)
    # anything else is Odoo's own: shell, db, --version ...
    return become(*arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
