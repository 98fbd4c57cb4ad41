from odoo.fields import Domain


def forget_documents(env, addon, models):
    """Forget what was asked about documents that need approval no more, and Odoo's names for it.

    An addon that takes approvals in for its documents calls it in its uninstall hook. Odoo deletes
    the records behind the external ids of mixins and of values to choose from, and leaves the ids.

    :param addon: the addon that goes
    :param models: names of the models that it has made, with ``sales.approval.mixin`` or not
    """
    env["sales.approval.request"]._forget_models(models)
    starts = [
        f"{kind}__{model.replace('.', '_')}__".replace("_", "\\_") + "%"
        for kind in ("model_inherit", "selection")
        for model in models
    ]
    names = Domain.OR(Domain("name", "=like", start) for start in starts)
    env["ir.model.data"].search(names & Domain("module", "!=", addon)).unlink()
