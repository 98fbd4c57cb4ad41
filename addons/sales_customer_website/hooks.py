from odoo.tools import SQL

FORM_FIELDS = ("mobile", "wechat")


def uninstall_hook(env):
    """Close the fields again that visitors could fill in; what they filled in stays."""
    # as Odoo opens them: its own method only opens, and the ORM writes no fields of code
    env.cr.execute(
        SQL(
            "UPDATE ir_model_fields SET website_form_blacklisted = true"
            " WHERE model = 'crm.lead' AND name = ANY(%s)",
            list(FORM_FIELDS),
        )
    )
