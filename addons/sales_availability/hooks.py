from .models.sales_availability_triggers import drop_triggers


def post_init_hook(env):
    """Let the job build the balances of what is there already, and of the holds of invoices."""
    env["sales.availability.balance"]._mark_all()
    env.ref("sales_availability.ir_cron_refresh_balances")._trigger()


def uninstall_hook(env):
    """Leave the tables of Odoo as they were before."""
    drop_triggers(env.cr)
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_availability"), ("type", "=", "f")]
    ).unlink()
