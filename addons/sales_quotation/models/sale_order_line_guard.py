"""A confirmed order is open to changes in Odoo, and no way around floors and ceilings."""

from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError

MODES = ("approve", "stop")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """A line that is added to a confirmed order keeps to its floor and ceiling."""
        lines = super().create(vals_list)
        lines._check_confirmed_prices({})
        return lines

    def write(self, vals):
        """The price of a line of a confirmed order does not fall below its floor afterwards."""
        with self._watch_confirmed_prices(is_moved="order_id" in vals):
            return super().write(vals)

    @contextmanager
    def _watch_confirmed_prices(self, is_moved=False):
        """Look at confirmed orders before and after what happens within.

        :param is_moved: whether lines come to another order, which may be confirmed
        """
        # reason: which lines are confirmed, and how far below, whoever writes
        confirmed = self.sudo().order_id.filtered(lambda order: order.state == "sale")
        lines = confirmed.order_line if self._is_price_watched() else self.browse()
        before = {line.id: (line.floor_gap, line.ceiling_gap) for line in lines.sudo()}
        yield
        if before or is_moved:
            self.exists()._check_confirmed_prices(before)

    def _is_price_watched(self):
        return self.env.user._is_approval_interactive()

    def _check_confirmed_prices(self, before):
        """Refuse what is further below floor or above ceiling than it was.

        :param before: {line id: (floor gap, ceiling gap)}; lines without were not there
        :raise UserError: for somebody of us; what a job does to confirmed orders is its task
        """
        if not self._is_price_watched():
            return
        # reason: floors hold for whoever comes
        orders = self.sudo().order_id.filtered(lambda order: order.state == "sale")
        worse = orders.order_line.filtered(lambda line: line._is_worse(before.get(line.id)))
        if details := worse._get_price_details(MODES):
            raise UserError(
                self.env._(
                    "%(orders)s is confirmed already, so this cannot be changed:\n%(lines)s\n"
                    "Make a new quotation and ask for approval.",
                    orders=", ".join(worse.order_id.mapped("name")),
                    lines=self.order_id._get_price_lines_text(details),
                )
            )

    def _is_worse(self, before):
        floor, ceiling = before or (0.0, 0.0)
        return self.floor_gap > floor + 1e-6 or self.ceiling_gap > ceiling + 1e-6
