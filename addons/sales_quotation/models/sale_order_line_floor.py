"""Floors: which rule holds for a line, what it comes to, and how it is explained."""

from odoo import api, models
from odoo.tools import float_round
from odoo.tools.misc import formatLang


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends(
        "product_id",
        "product_uom_id",
        "display_type",
        "company_id",
        "order_id.partner_id",
        "order_id.currency_id",
    )
    def _compute_floor(self):
        """Resolve the floors of all lines at once.

        It does not depend on costs: what was quoted stands as it was explained.
        """
        found = self.filtered(lambda line: line._has_floor())
        (self - found).update(self._prepare_floor())
        rules = self.env["sales.price.floor"]._get_for_companies(found.order_id.company_id)
        rates = {}
        for order, lines in found.grouped("order_id").items():
            index = rules._get_for_order(order)._get_index()
            for line in lines:
                line.update(line._resolve_floor(rules._find(index, line.product_id), rates))

    @api.model
    def _prepare_floor(self, **values):
        return {
            "floor_rule_id": False,
            "floor_price": 0.0,
            "floor_mode": False,
            "floor_explanation": False,
            **values,
        }

    def _resolve_floor(self, rule, rates):
        """Give the values of a line that a rule holds for.

        :param rule: sales.price.floor, may be empty
        :param rates: {(currency, currency, company, day): rate} that the lines share
        """
        if not rule:
            return self._prepare_floor()
        figures = self._get_floor_figures(rule, rates)
        return self._prepare_floor(
            floor_rule_id=rule.id,
            floor_price=figures["floor"],
            floor_mode=rule.mode,
            floor_explanation={
                "rule": rule.id,
                "basis": rule.basis,
                "currency": self._get_price_currency().id,
                "notes": rule._get_explanation_notes(self),
                **figures,
            },
        )

    def _get_floor_figures(self, rule, rates):
        """Give what a floor comes to for this line: base, factor, surcharge, floor."""
        base = self._convert_floor(*rule._get_base(self), rates)
        factor, surcharge = 1.0, 0.0
        if rule.basis != "fixed":
            factor = rule.factor
            surcharge = self._convert_floor(rule.surcharge, rule.currency_id, rates)
        digits = self.env["decimal.precision"].precision_get("Product Price")
        floor = float_round(base * factor + surcharge, precision_digits=digits)
        return {"base": base, "factor": factor, "surcharge": surcharge, "floor": floor}

    def _convert_floor(self, amount, currency, rates):
        """Give an amount for a unit of the product in the currency and unit of the line."""
        if not amount:
            return 0.0
        key = (
            currency,
            self._get_price_currency(),
            self._get_price_company(),
            self.order_id._get_price_day(),
        )
        if key not in rates:
            rates[key] = currency._get_conversion_rate(*key)
        amount *= rates[key]
        product_uom = self.product_id.uom_id
        if self.product_uom_id and self.product_uom_id != product_uom:
            amount = product_uom._compute_price(amount, self.product_uom_id)
        return amount

    @api.depends("floor_price", "floor_explanation")
    @api.depends_context("lang", "uid")
    def _compute_floor_text(self):
        detailed = self.env.su or self.env.user.has_group("sales_quotation.group_floor_detail")
        for line in self:
            # reason: the text leaves out what this reader may not see
            line.floor_text = line.sudo()._get_floor_text(detailed)

    def _get_floor_text(self, detailed):
        """Put the explanation into words: "82.00 EUR = cost 71.00 × 1.155, rule 12".

        :param detailed: with the cost and the factor, or without
        """
        data = self.floor_explanation
        if not data:
            return False
        currency = self.env["res.currency"].browse(data["currency"])
        price = self._format_price(data["floor"], currency)
        formula = self._get_floor_formula(data) if detailed else ""
        rule = self.env._("rule %s", data["rule"])
        return ", ".join([price + formula, rule, *(data["notes"] or [])])

    def _get_floor_formula(self, data):
        if data["basis"] == "fixed":
            return ""
        if data["basis"] == "cost" and not data["base"]:
            return " " + self.env._("(no cost is known)")
        name = self.env._("cost") if data["basis"] == "cost" else self.env._("sales price")
        text = f" = {name} {self._format_number(data['base'])}"
        text += f" × {self._format_number(data['factor'])}"
        return text + (f" + {self._format_number(data['surcharge'])}" if data["surcharge"] else "")

    @api.model
    def _format_number(self, value):
        decimals = len(f"{value:.4f}".rstrip("0").partition(".")[2])
        return formatLang(self.env, value, digits=max(2, decimals))
