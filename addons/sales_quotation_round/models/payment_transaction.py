from odoo import api, models
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        closed = transactions.sale_order_ids.filtered("is_superseded")
        if closed:
            raise ValidationError(
                self.env._(
                    "Round %(round)s of %(number)s was replaced by a newer round and cannot be"
                    " paid any more.",
                    round=closed[0].round_number,
                    number=closed[0].name,
                )
            )
        return transactions

    def _check_amount_and_confirm_order(self):
        """Tell the salesperson of money that came for a round that was replaced meanwhile."""
        for transaction in self:
            for order in transaction.sale_order_ids.filtered("is_superseded"):
                order._schedule_late_payment(transaction)
        return super()._check_amount_and_confirm_order()
