from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from ..company.tables import read_table


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_contracts(self):
        """Agree with customers as their salespeople do, and draw from what runs."""
        rows = read_table("contracts")
        for row in rows:
            contract = self._make_contract(row)
            self._name_records("contract", [row["key"]], contract)
            if row["run"]:
                contract.action_confirm()
            for kind, lines in (("drawn", row["ordered"]), ("asked", row["quoted"])):
                if lines:
                    order = self._draw_from_contract(contract, lines)
                    self._name_records(kind, [row["key"]], order)
                    if kind == "drawn":
                        order.action_confirm()
        self._report_progress("contracts", len(rows), len(rows))

    @api.model
    def _make_contract(self, row):
        customer = self._ref("customer", row["customer"])
        start = self._get_time(int(row["age"])).date()
        contracts = self.env["sales.contract"].with_user(customer.user_id)
        return contracts.with_context(lang=customer.user_id.lang).create(
            {
                "partner_id": customer.id,
                "company_id": self.env.company.id,
                "client_order_ref": row["reference"],
                "date_start": start,
                "date_end": start + timedelta(days=int(row["age"]) + int(row["days"])),
                "over_quantity": row["over"],
                "line_ids": [Command.create(vals) for vals in self._get_agreed(row["lines"])],
            }
        )

    @api.model
    def _get_agreed(self, lines):
        """Give the values of ``product:quantity:price``."""
        for line in lines.split():
            key, quantity, price = line.split(":")
            yield {
                "product_id": self._ref("product", key).id,
                "quantity": float(quantity),
                "price_unit": float(price),
            }

    @api.model
    def _draw_from_contract(self, contract, lines):
        wizard = self.env["sales.quotation.contract"].with_user(contract.user_id)
        wizard = wizard.browse(contract.action_new_quotation()["res_id"])
        wanted = dict(line.split(":") for line in lines.split())
        wanted = {self._ref("product", key): float(count) for key, count in wanted.items()}
        for row in wizard.line_ids:
            row.quantity = wanted.get(row.product_id, 0.0)
        return self.env["sale.order"].browse(wizard.action_apply()["res_id"])
