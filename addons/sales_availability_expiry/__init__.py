from odoo.addons.sales_availability.models.sales_availability_triggers import (
    SOURCES,
    create_triggers,
)

from . import models


def uninstall_hook(env):
    """Let the triggers look no longer at columns that may vanish."""
    for table in ("stock_lot", "product_template"):
        create_triggers(env.cr, table, *SOURCES[table])
