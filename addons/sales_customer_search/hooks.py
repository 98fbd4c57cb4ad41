def post_init_hook(env):
    """Let customers who are there already be found: at once, or by the job when they are many."""
    env["sales.customer.search.key"]._start_build()


def uninstall_hook(env):
    """Forget the state of the job."""
    env["sales.customer.search.key"]._set_building(False)
