def uninstall_hook(env):
    """Archive the pricelists of tiers: without the addon they would be anybody's by default."""
    env["product.pricelist"].search([("is_customer_tier", "=", True)]).action_archive()
