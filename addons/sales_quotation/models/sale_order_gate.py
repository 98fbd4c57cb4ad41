"""The gate of quotations: neither sent nor confirmed below a floor that stops."""

from contextlib import nullcontext

from odoo import api, models
from odoo.exceptions import UserError

GATED = ("sent", "sale")
# what is written together with the state is judged first
PRICED = ("order_line", "pricelist_id", "partner_id", "payment_term_id", "currency_id", "user_id")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        """An order that is made as sent or confirmed passes the gate, too."""
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in GATED)._check_price_gate("create", done=True)
        return orders

    def write(self, vals):
        """Whoever writes the state by hand passes the gate, too."""
        if vals.get("state") in GATED:
            rest = {name: value for name, value in vals.items() if name in PRICED}
            if rest:
                self.write(rest)
                vals = {name: value for name, value in vals.items() if name not in PRICED}
            if self.env.user._is_approval_interactive():
                self.filtered(lambda order: order.state != vals["state"])._check_price_gate(
                    "action_confirm" if vals["state"] == "sale" else "action_quotation_send"
                )
        # another customer may have lower floors: nobody comes back from him with his prices
        is_watched = "partner_id" in vals or "currency_id" in vals
        with self.order_line._watch_confirmed_prices() if is_watched else nullcontext():
            result = super().write(vals)
        if "date_order" in vals and "state" not in vals:
            self.filtered(lambda order: order.state in ("draft", "sent"))._resolve_floors()
        return result

    def action_quotation_send(self):
        """Open the mail, if the prices and the approvals allow it."""
        self._check_price_gate("action_quotation_send")
        return super().action_quotation_send()

    def action_confirm(self):
        """Confirm those that may be; what customers and jobs start waits for its approval."""
        orders = self._check_price_gate("action_confirm")
        return super(SaleOrder, orders).action_confirm() if orders else True

    def _check_price_gate(self, action_name, done=False):
        """Let those orders go on whose prices hold and that need no approval.

        :param action_name: name of the action, for whom it is held up
        :param done: whether the orders have that state already
        :return: the orders that may go on
        :raise AccessError: an order is not the caller's to change; a customer who signs or pays
            comes as superuser
        :raise UserError: for somebody of us, with the lines and what to do
        """
        interactive = self.env.user._is_approval_interactive()
        if done and not interactive:
            return self
        orders = self if done else self.filtered(lambda order: order._is_approval_open())
        orders.check_access("write")
        # reason: floors hold for whoever comes, and some may not read them
        stopped = orders.sudo().filtered(lambda order: order._get_stopped_details())
        if stopped and interactive:
            raise UserError("\n".join(order._get_stopped_text() for order in stopped))
        stopped._tell_stopped()
        if done:
            return self._check_made_orders()
        going = self - stopped.with_env(self.env)
        return going._approval_gate(action_name)

    def _check_made_orders(self):
        for order in self.sudo():  # reason: floors hold for whoever comes
            if details := order.order_line._get_price_details(("approve",)):
                raise UserError(
                    self.env._(
                        "%(order)s cannot be made as sent or confirmed, it needs approval: "
                        "%(lines)s. Create it as a quotation.",
                        order=order.display_name,
                        lines=self._get_price_lines_text(details),
                    )
                )
        return self

    def _get_stopped_details(self):
        return self.order_line._get_price_details(("stop",))

    def _get_stopped_text(self):
        return self.env._(
            "%(order)s cannot be sent or confirmed with these prices:\n%(lines)s\nRaise the "
            "prices, or ask a sales manager to change the floor or the ceiling.",
            order=self.display_name,
            lines=self._get_price_lines_text(self._get_stopped_details()),
        )

    def _tell_stopped(self):
        """A customer has signed or paid what may not be sold: tell its salesperson, once."""
        for order in self:
            user = order._get_approval_responsible() or order.create_uid
            order = order.with_context(lang=user.lang)
            summary = order.env._("The customer has accepted, but its prices stop it")
            if summary not in order.activity_ids.mapped("summary"):
                order.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=summary,
                    note=order._get_stopped_text(),
                    user_id=user.id,
                )
