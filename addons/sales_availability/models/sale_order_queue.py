import logging
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date

_logger = logging.getLogger(__name__)

QUEUE_CRON = "sales_availability.ir_cron_confirm_queued_orders"
RANK_FIELDS = {"availability_queue_priority", "availability_queue_date"}


class SaleOrder(models.Model):
    """Quotations that wait for goods, and are confirmed by themselves when these are there.

    A queued quotation promises nothing, so it may ask for more than there is. The queue is strict
    per product: an order does not take goods of a product that one before it still waits for,
    even if it asks for little enough. What the order before does not wait for may be taken.
    """

    _inherit = "sale.order"

    availability_queue_state = fields.Selection(
        [("none", "Not Queued"), ("queued", "Waiting for Goods"), ("confirmed", "Confirmed")],
        string="Queue",
        default="none",
        copy=False,
        tracking=True,
        help="A quotation that waits for goods holds nothing. It is confirmed when goods arrive, "
        "in the order of priority and waiting time. As long as a quotation before it waits for "
        "the same product, it gets none of it.",
    )
    availability_queue_priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")],
        string="Queue Priority",
        default="0",
        copy=False,
        tracking=True,
        help="Who gets the goods first when they arrive. Set by sales managers.",
    )
    availability_queue_date = fields.Datetime(string="Queued Since", readonly=True, copy=False)
    availability_queue_problem = fields.Char(
        string="Why It Waits",
        readonly=True,
        copy=False,
        help="Why the quotation could not be confirmed although the goods are there.",
    )
    is_availability_queueable = fields.Boolean(compute="_compute_is_availability_queueable")

    _availability_queue_idx = models.Index(
        "(availability_queue_priority DESC NULLS LAST, availability_queue_date, id) "
        "WHERE availability_queue_state = 'queued'"
    )

    @api.depends("order_line.availability_missing", "state", "availability_queue_state")
    def _compute_is_availability_queueable(self):
        for order in self:
            order.is_availability_queueable = (
                order.state in ("draft", "sent")
                and order.availability_queue_state != "queued"
                and bool(order._get_waiting_lines())
            )

    def _get_waiting_lines(self):
        """Return the lines that lack something which the mode of their warehouse insists on."""
        lines = self.order_line.filtered("availability_missing")
        items = {line: line._get_availability_items() for line in lines}
        modes = self._get_item_modes([item for own in items.values() for item in own])
        return lines.filtered(
            lambda line: any(modes[item] in ("stop", "approve") for item in items[line])
        )

    # === CHECK === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_queue_rank(vals_list)
        orders = super().create([self._prepare_queue_values(vals) for vals in vals_list])
        if any(order.availability_queue_state == "queued" for order in orders):
            self._trigger_availability_queue()
        return orders

    def write(self, vals):
        self._check_queue_rank([vals])
        if "availability_queue_state" not in vals:
            result = super().write(vals)
        else:
            with self._watch_availability():
                if vals["availability_queue_state"] == "queued":
                    self._release_availability_holds()
                result = super().write(self._prepare_queue_values(vals))
        if self and vals.keys() & {"availability_queue_state", "validity_date"}:
            self._trigger_availability_queue()
        return result

    def _check_queue_rank(self, vals_list):
        """Who comes first is for sales managers to say, whatever a client sends."""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_manager"):
            return
        for vals in vals_list:
            if (vals.get("availability_queue_priority") or "0") != "0" or (
                self and RANK_FIELDS & vals.keys()
            ):
                raise AccessError(
                    self.env._("Only sales managers may change who gets goods first.")
                )

    @api.model
    def _prepare_queue_values(self, vals):
        state = vals.get("availability_queue_state")
        if state != "queued":
            return vals
        return {
            **vals,
            "availability_queue_date": fields.Datetime.now(),
            "availability_queue_problem": False,
        }

    def _get_availability_items(self):
        """A quotation that waits for goods promises none of them: it may be saved as it is."""
        waiting = set(self._filter_queued().ids)
        return [
            item
            for item in super()._get_availability_items()
            if item.is_firm or item.document[1] not in waiting
        ]

    def _filter_queued(self):
        return self.filtered(lambda order: order.availability_queue_state == "queued")

    def _get_holdable_items(self):
        """A quotation that waits holds what a re-allocation gave it."""
        waiting = self._filter_queued()
        items = super(SaleOrder, self - waiting)._get_holdable_items()
        return items + [item for item in waiting._get_queued_items() if not item.is_firm]

    def _get_queued_items(self):
        """Return what the orders will ask for when they are confirmed."""
        return [item for line in self.order_line for item in line._get_availability_items()]

    # === ACTIONS === #

    def action_queue_for_availability(self):
        """Let quotations wait for goods: they are confirmed when these arrive.

        :raise UserError: for orders that nothing keeps waiting
        """
        self.check_access("write")
        for order in self:
            if order.state not in ("draft", "sent"):
                raise UserError(
                    self.env._("%s is no quotation: only quotations wait for goods.", order.name)
                )
            if order.availability_queue_state != "queued" and not order._get_waiting_lines():
                raise UserError(
                    self.env._(
                        "%s does not have to wait: nothing that its warehouse insists on is "
                        "missing. Confirm it.",
                        order.name,
                    )
                )
        self.filtered(lambda order: order.availability_queue_state != "queued").write(
            {"availability_queue_state": "queued"}
        )

    def action_leave_availability_queue(self):
        """Stop waiting for goods. From now on the quotation is checked like any other."""
        self.check_access("write")
        self._filter_queued().write({"availability_queue_state": "none"})

    def action_confirm(self):
        """An order that is confirmed, by whomever, no longer waits."""
        waiting = self._filter_queued()
        result = super().action_confirm()
        waiting.filtered(lambda order: order.state == "sale").write(
            {"availability_queue_state": "confirmed", "availability_queue_problem": False}
        )
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self._filter_queued().write({"availability_queue_state": "none"})
        return result

    # === JOB === #

    @api.model
    def _trigger_availability_queue(self):
        """Look at the queue soon after this transaction, if anyone waits."""
        orders = self.sudo()  # whether anybody waits, in whichever company
        if orders.search_count([("availability_queue_state", "=", "queued")], limit=1):
            self.env.ref(QUEUE_CRON).sudo()._trigger()  # whoever brings goods may not run jobs

    @api.model
    def _confirm_queued_orders(self):
        """Confirm, in their order, the quotations for which all goods are there."""
        orders = self.search(
            [("availability_queue_state", "=", "queued"), ("state", "in", ("draft", "sent"))],
            order="availability_queue_priority DESC NULLS LAST, availability_queue_date, id",
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(orders))
        for order in orders._get_orders_in_turn():
            order._confirm_queued_order()
            if not commit(1):
                break  # out of time: the rest comes at once
        else:
            commit(remaining=0)

    def _get_orders_in_turn(self):
        """Yield the orders for which there is enough that no order before them waits for.

        What an order takes is reckoned here; whether it gets it is decided when it is confirmed.
        """
        items = {order: order._get_queued_items() for order in self}
        all_items = [item for own in items.values() for item in own]
        modes = self._get_item_modes(all_items)
        reading = self._read_item_availability(all_items) if all_items else None
        expired = self.filtered("is_expired")
        left, waited_for = {}, set()
        for order in self:
            asked = order._get_insisted_quantities(items[order], modes, reading)
            for key in asked:
                left.setdefault(key, reading.get_figures(key).available)
            short = {key for key in asked if order._is_queue_short(key, asked[key], left[key])}
            if short or waited_for & asked.keys():
                # what can no longer be confirmed as it is keeps nobody waiting
                waited_for |= set() if order in expired else short
                continue
            yield order
            if order.exists().state == "sale":
                for key, quantity in asked.items():
                    left[key] -= quantity
            elif order.exists()._filter_waiting() and not order.availability_queue_problem:
                waited_for |= asked.keys()  # someone outside the queue was faster

    def _filter_waiting(self):
        return self._filter_queued().filtered(lambda order: order.state in ("draft", "sent"))

    @api.model
    def _get_insisted_quantities(self, items, modes, reading):
        """Return what must be there of lots and products, beyond what the items hold already.

        :return: dict {AvailabilityKey: quantity in the product's unit}
        """
        asked, sources = defaultdict(float), defaultdict(set)
        for item in items:
            if modes[item] in ("stop", "approve"):
                for key in {item.key, item.key.of_any_lot}:
                    asked[key] += item.quantity
                    sources[key].add(item.source)
        missing = {k: asked[k] - reading.get_own_hold(k, sources[k]) for k in asked}
        return {key: quantity for key, quantity in missing.items() if quantity > 0}

    @api.model
    def _is_queue_short(self, key, asked, left):
        product = self.env["product.product"].browse(key.product_id)
        return product.uom_id.compare(asked, max(left, 0.0)) > 0

    def _confirm_queued_order(self):
        """Confirm one order in its own savepoint, or keep why it could not be."""
        if not self.exists()._filter_waiting():
            return  # somebody changed it since the queue was read
        if self.is_expired:
            self._report_queue_problem(self._get_expiry_problem())
            return
        order = self.with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                order.lock_for_update(allow_referencing=True)
                order.action_confirm()
                order.flush_recordset()
        except (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            _logger.info("Order %s is being changed by someone else: later", self.name)
            self._trigger_availability_queue()
        except UserError as error:
            if getattr(error, "is_availability_shortage", False):
                self.availability_queue_problem = False  # someone was faster: it waits on
            else:
                self._report_queue_problem(str(error))
        except Exception as error:
            _logger.exception("Queued order %s could not be confirmed", self.name)
            self._report_queue_problem(str(error))
        else:
            self._tell_queue_success()

    def _get_expiry_problem(self):
        order = self._in_language_of_salesperson()
        return order.env._(
            "The quotation expired on %(date)s, so it is not confirmed although the goods are "
            "there. Extend its expiration, or take it out of the queue.",
            date=format_date(order.env, order.validity_date),
        )

    def _report_queue_problem(self, problem):
        """Say once on the order why it was not confirmed."""
        if problem == self.availability_queue_problem:
            return
        self.availability_queue_problem = problem
        order = self._in_language_of_salesperson()
        order._tell_salesperson(
            order.env._("Its goods are there, but it was not confirmed: %s", problem)
        )

    def _tell_queue_success(self):
        order = self._in_language_of_salesperson()
        receipts = ", ".join(order._get_queue_receipts())
        if receipts:
            text = order.env._("Confirmed automatically: goods arrived with %s.", receipts)
        else:
            text = order.env._("Confirmed automatically: the goods it waited for are available.")
        order._tell_salesperson(text)

    def _in_language_of_salesperson(self):
        self.ensure_one()
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _tell_salesperson(self, text):
        self.message_post(
            body=text, partner_ids=self.user_id.partner_id.ids, subtype_xmlid="mail.mt_note"
        )

    def _get_queue_receipts(self, limit=3):
        """Return the names of the last transfers that brought what the order waited for."""
        items = self._get_queued_items()
        moves = self.env["stock.move"].search(
            [
                ("state", "=", "done"),
                ("product_id", "in", [item.key.product_id for item in items]),
                ("location_dest_id.usage", "=", "internal"),
                ("location_dest_id.warehouse_id", "in", [i.key.warehouse_id for i in items]),
                ("location_id.usage", "!=", "internal"),
                ("date", ">=", self.availability_queue_date),
            ],
            order="date DESC, id DESC",
        )
        return list(dict.fromkeys(m.picking_id.name or m.reference for m in moves))[:limit]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        """Who asks for less than before may make room for someone who waits."""
        frees = "product_uom_qty" in vals and any(
            line.state == "sale" and vals["product_uom_qty"] < line.product_uom_qty for line in self
        )
        result = super().write(vals)
        if frees:
            self.env["sale.order"]._trigger_availability_queue()
        return result
