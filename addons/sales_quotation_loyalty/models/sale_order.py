from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _write_vals_from_reward_vals(self, reward_vals, old_lines, delete=True):
        """Remember what the program gives: here, and nowhere else, rewards are made."""
        result = super()._write_vals_from_reward_vals(reward_vals, old_lines, delete=delete)
        # the codes are drawn for each reward, so that no line can have them beforehand
        codes = {vals.get("reward_identifier_code") for vals in reward_vals} - {None, False}
        made = self.order_line.filtered(lambda line: line.reward_identifier_code in codes)
        made._keep_reward_grant()
        return result
