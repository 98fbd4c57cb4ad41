def uninstall_hook(env):
    """Forget the foreign keys of fields that this addon adds to other models: Odoo does not."""
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_quotation_project"), ("type", "=", "f")]
    ).unlink()
