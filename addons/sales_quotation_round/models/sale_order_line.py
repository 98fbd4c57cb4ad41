from odoo import api, fields, models

FROZEN_FIELDS = {
    "combo_item_id",
    "currency_id",
    "customer_lead",
    "discount",
    "display_type",
    "extra_tax_data",
    "is_downpayment",
    "linked_line_id",
    "name",
    "order_id",
    "price_subtotal",
    "price_tax",
    "price_total",
    "price_unit",
    "product_custom_attribute_value_ids",
    "product_id",
    "product_no_variant_attribute_value_ids",
    "product_template_id",
    "product_uom_id",
    "product_uom_qty",
    "purchase_price",
    "sequence",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    round_key = fields.Integer(
        readonly=True,
        copy=False,
        help="The line that this one was in the round where it first appeared.",
    )

    def _get_round_key(self):
        return self.round_key or self.id

    @api.model_create_multi
    def create(self, vals_list):
        with_token = self.env["sale.order"]._holds_round_token()
        if not with_token:
            vals_list = [{**vals, "round_key": False} for vals in vals_list]
        lines = super().create(vals_list)
        if not with_token:
            lines.order_id._check_round_open()
        return lines

    def write(self, vals):
        if self.env["sale.order"]._holds_round_token():
            return super().write(vals)
        if FROZEN_FIELDS & vals.keys():
            self.order_id._check_round_open()
        result = super().write({name: vals[name] for name in vals if name != "round_key"})
        if "order_id" in vals:
            self.order_id._check_round_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed_round(self):
        self.order_id._check_round_open()
