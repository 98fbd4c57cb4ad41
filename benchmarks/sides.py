"""The two sides of a comparison: clones of one template, without and with our addon."""

from contextlib import contextmanager

from tools.console import ToolError

INSTALL_LIMIT = 600  # seconds


@contextmanager
def both_sides(databases, template, addon):
    """Give the names of two databases: plain Odoo, and the same with the addon installed."""
    with databases.cloned(template, "plain") as plain, databases.cloned(template, "ours") as ours:
        log = databases.logs / "bench-install.log"
        options = ("-i", addon, "--stop-after-init", "--no-http")
        if databases.odoo(f"installing {addon}", ours, *options, limit=INSTALL_LIMIT, log=log):
            raise ToolError(f"{addon} could not be installed for the benchmark: see {log}")
        yield plain, ours
