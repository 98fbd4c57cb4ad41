from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_price_rules(self):
        """Say below which price, and above which discount, somebody has to be asked."""
        floors = read_table("price_floors")
        self._create_rows("floor", "sales.price.floor", floors, self._prepare_floor)
        ceilings = read_table("discount_ceilings")
        self._create_rows("ceiling", "sales.discount.ceiling", ceilings, self._prepare_ceiling)
        total = len(floors) + len(ceilings)
        self._report_progress("price rules", total, total)

    @api.model
    def _prepare_price_rule(self, row):
        category = row["category"] and self._ref("category", row["category"])
        return {
            "company_id": self.env.company.id,
            "mode": "approve",
            "categ_id": category and category.id,
        }

    @api.model
    def _prepare_floor(self, row):
        tiers = [self._get_tier(key).id for key in row["tiers"].split(",") if key]
        return {
            **self._prepare_price_rule(row),
            "applied_on": "category" if row["category"] else "all",
            "tier_ids": [Command.set(tiers)],
            "basis": row["basis"],
            "factor": float(row["factor"]),
        }

    @api.model
    def _prepare_ceiling(self, row):
        return {
            **self._prepare_price_rule(row),
            "user_id": row["user"] and self._ref("user", row["user"]).id,
            "group_id": row["group"] and self.env.ref(row["group"]).id,
            "percent": float(row["percent"]),
        }
