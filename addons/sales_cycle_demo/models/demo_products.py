from odoo import api, models

from ..company.tables import read_table

UNITS = {
    "unit": "uom.product_uom_unit",
    "meter": "uom.product_uom_meter",
    "day": "uom.product_uom_day",
    "hour": "uom.product_uom_hour",
}
# Days before the expiration date
USE_DAYS, REMOVAL_DAYS, ALERT_DAYS = 10, 20, 45


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_products(self):
        self._load_categories()
        rows = read_table("products")
        products = self._create_rows("product", "product.product", rows, self._prepare_product)
        self._translate_names(products.product_tmpl_id, [row["name_zh"] for row in rows])
        self._report_progress("products", len(rows), len(rows))

    @api.model
    def _load_categories(self):
        rows = read_table("categories")
        categories = self._create_rows("category", "product.category", rows, self._prepare_category)
        self._translate_names(categories, [row["name_zh"] for row in rows])

    @api.model
    def _prepare_category(self, row):
        fefo = self.env.ref("product_expiry.removal_fefo")
        return {"name": row["name"], "removal_strategy_id": row["expiring"] and fefo.id}

    @api.model
    def _prepare_product(self, row):
        return {
            "name": row["name"],
            "default_code": row["code"],
            "categ_id": self._ref("category", row["category"]).id,
            "uom_id": self.env.ref(UNITS[row["uom"]]).id,
            "list_price": float(row["price"]),
            "standard_price": float(row["cost"]),
            "weight": float(row["weight"]),
            **self._prepare_product_kind(row),
            **self._prepare_expiration(row),
        }

    @api.model
    def _prepare_product_kind(self, row):
        if row["kind"] == "service":
            return {"type": "service", "invoice_policy": "order"}
        return {
            "type": "consu",
            "is_storable": row["kind"] == "goods",
            "invoice_policy": "delivery",
            "tracking": row["tracking"] or "none",
        }

    @api.model
    def _prepare_expiration(self, row):
        if not row["shelf_days"]:
            return {}
        return {
            "use_expiration_date": True,
            "expiration_time": int(row["shelf_days"]),
            "use_time": USE_DAYS,
            "removal_time": REMOVAL_DAYS,
            "alert_time": ALERT_DAYS,
        }
