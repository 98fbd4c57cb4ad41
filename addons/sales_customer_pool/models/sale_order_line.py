from odoo import api, models


class SaleOrderLine(models.Model):
    """Many2one fields show lines of everybody, as superuser, and a line names its customer."""

    _inherit = "sale.order.line"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """Extend: core names lines as superuser, and what depends on the user is kept apart."""
        result = super()._compute_display_name()
        for line in self:
            # reason: the name that was just given, without the customers that are secret
            line.display_name = line.sudo().display_name
        return result

    def _additional_name_per_id(self):
        """Extend: leave out the customers of colleagues' orders that are secret to the user."""
        names = super()._additional_name_per_id()
        lines = self.sudo()  # reason: whose orders they are, to tell nothing more of them
        others = lines.filtered(lambda line: line.order_id.user_id != self.env.user)
        partners = others.order_partner_id.with_user(self.env.user)
        if partners and partners._is_plain_salesperson():
            secret = (partners - partners._filtered_access("read")).ids
            names.update((o.id, "") for o in others if o.order_partner_id.id in secret)
        return names
