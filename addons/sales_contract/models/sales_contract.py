from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

MANAGER = "sales_team.group_sale_manager"
# what was agreed: once a contract runs, sales managers change it, and the chatter tells
AGREED = {
    "company_id",
    "currency_id",
    "date_end",
    "date_start",
    "line_ids",
    "over_quantity",
    "partner_id",
}
# follows from what is done with the contract, and is written by nobody
KEPT = {"amount_total", "closed_date", "commercial_partner_id", "state"}


class SalesContract(models.Model):
    """What a customer and we agreed on: products, quantities, prices, from when until when."""

    _name = "sales.contract"
    _description = "Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "client_order_ref", "partner_id.name"]

    name = fields.Char(
        string="Number",
        required=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
    )
    client_order_ref = fields.Char(
        string="Customer Reference", copy=False, tracking=True, help="The customer's own number."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
        index=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Commercial Entity",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        ondelete="restrict",
        help="Agreed prices are never converted: quotations that draw from the contract are in "
        "this currency.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index=True,
        ondelete="set null",
    )
    date_start = fields.Date(
        string="Valid From", default=fields.Date.context_today, required=True, tracking=True
    )
    date_end = fields.Date(
        string="Valid Until", tracking=True, copy=False, help="Empty: until it is closed."
    )
    closed_date = fields.Datetime(string="Closed On", readonly=True, copy=False)
    over_quantity = fields.Selection(
        [("warn", "Warn"), ("stop", "Refuse to Confirm")],
        string="Beyond the Agreement",
        default="warn",
        required=True,
        tracking=True,
        help="What happens when more is ordered than was agreed, or when the contract does not "
        "run. A customer who signs or pays is never refused: the salesperson is told.",
    )
    note = fields.Html(string="Terms")
    line_ids = fields.One2many("sales.contract.line", "contract_id", string="Lines", copy=True)
    amount_total = fields.Monetary(
        string="Agreed Amount", compute="_compute_amount_total", store=True, help="Without taxes."
    )
    amount_ordered = fields.Monetary(
        string="Ordered Amount",
        compute="_compute_amount_ordered",
        help="What was ordered, at the agreed prices.",
    )
    progress = fields.Float(string="Ordered (%)", compute="_compute_amount_ordered")
    is_expired = fields.Boolean(
        string="Expired", compute="_compute_is_expired", search="_search_is_expired"
    )
    can_change = fields.Boolean(compute="_compute_can_change")
    order_count = fields.Integer(string="Orders", compute="_compute_order_count")

    _name_uniq = models.UniqueIndex(
        "(company_id, name)", "There is a contract with this number in this company already."
    )

    # ---- what follows from what is typed ------------------------------------------------------

    @api.depends("partner_id", "company_id")
    def _compute_currency_id(self):
        for contract in self:
            partner = contract.partner_id.with_company(contract.company_id)
            pricelist = partner.property_product_pricelist if contract.partner_id else False
            found = (pricelist and pricelist.currency_id) or contract.company_id.currency_id
            contract.currency_id = found or contract.currency_id

    @api.depends("partner_id")
    def _compute_user_id(self):
        for contract in self.filtered("partner_id"):
            if contract._origin and contract.user_id:
                continue
            partner = contract.partner_id
            found = partner.user_id or partner.commercial_partner_id.user_id
            contract.user_id = found or self.env.user

    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        teams = {}
        for contract in self:
            key = (contract.user_id, contract.company_id)
            if key not in teams:
                teams[key] = (
                    self.env["crm.team"]
                    .with_context(default_team_id=False)
                    .with_company(contract.company_id)
                    ._get_default_team_id(
                        user_id=contract.user_id.id,
                        domain=self.env["crm.team"]._check_company_domain(contract.company_id),
                    )
                )
            contract.team_id = teams[key]

    @api.depends("line_ids.price_subtotal")
    def _compute_amount_total(self):
        for contract in self:
            contract.amount_total = sum(contract.line_ids.mapped("price_subtotal"))

    @api.depends("line_ids.quantity_ordered", "line_ids.price_unit", "line_ids.discount")
    def _compute_amount_ordered(self):
        for contract in self:
            contract.amount_ordered = sum(
                line._get_amount(line.quantity_ordered) for line in contract.line_ids
            )
            total = contract.amount_total
            contract.progress = 100 * contract.amount_ordered / total if total else 0.0

    @api.depends("state", "date_end")
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for contract in self:
            ended = contract.date_end and contract.date_end < today
            contract.is_expired = contract.state == "running" and ended

    @api.model
    def _search_is_expired(self, operator, value):
        if operator != "in":
            return NotImplemented
        expired = Domain("state", "=", "running") & Domain(
            "date_end", "<", fields.Date.context_today(self)
        )
        return (expired if True in value else Domain.FALSE) | (
            ~expired if False in value else Domain.FALSE
        )

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_change(self):
        is_manager = self.env.user.has_group(MANAGER)
        for contract in self:
            contract.can_change = contract.state == "draft" or (
                is_manager and contract.state == "running"
            )

    @api.depends_context("uid")
    def _compute_order_count(self):
        found = self.env["sale.order.line"]._read_group(
            [("contract_line_id.contract_id", "in", self.ids)],
            ["contract_line_id"],
            ["order_id:array_agg_distinct"],
        )
        orders = {contract.id: set() for contract in self}
        for line, ids in found:
            orders[line.contract_id.id].update(ids)
        for contract in self:
            contract.order_count = len(orders.get(contract.id, ()))

    @api.depends("name", "client_order_ref")
    def _compute_display_name(self):
        for contract in self:
            reference = contract.client_order_ref
            contract.display_name = f"{contract.name} ({reference})" if reference else contract.name

    # ---- what was agreed is guarded -----------------------------------------------------------

    @api.model
    def _check_field_access(self, field, operation):
        """State and sums follow from what is done, and are written by nobody."""
        if operation == "write" and field.name in KEPT and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%s” of a contract follows from its lines and buttons, nobody writes it.",
                    field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        """Number contracts, each company as it wants."""
        for vals in vals_list:
            if vals.get("name", self.env._("New")) == self.env._("New"):
                company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
                sequences = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequences.next_by_code("sales.contract") or self.env._("New")
        return super().create(vals_list)

    def write(self, vals):
        """Only sales managers change what runs."""
        if vals.keys() & AGREED:
            self._check_can_change(vals.keys() & AGREED)
        return super().write(vals)

    def _check_can_change(self, names):
        """Refuse to change what was agreed.

        :param names: of the fields of the contract that would change
        :raise UserError: with the contract, the fields and who can do it
        """
        if self.env.su or not (guarded := self.filtered(lambda c: not c.can_change)):
            return
        labels = [self._fields[name]._description_string(self.env) for name in sorted(names)]
        raise UserError(
            self.env._(
                "%(contracts)s: %(fields)s cannot be changed, because this was agreed with the "
                "customer. While a contract runs, a sales manager can change it.",
                contracts=", ".join(guarded.mapped("name")),
                fields=", ".join(labels),
            )
        )

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for contract in self:
            if contract.date_end and contract.date_end < contract.date_start:
                raise ValidationError(
                    self.env._("%s: “Valid Until” cannot be before “Valid From”.", contract.name)
                )

    @api.constrains("partner_id", "company_id", "currency_id")
    def _check_nothing_ordered(self):
        for contract in self:
            if any(line.quantity_ordered for line in contract.line_ids) and any(
                drawn.order_id.currency_id != contract.currency_id
                or drawn.order_id.company_id != contract.company_id
                or drawn.order_partner_id.commercial_partner_id != contract.commercial_partner_id
                for drawn in contract.line_ids.order_line_ids
                if drawn.state == "sale"
            ):
                raise ValidationError(
                    self.env._(
                        "%s has orders already: its customer, company and currency stay. Make a "
                        "new contract.",
                        contract.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for contract in self:
            if contract.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%s is or was running and cannot be deleted. Close it, or cancel it if "
                        "nothing was ordered.",
                        contract.name,
                    )
                )

    # ---- buttons ------------------------------------------------------------------------------

    def action_confirm(self):
        """Let the contracts run; quotations can draw from them now.

        :raise UserError: if a contract has no lines, or was not a draft
        :raise AccessError: if a contract is not mine
        """
        self._check_state(("draft",))
        if empty := self.filtered(lambda contract: not contract.line_ids):
            raise UserError(
                self.env._(
                    "%s: add a line with a product and its agreed price first.",
                    ", ".join(empty.mapped("name")),
                )
            )
        self._set_state("running")

    def action_close(self):
        """Nobody draws from the contracts any more; what was ordered stays.

        :raise UserError: if a contract does not run
        :raise AccessError: if a contract is not mine
        """
        self._check_state(("running",))
        self._set_state("closed", closed_date=fields.Datetime.now())

    def action_reopen(self):
        """Let closed contracts run again.

        :raise UserError: if a contract is not closed, or I am no sales manager
        :raise AccessError: if a contract is not mine
        """
        self._check_state(("closed",))
        if not self.env.user.has_group(MANAGER):
            raise UserError(self.env._("Ask a sales manager to open a closed contract again."))
        self._set_state("running", closed_date=False)

    def action_cancel(self):
        """The contracts were not concluded.

        :raise UserError: if something was ordered from a contract
        :raise AccessError: if a contract is not mine
        """
        self._check_state(("draft", "running"))
        self._check_not_ordered()
        self._set_state("cancelled")

    def action_draft(self):
        """Begin again with contracts that nothing was ordered from.

        :raise UserError: if something was ordered from a contract
        :raise AccessError: if a contract is not mine
        """
        self._check_state(("running", "closed", "cancelled"))
        self._check_not_ordered()
        self._set_state("draft", closed_date=False)

    def _set_state(self, state, **values):
        self.check_access("write")
        # reason: the state follows from the buttons, and is written by nobody
        self.sudo().write({"state": state, **values})

    def _check_state(self, states):
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if contract.state not in states:
                raise UserError(
                    self.env._(
                        "%(contract)s is %(state)s. This can be done when it is: %(states)s.",
                        contract=contract.name,
                        state=labels[contract.state],
                        states=", ".join(labels[state] for state in states),
                    )
                )

    def _check_not_ordered(self):
        if ordered := self.filtered(lambda c: any(c.line_ids.mapped("quantity_ordered"))):
            raise UserError(
                self.env._(
                    "There are confirmed orders from %s. Close it instead.",
                    ", ".join(ordered.mapped("name")),
                )
            )

    def action_new_quotation(self):
        """Choose what is taken into a new quotation of this customer.

        :raise UserError: if nobody can draw from the contract now
        :raise AccessError: if the contract is not mine to see, or I do not sell
        """
        self.ensure_one()
        self._check_drawable()
        wizard = self.env["sales.quotation.contract"].create({"contract_id": self.id})
        wizard.line_ids.flush_recordset()  # its rows are the user's own
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_contract.sales_quotation_contract_action"
            ),
            "res_id": wizard.id,
            "context": {"dialog_size": "extra-large"},
        }

    def action_view_orders(self):
        """Show the quotations and orders that draw from the contract.

        :raise AccessError: if the contract is not mine to see
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [("order_line.contract_line_id.contract_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    # ---- who can draw -------------------------------------------------------------------------

    def _check_drawable(self):
        """Refuse to draw from a contract that does not run today.

        :raise UserError: with the contract and what is the matter
        :raise AccessError: if the contract is not mine to see
        """
        self.check_access("read")
        for contract in self:
            if problem := contract._get_lapse():
                raise UserError(problem)

    def _get_lapse(self, moment=None):
        """Say why nobody draws from one contract, False if one may.

        :param moment: datetime of the order, now if there is none
        """
        moment = moment or fields.Datetime.now()
        day = fields.Datetime.context_timestamp(self, moment).date()
        values = {"contract": self.name}
        if self.state in ("draft", "cancelled"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            return self.env._("%(contract)s is %(state)s.", state=labels[self.state], **values)
        if self.state == "closed" and moment >= self.closed_date:
            closed = fields.Datetime.context_timestamp(self, self.closed_date).date()
            values["day"] = format_date(self.env, closed)
            return self.env._("%(contract)s was closed on %(day)s.", **values)
        if self.date_end and day > self.date_end:
            values["day"] = format_date(self.env, self.date_end)
            return self.env._("%(contract)s expired on %(day)s.", **values)
        if day < self.date_start:
            values["day"] = format_date(self.env, self.date_start)
            return self.env._("%(contract)s begins on %(day)s.", **values)
        return False

    @api.model
    def _get_drawable_domain(self, partner, company):
        """Give which contracts a quotation can draw from.

        :param partner: res.partner of the quotation
        :param company: res.company of the quotation
        """
        today = fields.Date.context_today(self)
        customer = partner.sudo().commercial_partner_id  # reason: of a quotation that one reads
        return (
            Domain("state", "=", "running")
            & Domain("commercial_partner_id", "=", customer.id)
            & Domain("company_id", "=", company.id)
            & Domain("date_start", "<=", today)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", today))
        )
