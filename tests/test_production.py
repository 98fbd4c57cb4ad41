"""The production set-up, without Docker: its files are consistent, and what they configure runs.

The compose file is checked against the Compose Specification and against our own rules. odoo.conf,
the nginx templates and the program of the Odoo image (deploy/odoo_service.py) are run natively, as
they are: a database is initialised, two workers and the websocket process serve behind nginx.
"""

import base64
import contextlib
import dataclasses
import datetime
import fnmatch
import gzip
import http.client
import importlib.resources
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import passlib.hash
import psutil
import pytest
import websocket
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tools.environment import ADDONS, REPOSITORY
from tools.process import wait_until
from tools.testing_machine import ensure_programs
from tools.testing_odoo import free_port
from tools.testing_run import CHILDREN, run_child, tail

COMPOSE = REPOSITORY / "docker-compose.yml"
TLS = REPOSITORY / "deploy/compose.tls.yml"
SERVICE = REPOSITORY / "deploy/odoo_service.py"
NGINX = REPOSITORY / "deploy/nginx"
VARIABLE = re.compile(r"\$\{(\w+)(:?[-?])?([^}]*)\}")
LOG_LINE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ [\w.]+: (.*)", re.MULTILINE)
INSTALLED = "sales_availability"  # one is enough here; other suites install all of them
EXPECTED = (
    # the image's folder of addons, which odoo.conf names, is not on the machine of the tests
    "option addons_path, no such directory '/opt/sales-cycle/addons', skipped",
    "No CSRF validation token provided for path '/web/login'",  # our many attempts to log in
    "Access Denied",  # our attempts to reach the database manager, and by which way:
    "The /xmlrpc, /xmlrpc/2 and /jsonrpc endpoints are deprecated",
)


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def _settings(path):
    """The settings of an ini file that are not comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and line[0] not in ";#"]
    return {name.strip(): value.strip() for name, value in pairs}


def _variables(*paths):
    """(name, operator, default) of every variable in the compose files."""
    return [found for path in paths for found in VARIABLE.findall(path.read_text("utf-8"))]


# ---- the compose file ----


@pytest.mark.parametrize("path", [COMPOSE, TLS], ids=lambda path: path.name)
def test_compose_file_follows_the_compose_specification(path):
    schema = importlib.resources.files("check_jsonschema") / (
        "builtin_schemas/vendor/compose-spec.json"
    )
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    found = validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))
    errors = [f"{error.json_path}: {error.message}" for error in found]
    assert not errors


def test_every_lasting_service_is_watched_limited_restarted_and_its_log_rotated(services):
    for name, service in services.items():
        is_job = "jobs" in service.get("profiles", [])
        limits = service["deploy"]["resources"]["limits"]
        assert limits["memory"], name
        assert service["logging"]["options"]["max-size"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == ("no" if is_job else "unless-stopped"), name
        assert is_job or service["healthcheck"]["test"][0] == "CMD", name
        assert is_job or limits["cpus"], name


def test_services_wait_until_what_they_need_is_healthy(services):
    for name, service in services.items():
        waits_for = service.get("depends_on", {})
        expected = {"db": set(), "nginx": {"odoo-web"}}.get(name, {"db"})
        assert set(waits_for) == expected, name
        assert all(one["condition"] == "service_healthy" for one in waits_for.values()), name


def test_nothing_but_nginx_is_published_and_the_database_has_no_way_out(compose, services):
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert services["db"]["networks"] == ["database"]
    assert compose["networks"]["database"]["internal"] is True
    assert "database" not in services["nginx"]["networks"]
    [port] = services["nginx"]["ports"]
    assert port.startswith("${HTTP_PUBLISH:-127.0.0.1:")


def test_images_are_pinned(services):
    for name, service in services.items():
        image = VARIABLE.sub(lambda found: found[3], service["image"])
        assert re.fullmatch(r"[\w/-]+:\d+\.\d+[\w.-]*", image), (name, image)
    assert int(re.search(r"postgres:(\d+)", services["db"]["image"])[1]) >= 16


def test_without_the_files_of_the_passwords_compose_refuses_to_start(compose):
    for secret in compose["secrets"].values():
        name, operator, message = VARIABLE.fullmatch(secret["file"]).groups()
        assert name.endswith("_PASSWORD_FILE")
        assert operator == ":?"
        assert "docs/production.md" in message


def test_no_password_is_written_anywhere(services):
    """Only files are named; an environment variable never holds a password."""
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable:
                assert value.startswith("/run/secrets/"), (name, variable)
                assert Path(value).name in service["secrets"], (name, variable)
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    for name, value in re.findall(r"^(\w*PASSWORD\w*)=(.*)$", example, re.MULTILINE):
        assert value.startswith("./deploy/secrets/"), name
    assert "db_password" not in (REPOSITORY / "odoo.conf").read_text("utf-8")


def test_what_is_mounted_is_in_the_repository(compose, services):
    mounts = [mount for service in services.values() for mount in service.get("volumes", [])]
    mounts += yaml.safe_load(TLS.read_text("utf-8"))["services"]["nginx"]["volumes"]
    for mount in mounts:
        source = mount.split(":")[0]
        if source.startswith("./"):
            assert (REPOSITORY / source).exists(), mount
            assert mount.endswith(":ro"), mount
        elif not source.startswith("$"):
            assert source in compose["volumes"], mount


def test_every_variable_is_documented():
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    named = dict(re.findall(r"^#?(\w+)=(.*)$", example, re.MULTILINE))
    for name, operator, default in _variables(COMPOSE, TLS):
        assert name in named, f"{name} is not in .env.example"
        assert operator != ":-" or named[name] == default, f"{name}: another default there"
    assert set(named) == {name for name, _op, _default in _variables(COMPOSE, TLS)}


def test_web_services_run_no_scheduled_actions_and_share_sessions_and_files(services):
    assert _settings(REPOSITORY / "odoo.conf")["max_cron_threads"] == "0"
    assert services["odoo-web"]["command"] == ["web"]
    assert services["odoo-cron"]["command"][0] == "cron"
    assert "--max-cron-threads=" in services["odoo-cron"]["command"][1]
    for name in ("odoo-web", "odoo-cron", "init", "upgrade"):
        mounts = dict(mount.split(":")[:2] for mount in services[name]["volumes"])
        data_dir = _settings(REPOSITORY / "odoo.conf")["data_dir"]
        assert mounts["filestore"] == f"{data_dir}/filestore", name
        assert mounts["sessions"] == f"{data_dir}/sessions", name
        assert mounts["./odoo.conf"] == "/etc/odoo/odoo.conf", name


def test_all_connections_fit_into_postgresql():
    defaults = {name: default for name, operator, default in _variables(COMPOSE) if operator}
    conf = {name: int(v) for name, v in _settings(REPOSITORY / "odoo.conf").items() if v.isdigit()}
    web = (conf["workers"] + 1) * conf["db_maxconn"] + conf["db_maxconn_gevent"]
    cron = (int(defaults["CRON_WORKERS"]) + 1) * conf["db_maxconn"]
    needed = int(defaults["WEB_REPLICAS"]) * web + cron
    reserved = 20  # superuser, backup, a job, a person with psql
    assert needed + reserved <= int(defaults["DB_MAX_CONNECTIONS"])


def test_postgresql_knows_the_settings_that_it_is_started_with(services, postgres):
    words = services["db"]["command"]
    options = [VARIABLE.sub(lambda m: m[3], w) for w in words if "=" in w]
    assert len(options) > 5
    for name, value in (option.split("=") for option in options):
        unit = postgres.psql(
            f"SELECT coalesce(unit, vartype) FROM pg_settings WHERE name = '{name}'"
        )
        assert unit, f"PostgreSQL has no setting {name}"
        assert re.fullmatch(r"[\d.]+(MB|GB|s)?|on|off", value), (name, value)


# ---- the image ----


def _ignored(path):
    """Whether .dockerignore keeps a path from the builder (the last matching line decides)."""
    lines = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    ignored = False
    for line in filter(lambda text: text and text[0] != "#", lines):
        pattern = line.removeprefix("!")
        parts = [path, *map(str, Path(path).parents)][:-1]
        if any(fnmatch.fnmatch(part, pattern) for part in parts):
            ignored = not line.startswith("!")
    return ignored


def test_what_the_dockerfile_copies_is_there_and_reaches_the_builder():
    text = (REPOSITORY / "Dockerfile").read_text("utf-8")
    sources = re.findall(r"^COPY (\S+) \S+$", text, re.MULTILINE)
    assert "addons" in sources
    for source in sources:
        assert (REPOSITORY / source).exists(), source
        assert not _ignored(source), source
    assert _ignored(".env")
    assert _ignored("deploy/secrets/db_password")


def test_the_image_has_a_pinned_base_a_health_check_and_an_ordinary_user():
    text = (REPOSITORY / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG ODOO_IMAGE=odoo:19\.0-\d{8}$", text, re.MULTILINE)
    assert re.findall(r"^USER (\w+)", text, re.MULTILINE)[-1] == "odoo"
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)


def test_the_image_has_the_python_packages_that_our_addons_name():
    in_base_image = {
        *("lxml", "openpyxl", "phonenumbers", "PIL", "requests", "vobject", "xlrd", "xlsxwriter"),
    }
    extra = (REPOSITORY / "deploy/requirements.txt").read_text("utf-8")
    names = set(re.findall(r"^([\w.-]+)==", extra, re.MULTILINE))
    for manifest in ADDONS.glob("*/__manifest__.py"):
        text = manifest.read_text("utf-8")
        for found in re.findall(r"[\"']python[\"']\s*:\s*\[([^\]]*)\]", text):
            needed = set(re.findall(r"[\"']([\w.-]+)[\"']", found))
            assert needed <= names | in_base_image, manifest.parent.name


def test_names_of_files_and_folders_agree_between_the_image_and_the_configuration(services):
    dockerfile = (REPOSITORY / "Dockerfile").read_text("utf-8")
    conf = _settings(REPOSITORY / "odoo.conf")
    assert f"COPY addons {conf['addons_path']}\n" in dockerfile
    assert f"install -d -o odoo -g odoo -m 0755 {conf['data_dir']} " in dockerfile
    assert services["nginx"]["environment"]["PROXY_FILESTORE"] == f"{conf['data_dir']}/filestore"
    test = services["odoo-web"]["healthcheck"]["test"]
    assert test[2] in dockerfile


def test_init_installs_all_addons_but_those_for_tests_and_demonstrations(databases):
    code = "import odoo_service; print(*odoo_service.own_addons())"
    environ = {**databases.process_env(), "ODOO_ADDONS": str(ADDONS), "ADDONS": ""}
    done = subprocess.run(
        [databases.environment.python, "-c", code],
        env=environ,
        cwd=SERVICE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    every = {path.parent.name for path in ADDONS.glob("*/__manifest__.py")}
    left_out = every - set(done.stdout.split())
    assert left_out <= {"test_sales_approval", "test_sales_cycle", "sales_cycle_demo"}
    assert "sales_availability" in done.stdout.split()


# ---- the real thing ----


@dataclass
class Site:
    """Odoo behind nginx, configured by the files of production; only places and ports differ."""

    databases: object
    db: str
    folder: Path
    http_port: int
    gevent_port: int
    port: int
    admin_password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    odoo: object = None

    @property
    def nginx_folder(self):
        return self.folder / "nginx"

    def log(self, name):
        return self.folder / f"{name}.log"

    def environ(self, role):
        """What compose gives to a container of this role."""
        server = self.databases.server
        return {
            **self.databases.environment.process_env(),
            **server.env,
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "PGDATABASE": self.db,
            "ODOO_RC": str(REPOSITORY / "odoo.conf"),
            "ODOO_ADDONS": str(ADDONS),
            "ADDONS": INSTALLED,
            "ODOO_ROLE": role,
            "ODOO_HTTP_PORT": str(self.http_port),
            "ODOO_GEVENT_PORT": str(self.gevent_port),
            "ADMIN_PASSWORD_FILE": str(self.folder / "admin_password"),
        }

    def service(self, *arguments):
        return [self.databases.environment.python, SERVICE, *arguments]

    def run(self, role, *arguments, limit=60):
        environ = self.environ(role)
        return run_child(role, self.service(*arguments), self.log(role), limit, env=environ)

    def request(self, method, path, body=None, headers=(), port=None, client="127.0.0.1"):
        """One request, from an address of our choice: status, headers, body."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", port or self.port, timeout=60, source_address=(client, 0)
        )
        with contextlib.closing(connection):
            data = json.dumps(body) if isinstance(body, dict) else body
            given = {"Content-Type": "application/json"} if isinstance(body, dict) else {}
            connection.request(method, path, data, {**given, **dict(headers)})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def call(self, path, params, cookie):
        """A JSON-RPC call of a user who is logged in."""
        status, _headers, said = self.request(
            "POST", path, {"jsonrpc": "2.0", "params": params}, {"Cookie": cookie}
        )
        answer = json.loads(said)
        assert status == 200, said
        assert "error" not in answer, answer
        return answer.get("result")

    def call_kw(self, cookie, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.call("/web/dataset/call_kw", params, cookie)

    def log_in(self, login="admin", password=None, headers=(), client="127.0.0.1"):
        """The form of the login page, as a browser sends it; the session's cookie line."""
        _status, got, page = self.request("GET", "/web/login", headers=headers, client=client)
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode()
        cookie = _get_session_cookie(got).partition(";")[0]
        form = {"csrf_token": token, "login": login, "password": password or self.admin_password}
        given = {**dict(headers), "Cookie": cookie}
        given["Content-Type"] = "application/x-www-form-urlencoded"
        body = "&".join(f"{k}={v}" for k, v in form.items())
        return self.request("POST", "/web/login", body, given, client=client)


def _get_session_cookie(headers):
    """The line of the session; the website sets cookies of its own."""
    return next(c for c in headers.get_all("Set-Cookie") if c.startswith("session_id="))


def _write_odoo_command(site):
    """`odoo` as in the image; places and ports of this machine come last and win."""
    environment = site.databases.environment
    options = [
        *(f"--data-dir={site.databases.data_dir}", f"--addons-path={environment.addons_path}"),
        *("--http-interface=127.0.0.1", f"--http-port={site.http_port}"),
        f"--gevent-port={site.gevent_port}",
    ]
    odoo, *arguments = (str(part) for part in environment.odoo_command())
    quoted = " ".join(f'"{part}"' for part in [odoo, *arguments, "$@", *options])
    script = site.folder / "bin/odoo"
    script.parent.mkdir()
    script.write_text(f"#!/bin/sh\nexec {quoted}\n", encoding="utf-8")
    script.chmod(0o755)


def _fill_in(text, values):
    """What the nginx image does with its templates."""
    return re.sub(r"\$\{(PROXY_\w+)\}", lambda found: values[found[1]], text)


def _render_nginx(site, values, templates=NGINX / "templates"):
    folder = site.nginx_folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "conf.d/snippets").mkdir(parents=True)
    shutil.copy(NGINX / "nginx.conf", folder / "nginx.conf")
    (folder / "mime.types").write_text("types { text/html html; text/css css; }\n", "utf-8")
    sources = {path.relative_to(NGINX / "templates"): path for path in _templates()}
    for path in templates.rglob("*.template"):
        sources[path.relative_to(templates)] = path
    for relative, path in sources.items():
        target = folder / "conf.d" / relative.with_suffix("")
        target.write_text(_fill_in(path.read_text("utf-8"), values), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "conf.d/00-temporary.conf").write_text(temporary, encoding="utf-8")


def _templates():
    return (NGINX / "templates").rglob("*.template")


def _proxy_values(site, services):
    """The values of compose, but for the places of this machine."""
    given = {
        name: VARIABLE.sub(lambda m: m[3], str(value))
        for name, value in services["nginx"]["environment"].items()
        if name.startswith("PROXY_")
    }
    here = {
        "PROXY_LISTEN": f"127.0.0.1:{site.port}",
        "PROXY_ODOO_HTTP": f"127.0.0.1:{site.http_port}",
        "PROXY_ODOO_WEBSOCKET": f"127.0.0.1:{site.gevent_port}",
        "PROXY_FILESTORE": str(site.databases.data_dir / "filestore"),
    }
    assert set(here) < set(given)
    return {**given, **here}


def _nginx_command(site, *arguments):
    user = "user root; " if os.geteuid() == 0 else ""  # else its workers cannot enter our folders
    globals_ = f"{user}pid {site.nginx_folder}/nginx.pid;"
    folder = site.nginx_folder
    command = ["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]
    return [*command, "-g", globals_, *arguments]


@contextlib.contextmanager
def _nginx(site):
    command = _nginx_command(site)
    command[command.index("-g") + 1] += " daemon off;"
    with CHILDREN.started("nginx", command, site.log("nginx")) as child:
        yield child


@contextlib.contextmanager
def _odoo(site):
    log = site.log("web")
    environ = site.environ("web")
    with CHILDREN.started("odoo", site.service("web"), log, env=environ) as child:
        yield child


def _wait_until_served(site, child):
    def is_ready():
        with contextlib.suppress(OSError):
            return child.poll() is not None or (
                site.request("GET", "/web/health")[0] == 200
                and site.request("GET", "/websocket/health")[0] == 200
            )
        return False

    assert wait_until(is_ready, 60, 0.3), tail(site.log("web"))
    assert child.poll() is None, tail(site.log("web"))


@pytest.fixture(scope="module")
def site(databases, services, tmp_path_factory):
    """A database initialised by the job of compose, served by the web service behind nginx."""
    ensure_programs(databases.environment)
    folder = tmp_path_factory.mktemp("production")
    with databases.cloned(databases.ensure_template(), "production") as db:
        site = Site(databases, db, folder, free_port(), free_port(), free_port())
        _write_odoo_command(site)
        (folder / "admin_password").write_text(f"{site.admin_password}\n", encoding="utf-8")
        _render_nginx(site, _proxy_values(site, services))
        assert site.run("init", "init", limit=300) == 0, tail(site.log("init"))
        with _nginx(site), _odoo(site) as site.odoo:
            _wait_until_served(site, site.odoo)
            yield site


def _complaints(log):
    """Warnings and errors, but for those that the tests provoke."""
    found = {m[2].strip() for m in LOG_LINE.finditer(log.read_text("utf-8"))}
    return {text for text in found if not text.startswith(EXPECTED)}


def _tree(pid):
    """The processes of a service: those of the web workers and the one of the websocket."""
    children = psutil.Process(pid).children()
    gevent = [child for child in children if "gevent" in child.cmdline()]
    return [child for child in children if child not in gevent], gevent


def test_two_workers_and_the_websocket_process_run(site):
    workers, gevent = _tree(site.odoo.pid)
    assert len(workers) == int(_settings(REPOSITORY / "odoo.conf")["workers"]) == 2
    assert len(gevent) == 1


def test_init_installs_addons_and_both_languages_without_demo_data(site):
    query = site.databases.server.psql
    installed = query("SELECT name FROM ir_module_module WHERE state = 'installed'", site.db)
    assert INSTALLED in installed.split()
    assert query("SELECT count(*) FROM ir_module_module WHERE demo", site.db) == "0"
    active = query("SELECT code FROM res_lang WHERE active ORDER BY code", site.db).split()
    assert active == ["en_US", "zh_CN"]
    assert not _complaints(site.log("init"))


def test_login_by_the_form_with_the_password_of_the_secret_file(site):
    status, headers, _body = site.log_in()
    assert status == 303
    assert headers["Location"].endswith("/odoo") or "/web" in headers["Location"]
    refused, _headers, page = site.log_in(password="admin")
    assert refused == 200
    assert b"Wrong login/password" in page


@pytest.fixture(scope="module")
def cookie(site):
    _status, headers, _body = site.log_in()
    return _get_session_cookie(headers).partition(";")[0]


@pytest.fixture(scope="module")
def api_key(site, cookie):
    """A key of the administrator, made as in the preferences: the password is asked again."""
    wizard = site.call_kw(cookie, "res.users.apikeys.description", "create", {"name": "test"})
    asked = site.call_kw(cookie, "res.users.apikeys.description", "make_key", [wizard])
    context = {"password": site.admin_password}
    check = [[asked["res_id"]]]
    shown = site.call_kw(cookie, asked["res_model"], "run_check", *check, context=context)
    return shown["context"]["default_key"]


def test_a_program_calls_json2_with_its_key(site, api_key):
    path = "/json/2/res.country/search_read"
    body = {"domain": [["code", "=", "CN"]], "fields": ["code"]}
    status, _headers, said = site.request("POST", path, body, _bearer(site, api_key))
    assert status == 200, said
    assert [row["code"] for row in json.loads(said)] == ["CN"]
    assert site.request("POST", path, body, _bearer(site, "0000"))[0] == 401


def _bearer(site, key):
    return {"Authorization": f"bearer {key}", "X-Odoo-Database": site.db}


@contextlib.contextmanager
def _browser(site, cookie):
    """The websocket that a browser holds open, subscribed to the channels of its user."""
    version = site.call("/web/session/get_session_info", {}, cookie)["websocket_worker_version"]
    address = f"127.0.0.1:{site.port}"
    connection = websocket.create_connection(
        f"ws://{address}/websocket?version={version}",
        cookie=cookie,
        origin=f"http://{address}",
        timeout=20,
    )
    with contextlib.closing(connection):
        assert connection.getstatus() == 101
        subscribe = {"event_name": "subscribe", "data": {"channels": [], "last": 0}}
        connection.send(json.dumps(subscribe))
        yield connection


def test_a_message_arrives_through_the_websocket(site, cookie):
    me = site.call("/web/session/get_session_info", {}, cookie)["partner_id"]
    with _browser(site, cookie) as browser:
        site.call("/mail/set_manual_im_status", {"status": "busy"}, cookie)
        [said] = json.loads(browser.recv())
    assert said["message"]["type"] == "bus.bus/im_status_updated"
    assert said["message"]["payload"]["partner_id"] == me


def test_the_database_manager_is_closed(site):
    for page in ("manager", "selector", "list", "create"):
        assert site.request("GET", f"/web/database/{page}")[0] == 404, page
    # and without nginx: list_db
    _status, _headers, page = site.request("GET", "/web/database/manager", port=site.http_port)
    assert b"has been disabled by the administrator" in page
    assert site.db.encode() not in page
    for method, args in (("list", []), ("create_database", ["admin", "x", False, "en_US"])):
        assert _rpc_error(site, "db", method, args) == "odoo.exceptions.AccessDenied", method


def _rpc_error(site, service, method, args):
    params = {"service": service, "method": method, "args": args}
    body = {"jsonrpc": "2.0", "method": "call", "params": params}
    _status, _headers, said = site.request("POST", "/jsonrpc", body)
    return json.loads(said)["error"]["data"]["name"]


def test_no_master_password_fits():
    stored = _settings(REPOSITORY / "odoo.conf")["admin_passwd"]
    assert passlib.hash.pbkdf2_sha512.identify(stored)
    assert not passlib.hash.pbkdf2_sha512.verify("admin", stored)


@pytest.mark.parametrize(
    ("client", "scheme"), [("127.0.0.1", "https"), ("127.0.0.2", "http")], ids=["trusted", "other"]
)
def test_only_a_trusted_proxy_says_that_the_client_came_by_https(site, client, scheme):
    """The address for links in mails follows the administrator's login."""
    headers = {"X-Forwarded-Proto": "https", "Host": "sales.example.com"}
    _status, got, _page = site.log_in(headers=headers, client=client)
    query = "SELECT value FROM ir_config_parameter WHERE key = 'web.base.url'"
    assert site.databases.server.psql(query, site.db) == f"{scheme}://sales.example.com"
    flags = re.split(r"; *", _get_session_cookie(got).lower())
    assert ("secure" in flags) is (scheme == "https")


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(site):
    _status, got, _page = site.request("GET", "/web/login")
    flags = _get_session_cookie(got).lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags


def test_odoo_notes_the_address_of_the_client_not_that_of_the_proxy(site):
    site.log_in(headers={"X-Forwarded-For": "203.0.113.7"})
    site.log_in(headers={"X-Forwarded-For": "203.0.113.9"}, client="127.0.0.2")
    said = site.log("web").read_text("utf-8")
    assert re.search(r"login successful.* from 203\.0\.113\.7\b", said, re.IGNORECASE), said
    assert "203.0.113.9" not in said


def test_attempts_to_log_in_are_slowed_down_for_each_address(site):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def attempt(client):
        return site.request("POST", "/web/login", "login=x", headers, client=client)

    answers = [attempt("127.0.0.3") for _n in range(25)]
    assert [status for status, _headers, _body in answers].count(429) >= 3
    _status, got, body = next(answer for answer in answers if answer[0] == 429)
    assert got["Retry-After"] == "60"
    assert "登录" in body.decode()
    assert attempt("127.0.0.4")[0] != 429
    assert site.request("GET", "/web/login", client="127.0.0.3")[0] == 200


def test_attachments_are_sent_by_nginx_and_only_when_odoo_says_so(site, cookie):
    content = os.urandom(20000)
    values = {"name": "photo.bin", "datas": base64.b64encode(content).decode()}
    found = site.call_kw(cookie, "ir.attachment", "create", values)
    path = f"/web/content/{found}?download=1"
    status, got, body = site.request("GET", path, headers={"Cookie": cookie})
    assert (status, body) == (200, content)
    assert "X-Accel-Redirect" not in got
    direct = site.request("GET", path, headers={"Cookie": cookie}, port=site.http_port)
    redirect = direct[1]["X-Accel-Redirect"]
    assert direct[2] == b""
    assert site.request("GET", redirect, headers={"Cookie": cookie})[0] == 404
    assert site.request("GET", path)[0] == 404


def test_pages_are_compressed(site):
    status, got, body = site.request("GET", "/web/login", headers={"Accept-Encoding": "gzip"})
    assert (status, got["Content-Encoding"]) == (200, "gzip")
    assert b"csrf_token" in gzip.decompress(body)


def test_a_file_above_the_limit_is_refused_by_nginx_and_one_below_is_not(site):
    headers = {"Content-Length": str(200 << 20), "Content-Type": "application/octet-stream"}
    assert site.request("POST", "/web/login", "", headers)[0] == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "photo=" + "x" * (5 << 20)
    assert site.request("POST", "/web/login", body, form)[0] == 400  # Odoo's answer: no CSRF token


def test_the_health_check_sees_a_running_and_a_missing_web_service(site):
    assert site.run("web-health", "health") == 0, tail(site.log("web-health"))
    environ = {**site.environ("web"), "ODOO_HTTP_PORT": str(free_port())}
    assert run_child("health", site.service("health"), site.log("health"), 30, env=environ) == 1
    assert "unhealthy" in site.log("health").read_text("utf-8")


def test_the_cron_service_runs_without_http_and_is_healthy(site):
    assert site.run("cron", "health") == 1, "healthy before it runs"
    environ = site.environ("cron")
    command = site.service("cron", "--max-cron-threads=2")
    with CHILDREN.started("cron", command, site.log("cron-run"), env=environ) as child:
        assert wait_until(lambda: site.run("cron", "health") == 0, 40, 1), tail(site.log("cron"))
        workers, gevent = _tree(child.pid)
        assert 1 <= len(workers) <= 2, "the second may still be starting"
        assert not gevent
        sockets = psutil.Process(child.pid).connections("inet")
        assert not [one for one in sockets if one.status == "LISTEN"]
    assert not _complaints(site.log("cron-run"))


def test_an_empty_password_file_is_refused_in_one_line(site):
    empty = site.folder / "empty"
    empty.touch()
    environ = {**site.environ("web"), "DB_PASSWORD_FILE": str(empty)}
    log = site.log("empty-secret")
    assert run_child("web", site.service("web"), log, 30, env=environ) == 78
    [line] = log.read_text("utf-8").splitlines()
    assert line == f"odoo_service: DB_PASSWORD_FILE: the file '{empty}' is empty: write the " + (
        "password into it."
    )


def test_a_database_that_was_not_initialised_is_not_served(site, postgres):
    name = f"{site.db}_empty"
    postgres.createdb(name)
    try:
        environ = {**site.environ("web"), "PGDATABASE": name}
        log = site.log("empty-database")
        assert run_child("web", site.service("web"), log, 30, env=environ) == 78
    finally:
        postgres.dropdb(name)
    assert "docker compose run --rm init" in log.read_text("utf-8")


@pytest.mark.parametrize("kind", ["plain", "tls"])
def test_nginx_accepts_its_configuration(site, services, kind, tmp_path):
    values = _proxy_values(site, services)
    templates = NGINX / "templates"
    if kind == "tls":
        templates = NGINX / "tls"
        values |= {"PROXY_LISTEN_TLS": str(free_port()), "PROXY_TLS_FOLDER": str(tmp_path)}
        _make_certificate(tmp_path)
    other = dataclasses.replace(site, folder=tmp_path)
    _render_nginx(other, values, templates)
    done = subprocess.run(
        [str(part) for part in _nginx_command(other, "-t")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def _make_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sales.example.com")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, *plain))


# `docker compose`, as far as the two scripts use it: what they run in a container runs here
DOCKER = """#!/bin/bash
set -euo pipefail
[ "$1" = compose ] || exit 64
echo "$2 ${*:3:1}" >> "$DOCKER_LOG"
case "$2" in
    stop|up) exit 0 ;;
    exec) shift 4 ;;
    run) shift 5; shift; set -- "$1" "${@:3}" ;;
    *) exit 64 ;;
esac
arguments=()
for word in "$@"; do
    word="${word//\\/srv\\/odoo/$DATA_DIR}"
    arguments+=("${word//\\/docker-entrypoint-initdb.d/$INIT_FOLDER}")
done
exec "${arguments[@]}"
"""


def _scripts_environ(site, db, bin_folder):
    server = site.databases.server
    return {
        **site.databases.process_env(),
        "PATH": f"{bin_folder}:{server.bindir}:{os.environ['PATH']}",
        "POSTGRES_USER": server.env["PGUSER"],
        "ODOO_DB": db,
        "ODOO_DB_USER": server.env["PGUSER"],
        "DATA_DIR": str(site.databases.data_dir),
        "INIT_FOLDER": str(REPOSITORY / "deploy/postgres"),
        "DOCKER_LOG": str(bin_folder / "docker.log"),
    }


SMALL_DATABASE = """
CREATE EXTENSION unaccent;
ALTER FUNCTION unaccent(text) IMMUTABLE;
CREATE TABLE company (name text);
CREATE INDEX ON company (unaccent(name));
INSERT INTO company VALUES ('before 之前');
"""


@pytest.fixture
def small_database(databases, postgres):
    """A database that has in it what is hard to restore, and a file of its own."""
    name = f"{databases.prefix}_{os.getpid()}_backup"
    postgres.createdb(name)
    postgres.psql(SMALL_DATABASE, name)
    databases.files(name).mkdir()
    (databases.files(name) / "photo").write_bytes(b"photo")
    yield name
    databases.drop(name)
    databases.drop(f"{name}_before_restore")


def test_a_backup_brings_back_the_database_and_the_files(site, small_database, tmp_path):
    databases, db = site.databases, small_database
    photo = databases.files(db) / "photo"
    docker = tmp_path / "docker"
    docker.write_text(DOCKER, encoding="utf-8")
    docker.chmod(0o755)
    environ = _scripts_environ(site, db, tmp_path)

    def script(name, *arguments):
        command = [REPOSITORY / "deploy" / name, *arguments]
        return run_child(name, command, site.log(name), 120, env=environ)

    def name():
        return databases.server.psql("SELECT name FROM company", db)

    assert script("backup.sh", tmp_path / "backups") == 0, tail(site.log("backup.sh"))
    [backup] = (tmp_path / "backups").iterdir()
    assert (backup.stat().st_mode & 0o777) == 0o700
    databases.server.psql("UPDATE company SET name = 'after'", db)
    photo.unlink()
    assert script("restore.sh", backup) == 64, "restored without being told to replace"
    assert name() == "after"
    assert script("restore.sh", backup, "--replace") == 0, tail(site.log("restore.sh"))
    assert (name(), photo.read_bytes()) == ("before 之前", b"photo")
    assert f"{db}_before_restore" not in databases.server.databases()
    assert "stop nginx" in (tmp_path / "docker.log").read_text("utf-8")
    (backup / "database.dump").write_bytes(b"damaged")
    assert script("restore.sh", backup, "--replace") != 0
    assert name() == "before 之前"


def test_odoo_stops_cleanly_and_nginx_tells_the_user_to_wait(site):
    """The last one: it ends the server."""
    workers, gevent = _tree(site.odoo.pid)
    began = time.monotonic()
    os.kill(site.odoo.pid, signal.SIGTERM)
    assert wait_until(lambda: site.odoo.poll() is not None, 30)
    assert site.odoo.returncode == 0
    assert time.monotonic() - began < 15
    assert not [child for child in workers + gevent if child.is_running()]
    status, got, body = site.request("GET", "/web/login")
    assert (status, got["Retry-After"]) == (503, "30")
    assert "请稍后再试" in body.decode()
    assert not _complaints(site.log("web"))
