"""Load the demo data of our addons into a database that was made without any.

A child of `make run`, run by the Python of the environment:

    python tools/load_demo.py -d DB --addons-path A,B --data-dir D

Odoo loads demo data only while it installs an addon of a database made `--with-demo`, together
with its own demo data. This takes the `demo` files of the addons in this repository's addons
folder, in the order of their dependencies, all of them or none. What is loaded already stays.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
import time
import warnings
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[1] / "addons"
TRY_FIRST = (
    "Sales > Orders > New, warehouse Chengdu: 12 of PLC-C1214; click the red figure, then save",
    "the same in the warehouse Shanghai: saved, the line warns",
    "Inventory > Reporting > On-hand Query: click a row to see why it says this number",
    "log in as manager: Approvals has a quotation below its floor; decide on the card",
    "as li.na, Sales > Quotations, the one of 成都朗速 in round 3: Rounds compares the offers",
    "log in as li.na: CRM > Sales > Customer Pool, claim one; then Today, and Log on a customer",
)


class LoadError(Exception):
    """One clear line about what went wrong."""


class Progress(logging.Handler):
    """Shows what the demo data say about themselves, and keeps why they failed."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.started = time.monotonic()
        self.failure: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "odoo.modules.loading":
            if record.exc_info and record.exc_info[1]:
                self.failure = record.exc_info[1]
        elif record.levelno == logging.INFO:
            print(f"{record.getMessage()}, {time.monotonic() - self.started:.0f} s", flush=True)

    def describe_failure(self) -> str:
        """The error itself, without the place in the XML file that called it."""
        error = self.failure
        while error and error.__cause__:
            error = error.__cause__
        lines = str(error).strip().splitlines() or ["no reason given, see Odoo's log"]
        return f"{type(error).__name__}: {' '.join(lines)}"


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-d", "--database", required=True)
    parser.add_argument("--addons-path", required=True)
    parser.add_argument("--data-dir", required=True)
    return parser.parse_args()


def configure_odoo(options: argparse.Namespace) -> None:
    from odoo.tools import config

    config.parse_config(
        [
            *("-d", options.database),
            f"--addons-path={options.addons_path}",
            f"--data-dir={options.data_dir}",
            *("--log-level=warn", "--http-interface=127.0.0.1"),
        ],
        setup_logging=True,
    )


def listen() -> Progress:
    progress = Progress()
    for name in ("odoo.modules.loading", *(f"odoo.addons.{addon}" for addon in own_addons())):
        logger = logging.getLogger(name)
        logger.addHandler(progress)
        logger.setLevel(logging.INFO)
        logger.propagate = False  # the progress is shown by us, a failure as one line
    return progress


def own_addons() -> list[str]:
    return sorted(path.parent.name for path in ADDONS.glob("*/__manifest__.py"))


def find_packages(env) -> list:
    """The installed addons of ours that have demo data to load, dependencies first."""
    from odoo.modules.module_graph import ModuleGraph

    installed = env["ir.module.module"].search([("state", "=", "installed")])
    graph = ModuleGraph(env.cr, mode="load")
    graph.extend(installed.mapped("name"))
    loaded = set(installed.filtered("demo").mapped("name"))
    ours = set(own_addons()) - loaded
    return [package for package in graph if package.name in ours and package.manifest["demo"]]


def load_package(env, package, progress: Progress) -> None:
    from odoo.modules.loading import load_demo

    print(f"loading {package.name}", flush=True)
    if not load_demo(env, package, {}, "init"):
        raise LoadError(f"demo data of {package.name}: {progress.describe_failure()}")
    env["ir.module.module"].browse(package.id).demo = True


def load_all(database: str, progress: Progress) -> list[str]:
    """Load what is missing and commit once: an error leaves the database as it was."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(database).cursor() as cr:  # commits at the end, or rolls everything back
        env = api.Environment(cr, SUPERUSER_ID, {})
        packages = find_packages(env)
        for package in packages:
            load_package(env, package, progress)
    return [package.name for package in packages]


def say_logins() -> None:
    with (ADDONS / "sales_cycle_demo" / "company" / "users.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            role = row["role"].replace("_", " ")
            print(f"login: {row['login']} / {row['login']} ({row['name']}, {role})")
    for line in TRY_FIRST:
        print(f"try: {line}")


def main() -> int:
    warnings.simplefilter("ignore", DeprecationWarning)
    options = read_options()
    configure_odoo(options)
    progress = listen()
    try:
        loaded = load_all(options.database, progress)
    except Exception as error:
        print(f"error: {error}", flush=True)
        return 1
    print(f"demo data loaded: {', '.join(loaded) or 'nothing, it is there already'}", flush=True)
    say_logins()
    return 0


if __name__ == "__main__":
    sys.exit(main())
