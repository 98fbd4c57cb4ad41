from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrderLine(models.Model):
    """Carriage is what its carrier asks: the mark alone can be put on any line."""

    _inherit = "sale.order.line"

    carriage = fields.Json(
        string="Asked by the Carrier",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Carrier, product, currency and price, as the carrier's rules gave it for the order.",
    )

    @api.model
    def _check_field_access(self, field, operation):
        """What a carrier asks follows from its rules."""
        if operation == "write" and field.name == "carriage" and not self.env.su:
            raise AccessError(
                self.env._("What a carrier asks follows from its rules, and nobody writes it.")
            )
        return super()._check_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        """Ask the carrier for lines that come without: those of a copy, or of a new round."""
        lines = super().create(vals_list)
        for line in lines.filtered(lambda line: line.is_delivery and not line.sudo().carriage):
            carrier = line.order_id.carrier_id
            if line.product_id and line.product_id == carrier.product_id:
                # reason: nobody writes it, and whoever makes the line need not read it
                line.sudo().carriage = line.order_id._prepare_carriage(carrier)
        return lines

    def _get_carriage_price(self):
        """Give what the carrier of the order asks for one line, None if it is none of its."""
        found = self.is_delivery and self.sudo().carriage  # reason: it counts for whoever comes
        if not found:
            return None
        mine = {
            "carrier": self.order_id.carrier_id.id,
            "product": self.product_id.id,
            "currency": self._get_price_currency().id,
        }
        return found["price"] if mine.items() <= found.items() else None

    @api.depends("carriage", "is_delivery", "order_id.carrier_id")
    def _compute_floor(self):
        """Extend: what a carrier takes has no floor."""
        return super()._compute_floor()

    def _is_held_to_floor(self):
        return super()._is_held_to_floor() and self._get_carriage_price() is None

    def _resolve_floor(self, rule, rates):
        if self._get_carriage_price() is not None:
            return self._prepare_floor()
        return super()._resolve_floor(rule, rates)

    @api.depends("carriage", "is_delivery", "order_id.carrier_id")
    def _compute_pricelist_price(self):
        """Extend: a concession on carriage is measured from what its carrier asks."""
        return super()._compute_pricelist_price()

    def _get_ceiling_price(self, pricelist, moment):
        price = self._get_carriage_price()
        if price is None:
            return super()._get_ceiling_price(pricelist, moment)
        return price, pricelist.browse()

    def _prepare_price_detail(self, kind, value, limit):
        detail = super()._prepare_price_detail(kind, value, limit)
        return {**detail, "is_carriage": self._get_carriage_price() is not None}

    @api.model
    def _get_ceiling_detail_text(self, detail):
        if not detail.get("is_carriage"):
            return super()._get_ceiling_detail_text(detail)
        return self.env._(
            "%(line)s: %(value)s %% below what the carrier asks is above the ceiling of "
            "%(limit)s %%",
            **self._get_ceiling_detail_values(detail),
        )

    def _get_pricelist_text(self):
        if self._get_carriage_price() is None:
            return super()._get_pricelist_text()
        price = self._format_price(self.pricelist_price, self._get_price_currency())
        return self.env._("The carrier asks: %s", price)
