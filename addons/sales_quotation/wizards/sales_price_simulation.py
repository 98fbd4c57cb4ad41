from odoo import api, fields, models

DAYS = 90
MOST = 20000


class SalesPriceSimulation(models.TransientModel):
    """What a floor or a ceiling would have held up, before it is let loose."""

    _name = "sales.price.simulation"
    _description = "Simulation of a Floor or Ceiling"

    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    looked_at = fields.Integer(string="Lines Looked at", readonly=True)
    line_ids = fields.Many2many("sale.order.line", string="Lines", readonly=True)
    line_count = fields.Integer(string="Held Up", compute="_compute_line_count")

    @api.depends("line_ids")
    def _compute_line_count(self):
        for simulation in self:
            simulation.line_count = len(simulation.line_ids)

    def action_run(self):
        """Look at the order lines of the last days, as prices and costs are today.

        :return: action that shows what was found
        """
        self.ensure_one()
        rule = self._get_rule()
        rule.check_access("read")
        lines = self.env["sale.order.line"].search(self._get_domain(), limit=MOST, order="id desc")
        # reason: a manager simulates on the lines that he may read; the floor needs the cost
        found = lines.sudo().filtered(lambda line: line._has_floor())
        held = rule.sudo()._get_held_lines(found)
        self.write({"looked_at": len(lines), "line_ids": [(6, 0, held.ids)]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulation: %s", rule.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_rule(self):
        if self.res_model not in ("sales.price.floor", "sales.discount.ceiling"):
            return self.env["sales.price.floor"].browse(0)
        return self.env[self.res_model].browse(self.res_id)

    def _get_domain(self):
        return [
            (
                "order_id.date_order",
                ">=",
                fields.Datetime.subtract(fields.Datetime.now(), days=DAYS),
            ),
            ("state", "in", ("draft", "sent", "sale")),
            ("display_type", "=", False),
            ("company_id", "in", self.env.companies.ids),
            ("product_uom_qty", ">", 0),
        ]


class SalesPriceRule(models.AbstractModel):
    _inherit = "sales.price.rule"

    def _get_held_lines(self, lines):
        """Say which lines one rule would hold up; the days that it holds on do not matter.

        :param lines: sale.order.line, as superuser
        """
        raise NotImplementedError

    def _get_lines_in_reach(self, lines):
        orders = lines.order_id.filtered(
            lambda order: (
                (not self.company_id or self.company_id == order.company_id)
                and self._covers_partner(order.partner_id)
            )
        )
        return lines.filtered(lambda line: line.order_id in orders)


class SalesPriceFloor(models.Model):
    _inherit = "sales.price.floor"

    def _get_held_lines(self, lines):
        held, index, rates = lines.browse(), self._get_index(), {}
        for order, found in self._get_lines_in_reach(lines).grouped("order_id").items():
            reduction = order._get_price_reduction()
            for line in found.filtered(lambda line: line._is_held_to_floor()):
                if self._find(index, line.product_id):
                    full = line._get_floor_figures(self, rates)["floor"] * line.product_uom_qty
                    if line._get_gap(line.price_subtotal * (1 - reduction), full):
                        held |= line
        return held


class SalesDiscountCeiling(models.Model):
    _inherit = "sales.discount.ceiling"

    def _get_held_lines(self, lines):
        reach = self._get_lines_in_reach(lines)
        with reach._batch_rules():
            return reach.filtered(lambda line: self._is_exceeded(line))

    def _is_exceeded(self, line):
        index = self._get_index(line.order_id._get_ceiling_user())
        return bool(self._find(index, line.product_id)) and line.concession > self.percent + 0.005
