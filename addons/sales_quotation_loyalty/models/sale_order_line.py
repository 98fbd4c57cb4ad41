from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrderLine(models.Model):
    """A reward is what its program made of it: the mark alone can be put on any line."""

    _inherit = "sale.order.line"

    reward_grant = fields.Json(
        string="Granted by the Program",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Reward, product, quantity and subtotal, as the program made the line.",
    )

    @api.model
    def _check_field_access(self, field, operation):
        """What a program grants is written by the program."""
        if operation == "write" and field.name == "reward_grant" and not self.env.su:
            raise AccessError(
                self.env._("What a promotion gives is written by its program, and by nobody else.")
            )
        return super()._check_field_access(field, operation)

    def _keep_reward_grant(self):
        for line in self.sudo():  # reason: nobody writes it, and the program comes as whoever buys
            line.reward_grant = line._prepare_reward_grant()

    def _prepare_reward_grant(self):
        return {
            "reward": self.reward_id.id,
            "product": self.product_id.id,
            "unit": self.product_uom_id.id,
            "quantity": self.product_uom_qty,
            "subtotal": self.price_subtotal,
        }

    def _is_reward(self):
        """Extend: only as long as it takes no more off, and gives no more, than was granted."""
        grant = self.sudo().reward_grant  # reason: it counts for whoever comes
        if not (super()._is_reward() and grant):
            return False
        is_same = all(
            self[name].id == grant[key]
            for name, key in (
                ("reward_id", "reward"),
                ("product_id", "product"),
                ("product_uom_id", "unit"),
            )
        )
        less = self._get_price_currency().compare_amounts(self.price_subtotal, grant["subtotal"])
        return is_same and less >= 0 and self.product_uom_qty <= grant["quantity"]

    @api.depends("reward_id", "reward_grant", "order_id.order_line.reward_grant")
    def _compute_gaps(self):
        """Extend: what programs give is decided by who makes programs."""
        return super()._compute_gaps()

    def _get_gaps(self, reduction, is_optional=False):
        if self._is_reward():
            return dict.fromkeys(("concession", "floor_gap", "ceiling_gap"), 0.0) | dict.fromkeys(
                ("is_below_floor", "is_above_ceiling"), False
            )
        return super()._get_gaps(reduction, is_optional=is_optional)
