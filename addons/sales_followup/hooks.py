from odoo.addons.sales_customer.hooks import forget_external_ids


def uninstall_hook(env):
    """Let go of what would keep our activity types, and leave core's tables as they were."""
    env.cr.execute("DELETE FROM sales_reminder_rule")
    forget_external_ids(env, "sales_followup", ["sales.followup"])
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_followup"), ("type", "=", "f")]
    ).unlink()
