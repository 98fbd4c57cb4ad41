"""Run the suite of one of Odoo's own addons in an `odoo shell`, with every addon loaded.

Odoo's test runner runs the tests of an addon before the addons after it are loaded, so it would
test nothing of ours. `testing_core` gives this text to the shell, the suite and the mode in its
environment.
"""

import os

from odoo.tests.shell import run_tests

SUITE = os.environ["CORE_SUITE"]
MODE = os.environ["CORE_MODE"]  # empty: without our addons
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


if MODE:
    set_modes(env)  # noqa: F821 - the shell's
report = run_tests(env, f"/{SUITE}", modules=[SUITE])  # noqa: F821
print(f"{SUITE} ran {report.testsRun} tests")  # to the log that testing_core reads
