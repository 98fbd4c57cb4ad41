from odoo.fields import Domain


def pre_init_hook(env):
    """Add the column of order lines empty: no line of past years drew from a contract."""
    env.cr.execute("ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS contract_line_id int4")


def uninstall_hook(env):
    """Leave orders as they are, and forget what Odoo forgets to forget."""
    env["ir.model.constraint"].search(
        [
            ("module.name", "=", "sales_contract"),
            ("model.model", "=", "sale.order.line"),
            ("type", "=", "f"),
        ]
    ).unlink()
    # Odoo deletes the records behind these names, and leaves the names
    names = Domain.OR(
        Domain("name", "=like", f"{kind}\\_\\_sales\\_contract\\_\\_%")
        for kind in ("model\\_inherit", "selection")
    )
    env["ir.model.data"].search(names & Domain("module", "!=", "sales_contract")).unlink()
