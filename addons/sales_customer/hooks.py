def post_init_hook(env):
    """Give codes and keys to the customers that are there.

    Duplicates stay, and are listed to clean up.
    """
    env["res.partner"]._build_customer_codes()
    env["sales.customer.key"]._build_keys()


def uninstall_hook(env):
    """Leave the tables of Odoo as they were before."""
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_customer"), ("type", "=", "f")]
    ).unlink()
