from odoo import models
from odoo.tools import SQL


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

    def _has_check_or_unique_constraint(self, table, column):
        """Extend: a unique index refuses a second row, too, which core overlooks."""
        return super()._has_check_or_unique_constraint(table, column) or bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT 1
                      FROM pg_index i
                      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                     WHERE i.indisunique AND i.indrelid = %s::regclass AND a.attname = %s
                     LIMIT 1
                    """,
                    f'"{table}"',
                    column,
                )
            )
        )

    def _update_values(self, src_partners, dst_partner):
        """The one that stays keeps its code, or takes over one: no two have it in between."""
        code = dst_partner.customer_code or next(
            filter(None, src_partners.mapped("customer_code")), False
        )
        src_partners.customer_code = False
        dst_partner.customer_code = code
        return super()._update_values(src_partners, dst_partner)
