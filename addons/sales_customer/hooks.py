from odoo.fields import Domain


def post_init_hook(env):
    """Give codes and keys to the customers that are there.

    Duplicates stay, and are listed to clean up.
    """
    env["res.partner"]._build_customer_codes()
    env["sales.customer.key"]._build_keys()


def forget_external_ids(env, addon, models):
    """Forget what other addons named of models that go: their mixins, and values to choose from.

    Odoo deletes the records of these names, and leaves the names.

    :param addon: the addon that goes
    :param models: names of its models that inherit mixins
    """
    starts = [
        f"{kind}__{model.replace('.', '_')}__".replace("_", "\\_") + "%"
        for kind in ("model_inherit", "selection")
        for model in models
    ]
    names = Domain.OR(Domain("name", "=like", start) for start in starts)
    env["ir.model.data"].search(names & Domain("module", "!=", addon)).unlink()


def uninstall_hook(env):
    """Leave the tables of Odoo as they were before."""
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [("module.name", "=", "sales_customer"), ("type", "=", "f")]
    ).unlink()
