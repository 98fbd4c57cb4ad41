from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, split_every

SEQUENCE_CODE = "sales.customer"
BUILD_BATCH = 5000


class ResPartner(models.Model):
    """A company or person that becomes a customer gets its number, once and for good."""

    _inherit = "res.partner"

    _customer_code_unique = models.UniqueIndex(
        "(customer_code, (COALESCE(company_id, 0))) WHERE customer_code IS NOT NULL",
        "Another customer has this customer code.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]  # the caller may use his again
        self._set_new_customer_codes(vals_list)
        partners = super().create(vals_list)
        partners._give_customer_codes()  # those that are customers by a default
        return partners

    def write(self, vals):
        result = super().write(vals)
        if vals.get("customer_rank", 0) > 0 or "parent_id" in vals or "is_company" in vals:
            self._give_customer_codes()
        return result

    @api.model
    def _set_new_customer_codes(self, vals_list):
        """With the other values, so that it costs no second UPDATE."""
        is_customer = self.env.context.get("res_partner_search_mode") == "customer"
        by_company = defaultdict(list)
        for vals in vals_list:
            rank = vals.get("customer_rank", 1 if is_customer else 0)
            is_root = vals.get("is_company") or not vals.get("parent_id")
            if rank > 0 and is_root and not vals.get("customer_code"):
                by_company[vals.get("company_id") or 0].append(vals)
        for company_id, new in by_company.items():
            codes = self._draw_customer_codes(company_id, len(new))
            for vals, code in zip(new, codes, strict=False):
                vals["customer_code"] = code

    def _give_customer_codes(self):
        # whoever makes a customer of a partner, whatever of it they may change themselves
        lacking = self.sudo().filtered(
            lambda p: p.customer_rank > 0 and not p.customer_code and p.commercial_partner_id == p
        )
        for company, partners in lacking.grouped("company_id").items():
            codes = self._draw_customer_codes(company.id, len(partners))
            for partner, code in zip(partners, codes, strict=False):
                partner.customer_code = code

    @api.model
    def _draw_customer_codes(self, company_id, count):
        """Return that many codes which no partner has, or none without a sequence."""
        company_id = company_id or self.env.company.id
        # numbers are drawn for whoever saves a customer
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [("code", "=", SEQUENCE_CODE), ("company_id", "in", (company_id, False))],
                order="company_id",
                limit=1,
            )
        )
        codes = []
        while sequence and len(codes) < count:
            drawn = sequence._draw_numbers(count - len(codes))
            taken = set(self._get_taken_codes(drawn))
            codes += [code for code in drawn if code not in taken]
        return codes

    @api.model
    def _get_taken_codes(self, codes):
        """Codes that came with an import, say."""
        self.flush_model(["customer_code"])
        query = "SELECT customer_code FROM res_partner WHERE customer_code = ANY(%s)"
        return [row[0] for row in self.env.execute_query(SQL(query, codes))]

    @api.model
    def _build_customer_codes(self):
        """Give codes to the customers that are there already."""
        self.env.cr.execute(
            """
            SELECT COALESCE(company_id, 0), array_agg(id ORDER BY id) FROM res_partner
             WHERE customer_rank > 0 AND commercial_partner_id = id AND customer_code IS NULL
          GROUP BY 1
            """
        )
        for company_id, partner_ids in self.env.cr.fetchall():
            for batch in split_every(BUILD_BATCH, partner_ids, list):
                codes = self._draw_customer_codes(company_id, len(batch))
                self.env.cr.execute(
                    SQL(
                        """
                        UPDATE res_partner SET customer_code = t.code
                          FROM unnest(%s::int[], %s::text[]) AS t (id, code)
                         WHERE res_partner.id = t.id AND t.code IS NOT NULL
                        """,
                        batch,
                        codes,
                    )
                )
        self.invalidate_model(["customer_code"])
