from odoo.tools import SQL

from odoo.addons.sales_customer.hooks import forget_external_ids

from .models.sales_customer_pool_triggers import drop_triggers

MAIL_MODELS = (
    "sales.customer.allocation.rule",
    "sales.customer.extension",
    "sales.customer.pool",
    "sales.customer.recycle.rule",
)
FOREIGN_INDEXES = ("res_partner__user_id_index",)


def post_init_hook(env):
    """Who owns a customer already owns it since today: nobody is late on the first day."""
    env.cr.execute(
        """
        UPDATE res_partner
           SET ownership_date = now() AT TIME ZONE 'UTC'
         WHERE user_id IS NOT NULL AND customer_rank > 0 AND ownership_date IS NULL
        """
    )


def uninstall_hook(env):
    """Leave the tables of Odoo as they were before."""
    drop_triggers(env.cr)
    for name in FOREIGN_INDEXES:
        env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(name)))
    forget_external_ids(env, "sales_customer_pool", MAIL_MODELS)
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_customer_pool"), ("type", "=", "f")]
    ).unlink()
