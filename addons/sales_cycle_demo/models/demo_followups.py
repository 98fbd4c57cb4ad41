from datetime import timedelta

from odoo import api, models

from ..company.tables import read_table

FOLLOWUP_HOURS = (9, 10, 11, 14, 15, 16)


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_followups(self):
        """Log what the salespeople did with their customers, and what they want to do next."""
        texts = {row["key"]: row for row in read_table("followup_texts")}
        rows = sorted(read_table("followups"), key=lambda row: -int(row["age"]))
        values = [
            self._prepare_followup(row, texts[row["text"]], number)
            for number, row in enumerate(rows)
        ]
        self.env["sales.followup"].create(values)
        self._report_progress("follow-ups", len(rows), len(rows))
        self._load_reminders()

    @api.model
    def _prepare_followup(self, row, text, number):
        customer = self._ref("customer", row["customer"])
        hour = FOLLOWUP_HOURS[number % len(FOLLOWUP_HOURS)]
        date = self._get_time(int(row["age"]), hour, number * 7 % 60)
        return {
            "partner_id": customer.id,
            "contact_id": customer.child_ids[:1].id,
            "company_id": self.env.company.id,
            "date": date,
            "user_id": customer.user_id.id,
            "method_id": self.env.ref(f"sales_followup.method_{text['method']}").id,
            "matter_id": self.env.ref(f"sales_followup.matter_{text['matter']}").id,
            "content": self._choose_text(customer, text),
            "order_id": text["with_order"] and self._get_last_order(customer, date).id,
            **self._prepare_next_step(row, text, customer),
        }

    @api.model
    def _get_last_order(self, customer, date):
        return self.env["sale.order"].search(
            [("partner_id", "=", customer.id), ("state", "=", "sale"), ("date_order", "<=", date)],
            order="date_order DESC, id DESC",
            limit=1,
        )

    @api.model
    def _prepare_next_step(self, row, text, customer):
        if not row["next"]:
            return {}
        step = {"text_zh": text["next_zh"], "text": text["next"]}
        return {
            "next_step": self._choose_text(customer, step),
            "next_date": self._get_today() + timedelta(days=int(row["next"])),
        }

    # === RECURRENT REMINDERS === #

    @api.model
    def _load_reminders(self):
        rows = read_table("reminders")
        rules = self.env["sales.reminder.rule"].create([self._prepare_reminder(r) for r in rows])
        rules._make_next(dict.fromkeys(rules, 0))

    @api.model
    def _prepare_reminder(self, row):
        customer = self._ref("customer", row["customer"])
        return {
            "partner_id": customer.id,
            "activity_type_id": self.env.ref(f"sales_followup.activity_type_{row['category']}").id,
            "summary": self._choose_text(customer, row),
            "interval_number": int(row["every"]),
            "interval_unit": row["unit"],
            "next_date": self._get_today() + timedelta(days=int(row["next"])),
        }
