from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SalesQuotationContract(models.TransientModel):
    """Take lines of a contract into a quotation, at the agreed prices."""

    _name = "sales.quotation.contract"
    _description = "Lines from a Contract"

    order_id = fields.Many2one("sale.order", ondelete="cascade")  # none: a new quotation
    contract_ids = fields.Many2many(
        "sales.contract", string="Running Contracts", compute="_compute_contract_ids"
    )
    contract_id = fields.Many2one(
        "sales.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', contract_ids)]",
    )
    date_end = fields.Date(related="contract_id.date_end", related_sudo=False)
    currency_id = fields.Many2one(related="contract_id.currency_id", related_sudo=False)
    line_ids = fields.One2many(
        "sales.quotation.contract.line",
        "wizard_id",
        string="Rows",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    amount = fields.Monetary(string="Total", compute="_compute_amount")

    @api.depends("order_id")
    def _compute_contract_ids(self):
        contracts = self.env["sales.contract"].sudo(False)  # also while others are computed
        for wizard in self:
            order = wizard.order_id
            domain = contracts._get_drawable_domain(order.partner_id, order.company_id)
            found = contracts.search(domain, order="date_end, id") if order else contracts
            wizard.contract_ids = found or wizard.contract_id

    @api.depends("order_id")
    def _compute_contract_id(self):
        """Propose the contract that ends first."""
        for wizard in self:
            wizard.contract_id = wizard.contract_id or wizard.contract_ids[:1]._origin

    @api.depends("contract_id")
    def _compute_line_ids(self):
        for wizard in self:
            rows = wizard.contract_id.line_ids if wizard._is_readable() else ()
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "sequence": number,
                            "contract_line_id": line.id,
                            "quantity": max(line.quantity_left, 0.0),
                        }
                    )
                    for number, line in enumerate(rows, 1)
                ),
            ]

    def _is_readable(self):
        """Fields are computed as superuser, and a client can send any contract."""
        return self.contract_id.sudo(False).has_access("read")

    @api.depends("line_ids.subtotal")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = sum(wizard.line_ids.mapped("subtotal"))

    @api.constrains("contract_id", "order_id")
    def _check_readable(self):
        """Names are shown with the rights of nobody: whoever puts them here must see them."""
        mine = self.sudo(False)  # constraints are checked as superuser
        mine.contract_id.check_access("read")
        mine.order_id.check_access("read")

    # ---- buttons ------------------------------------------------------------------------------

    def action_apply(self):
        """Add the rows with a quantity to the quotation, or make one of them.

        :return: action that opens a new quotation, or closes the dialog
        :raise UserError: if the contract, its currency or a row do not allow it
        :raise AccessError: if contract or quotation are not mine
        """
        self.ensure_one()
        self.check_access("write")
        self.contract_id._check_drawable()
        rows = self._check_rows()
        if not self.order_id:
            return self._open_order(self.env["sale.order"].create(self._prepare_order(rows)))
        self._check_order()
        last = max(self.order_id.order_line.mapped("sequence"), default=0)
        self.env["sale.order.line"].create(
            [
                {**row._prepare_line(), "order_id": self.order_id.id, "sequence": last + number}
                for number, row in enumerate(rows, 1)
            ]
        )
        return {"type": "ir.actions.act_window_close"}

    def _open_order(self, order):
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _check_order(self):
        order, contract = self.order_id, self.contract_id
        order.check_access("write")
        customer = order.partner_id.sudo().commercial_partner_id  # reason: it stands on both
        if contract.commercial_partner_id != customer or contract.company_id != order.company_id:
            raise UserError(
                self.env._(
                    "%(contract)s is of another customer or company than %(order)s.",
                    contract=contract.name,
                    order=order.name,
                )
            )
        if order.currency_id != contract.currency_id:
            raise UserError(
                self.env._(
                    "%(contract)s is in %(theirs)s and this quotation in %(ours)s. Agreed prices "
                    "are not converted: choose a pricelist in %(theirs)s first.",
                    contract=contract.name,
                    theirs=contract.currency_id.name,
                    ours=order.currency_id.name,
                )
            )

    def _check_rows(self):
        """Give the rows that are taken.

        :raise UserError: with what hinders, and which rows
        """
        rows = self.line_ids.filtered("quantity")
        if not rows:
            raise UserError(self.env._("Type a quantity in one of the rows at least."))
        for row in rows:
            if row.quantity < 0:
                raise UserError(
                    self.env._("%s: the quantity must be above zero.", row.product_id.display_name)
                )
        if rows.contract_line_id.contract_id != self.contract_id:
            raise UserError(self.env._("There are rows of another contract. Open this again."))
        gone = rows.product_id.filtered(lambda p: not p.active or not p.sale_ok)
        if gone:
            raise UserError(
                self.env._(
                    "These products are not sold any more: %s. Set their quantity to 0.",
                    ", ".join(gone.mapped("display_name")),
                )
            )
        return rows.sorted("sequence")

    # ---- the quotation ------------------------------------------------------------------------

    def _prepare_order(self, rows):
        contract = self.contract_id
        vals = {
            "partner_id": contract.partner_id.id,
            "company_id": contract.company_id.id,
            "origin": contract.name,
            "client_order_ref": contract.client_order_ref,
            "order_line": [Command.create(row._prepare_line()) for row in rows],
        }
        if pricelist := self._get_pricelist():
            vals["pricelist_id"] = pricelist.id
        return vals

    def _get_pricelist(self):
        """Give a pricelist in the currency of the contract, none if the usual one is.

        :raise UserError: if there is none
        """
        contract = self.contract_id
        usual = contract.partner_id.with_company(contract.company_id).property_product_pricelist
        if (usual.currency_id or contract.company_id.currency_id) == contract.currency_id:
            return usual.browse()
        found = usual.search(
            [
                ("currency_id", "=", contract.currency_id.id),
                ("company_id", "in", (contract.company_id.id, False)),
            ],
            limit=1,
        )
        if not found:
            raise UserError(
                self.env._(
                    "%(contract)s is in %(currency)s, and there is no pricelist in this currency. "
                    "Make one, so that quotations can be in %(currency)s.",
                    contract=contract.name,
                    currency=contract.currency_id.name,
                )
            )
        return found


class SalesQuotationContractLine(models.TransientModel):
    """A line of a contract, and how much of it is taken."""

    _name = "sales.quotation.contract.line"
    _description = "Row of a Contract"
    _order = "sequence, id"

    wizard_id = fields.Many2one("sales.quotation.contract", required=True, ondelete="cascade")
    sequence = fields.Integer()
    contract_line_id = fields.Many2one("sales.contract.line", required=True, ondelete="cascade")
    # with the rights of the user, also while nothing is saved
    product_id = fields.Many2one(related="contract_line_id.product_id", related_sudo=False)
    product_uom_id = fields.Many2one(related="contract_line_id.product_uom_id", related_sudo=False)
    currency_id = fields.Many2one(related="contract_line_id.currency_id", related_sudo=False)
    agreed = fields.Float(related="contract_line_id.quantity", related_sudo=False)
    ordered = fields.Float(related="contract_line_id.quantity_ordered", related_sudo=False)
    quoted = fields.Float(related="contract_line_id.quantity_quoted", related_sudo=False)
    left = fields.Float(related="contract_line_id.quantity_left", related_sudo=False)
    price = fields.Float(
        related="contract_line_id.price_unit", string="Unit Price", related_sudo=False
    )
    discount = fields.Float(related="contract_line_id.discount", related_sudo=False)
    quantity = fields.Float(string="Take", digits="Product Unit")
    subtotal = fields.Monetary(string="Amount", compute="_compute_subtotal")
    is_beyond = fields.Boolean(compute="_compute_subtotal")

    @api.depends("quantity", "contract_line_id")
    def _compute_subtotal(self):
        for row in self:
            line = row.contract_line_id
            row.subtotal = line._get_amount(row.quantity)
            row.is_beyond = (
                bool(line.quantity)
                and line.product_uom_id.compare(row.quantity, line.quantity_left) > 0
            )

    @api.constrains("contract_line_id", "wizard_id")
    def _check_readable(self):
        """Whoever puts a line of a contract here must see it."""
        mine = self.sudo(False)  # constraints are checked as superuser
        mine.wizard_id.check_access("read")
        mine.contract_line_id.check_access("read")

    def _prepare_line(self):
        line = self.contract_line_id
        return {
            "product_id": line.product_id.id,
            "name": line.name,
            "product_uom_id": line.product_uom_id.id,
            "product_uom_qty": self.quantity,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "contract_line_id": line.id,
        }
