from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    contract_line_id = fields.Many2one(
        "sales.contract.line",
        string="Contract",
        compute="_compute_contract_line_id",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="The line of a contract that this draws from: its price and discount are agreed.",
    )
    contract_info = fields.Char(
        string="Beyond the Contract", compute="_compute_contract_info", groups="base.group_user"
    )
    is_beyond_contract = fields.Boolean(compute="_compute_contract_info")  # colours the line

    @api.depends("product_id", "order_id.partner_id")
    def _compute_contract_line_id(self):
        """Another product, or another customer's order, has no part in the contract."""
        for line in self.filtered("contract_line_id"):
            if not line._fits_contract():
                line.contract_line_id = False

    def _fits_contract(self):
        agreed, customer = self.contract_line_id, self.order_id.partner_id.commercial_partner_id
        return (
            agreed.product_id == self.product_id
            and agreed.contract_id.commercial_partner_id == customer
        )

    @api.constrains("contract_line_id", "product_uom_id")
    def _check_contract_line(self):
        for line in self.filtered("contract_line_id"):
            agreed = line.contract_line_id
            if not line._fits_contract():
                raise ValidationError(
                    self.env._(
                        "%(line)s cannot draw from %(contract)s, which is about another product "
                        "or of another customer.",
                        line=line.name,
                        contract=agreed.contract_id.name,
                    )
                )
            if not line.product_uom_id._has_common_reference(agreed.product_uom_id):
                raise ValidationError(
                    self.env._(
                        "%(line)s: the unit %(unit)s cannot be counted in %(agreed)s, as "
                        "%(contract)s does.",
                        line=line.name,
                        unit=line.product_uom_id.name,
                        agreed=agreed.product_uom_id.name,
                        contract=agreed.contract_id.name,
                    )
                )

    # ---- the agreed price ---------------------------------------------------------------------

    def _reset_price_unit(self):
        """What was agreed stays, whichever quantity is typed and whenever prices are updated."""
        agreed = self._get_agreed_line()
        if not agreed:
            return super()._reset_price_unit()
        price = agreed._get_price_for(self)
        return self.update({"price_unit": price, "technical_price_unit": price})

    # No ``depends`` on the contract line, which depends on the customer of the order: prices would
    # be worked out anew whenever he is changed, and core does not do that.
    def _compute_discount(self):
        result = super()._compute_discount()
        for line in self.filtered("contract_line_id"):
            if agreed := line._get_agreed_line():
                line.discount = agreed.discount
        return result

    def _get_agreed_line(self):
        """Give the contract line of one line, if the user may know its price.

        Fields are computed as superuser: without this, a form that is not saved would tell the
        price of any contract whose number a client sends.
        """
        agreed = self.contract_line_id
        if not agreed or agreed == self._origin.contract_line_id:
            return agreed
        return agreed if agreed.sudo(False).has_access("read") else agreed.browse()

    # ---- who draws ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody draws from a contract that is not his to see."""
        lines = super().create(vals_list)
        lines._check_contract_access()
        return lines

    def write(self, vals):
        """Nobody draws from a contract that is not his to see; what was linked may stay."""
        if "contract_line_id" not in vals:
            return super().write(vals)
        known = self.sudo().contract_line_id.ids  # reason: which were linked, whosever they are
        result = super().write(vals)
        self._check_contract_access(known)
        for name in {"price_unit", "discount"}.difference(vals):
            # what is linked gets the agreed price; confirmed lines keep the one they were sold at
            quoted = self.filtered(lambda line: line.state in ("draft", "sent"))
            self.env.add_to_compute(self._fields[name], quoted)
        return result

    def _check_contract_access(self, known=()):
        # reason: which lines are linked; they are then looked at with the rights of the user
        linked = self.sudo().contract_line_id.sudo(False)
        linked = linked.filtered(lambda line: line.id not in known)
        if not self.env.su and linked and len(linked._filtered_access("read")) < len(linked):
            raise AccessError(
                self.env._("This contract belongs to a colleague. Ask its salesperson.")
            )

    def copy_data(self, default=None):
        """Whoever may not draw from the contract copies the lines without it."""
        vals_list = super().copy_data(default)
        # reason: which lines are linked; they are then looked at with the rights of the user
        linked = self.sudo().contract_line_id.sudo(False)
        allowed = set(linked._filtered_access("read").ids) if linked else ()
        return [
            {
                name: value
                for name, value in vals.items()
                if name != "contract_line_id" or value in allowed
            }
            for vals in vals_list
        ]
