from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """The keys of those that are merged pass to the one that stays, when all is done."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        with partners._keep_customer_keys() as pending:
            pending |= partners._get_keyed_ids()
            return super()._merge(partner_ids, dst_partner, extra_checks)

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["sales.customer.key"]._release_keys(src_partners.ids)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """The one that stays keeps its code, or takes over one: no two have it in between."""
        code = dst_partner.customer_code or next(
            filter(None, src_partners.mapped("customer_code")), False
        )
        src_partners.customer_code = False
        dst_partner.customer_code = code
        return super()._update_values(src_partners, dst_partner)
