from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """The one that stays keeps its tier; the others' histories come to its own."""
        # reason: managers of contacts may merge customers; they do not write tiers
        memberships = self.env["sales.customer.tier.membership"].sudo()
        memberships.search([("partner_id", "in", src_partners.ids)]).unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """Core would write the tier of the last one, as the user, who may not write tiers."""
        partners = src_partners | dst_partner
        partners._set_customer_tiers(SQL("NULL"))
        result = super()._update_values(src_partners, dst_partner)
        dst_partner._set_customer_tiers(
            SQL(
                """
                (SELECT jsonb_object_agg(membership.company_id::text, membership.tier_id)
                   FROM sales_customer_tier_membership membership
                  WHERE membership.partner_id = partner.id AND membership.tier_id IS NOT NULL)
                """
            )
        )
        return result
