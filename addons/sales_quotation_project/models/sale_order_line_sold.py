"""The same work is offered as often as one likes, and sold once."""

from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST_NAMED = 20


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # Whoever added it had read that the work is sold, and sells more of it.
    is_sold_again = fields.Boolean(readonly=True, groups="base.group_user")

    def _settle_sold_twice(self):
        """Let nobody of us sell what another order has sold; a customer has made no mistake.

        :raise UserError: for somebody of us, with the work, the order that has sold it and what
            to do
        """
        # Two who confirm the same work meet here: the second starts again, and sees the first.
        self.quoted_project_id._touch_quotations()
        texts = defaultdict(list)
        for line, orders in self._find_sold_elsewhere().items():
            texts[line.order_id].append((line.name, orders))
        if texts and self.env.user._is_approval_interactive():
            raise UserError("\n".join(order._get_sold_text(rows) for order, rows in texts.items()))
        for order, rows in texts.items():
            order._tell_sold_twice(rows)

    def _find_sold_elsewhere(self):
        """Map lines to the other orders that have sold their task or milestone."""
        lines = self.filtered(lambda line: line._get_quoted_work() and not line.is_sold_again)
        work = Domain("quoted_task_id", "in", lines.quoted_task_id.ids)
        work |= Domain("quoted_milestone_id", "in", lines.quoted_milestone_id.ids)
        orders = defaultdict(self.env["sale.order"].browse)
        for line in self.search(work & Domain("state", "=", "sale")) if lines else ():
            orders[line._get_quoted_work()] |= line.order_id
        found = {line: orders[line._get_quoted_work()] - line.order_id for line in lines}
        return {line: others for line, others in found.items() if others}

    def _get_quoted_work(self):
        return self.quoted_task_id or self.quoted_milestone_id


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_sold_text(self, rows):
        """Say what of an order others have sold.

        :param rows: pairs of the name of a line and the orders
        """
        return self.env._(
            "%(order)s sells work that is sold already:\n%(lines)s\nTake these lines out. To sell "
            "more of the same work, choose it again with Lines from Project: it is marked there.",
            order=self.name,
            lines="\n".join(
                f"{name}: {orders.with_env(self.env)._get_names_with_seller()}"
                for name, orders in rows[:MOST_NAMED]
            ),
        )

    def _get_names_with_seller(self):
        """Name orders, and whose they are; one that the user may not read is a colleague's."""
        mine = self.sudo(False)._filtered_access("read")
        names = [f"{order.name} ({order.user_id.name or '-'})" for order in mine]
        if len(self) > len(mine):
            names.append(self.env._("an order of a colleague"))
        return ", ".join(names)

    def _tell_sold_twice(self, rows):
        """A customer has accepted what was sold before: tell the salesperson."""
        user = self._get_approval_responsible() or self.create_uid
        order = self.with_user(user).sudo().with_context(lang=user.lang)  # reason: as whom it reads
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=order.env._("The customer has accepted work that was sold already"),
            note=order._get_sold_text(rows),
            user_id=user.id,
        )
