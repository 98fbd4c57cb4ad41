from odoo import api, fields, models

from ..tools.customer_keys import ContactValues, get_customer_keys


class CrmLead(models.Model):
    """What is known of a lead is still known when it has become a customer."""

    _inherit = "crm.lead"

    mobile = fields.Char()
    wechat = fields.Char(string="WeChat ID")
    customer_duplicate_message = fields.Text(
        string="Possibly a Customer", compute="_compute_customer_duplicate_message"
    )

    @api.depends(
        "partner_id",
        "partner_name",
        "contact_name",
        "phone",
        "mobile",
        "email_from",
        "website",
        "wechat",
        "country_id",
        "company_id",
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_customer_duplicate_message(self):
        """Say so when a lead - of a form, a mail, a call - is of a customer who is there."""
        partners = self.env["res.partner"]
        free = self.filtered(lambda lead: not lead.partner_id)
        duplicates = partners._rank_matches({lead: lead._get_customer_keys() for lead in free})
        warnings = partners._get_duplicate_warnings(duplicates)
        for lead in self:
            lead.customer_duplicate_message = warnings.get(lead, "")

    def _get_customer_keys(self):
        """Return the keys of the customer that the lead would become."""
        self.ensure_one()
        company = self.company_id or self.env.company
        contact = ContactValues(
            (self.country_id or company.country_id).code or "",
            (self.phone, self.mobile),
            (self.email_from,),
            (self.website,),
            self.wechat,
        )
        name = self.partner_name or self.contact_name
        return get_customer_keys(name, bool(self.partner_name), (), [contact])

    def _create_customer(self, with_parent=None):
        """The partner of a converted lead is a customer: it gets a code, and keys that count."""
        leads = self.with_context(sales_customer_conversion=True)
        partner = super(CrmLead, leads)._create_customer(with_parent)
        return partner.with_env(self.env)

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        values |= {"mobile": self.mobile, "wechat": self.wechat}
        if not parent_id:
            values["source_id"] = self.source_id.id
            if self.env.context.get("sales_customer_conversion"):
                values["customer_rank"] = 1
        return values
