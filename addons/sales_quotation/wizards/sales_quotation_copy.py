from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesQuotationCopy(models.TransientModel):
    """Take the lines of an earlier quotation of the same customer."""

    _name = "sales.quotation.copy"
    _description = "Lines of an Earlier Quotation"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    partner_ids = fields.Many2many("res.partner", compute="_compute_partner_ids")
    source_id = fields.Many2one(
        "sale.order",
        string="Quotation or Order",
        required=True,
        ondelete="cascade",
        domain="[('partner_id', 'in', partner_ids), ('id', '!=', order_id)]",
    )
    prices = fields.Selection(
        [("now", "Today's prices"), ("then", "The prices of then")], required=True, default="now"
    )

    @api.depends("order_id")
    def _compute_partner_ids(self):
        for wizard in self:
            company = wizard.order_id.partner_id.commercial_partner_id
            wizard.partner_ids = self.env["res.partner"].search([("id", "child_of", company.ids)])

    def action_copy(self):
        """Add the lines at the end of the quotation, in one go.

        :raise UserError: if the customer, the currency or the products do not allow it
        """
        self.ensure_one()
        self._check_source()
        lines = self._get_lines()
        last = max(self.order_id.order_line.mapped("sequence"), default=0)
        vals_list = [
            {**self._prepare_line(line), "order_id": self.order_id.id, "sequence": last + number}
            for number, line in enumerate(lines, 1)
        ]
        self.env["sale.order.line"].create(vals_list)
        return {"type": "ir.actions.act_window_close"}

    def _get_lines(self):
        """Give the lines that are taken along; what promotions gave then is theirs to give."""
        return self.source_id.order_line.filtered(
            lambda line: (
                not (line.is_downpayment or line._is_marked_as_reward() or line.combo_item_id)
            )
        )

    def _check_source(self):
        order, source = self.order_id, self.source_id
        order.check_access("write")
        source.check_access("read")
        if source.partner_id.commercial_partner_id != order.partner_id.commercial_partner_id:
            raise UserError(self.env._("%s is of another customer.", source.name))
        if self.prices == "then" and source.currency_id != order.currency_id:
            raise UserError(
                self.env._(
                    "%(earlier)s is in %(theirs)s and this quotation in %(ours)s. "
                    "Take the lines with today's prices.",
                    earlier=source.name,
                    theirs=source.currency_id.name,
                    ours=order.currency_id.name,
                )
            )
        gone = self._get_lines().product_id.filtered(lambda p: not p.active or not p.sale_ok)
        if gone:
            raise UserError(
                self.env._(
                    "These products are not sold any more: %s. Paste the other lines instead.",
                    ", ".join(gone.mapped("display_name")),
                )
            )

    def _prepare_line(self, line):
        vals = line.copy_data()[0]
        if self.prices == "now" and not line.display_type:
            for name in ("price_unit", "technical_price_unit", "discount", "tax_ids"):
                vals.pop(name, None)
        return vals
