from odoo.fields import Domain

VIEW_TYPE = "sales_map"


def uninstall_hook(env):
    """Take the settings away, and the map out of the actions that a company added it to."""
    env["ir.config_parameter"].search(Domain("key", "=like", "sales_map.%")).unlink()
    actions = env["ir.actions.act_window"].search(Domain("view_mode", "like", VIEW_TYPE))
    for action in actions:
        modes = [mode for mode in action.view_mode.split(",") if mode.strip() != VIEW_TYPE]
        action.view_mode = ",".join(modes) or "list,form"
