from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..company.order_plan import SCENARIOS

VALID_DAYS = 30
VALID_DAYS_OF_EXPIRED = 15
ORDER_HOURS = (9, 10, 11)
DELIVERED_HOUR = 15
# What Odoo would ask the person at the screen.
NO_QUESTIONS = {"skip_backorder": True, "skip_sms": True, "disable_cancel_warning": True}


class SalesCycleDemo(models.AbstractModel):
    _inherit = "sales.cycle.demo"

    @api.model
    def _load_orders(self):
        """Create quotations and orders as planned and take each as far as it got."""
        planned = self._get_order_plan().orders
        orders = self._create_orders(planned)
        self._report_progress("quotations", len(orders), len(planned))
        self._send_quotations(planned)
        self._confirm_and_deliver(planned)
        self._create_invoices(planned)
        self._date_documents(planned)

    # === QUOTATIONS === #

    @api.model
    def _create_orders(self, planned):
        orders = self.env["sale.order"].create([self._prepare_order(p) for p in planned])
        self._name_records("order", [p.key for p in planned], orders)
        return orders

    @api.model
    def _get_orders(self, planned):
        return self.env["sale.order"].union(*(self._ref("order", p.key) for p in planned))

    @api.model
    def _prepare_order(self, planned):
        customer = self._ref("customer", planned.customer)
        ordered = self._get_order_time(planned)
        promised = planned.promised
        return {
            "partner_id": customer.id,
            "user_id": customer.user_id.id,
            "team_id": customer.user_id.sale_team_id.id,
            "warehouse_id": self._ref("warehouse", planned.warehouse).id,
            "company_id": self.env.company.id,
            "date_order": ordered,
            "validity_date": self._get_validity_date(planned, ordered),
            "commitment_date": False if promised is None else self._get_time(-promised, 16),
            "client_order_ref": self._get_customer_reference(planned, ordered),
            "order_line": [Command.create(self._prepare_line(line)) for line in planned.lines],
        }

    @api.model
    def _get_order_time(self, planned):
        hour = ORDER_HOURS[planned.get_minute("hour") % len(ORDER_HOURS)]
        return self._get_time(planned.age, hour, planned.get_minute("ordered"))

    @api.model
    def _prepare_line(self, line):
        return {
            "product_id": self._ref("product", line.product).id,
            "product_uom_qty": line.quantity,
            "discount": line.discount,
        }

    @api.model
    def _get_validity_date(self, planned, ordered):
        is_expired = planned.scenario == "expired"
        days = VALID_DAYS_OF_EXPIRED if is_expired else VALID_DAYS
        return ordered.date() + timedelta(days=days)

    @api.model
    def _get_customer_reference(self, planned, ordered):
        if not SCENARIOS[planned.scenario].is_confirmed:
            return False
        return f"PO{ordered:%y%m%d}-{planned.number:02d}"

    @api.model
    def _send_quotations(self, planned):
        quoted = [p for p in planned if p.scenario in ("sent", "expired", "cancelled")]
        orders = self._get_orders(quoted)
        orders.action_quotation_sent()
        lost = self._get_orders([p for p in quoted if p.scenario == "cancelled"])
        lost.with_context(**NO_QUESTIONS).action_cancel()
        self._report_progress("quotations sent", len(orders), len(orders))

    # === ORDERS === #

    @api.model
    def _confirm_and_deliver(self, planned):
        """Confirm what was delivered first: open orders reserve what these left."""
        confirmed = [p for p in planned if SCENARIOS[p.scenario].is_confirmed]
        delivered = [p for p in confirmed if SCENARIOS[p.scenario].delivered]
        waiting = [p for p in confirmed if not SCENARIOS[p.scenario].delivered]
        self._confirm(delivered)
        self._report_progress("orders", len(delivered), len(confirmed))
        self._deliver(delivered)
        self._report_progress("deliveries", len(delivered), len(delivered))
        self._confirm(waiting)
        self._report_progress("orders", len(confirmed), len(confirmed))

    @api.model
    def _confirm(self, planned):
        orders = self._get_orders(planned)
        dates = [order.date_order for order in orders]
        orders.action_confirm()
        for order, date in zip(orders, dates, strict=True):
            order.date_order = date  # the confirmation set it to today

    @api.model
    def _deliver(self, planned):
        orders = self._get_orders(planned)
        for order, plan in zip(orders, planned, strict=True):
            self._set_delivered_quantities(order, plan)
        pickings = orders.picking_ids
        pickings.with_context(**NO_QUESTIONS).button_validate()
        self._check_delivered(pickings)
        for order, plan in zip(orders, planned, strict=True):
            self._date_deliveries(order.picking_ids & pickings, plan)

    @api.model
    def _set_delivered_quantities(self, order, plan):
        for line, planned in zip(order.order_line, plan.lines, strict=True):
            if line.product_id.type == "service":
                line.qty_delivered = planned.delivered
            for move in line.move_ids:
                move.quantity = planned.delivered
                move.picked = bool(planned.delivered)

    @api.model
    def _check_delivered(self, pickings):
        left = pickings.filtered(lambda picking: picking.state != "done")
        if left:
            raise UserError(
                self.env._(
                    "The demo company could not deliver %(deliveries)s: check the opening stock "
                    "in company/order_plan.py.",
                    deliveries=", ".join(left.mapped("name")),
                )
            )

    @api.model
    def _date_deliveries(self, pickings, plan):
        done = self._get_time(plan.delivered_age, DELIVERED_HOUR, plan.get_minute("delivered"))
        pickings.move_ids.date = done
        pickings.move_line_ids.date = done
        pickings.date_done = done

    # === DATES === #

    @api.model
    def _date_documents(self, planned):
        """Make documents as old as they say: when they were created is noted by Odoo itself."""
        orders = self._get_orders(planned)
        self.env.flush_all()
        self._date_records("sale_order", "s.id = t.id", orders)
        self._date_records("sale_order_line", "s.id = t.order_id", orders)
        self._date_records("stock_picking", "s.id = t.sale_id", orders)
        self._date_invoices(orders.invoice_ids)
        self._date_messages(orders.picking_ids)
        self._date_messages(orders.invoice_ids)
        self.env.invalidate_all()

    @api.model
    def _date_records(self, table, link, orders):
        self.env.cr.execute(
            SQL(
                "UPDATE %s t SET create_date = s.date_order FROM sale_order s"
                " WHERE %s AND s.id IN %s",
                SQL.identifier(table),
                SQL(link),
                tuple(orders.ids),
            )
        )

    @api.model
    def _date_invoices(self, invoices):
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET create_date = invoice_date + time '09:00'"
                " WHERE invoice_date IS NOT NULL AND id IN %s",
                tuple(invoices.ids),
            )
        )

    @api.model
    def _date_messages(self, records):
        """Date what the records say about their origin."""
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message m SET date = r.create_date, create_date = r.create_date"
                " FROM %s r WHERE m.model = %s AND m.res_id = r.id AND r.id IN %s",
                SQL.identifier(records._table),
                records._name,
                tuple(records.ids),
            )
        )
