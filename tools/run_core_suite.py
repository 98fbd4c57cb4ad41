"""Run the suite of one of Odoo's own addons in an `odoo shell`, with every addon loaded.

Odoo's test runner runs the tests of an addon before the addons after it are loaded, so it would
test nothing of ours. `testing_core` gives this text to the shell, the suite and the mode in its
environment; tests that need a browser are left out.
"""

import os

from odoo.tests import loader
from odoo.tools import config

SUITE = os.environ["CORE_SUITE"]
MODE = os.environ.get("CORE_MODE", "")  # empty: without our addons
MODE_FIELDS = (
    "availability_mode",
    "availability_delivery_mode",
    "availability_transfer_mode",
    "availability_invoice_mode",
    "availability_scrap_mode",
)


def set_modes(env):
    """Set the mode of all documents, in the warehouses there are and in those of the tests."""
    for name in MODE_FIELDS:
        env["ir.default"].set("stock.warehouse", name, MODE)
    env["stock.warehouse"].with_context(active_test=False).search([]).write(
        dict.fromkeys(MODE_FIELDS, MODE)
    )
    env.cr.commit()


def run_suite():
    config["test_enable"] = True
    config["test_tags"] = SUITE
    total = 0
    for position in ("at_install", "post_install"):
        suite = loader.make_suite([SUITE], position)
        suite._tests = [test for test in suite._tests if not hasattr(test, "browser_size")]
        total += loader.run_suite(suite).testsRun
    print(f"{SUITE} ran {total} tests")  # to the log that testing_core reads


if MODE:
    set_modes(env)  # noqa: F821 - the shell's
env.cr.rollback()  # noqa: F821
run_suite()
