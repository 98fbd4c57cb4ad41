def post_init_hook(env):
    """Who has a running contract is not due any more."""
    env["sales.customer.recycle.mark"]._mark_all()


def uninstall_hook(env):
    """Leave the table of contracts as it was, and who had one is due again."""
    env.cr.execute("DROP FUNCTION IF EXISTS sales_customer_pool_mark_sales_contract() CASCADE")
    env["sales.customer.recycle.mark"]._mark_all()
