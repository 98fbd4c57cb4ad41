from odoo import fields, models


class CrmLead(models.Model):
    """What is known of a lead is still known when it has become a customer."""

    _inherit = "crm.lead"

    mobile = fields.Char()
    wechat = fields.Char(string="WeChat ID")

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
