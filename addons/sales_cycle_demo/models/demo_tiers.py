from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table

TIERS = ("excellent", "old", "new")


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_tiers(self):
        """Set the tiers to the size of the company, switch them on and have them computed."""
        tiers = self.env["sales.customer.tier"].union(*map(self._get_tier, TIERS))
        # made when the addon was installed: the company may have had another currency
        tiers.pricelist_id.currency_id = self.env.company.currency_id
        for key, tier in zip(TIERS, tiers, strict=True):
            tier.condition_ids = [Command.clear(), *self._prepare_tier_conditions(key)]
            tier.pricelist_id.item_ids = self._prepare_tier_prices(key)
        tiers.action_switch_on()
        self._compute_tiers()
        self._report_progress("tiers", len(tiers), len(tiers))

    @api.model
    def _get_tier(self, key):
        return self.env.ref(f"sales_customer_tier.tier_{key}")

    @api.model
    def _prepare_tier_conditions(self, key):
        return [
            Command.create(
                {
                    "kind": row["kind"],
                    "operator": row["operator"],
                    "months": int(row["months"] or 0),
                    "enter_value": float(row["enter"]),
                    "stay_value": float(row["stay"]),
                }
            )
            for row in read_table("tier_conditions")
            if row["tier"] == key
        ]

    @api.model
    def _prepare_tier_prices(self, key):
        return [
            Command.create(
                {
                    "applied_on": "2_product_category",
                    "categ_id": self._ref("category", row["category"]).id,
                    "min_quantity": float(row["quantity"]),
                    "compute_price": "percentage",
                    "percent_price": float(row["percent"]),
                }
            )
            for row in read_table("tier_prices")
            if row["tier"] == key
        ]

    @api.model
    def _compute_tiers(self):
        """What the job does at night, without its commits: the demo is loaded whole or not."""
        run = self.env["sales.customer.tier.run"]._get_open(self.env.company)
        while run._compute_next(1000):
            pass
