from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date


class MailActivity(models.Model):
    """Reminders are Odoo's activities. They know the customer, whatever document they stand on."""

    _inherit = "mail.activity"

    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reminder_rule_id = fields.Many2one(
        "sales.reminder.rule",
        string="Recurrence",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    reminder_occurrence = fields.Integer(readonly=True, copy=False)
    escalated_date = fields.Date(string="Escalated On", readonly=True, copy=False)
    snooze_count = fields.Integer(string="Snoozed", readonly=True, copy=False)

    # Whatever goes wrong: one reminder per turn of a recurrence.
    _occurrence_idx = models.UniqueIndex(
        "(reminder_rule_id, reminder_occurrence) WHERE reminder_rule_id IS NOT NULL",
        "The next reminder of this recurrence was already made.",
    )
    _user_due_idx = models.Index("(user_id, date_deadline) WHERE active")

    @api.model
    def _get_customer_fields(self):
        """Return the field that leads to the customer, by model. Later rooms add theirs."""
        return {"res.partner": "", "crm.lead": "partner_id", "sale.order": "partner_id"}

    @api.depends("res_model", "res_id")
    def _compute_customer_id(self):
        paths = self._get_customer_fields()
        self.customer_id = False
        for model, activities in self.grouped("res_model").items():
            if model in paths:
                activities._set_customers(paths[model])

    def _set_customers(self, path):
        # sudo: the document's customer is a fact, whoever makes the activity
        documents = self.env[self[0].res_model].sudo().browse(self.mapped("res_id")).exists()
        partners = {doc.id: doc[path] if path else doc for doc in documents}
        for activity in self:
            if partner := partners.get(activity.res_id):
                activity.customer_id = partner.commercial_partner_id

    @api.model
    def _refresh_customers(self, documents):
        """The customer of documents changed: so did that of their activities."""
        # sudo: also of activities that only others see
        activities = self.sudo().with_context(active_test=False)
        activities.search(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
        )._compute_customer_id()

    @api.model
    def _prepare_create_values(self, vals_list):
        """Extend: after the defaults, which the context may have given."""
        return list(map(self._drop_kept_values, super()._prepare_create_values(vals_list)))

    @api.model
    def _drop_kept_values(self, vals):
        """Whoever says that his activity is of a recurrence of others could put that one off."""
        kept = set() if self.env.su else {"reminder_rule_id", "reminder_occurrence"}
        return {name: value for name, value in vals.items() if name not in kept}

    def write(self, vals):
        vals = self._drop_kept_values(vals)
        written = super().write(vals)
        if vals.get("date_deadline"):
            self._move_recurrence()
        return written

    def _move_recurrence(self):
        """A reminder that was put off is not overdue before its new day."""
        # sudo: who may put off a reminder moves its recurrence along
        for activity in self.sudo().filtered("reminder_rule_id"):
            rule = activity.reminder_rule_id
            if rule.occurrence == activity.reminder_occurrence:
                rule._plan_after(activity.date_deadline)

    def _action_done(self, feedback=False, attachment_ids=None):
        """The next one of a recurrence is made when this one is done."""
        # sudo: who may finish a reminder starts the next one
        recurrent = self.sudo().filtered(lambda a: a.reminder_rule_id and a.active)
        turns = {a.reminder_rule_id: a.reminder_occurrence for a in recurrent}
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        self.env["sales.reminder.rule"].sudo()._make_next(turns, done=fields.Date.today())
        return result

    def _end_without_owner(self):
        """Nobody's customer: who lost it no longer sees it, and the next owner reads what was due.

        The interval begins anew with the next owner.
        """
        noted = self.filtered(lambda a: not a.reminder_rule_id.is_interval)
        for customer, activities in noted.grouped("customer_id").items():
            lines = [
                self.env._(
                    "Not done before the customer was lost: %(what)s (%(user)s, %(date)s)",
                    what=activity.summary or activity.activity_type_id.name,
                    user=activity.user_id.name,
                    date=format_date(self.env, activity.date_deadline),
                )
                for activity in activities
            ]
            customer._message_log(body=Markup("<br/>").join(lines))
        self.unlink()

    def action_snooze(self):
        """Ask until when, and why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Snooze"),
            "res_model": "sales.reminder.snooze",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_activity_ids": self.ids},
        }

    def _snooze(self, date, reason):
        """Put off, and say so on the document.

        :param date: the new day
        :param reason: why, as the user typed it
        """
        for activity in self:
            before = activity.date_deadline
            activity.write({"date_deadline": date, "snooze_count": activity.snooze_count + 1})
            activity._log_snooze(before, reason)

    def _log_snooze(self, before, reason):
        if not self.res_model:
            return
        # sudo: like Odoo's note of an activity that is done, by who was given the activity
        document = self.env[self.res_model].sudo().browse(self.res_id)
        document._message_log(
            author_id=self.env.user.partner_id.id,
            body=self.env._(
                "Reminder %(name)s put off from %(before)s to %(after)s: %(reason)s",
                name=self.display_name,
                before=fields.Date.to_string(before),
                after=fields.Date.to_string(self.date_deadline),
                reason=reason,
            ),
        )
