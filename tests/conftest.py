"""Fixtures for tests from outside: the environment, PostgreSQL, and a really running server."""

import os
import signal
from collections.abc import Iterator

import pytest

from tools.environment import Environment, ensure_environment, own_addons
from tools.postgres import Server, open_server
from tools.testing_database import Databases
from tools.testing_pytest import INSTALLED
from tools.testing_server import RunningServer, load_company, serving

NEEDS_ODOO = {
    "environment",
    "postgres",
    "databases",
    "installed_template",
    "company_template",
    "server",
}


def pytest_configure():
    """Ended from outside, pytest still ends its servers and drops its databases."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what needs Odoo; look at the server's log when all others are through with it."""
    for item in items:
        if NEEDS_ODOO.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("needs_odoo")
    items.sort(key=lambda item: item.name == "test_the_log_stays_clean")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that failed tells what its servers' databases were at: who waits for whom."""
    report = yield
    if call.when == "call" and report.failed and hasattr(report.longrepr, "addsection"):
        for server in filter(_is_server, item.funcargs.values()):
            if activity := server.get_activity():
                report.longrepr.addsection(f"at work in {server.db}", activity)
    return report


def _is_server(value):
    return isinstance(value, RunningServer)


@pytest.fixture(scope="session")
def environment() -> Environment:
    return ensure_environment(dev=True)


@pytest.fixture(scope="session")
def postgres(environment) -> Iterator[Server]:
    with open_server(environment, name="test", fast=True) as server:
        yield server


@pytest.fixture(scope="session")
def databases(environment, postgres) -> Databases:
    return Databases(environment, postgres)


@pytest.fixture(scope="session")
def installed_template(databases) -> Iterator[str]:
    """A database with all our addons and no demo data; made by `make test` beforehand."""
    if found := os.environ.get(INSTALLED):
        yield found
        return
    with databases.cloned(databases.ensure_template(), "installed") as database:
        log = databases.logs / "installed.log"
        databases.install("installing our addons", database, own_addons(), log)
        yield database


@pytest.fixture(scope="session")
def company_template(databases, installed_template) -> Iterator[str]:
    """A database with our addons and the demo company; nobody is connected to it: clone it.

    databases.cloned(company_template, "purpose") gives one of your own.
    """
    with databases.cloned(installed_template, "company") as database:
        load_company(databases, database)
        yield database


@pytest.fixture(scope="session")
def server(databases, company_template) -> Iterator[RunningServer]:
    """The running server that all tests share: leave it as you found it, or add to it only."""
    with (
        databases.cloned(company_template, "served") as database,
        serving(databases, database) as running,
    ):
        yield running
