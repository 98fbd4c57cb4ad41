import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

# Who holds this object may write what rounds are made of. No client can send it in a context.
ROUND_TOKEN = object()
FIRST_ROUND = {
    "negotiation_id": False,
    "round_number": 1,
    "base_round_id": False,
    "is_superseded": False,
}
ROUND_FIELDS = {*FIRST_ROUND, "round_state", "round_sent"}
# What was offered in a round that was replaced is history: nobody changes it any more.
FROZEN_FIELDS = {
    "amount_tax",
    "amount_total",
    "amount_untaxed",
    "client_order_ref",
    "commitment_date",
    "company_id",
    "currency_id",
    "currency_rate",
    "date_order",
    "fiscal_position_id",
    "name",
    "note",
    "order_line",
    "partner_id",
    "partner_invoice_id",
    "partner_shipping_id",
    "payment_term_id",
    "prepayment_percent",
    "pricelist_id",
    "round_note",
    "round_reason",
    "signature",
    "signed_by",
    "signed_on",
    "state",
    "validity_date",
}
ROUND_TEXT = re.compile(r"(?P<name>.*\S)\s*(?:\bround|第)\s*(?P<round>\d+)\s*轮?", re.IGNORECASE)
ROUND_REASONS = [
    ("budget", "Customer's Budget"),
    ("competitor", "Competitor's Offer"),
    ("volume", "Larger Quantity"),
    ("scope", "Other Goods or Services"),
    ("terms", "Other Terms"),
    ("correction", "Correction"),
    ("other", "Other"),
]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    negotiation_id = fields.Many2one(
        "sales.quotation.negotiation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    round_number = fields.Integer(
        string="Round", default=1, readonly=True, copy=False, aggregator="avg"
    )
    base_round_id = fields.Many2one(
        "sale.order",
        string="Based On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    is_superseded = fields.Boolean(
        string="Replaced by a Newer Round", default=False, readonly=True, copy=False
    )
    round_state = fields.Selection(
        [("open", "Open"), ("superseded", "Replaced"), ("won", "Won"), ("lost", "Lost")],
        compute="_compute_round_state",
        store=True,
    )
    round_sent = fields.Boolean(
        string="Round Was Sent", readonly=True, copy=False, help="The customer has got this round."
    )
    round_reason = fields.Selection(
        ROUND_REASONS, string="Reason of This Round", copy=False, groups="base.group_user"
    )
    round_note = fields.Text(string="What Was Given and Why", copy=False, groups="base.group_user")
    print_round_changes = fields.Boolean(
        string="Print Changes",
        compute="_compute_print_round_changes",
        store=True,
        readonly=False,
        precompute=True,
        help="The document says what changed since the round that was sent before.",
    )
    round_count = fields.Integer(string="Rounds", compute="_compute_round_count")
    current_round_id = fields.Many2one("sale.order", compute="_compute_round_links")
    round_links = fields.Json(string="All Rounds", compute="_compute_round_links")

    _round_number_unique = models.UniqueIndex(
        "(negotiation_id, round_number) WHERE negotiation_id IS NOT NULL",
        "Each round of a quotation has its own number.",
    )
    _round_current_unique = models.UniqueIndex(
        "(negotiation_id) WHERE negotiation_id IS NOT NULL AND is_superseded IS NOT TRUE",
        "A quotation has one current round.",
    )

    # ---- computed fields ----------------------------------------------------------------------

    @api.depends("state", "is_superseded")
    def _compute_round_state(self):
        states = {"draft": "open", "sent": "open", "sale": "won", "cancel": "lost"}
        for order in self:
            order.round_state = "superseded" if order.is_superseded else states.get(order.state)

    @api.depends("company_id")
    def _compute_print_round_changes(self):
        for order in self:
            order.print_round_changes = order.company_id.print_round_changes

    @api.depends("negotiation_id.last_round")
    def _compute_round_count(self):
        for order in self:
            # reason: how many rounds there are says no more than the number of one's own round
            order.round_count = order.negotiation_id.sudo().last_round or 1

    @api.depends("name", "negotiation_id", "round_number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for order in self:
            if order.negotiation_id and order.display_name:
                rest = order.display_name.removeprefix(order.name)
                order.display_name = order._get_round_name() + rest
        return result

    def _get_round_name(self):
        """Return the number, with the round beside it if there is more than one."""
        self.ensure_one()
        if not self.negotiation_id:
            return self.name
        return self.env._("%(number)s round %(round)s", number=self.name, round=self.round_number)

    def _get_round_label(self):
        self.ensure_one()
        return self.env._("Round %s", self.round_number)

    def _get_report_base_filename(self):
        filename = super()._get_report_base_filename()
        return filename.replace(self.name, self._get_round_name())

    @api.model
    def _search_display_name(self, operator, value):
        """Find by what is shown, too: an export that says "S00012 round 2" can be imported."""
        domain = Domain(super()._search_display_name(operator, value))
        if operator in ("in", "=", "ilike", "=ilike"):
            for text in [value] if isinstance(value, str) else value:
                domain |= self._get_round_name_domain(operator, text)
        return domain

    def _get_round_name_domain(self, operator, text):
        match = isinstance(text, str) and ROUND_TEXT.fullmatch(text.strip())
        if not match or len(match["round"]) > 6:
            return Domain.FALSE
        return Domain("name", "=" if operator == "in" else operator, match["name"]) & Domain(
            [("round_number", "=", int(match["round"])), ("negotiation_id", "!=", False)]
        )

    @api.depends("negotiation_id.round_ids.round_state", "round_number", "round_state")
    @api.depends_context("uid")
    def _compute_round_links(self):
        """Show the rounds that the user may read, as few as these may be."""
        rounds = self._get_readable_rounds().grouped("negotiation_id")
        for order in self:
            siblings = rounds.get(order.negotiation_id) or order
            order.current_round_id = siblings.filtered(lambda one: not one.is_superseded)[:1]
            order.round_links = [one._get_round_link() for one in siblings]

    def _get_readable_rounds(self):
        """Return all rounds of these orders that the user may read, the first at first."""
        negotiations = self.negotiation_id.ids
        if not negotiations:
            return self.browse()
        domain = [("negotiation_id", "in", negotiations)]
        return self.search(domain, order="negotiation_id, round_number")

    def _get_round_link(self):
        return {
            "id": self._origin.id,
            "round": self.round_number,
            "state": self.round_state,
            "sent": bool(self.round_sent),
        }

    # ---- what may not happen to a round -------------------------------------------------------

    def _holds_round_token(self):
        return self.env.context.get("sales_quotation_round_token") is ROUND_TOKEN

    @api.model_create_multi
    def create(self, vals_list):
        if not self._holds_round_token():
            vals_list = [self._prepare_first_round(vals) for vals in vals_list]
        return super().create(vals_list)

    def _prepare_first_round(self, vals):
        """A new order is a first round, whatever values or defaults a client sends."""
        if any(vals[name] != FIRST_ROUND.get(name, False) for name in ROUND_FIELDS & vals.keys()):
            raise UserError(self._get_round_fields_message())
        vals = {name: value for name, value in vals.items() if name not in ROUND_FIELDS}
        return {**vals, **FIRST_ROUND, "round_sent": vals.get("state") in ("sent", "sale")}

    def _get_round_fields_message(self):
        return self.env._(
            "Rounds are numbered and closed by Odoo itself. Use the button New Round of the"
            " quotation."
        )

    def write(self, vals):
        self._check_round_write(vals)
        if vals.get("state") in ("sent", "sale"):
            vals = {**vals, "round_sent": True}
        return super().write(vals)

    def _check_round_write(self, vals):
        if self._holds_round_token():
            return
        if ROUND_FIELDS & vals.keys():
            raise UserError(self._get_round_fields_message())
        frozen = FROZEN_FIELDS & vals.keys()
        if vals.get("state") == "cancel":  # what many do at once includes what is closed already
            frozen.discard("state")
        if frozen:
            self._check_round_open()
        renamed = self.filtered("negotiation_id") if "name" in vals else self.browse()
        if any(order.name != vals["name"] for order in renamed):
            raise UserError(
                self.env._("%s has several rounds: they keep their number.", renamed[0].name)
            )

    def _check_round_open(self):
        closed = self.filtered("is_superseded")
        if closed:
            raise UserError("\n".join(order._get_closed_message() for order in closed))

    def _get_closed_message(self):
        self.ensure_one()
        return self.env._(
            "Round %(round)s of %(number)s is closed: round %(current)s replaced it. Go on with"
            " round %(current)s, or make a new round from round %(round)s.",
            round=self.round_number,
            number=self.name,
            current=self._get_current_number(),
        )

    def _get_current_number(self):
        # reason: which round is open is said to all who may read one of them
        return self.negotiation_id.sudo()._get_current_round().round_number

    def _confirmation_error_message(self):
        if self.is_superseded:
            return self._get_closed_message()
        return super()._confirmation_error_message()

    def action_draft(self):
        """Refuse to open a round again that was replaced.

        :raise UserError: one of the orders is such a round
        """
        self._check_round_open()
        return super().action_draft()

    @api.constrains("partner_id", "company_id")
    def _check_rounds_of_one_customer(self):
        for order in self.filtered("negotiation_id"):
            # reason: the rule holds for the rounds the user may not read, too
            rounds = order.negotiation_id.sudo().round_ids
            if len(rounds.partner_id.commercial_partner_id) > 1 or len(rounds.company_id) > 1:
                raise ValidationError(
                    self.env._(
                        "All rounds of %s are for one customer and of one company. Make a new"
                        " quotation for another one.",
                        order.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_round(self):
        for negotiation, orders in (
            self.filtered("negotiation_id").grouped("negotiation_id").items()
        ):
            # reason: rounds that the user may not read are part of the history as well
            if negotiation.sudo().round_ids - orders:
                raise UserError(
                    self.env._(
                        "%s is part of a history of rounds. Cancel it instead, or delete all"
                        " rounds together.",
                        orders[0]._get_round_name(),
                    )
                )

    def unlink(self):
        """Delete orders; the negotiation goes with the last of its rounds.

        :raise UserError: other rounds of the same quotation would stay
        """
        # reason: salespeople may not delete negotiations, and this one has nothing left
        negotiations = self.negotiation_id.sudo()
        result = super().unlink()
        negotiations.filtered(lambda negotiation: not negotiation.round_ids).unlink()
        return result
