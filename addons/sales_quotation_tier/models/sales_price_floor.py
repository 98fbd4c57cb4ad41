from odoo import fields, models


class SalesPriceFloor(models.Model):
    """A floor may hold for customers of some tiers only."""

    _inherit = "sales.price.floor"

    tier_ids = fields.Many2many(
        "sales.customer.tier",
        "sales_price_floor_tier_rel",
        string="Tiers",
        help="Only for customers of these tiers. Such a rule comes before one for all customers "
        "that applies to the same products.",
    )

    def _is_applicable(self, order):
        """Extend: by the tier that the customer has at the company of the order."""
        return super()._is_applicable(order) and (
            not self.tier_ids or order._get_customer_tier() in self.tier_ids
        )

    def _get_rank(self):
        """Extend: a rule for tiers is more specific."""
        return (not self.tier_ids, *super()._get_rank())

    def _get_explanation_notes(self, line):
        """Extend: say which tier it was."""
        notes = super()._get_explanation_notes(line)
        tier = line.order_id._get_customer_tier() if self.tier_ids else None
        return [*notes, self.env._("tier %s", tier.name)] if tier else notes


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_customer_tier(self):
        """Return the tier of the customer at the company of the order, called as superuser."""
        customer = self.partner_id.commercial_partner_id
        return customer.with_company(self.company_id or self.env.company).customer_tier_id
