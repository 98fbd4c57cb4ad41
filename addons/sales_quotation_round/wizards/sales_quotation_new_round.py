from odoo import api, fields, models

from ..models.sale_order import ROUND_REASONS


class SalesQuotationNewRound(models.TransientModel):
    """Make the next round from any earlier one, and say why."""

    _name = "sales.quotation.new.round"
    _description = "New Round of a Quotation"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    negotiation_id = fields.Many2one(related="order_id.negotiation_id")
    base_round_id = fields.Many2one(
        "sale.order",
        string="Based On",
        required=True,
        compute="_compute_base_round",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="cascade",
    )
    expected_round = fields.Integer(compute="_compute_base_round", store=True, precompute=True)
    keep_discounts = fields.Boolean(
        default=True, help="Otherwise the new round begins with the discounts of the pricelist."
    )
    reason = fields.Selection(ROUND_REASONS)
    note = fields.Text(string="What Was Given and Why")

    @api.depends("order_id")
    def _compute_base_round(self):
        for wizard in self:
            wizard.base_round_id = wizard.order_id
            wizard.expected_round = wizard.order_id.round_count

    def action_create_round(self):
        """Make the round and open it.

        :return: action that opens the new round
        :raise UserError: the base is of another quotation, the quotation was won or has a newer
            round, or no more rounds are allowed
        """
        self.ensure_one()
        rounds = self.order_id._get_readable_rounds() or self.order_id
        base, _latest = rounds._choose_rounds(self.base_round_id.id, False)
        made = base._make_round(
            expected=self.expected_round,
            keep_discounts=self.keep_discounts,
            reason=self.reason,
            note=self.note,
        )
        return made._open_round()
