from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

OPEN_PAYMENT = ("not_paid", "partial", "in_payment")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.readonly
    def get_timeline_header(self):
        """Return what stands above the timeline: the name, the kinds and the key figures."""
        self.ensure_one()
        self._check_timeline_access()
        customer = self.commercial_partner_id
        kinds = {
            source.kind: {"kind": source.kind, "label": source.label, "icon": source.icon}
            for source in self._timeline_sources()
        }
        return {
            "id": customer.id,
            "name": customer.display_name,
            "kinds": list(kinds.values()),
            "currency_id": self.env.company.currency_id.id,
            "figures": customer._timeline_figures(),
        }

    def _timeline_figures(self):
        """Return the key figures, each with the action that shows its documents.

        The hook of later rooms: add dicts of ``name``, ``label``, ``type`` (monetary, datetime,
        date, text), ``value`` and ``action``.
        """
        figures = [
            self._get_revenue_figure(),
            self._get_quotation_figure(),
            self._get_unpaid_figure(),
            self._get_contact_figure(),
            self._get_reminder_figure(),
        ]
        return [figure for figure in figures if figure]

    def _sum_in_company_currency(self, model, domain, field, currency_field):
        """Return the sum of a field, each currency at the rate of today, and the count."""
        company, today = self.env.company, fields.Date.context_today(self)
        groups = self.env[model]._read_group(domain, [currency_field], [f"{field}:sum", "__count"])
        amounts = [
            currency._convert(amount, company.currency_id, company, today)
            for currency, amount, _count in groups
        ]
        return sum(amounts), sum(count for *_values, count in groups)

    def _prepare_timeline_action(self, name, model, domain, views=("list", "form")):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, view] for view in views],
            "domain": list(domain),
        }

    def _get_invoice_domain(self):
        family = Domain("partner_id", "in", self._get_timeline_partner_ids())
        kinds = Domain("move_type", "in", ("out_invoice", "out_refund"))
        return family & kinds & Domain("state", "=", "posted")

    def _get_revenue_figure(self):
        if not self.env["account.move"].has_access("read"):
            return None
        since = fields.Date.context_today(self) - timedelta(days=365)
        domain = self._get_invoice_domain() & Domain("invoice_date", ">=", since)
        amount, _count = self._sum_in_company_currency(
            "account.move", domain, "amount_untaxed_signed", "company_currency_id"
        )
        label = self.env._("Revenue 12 Months")
        action = self._prepare_timeline_action(label, "account.move", domain)
        return {
            "name": "revenue",
            "label": label,
            "type": "monetary",
            "value": amount,
            "action": action,
        }

    def _get_unpaid_figure(self):
        if not self.env["account.move"].has_access("read"):
            return None
        domain = self._get_invoice_domain() & Domain("payment_state", "in", OPEN_PAYMENT)
        amount, count = self._sum_in_company_currency(
            "account.move", domain, "amount_residual_signed", "company_currency_id"
        )
        label = self.env._("Unpaid")
        return {
            "name": "unpaid",
            "label": label,
            "type": "monetary",
            "value": amount,
            "count": count,
            "action": self._prepare_timeline_action(label, "account.move", domain),
        }

    def _get_quotation_figure(self):
        if not self.env["sale.order"].has_access("read"):
            return None
        domain = Domain("partner_id", "in", self._get_timeline_partner_ids())
        domain &= Domain("state", "in", ("draft", "sent"))
        amount, count = self._sum_in_company_currency(
            "sale.order", domain, "amount_total", "currency_id"
        )
        label = self.env._("Open Quotations")
        return {
            "name": "quotations",
            "label": label,
            "type": "monetary",
            "value": amount,
            "count": count,
            "action": self._prepare_timeline_action(label, "sale.order", domain),
        }

    def _get_contact_figure(self):
        label = self.env._("Last Proven Contact")
        value = self.last_contact_date
        domain = Domain("partner_id", "=", self.id)
        return {
            "name": "contact",
            "label": label,
            "type": "datetime",
            "value": fields.Datetime.to_string(value) if value else False,
            "action": self._prepare_timeline_action(
                self.env._("Follow-ups"), "sales.followup", domain
            ),
        }

    def _get_reminder_figure(self):
        domain = Domain("customer_id", "=", self.id)
        reminder = self.env["mail.activity"].search(domain, order="date_deadline, id", limit=1)
        value = reminder.date_deadline
        return {
            "name": "reminder",
            "label": self.env._("Next Reminder"),
            "type": "date",
            "value": fields.Date.to_string(value) if value else False,
            "text": reminder.display_name or "",
            "action": self._prepare_timeline_action(
                self.env._("Reminders"), "mail.activity", domain
            ),
        }

    def action_open_timeline(self):
        """Open everything that happened with the customer and its contacts."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("sales_followup.action_timeline")
        customer = self.commercial_partner_id
        action["context"] = {"active_id": customer.id, "active_model": "res.partner"}
        return action
