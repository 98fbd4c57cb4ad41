from odoo import fields, models
from odoo.exceptions import UserError


class SalesCustomerTierAssign(models.TransientModel):
    """A manager gives customers a tier, says why, and until when."""

    _name = "sales.customer.tier.assign"
    _description = "Give a Customer Tier by Hand"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    partner_ids = fields.Many2many(
        "res.partner", "sales_customer_tier_assign_partner_rel", string="Customers"
    )
    is_by_rule = fields.Boolean(
        string="By the Rules Again", help="Take back what was given by hand."
    )
    tier_id = fields.Many2one(
        "sales.customer.tier",
        check_company=True,
        domain="[('company_id', '=', company_id), ('state', '=', 'running')]",
        help="Empty: no tier, and so the prices of everybody else.",
    )
    until_date = fields.Date(string="Until", help="Empty: until someone changes it.")
    note = fields.Char(string="Reason")

    def action_assign(self):
        """Write it for all customers at once.

        :raise UserError: no reason is given, or the last day is over
        """
        self.ensure_one()
        memberships = self.env["sales.customer.tier.membership"]
        self.partner_ids.check_access("read")
        if self.is_by_rule:
            memberships._release(self.partner_ids, self.company_id)
            return
        if not (self.note or "").strip():
            raise UserError(self.env._("Say in Reason why the customers get this tier by hand."))
        today, _zone = self.env["sales.customer.tier"]._get_today(self.company_id)
        if self.until_date and self.until_date < today:
            raise UserError(self.env._("Until: choose today or a later day, or leave it empty."))
        if self.tier_id and self.tier_id.state != "running":
            raise UserError(self.env._("%s is a draft: switch it on first.", self.tier_id.name))
        memberships._assign(
            self.partner_ids, self.company_id, self.tier_id, self.note.strip(), self.until_date
        )
