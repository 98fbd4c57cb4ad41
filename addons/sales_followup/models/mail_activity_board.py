from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

PAGE = 40
DAYS_AHEAD = 7
MANAGER = "sales_team.group_sale_salesman_all_leads"


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    @api.readonly
    def get_followup_board(self, scope="me", user_id=None, type_id=None, offset=0):
        """Return the board Today: counts by category and person, and a page of reminders.

        :param scope: ``me``, or ``team``: those of the people whom the user leads
        :param user_id: only this person of the team
        :param type_id: only this category
        :param offset: how many reminders the client already shows
        """
        people = self._get_board_people(scope)
        counts = self._get_board_counts(people)
        domain = self._get_board_domain(people)
        if user_id:
            domain &= Domain("user_id", "=", user_id)
        if type_id:
            domain &= Domain("activity_type_id", "=", type_id)
        order = "date_deadline, id"
        activities = self.search(domain, offset=offset, limit=PAGE + 1, order=order)
        return {
            "scope": scope,
            "has_team": bool(self._get_led_people()),
            "categories": self._prepare_board_categories(counts),
            "people": self._prepare_board_people(people, counts) if scope == "team" else [],
            "items": activities[:PAGE]._prepare_board_items(),
            "has_more": len(activities) > PAGE,
        }

    @api.model
    def _get_led_people(self):
        """Return whose board the user may see: the teams that the user leads, or all."""
        if not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(self.env._("The board Today is for salespeople."))
        is_manager = self.env.user.has_group(MANAGER)
        led = Domain.TRUE if is_manager else Domain("user_id", "=", self.env.uid)
        # sudo: who is in which team is no secret to its leader
        teams = self.env["crm.team"].sudo().search(led)
        return teams.member_ids.sudo(False)

    @api.model
    def _get_board_people(self, scope):
        return self._get_led_people() if scope == "team" else self.env.user

    @api.model
    def _get_board_domain(self, people):
        last = fields.Date.context_today(self) + timedelta(days=DAYS_AHEAD)
        about = Domain("customer_id", "!=", False)
        about |= Domain("activity_type_id.is_reminder", "=", True)
        return Domain("user_id", "in", people.ids) & Domain("date_deadline", "<=", last) & about

    @api.model
    def _get_board_counts(self, people):
        """Return {(person, category): {state: count}}, in one query per state."""
        today = fields.Date.context_today(self)
        states = {
            "overdue": Domain("date_deadline", "<", today),
            "today": Domain("date_deadline", "=", today),
            "planned": Domain("date_deadline", ">", today),
        }
        counts = defaultdict(lambda: dict.fromkeys(states, 0))
        domain = self._get_board_domain(people)
        for state, when in states.items():
            groups = self._read_group(domain & when, ["user_id", "activity_type_id"], ["__count"])
            for user, category, count in groups:
                counts[user.id, category.id][state] = count
        return counts

    @api.model
    def _prepare_board_categories(self, counts):
        sums = defaultdict(lambda: {"overdue": 0, "today": 0, "planned": 0})
        for (_user_id, type_id), states in counts.items():
            for state, count in states.items():
                sums[type_id][state] += count
        reminders = Domain("is_reminder", "=", True) | Domain("id", "in", list(sums))
        categories = self.env["mail.activity.type"].search(reminders)
        return [
            {"id": kind.id, "name": kind.name, "icon": kind.icon or "fa-bell-o", **sums[kind.id]}
            for kind in categories
        ]

    @api.model
    def _prepare_board_people(self, people, counts):
        rows = []
        for person in people.sudo():  # sudo: names of colleagues
            mine = {type_id: c for (user_id, type_id), c in counts.items() if user_id == person.id}
            totals = {
                state: sum(states[state] for states in mine.values())
                for state in ("overdue", "today", "planned")
            }
            rows.append({"id": person.id, "name": person.name, "counts": mine, **totals})
        return sorted(rows, key=lambda row: (-row["overdue"], -row["today"], row["name"]))

    def _get_board_phones(self):
        """Return the number to call, by customer; none where the user may not read it."""
        customers = self.customer_id._filtered_access("read")
        return {customer.id: customer.mobile or customer.phone for customer in customers}

    def _prepare_board_items(self):
        # sudo: who was given a reminder reads whom it is about, as in Odoo's list of activities
        phones = self._get_board_phones()
        today = fields.Date.context_today(self)
        return [
            {
                "id": activity.id,
                "category": activity.activity_type_id.name,
                "icon": activity.icon or "fa-bell-o",
                "summary": activity.summary or activity.activity_type_id.name,
                "date": fields.Date.to_string(activity.date_deadline),
                "days": (activity.date_deadline - today).days,
                "user": activity.user_id.sudo().name,
                "res_model": activity.res_model,
                "res_id": activity.res_id,
                "document": activity.res_name,
                "customer_id": activity.sudo().customer_id.id,
                "customer": activity.sudo().customer_id.display_name or activity.res_name,
                "phone": phones.get(activity.sudo().customer_id.id) or "",
                "snoozed": activity.snooze_count,
                "recurrent": bool(activity.sudo().reminder_rule_id),
            }
            for activity in self
        ]

    def _count_by_category(self, day):
        """Return [(category, overdue, due today)] of the morning mail."""
        return [
            (kind.name, len(mine.filtered(lambda a: a.date_deadline < day)), len(mine))
            for kind, mine in self.grouped("activity_type_id").items()
        ]
