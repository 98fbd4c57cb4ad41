from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command
from odoo.tools import SQL

from ..company.tables import read_table
from .demo_orders import NO_QUESTIONS, VALID_DAYS

# Where events keep when they happened: table, its date, and how it names the quotation.
EVENTS = (
    ("sale_order", "create_date", "id", False),
    ("mail_message", "date", "res_id", "model"),
    ("mail_message", "create_date", "res_id", "model"),
    ("sales_approval_request", "create_date", "res_id", "res_model"),
    ("sales_approval_request", "date_done", "res_id", "res_model"),
    ("sales_approval_step", "decided_date", "res_id", "res_model"),
    ("sales_approval_log", "date", "res_id", "res_model"),
)


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_quotations(self):
        """Quote as its salespeople do: below a floor, and round by round until won or lost."""
        steps = defaultdict(list)
        for step in read_table("quotation_rounds"):
            steps[step["quotation"]].append(step)
        rows = read_table("quotations")
        for row in rows:
            order = self._negotiate(row, steps[row["key"]])
            self._name_records("quotation", [row["key"]], order)
            self._ask_approval(row, order)
            self._end_negotiation(row, order)
        self._report_progress("quotations in rounds", len(rows), len(rows))

    # === ROUNDS === #

    @api.model
    def _negotiate(self, row, steps):
        """Make the rounds of a quotation and return the last one, as its salesperson."""
        order = self._make_first_round(row, steps[0])
        self._send_round(order, steps[0])
        for step in steps[1:]:
            note = self._choose_text(order.partner_id, self._get_note(step))
            last, order = order, order._make_round(reason=step["reason"], note=note)
            self._change_lines(order, step)
            order.write(self._prepare_round_dates(step))
            self._send_round(order, step)
            self._date_events(last + order, int(step["age"]))
        return order

    @api.model
    def _get_note(self, step):
        return {"text": step["note"], "text_zh": step["note_zh"]}

    @api.model
    def _make_first_round(self, row, step):
        customer = self._ref("customer", row["customer"])
        lines = [Command.create(vals) for vals in self._prepare_round_lines(step).values()]
        values = {
            "partner_id": customer.id,
            "user_id": customer.user_id.id,
            "team_id": customer.user_id.sale_team_id.id,
            "warehouse_id": self._ref("warehouse", row["warehouse"]).id,
            "company_id": self.env.company.id,
            "order_line": lines,
            **self._prepare_round_dates(step),
        }
        orders = self.env["sale.order"].with_user(customer.user_id)
        return orders.with_context(lang=customer.user_id.lang).create(values)

    @api.model
    def _prepare_round_dates(self, step):
        quoted = self._get_time(int(step["age"]))
        return {
            "date_order": quoted,
            "validity_date": quoted.date() + timedelta(days=VALID_DAYS),
        }

    @api.model
    def _prepare_round_lines(self, step):
        """Return {product id: values} of ``product:quantity:discount``, where given."""
        lines = {}
        for line in step["lines"].split():
            key, quantity, *discount = line.split(":")
            values = {"product_uom_qty": float(quantity)}
            if discount:  # else the one of the pricelist
                values["discount"] = float(discount[0])
            product = self._ref("product", key)
            lines[product.id] = {"product_id": product.id, **values}
        return lines

    @api.model
    def _change_lines(self, order, step):
        wanted = self._prepare_round_lines(step)
        for line in order.order_line:
            line.write(wanted.pop(line.product_id.id))
        order.order_line = [Command.create(values) for values in wanted.values()]

    @api.model
    def _send_round(self, order, step):
        if step["sent"]:
            order.action_quotation_sent()
        self._date_events(order, int(step["age"]))

    # === APPROVAL, AND THE END === #

    @api.model
    def _ask_approval(self, row, order):
        if not row["asked"]:
            return
        customer = order.partner_id
        order.action_approval_ask(
            self._choose_text(customer, {"text": row["comment"], "text_zh": row["comment_zh"]})
        )
        self._date_events(order, int(row["asked"]), 10)
        if row["outcome"] == "approved":
            reply = {"text": row["reply"], "text_zh": row["reply_zh"]}
            manager = self._ref("user", "manager")
            order.with_user(manager).action_approval_approve(self._choose_text(customer, reply))
            order.action_quotation_sent()
            self._date_events(order, int(row["decided"]), 11)

    @api.model
    def _end_negotiation(self, row, order):
        if row["outcome"] == "won":
            order.action_confirm()
            order.date_order = self._get_time(int(row["decided"]))
            self._date_events(order, int(row["decided"]))
            # the contact that the order proves is as old as it is now
            self._ref("customer", row["customer"])._update_followup_dates()
        elif row["outcome"] == "lost":
            order.with_context(**NO_QUESTIONS).action_cancel()
            self._date_events(order, int(row["decided"]))

    # === DATES === #

    @api.model
    def _date_events(self, orders, age, hour=9):
        """Date what has happened to quotations just now."""
        self.env.flush_all()
        for table, date, link, model in EVENTS:
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(date)s = %(moment)s"
                    " WHERE %(date)s >= %(start)s AND %(link)s IN %(ids)s AND %(model)s",
                    table=SQL.identifier(table),
                    date=SQL.identifier(date),
                    moment=self._get_time(age, hour),
                    start=self.env.cr.now().replace(microsecond=0),
                    link=SQL.identifier(link),
                    ids=tuple(orders.ids),
                    model=SQL("%s = 'sale.order'", SQL.identifier(model)) if model else SQL("TRUE"),
                )
            )
        self.env.invalidate_all()
