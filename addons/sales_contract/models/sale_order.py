from contextlib import nullcontext

from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    contract_count = fields.Integer(
        string="Contracts", compute="_compute_contract_count", groups="base.group_user"
    )
    has_contracts = fields.Boolean(compute="_compute_has_contracts", groups="base.group_user")
    contract_info = fields.Text(
        string="Beyond the Agreement", compute="_compute_contract_info", groups="base.group_user"
    )

    def _get_contracts(self):
        """Give the contracts that orders draw from and that the user may read."""
        # reason: which contracts there are, also for whoever reads none of them
        contracts = self.sudo().order_line.contract_line_id.contract_id
        return contracts.sudo(False)._filtered_access("read")

    @api.depends("order_line.contract_line_id")
    @api.depends_context("uid")
    def _compute_contract_count(self):
        mine = self._get_contracts()
        for order in self:
            found = order.sudo().order_line.contract_line_id.contract_id  # reason: as above
            order.contract_count = len(found & mine)

    @api.depends("partner_id", "company_id", "state")
    @api.depends_context("uid")
    def _compute_has_contracts(self):
        """Tell whether one could draw; only forms ask for it."""
        self.has_contracts = False
        contracts = self.env["sales.contract"]
        if not contracts.has_access("read"):
            return
        for order in self.filtered(lambda o: o.state in ("draft", "sent") and o.partner_id):
            domain = contracts._get_drawable_domain(order.partner_id, order.company_id)
            order.has_contracts = bool(contracts.search_count(domain, limit=1))

    @api.depends("order_line.contract_info")
    @api.depends_context("lang")
    def _compute_contract_info(self):
        for order in self:
            texts = order.order_line.filtered("contract_info").mapped("contract_info")
            order.contract_info = "\n".join(dict.fromkeys(texts))

    def action_view_contracts(self):
        """Show the contracts that the order draws from.

        :raise AccessError: if the order is not mine to see
        """
        self.ensure_one()
        self.check_access("read")
        contracts = self._get_contracts()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_contract.sales_contract_action"
        )
        action["context"] = {"create": False}
        if len(contracts) == 1:
            return {**action, "res_id": contracts.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", contracts.ids)]}

    def copy_data(self, default=None):
        """A copy for another customer, or of another company, has no part in the contract."""
        vals_list = super().copy_data(default)
        contract_lines = self.env["sales.contract.line"].sudo()  # reason: to take them out
        for order, vals in zip(self, vals_list, strict=True):
            customer = self.env["res.partner"].browse(vals.get("partner_id"))
            whose = (
                customer.sudo().commercial_partner_id,  # reason: of an order that one reads
                self.env["res.company"].browse(vals.get("company_id")) or order.company_id,
            )
            for command in vals.get("order_line") or ():
                line_vals = command[2] if len(command) > 2 and isinstance(command[2], dict) else {}
                agreed = contract_lines.browse(line_vals.get("contract_line_id") or ())
                if (
                    agreed
                    and (agreed.contract_id.commercial_partner_id, agreed.company_id) != whose
                ):
                    del line_vals["contract_line_id"]
        return vals_list

    def write(self, vals):
        """Confirming draws, and so does setting the state by hand."""
        is_confirmed = vals.get("state") == "sale"
        with self.order_line._watch_drawn() if is_confirmed else nullcontext():
            return super().write(vals)

    def _tell_beyond(self, lines):
        """A customer has accepted what was not agreed: tell the salesperson, once."""
        user = self._get_approval_responsible() or self.create_uid
        order = self.with_user(user).sudo().with_context(lang=user.lang)  # reason: as whom it reads
        summary = order.env._("The customer has ordered beyond the contract")
        if summary not in order.activity_ids.mapped("summary"):
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=summary,
                note=lines.with_env(order.env)._get_refusal(),
                user_id=user.id,
            )
