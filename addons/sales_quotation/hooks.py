from odoo.tools import SQL

# what is resolved when a line is made; old lines were made before there were floors
LINE_COLUMNS = {
    "floor_rule_id": "int4",
    "floor_price": "numeric",
    "floor_mode": "varchar",
    "floor_explanation": "jsonb",
    "floor_gap": "float8",
    "is_below_floor": "bool",
    "pricelist_price": "numeric",
    "ceiling_pricelist_id": "int4",
    "concession": "float8",
    "ceiling_id": "int4",
    "discount_ceiling": "float8",
    "ceiling_mode": "varchar",
    "ceiling_gap": "float8",
    "is_above_ceiling": "bool",
    "price_mark": "varchar",
}


def pre_init_hook(env):
    """Add the columns of order lines empty: nothing is computed for the orders of past years."""
    for name, kind in LINE_COLUMNS.items():
        env.cr.execute(
            SQL(
                "ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS %s %s",
                SQL.identifier(name),
                SQL(kind),
            )
        )


def uninstall_hook(env):
    """Forget what was asked about quotations, which stay."""
    rule = [("module", "=", "sales_quotation"), ("name", "=", "approval_rule_prices")]
    env["ir.model.data"].search(rule).unlink()  # it is kept only as long as we know it
    env["sales.approval.request"]._forget_models(["sale.order"])
    # Odoo forgets to forget the foreign keys of fields that an addon adds to other models.
    env["ir.model.constraint"].search(
        [
            ("module.name", "in", ("sales_quotation", "sales_approval")),
            ("model.model", "in", ("sale.order", "sale.order.line")),
            ("type", "=", "f"),
        ]
    ).unlink()
    # Odoo deletes the record behind this one and leaves the name
    name = [("name", "=", "model_inherit__sale_order__sales_approval_mixin")]
    env["ir.model.data"].search([("module", "=", "sales_approval"), *name]).unlink()
