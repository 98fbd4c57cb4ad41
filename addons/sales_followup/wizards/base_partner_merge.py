from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Of several follow-up intervals one stays, so that all other reminders can move along."""
        # reason: who merges customers may not see the reminders of their salespeople
        rules = self.env["sales.reminder.rule"].sudo().with_context(active_test=False)
        found = rules.search(
            [("is_interval", "=", True), ("partner_id", "in", (src_partners | dst_partner).ids)]
        )
        kept = found.filtered(lambda rule: rule.partner_id == dst_partner) or found
        (found - kept[:1]).unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)
