from odoo import models

# They work out themselves what they ask; others ask over the network, and are asked once.
OWN_RATES = ("fixed", "base_on_rule")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _prepare_delivery_line_vals(self, carrier, price_unit):
        """Extend: the line remembers what the carrier asks, which a client only hands on."""
        vals = super()._prepare_delivery_line_vals(carrier, price_unit)
        return {**vals, "carriage": self._prepare_carriage(carrier, price_unit)}

    def _prepare_carriage(self, carrier, price_unit=None):
        """Give what a carrier asks for one order, as a line remembers it.

        :param price_unit: what a client says that it is, None if nobody said so
        :return: dict, False if it is not known
        """
        if carrier.invoice_policy == "real":
            price = 0.0  # its price comes with the delivery
        elif carrier.delivery_type in OWN_RATES and self.env.user._is_approval_interactive():
            rate = carrier.rate_shipment(self)
            price = rate["price"] if rate["success"] else None
        else:  # a shop has asked; a customer has made no mistake
            price = price_unit
        return price is not None and {
            "carrier": carrier.id,
            "product": carrier.product_id.id,
            "currency": self.currency_id.id,
            "price": price,
        }
