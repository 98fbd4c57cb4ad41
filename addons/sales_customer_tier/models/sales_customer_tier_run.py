from odoo import api, fields, models
from odoo.tools import SQL


class SalesCustomerTierRun(models.Model):
    """One computation of the tiers of a company: how far it is, and what it changed."""

    _name = "sales.customer.tier.run"
    _description = "Computation of Customer Tiers"
    _order = "id DESC"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(readonly=True)
    looked_at = fields.Integer(string="Customers", readonly=True)
    moved = fields.Integer(readonly=True)
    end_date = fields.Datetime(string="Finished", readonly=True)

    @api.model
    def _get_open(self, company):
        """Return the computation that is under way, or a new one."""
        # reason: the job keeps its own progress
        runs = self.sudo()
        found = runs.search([("company_id", "=", company.id), ("end_date", "=", False)], limit=1)
        return found or runs.create({"company_id": company.id})

    def _compute_next(self, limit):
        """Compute the next customers.

        :param limit: how many of them at most
        :return: whether there may be more
        """
        ids = self._get_next_ids(limit)
        rows = self.env["sales.customer.tier.membership"]._compute_batch(self.company_id, ids)
        self.write(
            {
                "position": ids[-1] if ids else self.position,
                "looked_at": self.looked_at + len(ids),
                "moved": self.moved + len(rows),
                "end_date": fields.Datetime.now() if len(ids) < limit else False,
            }
        )
        self.env.flush_all()
        return len(ids) == limit

    def _get_next_ids(self, limit):
        """Return ids of customers, and of those that are none any more and still have a tier."""
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id
                  FROM res_partner partner
                 WHERE partner.id > %(position)s
                   AND (partner.customer_rank > 0 AND partner.commercial_partner_id = partner.id
                        OR EXISTS (SELECT FROM sales_customer_tier_membership membership
                                    WHERE membership.partner_id = partner.id
                                      AND membership.company_id = %(company)s))
              ORDER BY partner.id
                 LIMIT %(limit)s
                """,
                position=self.position,
                company=self.company_id.id,
                limit=limit,
            )
        )
        return [row[0] for row in rows]

    @api.autovacuum
    def _gc_runs(self):
        """Keep a year of what the nights have changed."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), years=1)
        self.search([("end_date", "<", limit)], limit=1000).unlink()
