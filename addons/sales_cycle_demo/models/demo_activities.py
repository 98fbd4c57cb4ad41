from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from ..company.tables import read_table

# What is written when an order has got so far, in this order.
STORIES = {
    "draft": ("asked",),
    "sent": ("asked", "sent", "chased"),
    "expired": ("asked", "sent"),
    "cancelled": ("asked", "sent", "lost"),
    "waiting": ("asked", "sent", "confirmed"),
    "late": ("asked", "confirmed", "late"),
    "partial": ("asked", "confirmed", "partial"),
    "delivered": ("asked", "confirmed", "delivered"),
    "draft_invoice": ("asked", "confirmed", "delivered"),
    "invoiced": ("asked", "confirmed", "delivered", "invoiced"),
    "overdue": ("asked", "confirmed", "delivered", "invoiced", "overdue"),
    "part_paid": ("asked", "confirmed", "delivered", "invoiced"),
    "paid": ("asked", "confirmed", "delivered", "invoiced", "paid"),
    "paid_late": ("asked", "confirmed", "late", "delivered", "invoiced", "paid"),
}
NOTE_HOURS = {"asked": 8, "confirmed": 12, "delivered": 16, "partial": 16, "invoiced": 18}


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_activities(self):
        """Tell the story of every order in its chatter, and plan what is to be done."""
        planned = self._get_order_plan().orders
        self._load_notes(planned)
        self._load_order_activities(planned)
        self._load_customer_activities()
        self._load_opportunities()

    @api.model
    def _choose_text(self, customer, row):
        """Return what a person writes: Chinese about Chinese customers."""
        return row["text_zh"] if customer.lang == "zh_CN" else row["text"]

    # === CHATTER === #

    @api.model
    def _load_notes(self, planned):
        rows = {row["key"]: row for row in read_table("notes")}
        notes = [
            self._prepare_note(plan, rows[name])
            for plan in planned
            for name in STORIES[plan.scenario]
        ]
        self.env["mail.message"].create(notes)
        self._report_progress("notes", len(notes), len(notes))

    @api.model
    def _get_note_time(self, plan, name):
        age = {
            "sent": plan.age - 1,
            "chased": plan.age // 2,
            "lost": plan.age - 12,
            "late": plan.age - 9,
            "partial": plan.delivered_age,
            "delivered": plan.delivered_age,
            "invoiced": plan.delivered_age,
            "overdue": 3,
            "paid": plan.delivered_age and max(plan.delivered_age - 29, 1),
        }.get(name, plan.age)
        return self._get_time(max(age, 0), NOTE_HOURS.get(name, 14), plan.get_minute(name))

    @api.model
    def _prepare_note(self, plan, row):
        order = self._ref("order", plan.key)
        author = order.user_id.partner_id
        text = self._choose_text(order.partner_id, row).format(city=order.partner_id.city)
        return {
            "model": order._name,
            "res_id": order.id,
            "message_type": "comment",
            "subtype_id": self.env.ref("mail.mt_note").id,
            "author_id": author.id,
            "email_from": author.email_formatted,
            "date": self._get_note_time(plan, row["key"]),
            "body": Markup("<p>%s</p>") % text,
        }

    # === ACTIVITIES === #

    @api.model
    def _load_order_activities(self, planned):
        rows = {row["scenario"]: row for row in read_table("order_activities")}
        values = [
            self._prepare_order_activity(plan, rows[plan.scenario])
            for plan in planned
            if plan.scenario in rows
        ]
        self.env["mail.activity"].create(values)
        self._report_progress("activities", len(values), len(values))

    @api.model
    def _prepare_order_activity(self, plan, row):
        order = self._ref("order", plan.key)
        delay = plan.number % 3 - 1  # not all on one day
        return self._prepare_activity(order, order.partner_id, row, delay)

    @api.model
    def _load_customer_activities(self):
        rows = read_table("customer_activities")
        customers = [self._ref("customer", row["customer"]) for row in rows]
        self.env["mail.activity"].create(
            [
                self._prepare_activity(customer, customer, row)
                for customer, row in zip(customers, rows, strict=True)
            ]
        )

    @api.model
    def _prepare_activity(self, record, customer, row, delay=0):
        return {
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "activity_type_id": self.env.ref(row["type"]).id,
            "user_id": record.user_id.id,
            "date_deadline": self._get_today() + timedelta(days=int(row["days"]) + delay),
            "summary": self._choose_text(customer, row),
        }

    @api.model
    def _get_today(self):
        return fields.Date.context_today(self)

    # === PIPELINE === #

    @api.model
    def _load_opportunities(self):
        rows = read_table("opportunities")
        leads = self._create_rows("opportunity", "crm.lead", rows, self._prepare_opportunity)
        self._report_progress("opportunities", len(leads), len(leads))

    @api.model
    def _prepare_opportunity(self, row):
        customer = self._ref("customer", row["key"])
        return {
            "name": self._choose_text(customer, row),
            "type": "opportunity",
            "partner_id": customer.id,
            "user_id": customer.user_id.id,
            "team_id": customer.user_id.sale_team_id.id,
            "expected_revenue": float(row["revenue"]),
            "probability": float(row["probability"]),
            "stage_id": self.env.ref(f"crm.{row['stage']}").id,
            "date_deadline": self._get_today() + timedelta(days=int(row["days"])),
        }
