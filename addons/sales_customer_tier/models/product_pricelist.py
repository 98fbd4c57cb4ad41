from odoo import api, fields, models
from odoo.fields import Domain


class PricelistRules:
    """The rules of each pricelist for some products, whatever the day."""

    def __init__(self, products):
        self.products = products
        self.rules = {}


class ProductPricelist(models.Model):
    """A customer without a pricelist of its own gets the prices of its tier."""

    _inherit = "product.pricelist"

    is_customer_tier = fields.Boolean(
        string="Made for a Customer Tier",
        readonly=True,
        copy=False,
        help="Only the customers of the tier get these prices: nobody gets them by default.",
    )

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Extend: orders, portal, shop and point of sale all ask this for the prices."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        if self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            result.update(self._get_tier_pricelists(partner_ids))
        return result

    @api.model
    def _get_tier_pricelists(self, partner_ids):
        """Return {partner id: pricelist of the tier} of those that have no pricelist by hand.

        :param partner_ids: ids of customers and their contacts
        """
        # reason: whoever buys need not be allowed to read tiers
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        found = {}
        for partner in partners.browse(partner_ids):
            pricelist = partner.commercial_partner_id.customer_tier_id._get_applied_pricelist()
            by_hand = partner.specific_property_product_pricelist
            if pricelist and not by_hand._get_partner_pricelist_multi_filter_hook():
                found[partner.id] = pricelist.with_env(self.env)
        return found

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        """Extend: the prices of a tier are not those of everybody else."""
        domain = super()._get_partner_pricelist_multi_search_domain_hook(company_id)
        return [*domain, ("is_customer_tier", "!=", True)]

    def _get_applicable_rules(self, products, date, **kwargs):
        """Extend: a simulation asks for the rules of a pricelist once, and not for each line."""
        cache = self.env.context.get("customer_tier_rules")
        if not self or not isinstance(cache, PricelistRules):  # a client cannot send one
            return super()._get_applicable_rules(products, date, **kwargs)
        if self.id not in cache.rules:
            domain = Domain(self._get_applicable_rules_domain(cache.products, date, **kwargs))
            cache.rules[self.id] = self.env["product.pricelist.item"].search(
                domain.map_conditions(
                    lambda c: Domain.TRUE if c.field_expr in ("date_start", "date_end") else c
                )
            )
        return cache.rules[self.id].filtered(
            lambda rule: (
                (not rule.date_start or rule.date_start <= date)
                and (not rule.date_end or rule.date_end >= date)
            )
        )
