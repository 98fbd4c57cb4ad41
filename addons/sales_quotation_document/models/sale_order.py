from odoo import api, models
from odoo.tools import file_open

from odoo.addons.sales_document.tools.schema import Placeholder
from odoo.addons.sales_document.tools.values import Number

from ..tools.quotation_xlsx import QuotationSheet, make_quotation_xlsx

WORD_TEMPLATE = "sales_quotation_document/data/quotation.docx"


def is_figure(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.document.mixin"]

    # === WHAT TEMPLATES MAY USE === #

    @api.model
    def _get_document_schema(self):
        return {
            "number": Placeholder("name"),
            "title": Placeholder("type_name"),
            "date": Placeholder("date_order"),
            "valid_until": Placeholder("validity_date"),
            "reference": Placeholder("client_order_ref"),
            "delivery_date": Placeholder("commitment_date"),
            "customer": Placeholder("partner_id", self._get_document_partner_schema()),
            "invoice_to": Placeholder("partner_invoice_id", self._get_document_partner_schema()),
            "deliver_to": Placeholder("partner_shipping_id", self._get_document_partner_schema()),
            "company": Placeholder("company_id", self._get_document_company_schema()),
            "salesperson": Placeholder(
                "user_id",
                {name: Placeholder(name) for name in ("name", "phone", "email")},
            ),
            "team": Placeholder("team_id"),
            "currency": Placeholder(
                "currency_id", {"name": Placeholder("name"), "symbol": Placeholder("symbol")}
            ),
            "payment_terms": Placeholder("payment_term_id"),
            "terms": Placeholder("note"),
            "untaxed": Placeholder("amount_untaxed"),
            "tax": Placeholder("amount_tax"),
            "total": Placeholder("amount_total"),
            "taxes": self._get_document_taxes_schema(),
            "lines": Placeholder(
                "order_line", self.env["sale.order.line"]._get_document_schema(), item="line"
            ),
            "labels": self._get_document_labels_schema(),
        }

    @api.model
    def _get_document_partner_schema(self):
        return {
            "name": Placeholder("display_name"),
            "company": Placeholder("commercial_company_name"),
            "vat": Placeholder("vat"),
            "phone": Placeholder("phone"),
            "email": Placeholder("email"),
            "street": Placeholder("street"),
            "street2": Placeholder("street2"),
            "city": Placeholder("city"),
            "zip": Placeholder("zip"),
            "state": Placeholder("state_id"),
            "country": Placeholder("country_id"),
            "address": Placeholder(
                "street", compute="_get_document_addresses", label=self.env._("Address")
            ),
            "contact": Placeholder("name", label=self.env._("Contact")),
        }

    @api.model
    def _get_document_company_schema(self):
        names = ("name", "vat", "phone", "email", "website", "street", "city", "zip")
        return {
            **{name: Placeholder(name) for name in names},
            "country": Placeholder("country_id"),
            "logo": Placeholder("logo"),
        }

    @api.model
    def _get_document_taxes_schema(self):
        return Placeholder(
            "tax_totals",
            compute="_get_document_taxes",
            item="tax_line",
            label=self.env._("Taxes by Group"),
            children={
                "name": Placeholder(label=self.env._("Tax")),
                "base": Placeholder(label=self.env._("Untaxed Amount")),
                "amount": Placeholder(label=self.env._("Tax Amount")),
            },
        )

    @api.model
    def _get_document_labels_schema(self):
        """Headings in the language of the document, so that one template serves all."""
        return Placeholder(
            compute="_get_document_labels",
            label=self.env._("Headings in the language of the document"),
            children={name: Placeholder(label=text) for name, text in self._get_labels().items()},
        )

    @api.model
    def _get_labels(self):
        return {
            "number": self.env._("Number"),
            "date": self.env._("Date"),
            "valid_until": self.env._("Valid Until"),
            "reference": self.env._("Your Reference"),
            "customer": self.env._("Customer"),
            "address": self.env._("Address"),
            "phone": self.env._("Phone"),
            "email": self.env._("Email"),
            "vat": self.env._("Tax ID"),
            "salesperson": self.env._("Salesperson"),
            "no": self.env._("No."),
            "code": self.env._("Code"),
            "description": self.env._("Description"),
            "quantity": self.env._("Quantity"),
            "unit": self.env._("Unit"),
            "price": self.env._("Unit Price"),
            "discount": self.env._("Disc.%"),
            "taxes": self.env._("Taxes"),
            "amount": self.env._("Amount"),
            "untaxed": self.env._("Untaxed Amount"),
            "total": self.env._("Total"),
            "payment_terms": self.env._("Payment Terms"),
            "terms": self.env._("Terms and Conditions"),
            "page": self.env._("Page"),
        }

    def _get_document_labels(self):
        labels = self._get_labels()
        return dict.fromkeys(self.ids, labels)

    def _get_document_taxes(self):
        """Return the taxes of each order by group, as its form shows them."""
        return {order.id: order._get_tax_lines() for order in self}

    def _get_tax_lines(self):
        lines = self.order_line.filtered(lambda line: not line.display_type)
        groups = lines.tax_ids.flatten_taxes_hierarchy().tax_group_id
        if len(groups) == 1 and all(line.tax_ids for line in lines):
            # one group for all: its amounts are the order's, without taxing each line again
            digits = self.currency_id.decimal_places
            base, amount = (Number(self[name], digits) for name in ("amount_untaxed", "amount_tax"))
            return [{"name": groups.name, "base": base, "amount": amount}]
        return self._get_tax_lines_by_group()

    def _get_tax_lines_by_group(self):
        currency, digits = self.currency_id, self.currency_id.decimal_places
        subtotals = (self.tax_totals or {}).get("subtotals", ())
        return [
            {
                "name": group["group_name"],
                "base": Number(
                    currency.round(group["display_base_amount_currency"] or 0.0), digits
                ),
                "amount": Number(group["tax_amount_currency"], digits),
            }
            for subtotal in subtotals
            for group in subtotal["tax_groups"]
        ]

    # === DOCUMENTS === #

    def _get_document_data(self):
        """Sections and notes have no figures: nobody wants zeros beside them."""
        values = super()._get_document_data()
        for line in values.get("lines", ()):
            if line.get("kind") != "product":
                line.update((name, None) for name, value in line.items() if is_figure(value))
        return values

    def _get_document_title(self):
        return f"{self.type_name} {self.name}"

    def _make_default_document(self, kind):
        values = self._get_document_data()
        if kind == "xlsx":
            return make_quotation_xlsx(values, self.env.lang or "en_US", self._get_sheet_class())
        with file_open(WORD_TEMPLATE, "rb") as stream:
            return self._render_document("docx", stream.read(), values)

    @api.model
    def _get_sheet_class(self):
        """Return what writes the default workbook."""
        return QuotationSheet

    @api.model
    def _get_document_example(self, kind):
        """Word users start from our own layout, which uses the most common placeholders."""
        name = WORD_TEMPLATE if kind == "docx" else WORD_TEMPLATE.replace(".docx", ".xlsx")
        with file_open(name, "rb") as stream:
            return stream.read()
