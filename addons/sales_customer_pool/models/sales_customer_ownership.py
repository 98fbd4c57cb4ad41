from odoo import api, fields, models


class SalesCustomerOwnership(models.Model):
    """Who had a customer, until when, and why it changed: one row for each change.

    Written by a trigger of the database, see ``sales_customer_pool_triggers``.
    """

    _name = "sales.customer.ownership"
    _description = "Customer Ownership Change"
    _order = "id DESC"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", ondelete="cascade")
    from_user_id = fields.Many2one("res.users", string="From", ondelete="set null")
    to_user_id = fields.Many2one("res.users", string="To", ondelete="set null")
    from_pool_id = fields.Many2one("sales.customer.pool", ondelete="set null")
    to_pool_id = fields.Many2one("sales.customer.pool", ondelete="set null")
    date = fields.Datetime(required=True)
    changed_by_id = fields.Many2one("res.users", string="Changed by", ondelete="set null")
    kind = fields.Selection(
        [
            ("create", "Created"),
            ("edit", "Edited"),
            ("claim", "Claimed"),
            ("release", "Released"),
            ("transfer", "Transferred"),
            ("assign", "Assigned"),
            ("allocate", "Allocated"),
            ("recycle", "Recycled"),
        ],
        string="What Happened",
        required=True,
    )
    reason_id = fields.Many2one("sales.customer.release.reason", ondelete="set null")
    note = fields.Char()
    rule_id = fields.Many2one(
        "sales.customer.recycle.rule", string="Recycle Rule", ondelete="set null"
    )
    allocation_rule_id = fields.Many2one("sales.customer.allocation.rule", ondelete="set null")
    dwell_days = fields.Float(
        string="Dwell Time (Days)",
        digits=(16, 2),
        aggregator="avg",
        help="So long the customer was with whom it left.",
    )

    summary = fields.Char(compute="_compute_summary", exportable=False)

    _partner_idx = models.Index("(partner_id, id)")
    _from_user_idx = models.Index("(from_user_id, date) WHERE from_user_id IS NOT NULL")
    _to_user_idx = models.Index("(to_user_id, date) WHERE to_user_id IS NOT NULL")
    _date_idx = models.Index("(date)")

    @api.depends("from_user_id", "to_user_id", "from_pool_id", "to_pool_id", "reason_id", "note")
    def _compute_summary(self):
        """From whom to whom, and why, in one line."""
        for change in self.sudo():  # names of colleagues and pools, as many2one fields show them
            former = change.from_user_id.name or change.from_pool_id.name
            present = change.to_user_id.name or change.to_pool_id.name
            way = " \u2192 ".join(filter(None, (former, present)))
            reasons = (change.reason_id.name, change.rule_id.name, change.note)
            change.summary = ": ".join(filter(None, (way, ", ".join(filter(None, reasons)))))
