"""Who is told what: activities, one mail for each person, notes on the documents."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

from .approval_readers import ApprovalReaders

ACTIVITY = "sales_approval.mail_activity_type_approval"
QUIET = {"mail_activity_quick_update": True}  # our own mail says more than core's


class SalesApprovalStep(models.Model):
    _inherit = "sales.approval.step"

    def _ask(self):
        """Put steps before their approvers."""
        if not self:
            return
        self.write({"state": "pending"})
        self._restart_days()
        self._tell_asked_people("sales_approval.mail_asked")

    def _restart_days(self):
        """Count the days until reminder and escalation from today."""
        today = fields.Date.context_today(self)
        for (company, reminder, escalation), steps in self.grouped(
            lambda step: (step.request_id.company_id, step.reminder_days, step.escalation_days)
        ).items():
            steps.write(
                {
                    "reminder_date": self._add_working_days(today, reminder, company),
                    "escalation_date": self._add_working_days(today, escalation, company),
                }
            )

    @api.model
    def _add_working_days(self, day, count, company):
        """Give the day that is so many working days of a company later.

        Override where a calendar is known: it belongs to addons that this one does not need.

        :return: date, or False when there are no days to count
        """
        return add_working_days(day, count)

    def _tell_asked_people(self, template, people=None, note=False):
        """Notify, and log which deputies cannot stand in."""
        left_out = self._notify(template, people, note)
        self.request_id._log_left_out(
            [(step.request_id, step.name, users) for step, users in left_out.items()]
        )

    def _notify(self, template, people=None, note=False):
        """Give each approver, or who stands in, an activity and one mail about all documents.

        :param people: {step: users}; those who are told, without it all who are asked
        :param note: text for the mail
        :return: {step: deputies who may not read the document}
        """
        people = people or {step: step.user_ids for step in self}
        deputies = self.user_ids._get_approval_deputies()
        asked, left_out = defaultdict(set), {}
        for steps, readers in self._group_by_readers():
            for step in steps:
                persons, closed = step._get_persons(people[step], deputies, readers)
                left_out[step] = closed
                for person in persons:
                    asked[person].add(step.request_id.id)
        requests = self.request_id
        requests._schedule_activities(asked)
        requests._send_mails(template, asked, note)
        return left_out

    def _group_by_readers(self):
        """Give (steps, :class:`ApprovalReaders` of their documents) for each kind of document."""
        for name, steps in self.grouped("res_model").items():
            documents = self.env[name].browse(set(steps.mapped("res_id"))).exists()
            there = set(documents.ids)
            here = steps.filtered(lambda step, there=there: step.res_id in there)
            yield here, ApprovalReaders(documents)

    def _get_persons(self, users, deputies, readers):
        """Give who is told about one step, and the deputies who may not read the document.

        What a deputy cannot decide waits for the absent one.
        """
        persons = closed = users.browse()
        for user in users:
            deputy = deputies[user] - self.excluded_user_ids
            able = readers.filter(self._get_document(), deputy)
            closed |= deputy - user - able
            persons |= able or user
        return persons, closed


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
        if template == "sales_approval.mail_nobody":
            return self.env._("Nobody can approve: %s", names)
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
        self._tell_responsible({self: text})

    def _tell_responsible(self, texts):
        """Give the salesperson of each document a task.

        :param texts: {request: text}
        """
        self._create_tasks(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(request.res_model),
                    "res_id": request.res_id,
                    "user_id": (request.responsible_id or request.user_id).id,
                    **_prepare_task_text(text),
                }
                for request, text in texts.items()
            ]
        )

    def _create_tasks(self, vals_list):
        kind = self.env.ref("mail.mail_activity_data_todo", False)
        values = {"activity_type_id": kind and kind.id, "automated": True}
        self.env["mail.activity"].with_context(**QUIET).create([values | v for v in vals_list])

    def _tell_nobody(self, found):
        """Tell salespeople and administrators what waits for somebody who may read it.

        :param found: list of (request, name of the tier)
        """
        if not found:
            return
        texts = {}
        for request, name in found:
            texts[request] = f"{texts.get(request, '')}\n{request._get_nobody_text(name)}".strip()
        self._log_each("nobody", texts)
        self._post(texts)
        self._tell_responsible(texts)
        administrators = self.env["res.users"]._get_approval_administrators()
        # without the document: an administrator need not be allowed to read it either
        self._create_tasks(
            [
                {"user_id": user.id, **_prepare_task_text(text)}
                for user in administrators
                for text in texts.values()
            ]
        )
        note = "\n".join(texts.values())
        requests = {request.id for request in texts}
        asked = dict.fromkeys(administrators, requests)
        self._send_mails("sales_approval.mail_nobody", asked, note)

    def _get_nobody_text(self, name):
        return self.env._(
            "%(document)s waits, and nobody can approve it in the tier %(tier)s: whom the rule "
            "finds may not read it. Name somebody else in the rule, or let one of them read it; "
            "it is looked at again every hour.",
            document=self.res_name,
            tier=name,
        )


def _prepare_task_text(text):
    return {"summary": text[:200], "note": Markup("<p>%s</p>") % text}


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
