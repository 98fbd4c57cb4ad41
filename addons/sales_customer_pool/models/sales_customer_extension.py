from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesCustomerExtension(models.Model):
    """Somebody wants to keep a customer longer than the rules let him; a manager decides."""

    _name = "sales.customer.extension"
    _description = "Extension of a Customer"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id DESC"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Requested by",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
    )
    until_date = fields.Date(string="Keep Until", required=True)
    reason = fields.Char(required=True)
    state = fields.Selection(
        [("requested", "Requested"), ("granted", "Granted"), ("refused", "Refused")],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)

    _open_uniq = models.UniqueIndex(
        "(partner_id) WHERE state = 'requested'",
        "Somebody has already asked for an extension of this customer. Wait for the answer.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Only owners ask, and whoever decides finds it in the list of activities."""
        for vals in vals_list:
            vals.update(state="requested", user_id=self.env.uid)
        extensions = super().create(vals_list)
        for extension in extensions:
            extension._check_owner()
            extension._check_until_date()
            extension._ask_manager()
        return extensions

    def _check_owner(self):
        if self.partner_id.user_id != self.user_id:
            raise UserError(
                self.env._(
                    "Only the salesperson of %s can ask for an extension.",
                    self.partner_id.display_name,
                )
            )

    def _check_until_date(self):
        if self.until_date <= fields.Date.context_today(self):
            raise UserError(self.env._('"Keep Until" has to be a day to come.'))

    def _ask_manager(self):
        pool = self.partner_id.home_pool_id.sudo()  # to find who decides
        manager = self.user_id.sale_team_id.user_id or pool.admin_ids[:1]
        if manager and manager != self.user_id:
            self.sudo().activity_schedule(  # into the list of somebody else
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                summary=self.env._("Decide on an extension"),
            )

    def action_save(self):
        """Close the dialog: it is saved."""
        return {"type": "ir.actions.act_window_close"}

    def action_grant(self):
        """Leave the customers with their owners until the dates asked for."""
        self._decide("granted")
        for extension in self:
            # a pool's administrator decides about customers that are not his
            extension.partner_id.sudo().recycle_extended_until = extension.until_date

    def action_refuse(self):
        """Leave it to the rules."""
        self._decide("refused")

    def _decide(self, state):
        for extension in self:
            if extension.state != "requested":
                raise UserError(
                    self.env._("The extension of %s is decided already.", extension.display_name)
                )
            pool = extension.partner_id.sudo().home_pool_id  # to ask who its administrators are
            if pool:
                pool.with_env(self.env)._check_admin()
            else:
                self._check_manager()
        # the state is written here only
        self.sudo().write({"state": state, "decided_by_id": self.env.uid})
        # whoever had it in the list
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _check_manager(self):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(self.env._("Only sales managers decide on this. Ask one of them."))
