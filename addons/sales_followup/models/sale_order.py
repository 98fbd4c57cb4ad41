from odoo import api, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.followup.origin"]

    def _get_followup_defaults(self):
        self.ensure_one()
        customer = self.partner_id.commercial_partner_id
        return {
            "order_id": self.id,
            "lead_id": self.opportunity_id.id,
            "partner_id": customer.id,
            "contact_id": (self.partner_id - customer).id,
            "company_id": self.company_id.id,
        }

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda o: o.state == "sale")._prove_contact()
        return orders

    def write(self, vals):
        before = {order: order.state for order in self} if "state" in vals else {}
        written = super().write(vals)
        changed = self.filtered(lambda o: before.get(o, o.state) != o.state)
        confirmed = changed.filtered(lambda o: o.state == "sale")
        confirmed._prove_contact()
        withdrawn = (changed - confirmed).filtered(lambda o: before[o] == "sale")
        withdrawn.partner_id.commercial_partner_id._update_followup_dates()
        if "partner_id" in vals:
            self.env["mail.activity"]._refresh_customers(self)
        return written

    def _prove_contact(self):
        """An order is contact that nobody can make up."""
        for date, orders in self.grouped("date_order").items():
            orders.partner_id.commercial_partner_id._raise_contact_date(date)
