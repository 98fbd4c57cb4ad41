"""Who is told what: activities, one mail for each person, notes on the documents."""

from collections import defaultdict

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import plaintext2html

ACTIVITY = "sales_approval.mail_activity_type_approval"
QUIET = {"mail_activity_quick_update": True}  # our own mail says more than core's


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    def _ask(self):
        """Put steps before their approvers."""
        if not self:
            return
        today = fields.Date.context_today(self)
        for (reminder, escalation), steps in self.grouped(
            lambda step: (step.reminder_days, step.escalation_days)
        ).items():
            steps.write(
                {
                    "state": "pending",
                    "reminder_date": add_working_days(today, reminder),
                    "escalation_date": add_working_days(today, escalation),
                }
            )
        self._notify("sales_approval.mail_asked")

    def _notify(self, template):
        """Give each approver, or who stands in, an activity and one mail about all documents."""
        deputies = self.user_ids._get_approval_deputies()
        asked = defaultdict(set)
        for step in self:
            for user in step.user_ids:
                person = deputies[user]
                # a deputy who asked himself cannot decide: it waits for the absent one
                person = user if person in step.excluded_user_ids else person
                asked[person].add(step.request_id.id)
        requests = self.request_id
        requests._schedule_activities(asked)
        requests._send_mails(template, asked)


class SalesApprovalRequest(models.Model):
    _inherit = "sales.approval.request"

    def _schedule_activities(self, asked):
        """Create the activities that are missing.

        :param asked: {user: ids of requests}
        """
        kind = self.env.ref(ACTIVITY)
        present = self._get_activities()
        there = {(a.res_model, a.res_id, a.user_id.id) for a in present}
        models_ids = {
            name: self.env["ir.model"]._get_id(name) for name in set(self.mapped("res_model"))
        }
        vals_list = [
            {
                "activity_type_id": kind.id,
                "res_model_id": models_ids[request.res_model],
                "res_id": request.res_id,
                "user_id": user.id,
                "summary": request.reason.split("\n")[0][:200],
                "note": plaintext2html(request.reason),
                "automated": True,
            }
            for user, ids in asked.items()
            for request in self.browse(sorted(ids)).with_context(lang=user.lang)
            if (request.res_model, request.res_id, user.id) not in there
        ]
        self.env["mail.activity"].with_context(**QUIET).create(vals_list)

    def _get_activities(self):
        kind = self.env.ref(ACTIVITY)
        activities = self.env["mail.activity"]
        for name, requests in self.grouped("res_model").items():
            activities |= activities.search(
                [
                    ("activity_type_id", "=", kind.id),
                    ("res_model", "=", name),
                    ("res_id", "in", requests.mapped("res_id")),
                ]
            )
        return activities

    def _close_activities(self, open_steps):
        """Take the activities of those who are not asked any more.

        :param open_steps: steps that may still be pending
        """
        if not self:
            return
        pending = open_steps.filtered(lambda step: step.state == "pending")
        deputies = pending.user_ids._get_approval_deputies()
        asked = {
            (step.res_model, step.res_id, person.id)
            for step in pending
            for user in step.user_ids
            for person in (user, deputies[user])
        }
        self._get_activities().filtered(
            lambda a: (a.res_model, a.res_id, a.user_id.id) not in asked
        ).unlink()

    def _send_mails(self, template, asked, note=False):
        """Send each person one mail that links to all documents.

        The links open the documents behind the login. There is nothing in the mail that decides:
        a mail can be forwarded, and its sender forged.

        :param template: external id of a template whose title is the subject
        :param asked: {user: ids of requests}
        :param note: text for the mail
        """
        sender = self.env.user
        if not sender._is_approval_interactive():
            sender = self.env.ref("base.user_root")
        vals_list = []
        for user, ids in asked.items():
            if user.notification_type != "email" or not user.email:
                continue
            requests = self.browse(sorted(ids)).with_context(lang=user.lang)
            values = {"requests": requests, "user": user, "note": note}
            body = self.env["ir.qweb"].with_context(lang=user.lang)._render(template, values)
            vals_list.append(
                {
                    "subject": requests._get_mail_subject(template),
                    "body_html": body,
                    "email_from": sender.email_formatted,
                    "email_to": user.email_formatted,
                    "auto_delete": True,
                }
            )
        self.env["mail.mail"].create(vals_list)

    def _get_mail_subject(self, template):
        names = ", ".join(self[:3].mapped("res_name")) + (" ..." if len(self) > 3 else "")
        if template == "sales_approval.mail_outcome":
            return self.env._("Approval: %s", names)
        if template == "sales_approval.mail_reminder":
            return self.env._("Still to approve: %s", names)
        return self.env._("To approve: %s", names)

    def _get_url(self):
        """Give the address that opens the document of one request, after the login."""
        self.ensure_one()
        return f"{self.get_base_url()}/mail/view?model={self.res_model}&res_id={self.res_id}"

    def _post(self, texts):
        """Write notes on the documents.

        :param texts: {request: text}
        """
        for name, requests in self.grouped("res_model").items():
            documents = self.env[name].browse(requests.mapped("res_id")).exists()
            bodies = {
                request.res_id: plaintext2html(texts[request])
                for request in requests
                if request.res_id in documents.ids
            }
            if bodies and hasattr(documents, "_message_log_batch"):
                documents.browse(bodies)._message_log_batch(
                    bodies, author_id=self.env.user.partner_id.id
                )

    def _tell_asked(self):
        self._post(
            {
                request: self.env._("Asked for approval:")
                + "\n"
                + request.reason
                + (f"\n{request.comment}" if request.comment else "")
                for request in self
            }
        )

    def _tell_outcome(self, state, comment):
        """Note the end on the documents, and mail it to who asked and to the salesperson."""
        states = dict(self._fields["state"]._description_selection(self.env))
        text = states[state] + (f": {comment}" if comment else "")
        self._post(dict.fromkeys(self, text))
        if state == "cancelled":
            return
        told = defaultdict(set)
        for request in self:
            for user in request.user_id | request.responsible_id:
                if user.id != self.env.uid:
                    told[user].add(request.id)
        self._send_mails("sales_approval.mail_outcome", told, comment)

    def _tell_failure(self, error):
        """Tell the salesperson what could not be carried out after the approval."""
        self.ensure_one()
        text = self.env._("Approved, but it could not be carried out: %s", error)
        self._post({self: text})
        self._tell_responsible(text)

    def _tell_responsible(self, text):
        """Give the salesperson of each document a task."""
        kind = self.env.ref("mail.mail_activity_data_todo", False)
        vals_list = [
            {
                "activity_type_id": kind and kind.id,
                "res_model_id": self.env["ir.model"]._get_id(request.res_model),
                "res_id": request.res_id,
                "user_id": (request.responsible_id or request.user_id).id,
                "summary": text[:200],
                "note": Markup("<p>%s</p>") % text,
                "automated": True,
            }
            for request in self
        ]
        self.env["mail.activity"].with_context(**QUIET).create(vals_list)


def add_working_days(day, count):
    """Give the day that is so many working days later; Saturdays and Sundays do not count.

    :return: date, or False when there are no days to count
    """
    if not count:
        return False
    for _n in range(count):
        day = fields.Date.add(day, days=1)
        while day.weekday() >= 5:
            day = fields.Date.add(day, days=1)
    return day
