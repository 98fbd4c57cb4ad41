from .models.sales_customer_search_text import drop_functions


def post_init_hook(env):
    """Add the partners that have their keys already."""
    env["sales.customer.search.text"]._fill()


def uninstall_hook(env):
    """Leave the search as it was: what wrote to a table that is going goes first."""
    drop_functions(env.cr)
