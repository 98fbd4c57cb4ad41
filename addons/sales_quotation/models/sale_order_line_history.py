"""Last prices: what this customer and others have paid."""

from odoo import api, fields, models
from odoo.fields import Domain

COUNT = 5


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def get_last_prices(self, line):
        """Give the last prices of a product, for this customer and for others.

        It is asked for when somebody looks, not with every line. What one may not read is not
        in it, and neither are names of customers that one may not read.

        :param line: dict with ``product_id``, ``partner_id``, and, if known, ``order_id``,
            ``currency_id`` and ``product_uom_id``: prices are given for these
        :return: dict with lists of dict for "mine" and "others", and the texts of floor and
            concession
        """
        self._check_price_question(line)
        partner = self.env["res.partner"].browse(line["partner_id"]).commercial_partner_id
        domain = Domain("product_id", "=", line["product_id"]) & Domain("state", "=", "sale")
        domain &= Domain("display_type", "=", False) & Domain("product_uom_qty", ">", 0)
        if line.get("order_id"):
            domain &= Domain("order_id", "!=", line["order_id"])
        mine = Domain("order_id.partner_id", "child_of", partner.ids)
        others = Domain("order_id.partner_id", "not in", self._get_family(partner))
        others &= self._get_like_customers_domain(partner)
        return {
            "texts": self._get_price_limits(line),
            "mine": self._get_price_history(domain & mine, line),
            "others": self._get_price_history(domain & others, line),
        }

    @api.model
    def _check_price_question(self, line):
        """What is resolved for everybody is told about products of one's own companies only."""
        product = self.env["product.product"].browse(line["product_id"])
        product.check_access("read")
        self.env["res.partner"].browse(line["partner_id"]).check_access("read")

    @api.model
    def _get_price_limits(self, line):
        """Say what a line is held to, as it stands in the form: saved or not."""
        found = self.browse(line.get("id") or ()).exists()
        found.check_access("read")
        if not found or found.product_id.id != line["product_id"]:
            found = self._new_for_limits(line)
        texts = []
        if found.floor_mode:
            texts.append(self.env._("Floor: %s", found.floor_text))
        if found.ceiling_mode:
            ceiling = self._format_number(found.discount_ceiling)
            texts.append(self.env._("Discount ceiling: %s %%", ceiling))
        if found.pricelist_price:
            texts.append(found._get_pricelist_text())
        return texts

    def _get_pricelist_text(self):
        price = self._format_price(self.pricelist_price, self._get_price_currency())
        if not self.ceiling_pricelist_id:
            return self.env._("Pricelist: %s", price)
        # reason: whoever reads the quotation is told what it is measured from
        name = self.sudo().ceiling_pricelist_id.name
        return self.env._("Customer's pricelist %(name)s: %(price)s", name=name, price=price)

    @api.model
    def _new_for_limits(self, line):
        orders = self.env["sale.order"]
        order = orders.browse(line.get("order_id") or ()).exists()
        order.check_access("read")
        partner = self.env["res.partner"].browse(line["partner_id"])
        order = orders.new({"partner_id": partner.id}, origin=order or None)
        values = {"order_id": order, "product_id": line["product_id"]}
        if line.get("product_uom_id"):
            values["product_uom_id"] = line["product_uom_id"]
        return self.new({**values, "product_uom_qty": line.get("product_uom_qty") or 1.0})

    @api.model
    def _get_family(self, partner):
        family = Domain("id", "child_of", partner.ids)
        return self.env["res.partner"].with_context(active_test=False)._search(family)

    @api.model
    def _get_like_customers_domain(self, partner):
        """Give which other customers are compared with: all. Override for those of a tier."""
        return Domain.TRUE

    @api.model
    def _get_price_history(self, domain, line):
        lines = self.search(domain, limit=COUNT, order="order_id, id desc")
        readable = set(lines.order_partner_id._filtered_access("read").ids)
        return [found._prepare_price_history(line, readable) for found in lines]

    def _prepare_price_history(self, line, readable):
        currency = self.env["res.currency"].browse(line.get("currency_id") or self.currency_id.id)
        uom = self.env["uom.uom"].browse(line.get("product_uom_id") or self.product_uom_id.id)
        price = self.product_uom_id._compute_price(self.price_unit, uom)
        day = fields.Date.context_today(self)
        company = self.company_id or self.env.company
        if currency != self.currency_id:
            price = self.currency_id._convert(price, currency, company, day)
        partner = self.order_partner_id
        order = self.order_id
        return {
            "id": self.id,
            "order": order.name,
            "date": fields.Date.to_string(
                fields.Datetime.context_timestamp(self, order.date_order)
            ),
            "customer": partner.display_name if partner.id in readable else False,
            "quantity": self.product_uom_qty,
            "uom": self.product_uom_id.display_name,
            "price_unit": price,
            "discount": self.discount,
            "price": self._format_price(price, currency),
        }
