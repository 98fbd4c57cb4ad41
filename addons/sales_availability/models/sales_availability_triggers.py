"""The database triggers that mark products whose availability has changed.

One trigger for each event of each source table, once per statement. Nothing but an insert happens
in the changing transaction, so that it can neither wait for anybody nor fail because of others.
"""

from odoo import models
from odoo.tools import SQL

# Source table: columns that matter, and the products that a changed row `r` stands for.
SOURCES = {
    "stock_quant": (
        ("product_id", "location_id", "lot_id", "owner_id", "quantity"),
        "SELECT r.product_id",
    ),
    "stock_move": (
        (
            "product_id",
            "product_qty",
            "state",
            "date",
            "location_id",
            "location_dest_id",
            "location_final_id",
            "procure_method",
            "restrict_lot_id",
            "restrict_partner_id",
        ),
        "SELECT r.product_id",
    ),
    "stock_move_line": (
        ("product_id", "picked", "lot_id", "quantity_product_uom"),
        "SELECT r.product_id",
    ),
    "sales_availability_hold": (
        ("product_id", "warehouse_id", "lot_id", "quantity", "expiry"),
        "SELECT r.product_id",
    ),
    "stock_lot": (("product_id", "is_blocked"), "SELECT r.product_id"),
    "stock_location": (
        ("in_quarantine", "usage", "warehouse_id"),
        "SELECT quant.product_id FROM stock_quant quant WHERE quant.location_id = r.id "
        "UNION SELECT move.product_id FROM stock_move move "
        "WHERE r.id IN (move.location_id, move.location_dest_id, move.location_final_id) "
        "AND move.state NOT IN ('done', 'cancel', 'draft')",
    ),
    "product_template": (
        ("categ_id",),
        "SELECT product.id FROM product_product product WHERE product.product_tmpl_id = r.id",
    ),
}
PREFIX = "sales_availability_mark"
# A new lot, location or template has no stock yet, and a deleted one none left.
ONLY_UPDATED = ("stock_lot", "stock_location", "product_template")


class SalesAvailabilityStale(models.Model):
    _inherit = "sales.availability.stale"

    def init(self):
        for table, (columns, products) in self._get_trigger_sources().items():
            create_triggers(self.env.cr, table, columns, products)

    def _get_trigger_sources(self):
        """Hook: what a change of a table's columns means for which products."""
        return SOURCES


def create_triggers(cr, table, columns, products):
    """Mark products whenever rows of a table appear, change or vanish.

    :param table: name of the table
    :param columns: names of the columns whose change matters
    :param products: SELECT of the ids of products that a row ``r`` of the table stands for
    """
    for event, rows in _get_events(table, columns).items():
        name = f"{PREFIX}_{table}_{event.lower()}"
        tables = {"INSERT": "NEW TABLE AS n", "DELETE": "OLD TABLE AS o"}
        transition = tables.get(event, "NEW TABLE AS n OLD TABLE AS o")
        cr.execute(_get_function_sql(name, rows, products))
        cr.execute(
            SQL(
                f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table} "
                f"REFERENCING {transition} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
        )


def _get_events(table, columns):
    """Return for each event the rows that it changed."""
    names = ", ".join(columns)
    old, new = (", ".join(f"{alias}.{column}" for column in columns) for alias in "on")
    updated = (
        f"SELECT o.id, {old} FROM o JOIN n USING (id) WHERE ROW({old}) IS DISTINCT FROM ROW({new}) "
        f"UNION ALL "
        f"SELECT n.id, {new} FROM n JOIN o USING (id) WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
    )
    if table in ONLY_UPDATED:
        return {"UPDATE": updated}
    return {
        "INSERT": f"SELECT id, {names} FROM n",
        "DELETE": f"SELECT id, {names} FROM o",
        "UPDATE": updated,
    }


def _get_function_sql(name, rows, products):
    # Names of tables and columns are constants of this module.
    return SQL(
        f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO sales_availability_stale (product_res_id)
            SELECT DISTINCT marked.id
              FROM ({rows}) AS r, LATERAL ({products}) AS marked (id)
             WHERE marked.id IS NOT NULL;
            RETURN NULL;
        END $$
        """
    )


def drop_triggers(cr):
    """Leave the tables of other addons as they were."""
    cr.execute("SELECT proname FROM pg_proc WHERE proname LIKE %s", [f"{PREFIX}%"])
    for (name,) in cr.fetchall():
        cr.execute(SQL("DROP FUNCTION %s() CASCADE", SQL.identifier(name)))
