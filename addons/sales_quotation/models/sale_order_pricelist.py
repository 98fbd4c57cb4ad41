"""Which prices a customer is entitled to, whichever pricelist its quotation uses."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .sale_order_line import CLOSE

CHOSEN = "is_pricelist_by_customer"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    is_pricelist_by_customer = fields.Boolean(
        string="Pricelist Chosen by the Customer",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The customer, in a shop, or a job has chosen the pricelist, and nobody of us.",
    )

    @api.model
    def _check_field_access(self, field, operation):
        """Who chose the pricelist is seen where it is chosen, and told by nobody."""
        if operation == "write" and field.name == CHOSEN and not self.env.su:
            raise AccessError(
                self.env._("Whose choice the pricelist is follows from who chooses it.")
            )
        return super()._check_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        """Remember whose choice the pricelist is."""
        if self._is_pricelist_for_customer():
            vals_list = [{**vals, CHOSEN: "pricelist_id" in vals} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Remember whose choice the pricelist is; what is for one customer is not for another."""
        if "pricelist_id" in vals and self._is_pricelist_for_customer():
            vals = {**vals, CHOSEN: True}
        elif vals.keys() & {"pricelist_id", "partner_id"} and self._is_chosen_by_us():
            # reason: nobody writes it, and it ends with what is written here
            self.sudo().filtered(CHOSEN).write({CHOSEN: False})
        return super().write(vals)

    def _is_pricelist_for_customer(self):
        return self.env.su and not self._is_chosen_by_us()

    def _is_chosen_by_us(self):
        return self.env.user._is_approval_interactive()

    def _get_entitled_pricelist(self):
        """Give the pricelist that the customer of one order has, whatever the order has.

        It is called as superuser. A country that a client sends decides nothing.
        """
        if self.is_pricelist_by_customer:
            return self.pricelist_id
        company = self.company_id or self.env.company
        partner = self.partner_id.with_company(company).with_context(country_code=None)
        return partner.property_product_pricelist.with_env(self.env)

    def _get_entitled_moment(self):
        """Give when the prices hold: see ``_get_price_day``; pricelists count the minutes."""
        now = fields.Datetime.now()
        made = (self._origin.create_date or now).replace(microsecond=0)
        return min(max(self.date_order or now, made), now)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    ceiling_pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Measured From",
        compute="_compute_pricelist_price",
        store=True,
        groups="base.group_user",
        copy=False,
        prefetch=CLOSE,
        index="btree_not_null",
        ondelete="set null",
        help="The pricelist of the customer, where it is dearer than that of the quotation.",
    )

    def _get_ceiling_price(self, pricelist, moment):
        """Give the price that a concession is measured from, as the product's taxes have it.

        It is the price of the quotation's own pricelist, or that of the customer's, the higher
        one: otherwise a cheaper pricelist would be a discount without a ceiling.

        :param pricelist: product.pricelist that the customer is entitled to
        :param moment: datetime of the prices
        :return: (price, product.pricelist if it is not that of the quotation)
        """
        if self.combo_item_id:
            return self._get_ceiling_combo_price(pricelist, moment)
        price, order = self._get_pricelist_price(), self.order_id
        if pricelist == order.pricelist_id and moment == order.date_order:
            return price, pricelist.browse()
        entitled = self._get_entitled_price(pricelist, moment)
        return (entitled, pricelist) if entitled > price else (price, pricelist.browse())

    def _get_entitled_price(self, pricelist, moment):
        product = self.product_id.with_context(**self._get_product_price_context())
        return pricelist._get_product_price(
            product,
            self.product_uom_qty or 1.0,
            currency=self._get_price_currency(),
            uom=self.product_uom_id,
            date=moment,
        )

    def _get_ceiling_combo_price(self, pricelist, moment):
        """An item has its part of what is measured from for its combo."""
        if not self.linked_line_id:  # in a form, where its combo may stand twice
            return self.technical_price_unit, pricelist.browse()
        price, combo = self._get_combo_item_display_price(), self._get_linked_line()
        shown = combo._get_display_price_ignore_combo()
        measured, found = combo._get_ceiling_price(pricelist, moment)
        return (price * measured / shown if shown else price), found
