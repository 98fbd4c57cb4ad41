from odoo.addons.sales_customer.hooks import forget_external_ids


def uninstall_hook(env):
    """Archive the pricelists of tiers: without the addon they would be anybody's by default."""
    env["product.pricelist"].search([("is_customer_tier", "=", True)]).action_archive()
    forget_external_ids(env, "sales_customer_tier", ("sales.customer.tier",))
