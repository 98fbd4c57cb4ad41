def uninstall_hook(env):
    """Let go of what would keep our activity types, and leave core's tables as they were."""
    env.cr.execute("DELETE FROM sales_reminder_rule")
    # Odoo forgets the external ids that other addons gave to what our model inherits.
    env["ir.model.inherit"].search([("model_id.model", "=", "sales.followup")]).unlink()
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_followup"), ("type", "=", "f")]
    ).unlink()
