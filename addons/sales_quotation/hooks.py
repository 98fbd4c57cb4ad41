from odoo.tools import SQL

from odoo.addons.sales_approval.hooks import forget_documents

# what is resolved when a line is made; old lines were made before there were floors
LINE_COLUMNS = {
    "floor_rule_id": "int4",
    "floor_price": "numeric",
    "floor_mode": "varchar",
    "floor_explanation": "jsonb",
    "floor_gap": "float8",
    "is_below_floor": "bool",
    "pricelist_price": "numeric",
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
    """Leave nothing of the approval of quotations behind."""
    forget_documents(env, "sales_quotation", ["sale.order", "sale.order.line"])
