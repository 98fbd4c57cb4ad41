from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

WARN_BATCH = 200


class SalesCustomerLicenceKind(models.Model):
    """What a customer must be allowed to do before it may be sold to."""

    _name = "sales.customer.licence.kind"
    _description = "Licence Kind"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    warn_days = fields.Integer(
        string="Warn Before (Days)",
        default=30,
        help="So many days before a licence expires, the salesperson is reminded.",
    )
    active = fields.Boolean(default=True)

    _warn_days_check = models.Constraint(
        "CHECK (warn_days >= 0)", "The days to warn before cannot be negative."
    )


class SalesCustomerLicence(models.Model):
    """A licence of a customer, with its scan. Whoever may not read a customer sees none of it."""

    _name = "sales.customer.licence"
    _description = "Customer Licence"
    _inherit = "sales.customer.access.mixin"
    _order = "expiry_date, id"
    _rec_name = "number"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
    )
    user_id = fields.Many2one(related="partner_id.user_id")
    kind_id = fields.Many2one("sales.customer.licence.kind", required=True, ondelete="restrict")
    number = fields.Char(required=True)
    scan = fields.Binary(attachment=True)
    scan_name = fields.Char(string="File Name")
    expiry_date = fields.Date(string="Valid Until", index="btree_not_null")
    warning_date = fields.Date(
        string="Warn From", compute="_compute_warning_date", store=True, index="btree_not_null"
    )
    warned_expiry_date = fields.Date(
        string="Warned of", readonly=True, copy=False, help="The end that was warned of."
    )
    is_warned = fields.Boolean(compute="_compute_is_warned", store=True)
    state = fields.Selection(
        [("valid", "Valid"), ("expiring", "Expiring"), ("expired", "Expired")],
        compute="_compute_state",
    )

    @api.depends("expiry_date", "kind_id.warn_days")
    def _compute_warning_date(self):
        for licence in self:
            days = timedelta(days=licence.kind_id.warn_days)
            licence.warning_date = licence.expiry_date and licence.expiry_date - days

    @api.depends("expiry_date", "warned_expiry_date")
    def _compute_is_warned(self):
        for licence in self:
            licence.is_warned = licence.warned_expiry_date == licence.expiry_date

    @api.depends("expiry_date", "warning_date")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for licence in self:
            if licence.expiry_date and licence.expiry_date < today:
                licence.state = "expired"
            elif licence.warning_date and licence.warning_date <= today:
                licence.state = "expiring"
            else:
                licence.state = "valid"

    # === WHO SEES IT === #

    def _make_customer_access_error(self):
        return AccessError(self.env._("You may not see the licences of this customer."))

    # === WARNING === #

    @api.model
    def _cron_warn(self):
        """Remind of each licence that is about to expire, once for each end it has."""
        commit = self.env["ir.cron"]._commit_progress
        licences = self.search(
            [
                ("warning_date", "<=", fields.Date.context_today(self)),
                ("is_warned", "=", False),
                ("partner_id.active", "=", True),
            ]
        )
        commit(remaining=len(licences))
        for start in range(0, len(licences), WARN_BATCH):
            batch = licences[start : start + WARN_BATCH]
            batch._warn()
            if not commit(len(batch)):
                break

    def _warn(self):
        for licence in self:
            user = licence.partner_id._get_request_user()
            # each in the language of who reads it
            licence.with_context(lang=user.lang or self.env.lang)._schedule_warning(user)
        for expiry_date, licences in self.grouped("expiry_date").items():
            licences.warned_expiry_date = expiry_date

    def _schedule_warning(self, user):
        self.partner_id.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=max(self.expiry_date, fields.Date.context_today(self)),
            summary=self.env._(
                "%(kind)s %(number)s is valid until %(date)s",
                kind=self.kind_id.name,
                number=self.number,
                date=format_date(self.env, self.expiry_date),
            ),
            user_id=user.id,
        )
