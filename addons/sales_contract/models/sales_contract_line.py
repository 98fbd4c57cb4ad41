from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.misc import formatLang

OPEN = ("draft", "sent")
LOGGED = ("product_id", "name", "product_uom_id", "quantity", "price_unit", "discount")
KEPT = {"company_id", "price_subtotal", "quantity_left", "quantity_ordered"}


class SalesContractLine(models.Model):
    """A product of a contract: how much was agreed at which price, and how much is left."""

    _name = "sales.contract.line"
    _description = "Contract Line"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one("sales.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('sale_ok', '=', True), ('type', '!=', 'combo')]",
    )
    name = fields.Text(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_uom_ids)]",
    )
    quantity = fields.Float(
        string="Agreed",
        digits="Product Unit",
        help="Zero: a price without a limit on the quantity.",
    )
    price_unit = fields.Float(
        string="Unit Price",
        min_display_digits="Product Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="avg",
    )
    discount = fields.Float(string="Disc.%", digits="Discount", aggregator="avg")
    price_subtotal = fields.Monetary(
        string="Amount", compute="_compute_price_subtotal", store=True, help="Without taxes."
    )
    order_line_ids = fields.One2many("sale.order.line", "contract_line_id", string="Drawn By")
    # Written by the event that changes it, so that two who confirm at once meet at this row.
    quantity_ordered = fields.Float(
        string="Ordered", digits="Product Unit", compute="_compute_quantity_ordered", store=True
    )
    quantity_left = fields.Float(
        string="Left",
        digits="Product Unit",
        compute="_compute_quantity_left",
        store=True,
        help="Below zero: so much more was ordered than agreed.",
    )
    quantity_quoted = fields.Float(
        string="Quoted",
        digits="Product Unit",
        compute="_compute_quantity_quoted",
        help="On quotations that are open, those of colleagues, too.",
    )

    # ---- what follows from the product --------------------------------------------------------

    @api.depends("product_id")
    def _compute_name(self):
        for line in self.filtered("product_id"):
            partner = line.contract_id.partner_id
            product = line.product_id.with_context(lang=partner.lang or self.env.lang)
            line.name = product.get_product_multiline_description_sale()

    @api.depends("product_id")
    def _compute_allowed_uom_ids(self):
        for line in self:
            line.allowed_uom_ids = line.product_id.uom_id | line.product_id.uom_ids

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id

    @api.depends("product_id", "product_uom_id")
    def _compute_price_unit(self):
        for line in self.filtered("product_id"):
            line.price_unit = line._get_pricelist_price()

    def _get_pricelist_price(self):
        """Give the price that the customer would pay without the contract."""
        contract = self.contract_id
        partner = contract.partner_id.with_company(contract.company_id)
        return partner.property_product_pricelist._get_product_price(
            self.product_id.with_company(contract.company_id),
            self.quantity or 1.0,
            currency=contract.currency_id,
            uom=self.product_uom_id,
            date=fields.Datetime.now(),
        )

    @api.depends("quantity", "price_unit", "discount", "currency_id")
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_amount(line.quantity)

    def _get_amount(self, quantity):
        amount = quantity * self.price_unit * (1 - (self.discount or 0.0) / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

    @api.depends("contract_id.name", "product_id")
    def _compute_display_name(self):
        for line in self:
            name = (line.name or "").partition("\n")[0]
            line.display_name = f"{line.contract_id.name}: {name}"

    def _get_price_for(self, order_line):
        """Give the agreed price for the unit and currency of an order line."""
        price = self.product_uom_id._compute_price(self.price_unit, order_line.product_uom_id)
        order, currency = order_line.order_id, self.currency_id
        if not order.currency_id or order.currency_id == currency:
            return price
        # somebody chose another pricelist afterwards: the worth is what was agreed
        day = order.date_order or fields.Datetime.now()
        return currency._convert(price, order.currency_id, order.company_id, day, round=False)

    # ---- what is drawn ------------------------------------------------------------------------

    @api.depends(
        "product_uom_id",
        "order_line_ids.state",
        "order_line_ids.product_uom_qty",
        "order_line_ids.product_uom_id",
    )
    def _compute_quantity_ordered(self):
        drawn = self._read_drawn(Domain("state", "=", "sale"))
        for line in self:
            ordered = drawn[line._origin.id]
            line.quantity_ordered = line.product_uom_id.round(ordered) if ordered else 0.0

    @api.depends("quantity", "quantity_ordered")
    def _compute_quantity_left(self):
        for line in self:
            line.quantity_left = line.quantity - line.quantity_ordered if line.quantity else 0.0

    @api.depends("order_line_ids.state", "order_line_ids.product_uom_qty")
    def _compute_quantity_quoted(self):
        drawn = self._read_drawn(self._get_open_domain())
        for line in self:
            line.quantity_quoted = drawn[line._origin.id]

    @api.model
    def _get_open_domain(self):
        """Give which order lines are quoted. Override for quotations that count no more."""
        domain = Domain("state", "in", OPEN)
        if "is_superseded" in self.env["sale.order"]._fields:  # with ``sales_quotation_round``
            domain &= Domain("order_id.is_superseded", "=", False)
        return domain

    def _read_drawn(self, domain):
        """Add up what order lines draw, in the units of the contract.

        :param domain: Domain of sale.order.line
        :return: {id of the contract line: quantity}
        """
        # reason: what colleagues draw counts, too, and nothing but its sum is told
        order_lines = self.env["sale.order.line"].sudo()
        drawn = defaultdict(float)
        for line, unit, quantity in order_lines._read_group(
            Domain("contract_line_id", "in", self._origin.ids) & domain,
            ["contract_line_id", "product_uom_id"],
            ["product_uom_qty:sum"],
        ):
            drawn[line.id] += line.sudo()._get_own_quantity(quantity, unit)  # reason: as above
        return drawn

    def _get_own_quantity(self, quantity, unit):
        """Convert a quantity into the unit of one contract line."""
        return unit._compute_quantity(quantity, self.product_uom_id, round=False)

    def _is_overdrawn(self):
        """Say whether more of one line was ordered than agreed."""
        return bool(self.quantity) and self.product_uom_id.compare(self.quantity_left, 0) < 0

    def _get_left_text(self, drawn):
        """Say how much of one line is left.

        :param drawn: what a quotation asks for; zero when it was ordered already
        """
        values = {
            "contract": self.contract_id.name,
            "agreed": self._format_quantity(self.quantity),
            "unit": self.product_uom_id.name,
        }
        if not drawn:
            ordered = self._format_quantity(self.quantity_ordered)
            return self.env._(
                "%(ordered)s of %(agreed)s %(unit)s ordered from %(contract)s.",
                ordered=ordered,
                **values,
            )
        return self.env._(
            "%(asked)s asked for, %(left)s of %(agreed)s %(unit)s left on %(contract)s.",
            asked=self._format_quantity(drawn),
            left=self._format_quantity(max(self.quantity_left, 0.0)),
            **values,
        )

    @api.model
    def _format_quantity(self, quantity):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        decimals = len(f"{quantity:.{digits}f}".rstrip("0").partition(".")[2])
        return formatLang(self.env, quantity, digits=decimals)

    # ---- what was agreed is guarded -----------------------------------------------------------

    @api.model
    def _check_field_access(self, field, operation):
        """What is counted is written by nobody."""
        if operation == "write" and field.name in KEPT and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%s” of a contract line is counted, nobody writes it.",
                    field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        """Only sales managers add to what runs."""
        lines = super().create(vals_list)
        running = lines.filtered(lambda line: line.contract_id.state != "draft")
        running.contract_id._check_can_change({"line_ids"})
        for contract, added in running.grouped("contract_id").items():
            contract._log_lines(self.env._("Added: %s", line._get_log_text()) for line in added)
        return lines

    def write(self, vals):
        """Only sales managers change what runs, and the chatter tells."""
        names = [name for name in LOGGED if name in vals]
        if not names and "contract_id" not in vals:
            return super().write(vals)
        self.contract_id._check_can_change({"line_ids"})
        running = self.filtered(lambda line: line.contract_id.state != "draft")
        before = {line: line._get_log_text() for line in running}
        result = super().write(vals)
        if "contract_id" in vals:
            self.contract_id._check_can_change({"line_ids"})
        changed = [(line, text) for line, text in before.items() if text != line._get_log_text()]
        for contract in running.contract_id:
            contract._log_lines(
                self.env._("%(before)s → %(after)s", before=text, after=line._get_log_text())
                for line, text in changed
                if line.contract_id == contract
            )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self.contract_id._check_can_change({"line_ids"})
        for line in self:
            if line.quantity_ordered:
                raise UserError(
                    self.env._(
                        "%s has been ordered from. Lower the agreed quantity instead.",
                        line.display_name,
                    )
                )
        running = self.filtered(lambda line: line.contract_id.state != "draft")
        for contract, gone in running.grouped("contract_id").items():
            contract._log_lines(self.env._("Removed: %s", line._get_log_text()) for line in gone)

    def _get_log_text(self):
        """Write one line as the chatter tells of it: "Cable: 20 Units at 90.00 EUR − 5 %"."""
        text = self.env._(
            "%(name)s: %(quantity)s %(unit)s at %(price)s",
            name=(self.name or "").partition("\n")[0],
            quantity=self._format_quantity(self.quantity),
            unit=self.product_uom_id.name,
            price=self.order_line_ids._format_price(self.price_unit, self.currency_id),
        )
        return f"{text} − {self.discount:g} %" if self.discount else text

    @api.constrains("quantity", "price_unit", "discount")
    def _check_numbers(self):
        for line in self:
            for name, most in (("quantity", None), ("price_unit", None), ("discount", 100)):
                if line[name] >= 0 and (most is None or line[name] <= most):
                    continue
                values = {
                    "line": line.display_name,
                    "field": self._fields[name]._description_string(self.env),
                }
                raise ValidationError(
                    self.env._("%(line)s: “%(field)s” cannot be below zero.", **values)
                    if line[name] < 0
                    else self.env._("%(line)s: “%(field)s” cannot be above 100.", **values)
                )

    @api.constrains("product_id", "product_uom_id")
    def _check_unit(self):
        for line in self:
            if not line.product_uom_id._has_common_reference(line.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(line)s: the unit %(unit)s does not fit the product, which is counted "
                        "in %(own)s.",
                        line=line.display_name,
                        unit=line.product_uom_id.name,
                        own=line.product_id.uom_id.name,
                    )
                )

    @api.constrains("product_id")
    def _check_product(self):
        for line in self:
            if line.product_id.type == "combo":
                raise ValidationError(
                    self.env._(
                        "%s: a combo has no price of its own. Agree on its products.",
                        line.display_name,
                    )
                )
            if line.order_line_ids.product_id - line.product_id:
                raise ValidationError(
                    self.env._(
                        "%s: quotations draw this product. Add another line instead.",
                        line.display_name,
                    )
                )


class SalesContract(models.Model):
    _inherit = "sales.contract"

    def _log_lines(self, texts):
        """Tell in the chatter what changed in the lines of one contract."""
        items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
        if items:
            self.message_post(
                body=Markup("%s<ul>%s</ul>") % (self.env._("Agreed lines have changed:"), items)
            )
