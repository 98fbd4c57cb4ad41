from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    contract_count = fields.Integer(
        string="Contracts",
        compute="_compute_contract_count",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends_context("uid")
    def _compute_contract_count(self):
        """Count the contracts of the whole customer, whichever of its contacts is shown."""
        counts = dict(
            self.env["sales.contract"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.contract_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_contracts(self):
        """Show the contracts of the customer.

        :raise AccessError: if the customer is not mine to see
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_contract.sales_contract_action"
        )
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
