from odoo import api, fields, models

from odoo.addons.sales_approval.models.sales_approval_mixin import ApprovalMeasure

from .sales_price_rule import MODES

GAPS = ("floor_gap", "ceiling_gap")
STRICTEST = ("stop", "approve", "warn")
SHOWN = 20  # lines in a message; more are counted


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.approval.mixin"]

    _approval_lines_field = "order_line"
    _approval_guarded_fields = {
        "pricelist_id": "any",
        "payment_term_id": "any",
        "partner_id": "any",
        "user_id": "any",
    }
    _approval_deferred_actions = {"action_confirm": "_validate_order"}

    price_mark = fields.Selection(
        MODES,
        string="Price Check",
        compute="_compute_price_mark",
        groups="base.group_user",
        help="The strictest of what the floors and ceilings of the lines say.",
    )
    price_info = fields.Text(
        string="Prices", compute="_compute_price_mark", groups="base.group_user"
    )

    @api.depends("state", "order_line.price_mark", "order_line.floor_gap")
    @api.depends_context("lang")
    def _compute_price_mark(self):
        open_orders = self.filtered(lambda order: order.state in ("draft", "sent"))
        (self - open_orders).update({"price_mark": False, "price_info": False})
        all_marked = open_orders._get_marked_lines()
        for order in open_orders:
            marked = order._get_marked_lines().with_prefetch(all_marked.ids)
            marks = set(marked.mapped("price_mark"))
            order.price_mark = next((mark for mark in STRICTEST if mark in marks), False)
            # what asks for approval is told by the banner of the approval
            details = marked._get_price_details(("warn", "stop"))
            order.price_info = self._get_price_lines_text(details)

    def _get_marked_lines(self):
        # reason: which lines have a mark; rights to the field are asked again for each line else
        return self.sudo().order_line._filter_marked().sudo(self.env.su)

    @api.model
    def _get_price_lines_text(self, details):
        """Put details of lines into words, one line each."""
        lines = self.env["sale.order.line"]
        texts = [lines._get_price_detail_text(detail) for detail in details[:SHOWN]]
        if len(details) > SHOWN:
            texts.append(self.env._("and %s more", len(details) - SHOWN))
        return "\n".join(texts)

    def _get_price_day(self):
        """Give the day that rules and rates of one order are taken from.

        It is the day of the quotation, which can be typed; but none before it was made, nor one
        to come, when other rules hold.
        """
        now = fields.Datetime.now()
        day = min(max(self.date_order or now, self._origin.create_date or now), now)
        return fields.Datetime.context_timestamp(self, day).date()

    def _get_ceiling_user(self):
        """Give whose discount ceiling counts: the salesperson, else who made the order."""
        return self.user_id or self.create_uid or self.env.user

    def _get_price_reduction(self):
        """Give the part of the lines' prices that other lines of one order take off again.

        Odoo's discount on an order, a line with a negative price or a negative quantity: without
        them, every line could be above its floor and the order below.
        """
        sold = taken = 0.0
        for line in self.order_line:
            if line.display_type or line._is_reward():
                continue
            if line.price_subtotal < 0:
                taken -= line.price_subtotal
            else:
                sold += line.price_subtotal
        return min(taken / sold, 1.0) if sold else 0.0

    def _recompute_prices(self):
        """Resolve floors and ceilings, too, when somebody asks for today's prices."""
        result = super()._recompute_prices()
        self._resolve_floors()
        return result

    def _resolve_floors(self):
        lines = self.order_line
        names = ("floor_price", "pricelist_price", "discount_ceiling")
        for name in names:
            self.env.add_to_compute(lines._fields[name], lines)

    # ---- what an approval looks at ------------------------------------------------------------

    def _is_approval_open(self):
        return self.state in ("draft", "sent")

    def _get_approval_lines(self):
        lines = super()._get_approval_lines()
        return lines.filtered(lambda line: not line.display_type)

    @api.model
    def _get_approval_measure_definitions(self):
        definitions = {
            "amount": ApprovalMeasure(self.env._("Untaxed amount"), "currency"),
            "concession": ApprovalMeasure(
                self.env._("Highest concession"), "%", better="less", fields=("concession",)
            ),
            "exceptions": ApprovalMeasure(
                self.env._("Lines below their floor or above the ceiling"),
                better="less",
                fields=GAPS,
            ),
            "below_floor": ApprovalMeasure(
                self.env._("Lines below their floor"), better="less", fields=GAPS[:1]
            ),
            "above_ceiling": ApprovalMeasure(
                self.env._("Lines above the ceiling"), better="less", fields=GAPS[1:]
            ),
        }
        if "margin_percent" in self._fields:
            definitions["margin"] = ApprovalMeasure(self.env._("Margin"), "%", better="more")
        return definitions

    def _get_approval_measure_getters(self):
        lines = self.order_line  # those that are not guarded concede nothing
        getters = {
            "amount": lambda: self.amount_untaxed / (self.currency_rate or 1.0),
            "concession": lambda: max(lines.mapped("concession"), default=0.0),
            "exceptions": lambda: len(lines._filter_marked(lambda x: x._asks_for_approval())),
            "below_floor": lambda: len(lines._filter_marked("is_below_floor")),
            "above_ceiling": lambda: len(lines._filter_marked("is_above_ceiling")),
        }
        if "margin_percent" in self._fields:
            getters["margin"] = lambda: self.margin_percent * 100
        return getters

    def _get_approval_needs(self):
        """Add to what asks because of prices which lines they are."""
        needs = super()._get_approval_needs()
        orders = self.sudo().browse(needs)  # reason: floors are resolved for everybody
        all_marked = orders._get_marked_lines()
        for order in orders:
            marked = order._get_marked_lines().with_prefetch(all_marked.ids)
            for reason in needs[order.id]:
                if any(c["measure"] == "exceptions" for c in reason["conditions"]):
                    reason["prices"] = marked._get_price_details(("approve",))
        return needs

    @api.model
    def _get_approval_reason_text(self, reason, currency=None):
        if prices := reason.get("prices"):
            name = self._get_approval_reason_name(reason)
            lines = self._get_price_lines_text(prices)
            return self.env._("%(rule)s:\n%(lines)s", rule=name, lines=lines)
        return super()._get_approval_reason_text(reason, currency)

    @api.model
    def _get_approval_action_label(self, action_name):
        if action_name == "action_confirm":
            return self.env._("Confirm")
        return super()._get_approval_action_label(action_name)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _filter_marked(self, condition=None):
        """Give the lines below their floor or above their ceiling, few of many as a rule.

        :param condition: of those, as for ``filtered``
        """
        marked = self.filtered("price_mark")
        return marked.filtered(condition) if condition else marked

    def _asks_for_approval(self):
        return (self.is_below_floor and self.floor_mode == "approve") or (
            self.is_above_ceiling and self.ceiling_mode == "approve"
        )

    def _is_marked_as_reward(self):
        """Say whether one line says of itself that it is a promotion's."""
        return "is_reward_line" in self._fields and self.is_reward_line

    def _is_reward(self):
        """Say whether the price of one line is a promotion's, which is decided elsewhere."""
        return self._is_marked_as_reward()
