from odoo import api, fields, models


class ResPartner(models.Model):
    """The customer file. All of it belongs to the company, not to its contacts."""

    _inherit = "res.partner"

    customer_code = fields.Char(readonly=True, copy=False, index="btree_not_null")
    licence_ids = fields.One2many("sales.customer.licence", "partner_id", string="Licences")
    source_id = fields.Many2one("utm.source", index="btree_not_null", ondelete="set null")
    sales_region_id = fields.Many2one(
        "sales.region", index="btree_not_null", ondelete="restrict", tracking=True
    )
    customer_grade_id = fields.Many2one(
        "sales.customer.grade",
        string="Grade",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    mobile = fields.Char()
    wechat = fields.Char(string="WeChat ID")
    followup_method = fields.Selection(
        [
            ("visit", "Visit"),
            ("call", "Call"),
            ("mail", "Email"),
            ("wechat", "WeChat"),
        ],
        string="Preferred Contact",
    )
    followup_interval = fields.Integer(
        string="Follow-up Every (Days)",
        compute="_compute_followup_interval",
        store=True,
        readonly=False,
        help="So often this customer should be contacted. 0: no interval.",
    )
    # Written by the documents that prove it; those addons that only need the dates stand on this.
    last_followup_date = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    last_contact_date = fields.Datetime(
        string="Last Proven Contact",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="A visit at the place, a mail that was answered or an order: not just a note.",
    )

    @api.model
    def _phone_get_sanitize_triggers(self):
        """Leave out the mobile: when it goes, core would take along what depends on it."""
        return [name for name in super()._phone_get_sanitize_triggers() if name != "mobile"]

    def write(self, vals):
        """Extend: core's sanitised number may be the mobile."""
        result = super().write(vals)
        if "mobile" in vals:
            self.modified(["phone"])
        return result

    @api.depends("customer_grade_id")
    def _compute_followup_interval(self):
        for partner in self:
            partner.followup_interval = partner.customer_grade_id.followup_interval
