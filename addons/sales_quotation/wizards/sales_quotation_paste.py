from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.pasted_lines import parse_lines

MOST = 5000
DISCOUNTS = "sale.group_discount_per_so_line"


class SalesQuotationPaste(models.TransientModel):
    """Lines pasted as text: seen first, then added all at once."""

    _name = "sales.quotation.paste"
    _description = "Paste Lines"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    text = fields.Text(string="Lines")
    step = fields.Selection([("text", "Text"), ("check", "Check")], default="text", required=True)
    line_ids = fields.One2many("sales.quotation.paste.line", "paste_id", string="Rows")
    problem_count = fields.Integer(compute="_compute_problem_count")

    @api.depends("line_ids.problem")
    def _compute_problem_count(self):
        for paste in self:
            paste.problem_count = len(paste.line_ids.filtered("problem"))

    def action_check(self):
        """Read the text and show what each row is.

        :raise UserError: if there is nothing in the text, or too much
        """
        self.ensure_one()
        rows = parse_lines(self.text)
        if not rows:
            raise UserError(self.env._("There is nothing in the box. Paste or type some lines."))
        if len(rows) > MOST:
            raise UserError(
                self.env._(
                    "%(count)s rows are too many, at most %(most)s at once.",
                    count=len(rows),
                    most=MOST,
                )
            )
        products = self._find_products(rows)
        vals_list = [self._prepare_row(row, products) for row in rows]
        commands = [Command.clear(), *(Command.create(vals) for vals in vals_list)]
        self.write({"step": "check", "line_ids": commands})
        return self._reopen()

    def action_back(self):
        """Go back to the text."""
        self.step = "text"
        return self._reopen()

    def action_add(self):
        """Add all rows to the quotation in one go.

        :raise UserError: if a row has a problem, with its number; or the quotation is not mine
        """
        self.ensure_one()
        self.order_id.check_access("write")
        if found := self.line_ids.filtered("problem"):
            texts = "\n".join(row._get_problem_line() for row in found[:20])
            raise UserError(
                self.env._("Choose a product in these rows, or delete them:\n%s", texts)
            )
        last = max(self.order_id.order_line.mapped("sequence"), default=0)
        self.env["sale.order.line"].create(
            [row._prepare_order_line(last + n) for n, row in enumerate(self.line_ids, 1)]
        )
        return {"type": "ir.actions.act_window_close"}

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Paste Lines"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ---- which products -----------------------------------------------------------------------

    def _find_products(self, rows):
        """Find the products of all rows with a constant number of queries.

        :return: list of {text: product.product}, the surest way of naming a product first
        """
        codes = {row.code for row in rows if row.code}
        names = {row.name or row.code for row in rows if row.name or row.code}
        spelled = {*codes, *map(str.upper, codes), *map(str.lower, codes)}
        return [
            self._group("default_code", self._search_products([("default_code", "in", spelled)])),
            self._group("barcode", self._search_products([("barcode", "in", codes)])),
            self._find_by_supplier(spelled),
            self._group("name", self._search_products([("name", "in", names)])),
        ]

    def _search_products(self, domain):
        sold = Domain("sale_ok", "=", True) & Domain(
            "company_id", "in", [False, self.order_id.company_id.id]
        )
        return self.env["product.product"].search(Domain(domain) & sold)

    def _group(self, name, products):
        found = defaultdict(products.browse)
        for product in products:
            found[(product[name] or "").casefold()] |= product
        return found

    def _find_by_supplier(self, codes):
        # reason: a salesperson knows the supplier's code, and may not read its prices
        infos = self.env["product.supplierinfo"].sudo().search([("product_code", "in", codes)])
        variants = infos.product_id | infos.product_tmpl_id.product_variant_ids
        allowed = self._search_products([("id", "in", variants.ids)])
        found = defaultdict(allowed.browse)
        for info in infos:
            products = info.product_id or info.product_tmpl_id.product_variant_ids
            found[info.product_code.casefold()] |= products.sudo(False) & allowed
        return found

    def _match(self, row, products):
        """Give what a row may mean: none, one product, or several."""
        for found, text in zip(products, (row.code,) * 3 + (row.name or row.code,), strict=True):
            if text and found.get(text.casefold()):
                return found[text.casefold()]
        return self.env["product.product"]

    def _prepare_row(self, row, products):
        found = self._match(row, products)
        product = found if len(found) == 1 else found.browse()
        unit = self._match_unit(row, product)
        missing, reason = self._get_reason(row, found, unit)
        return {
            "number": row.number,
            "code": row.code or row.name,
            "product_id": product.id,
            "quantity": row.quantity,
            "has_price": row.price is not None,
            "price": row.price,
            "discount": row.discount,
            "product_uom_id": unit.id,
            "missing": missing,
            "reason": reason,
        }

    def _match_unit(self, row, product):
        units = product.uom_id | product.uom_ids
        named = units.filtered(lambda u: u.name.casefold() == row.unit.casefold())
        return named[:1] if row.unit else product.uom_id

    def _get_reason(self, row, found, unit):
        """Say what is wrong with a row and what to do.

        :return: (field that has to be chosen, text); no field: the text has to be corrected
        """
        if row.problem == "code":
            return "product_id", self.env._("There is no code or name. Choose a product.")
        if row.problem:
            return False, self._get_number_reason(row)
        if len(found) > 1:
            names = ", ".join(found[:5].mapped("display_name"))
            return "product_id", self.env._("It may be one of %s. Choose one.", names)
        if not found:
            text = self.env._("No product has this code, barcode or name. Choose one.")
            return "product_id", text
        if row.unit and not unit:
            text = self.env._('"%s" is no unit of this product. Choose one.', row.unit)
            return "product_uom_id", text
        if row.discount and not self.env.user.has_group(DISCOUNTS):
            return False, self.env._("Discounts on lines are switched off. Give a price instead.")
        return False, False

    def _get_number_reason(self, row):
        labels = {
            "quantity": self.env._("quantity"),
            "price": self.env._("price"),
            "discount": self.env._("discount"),
        }
        return self.env._(
            '"%(value)s" is no %(field)s. Go back and correct it in the text.',
            value=row.value,
            field=labels[row.problem],
        )


class SalesQuotationPasteLine(models.TransientModel):
    """A row of what was pasted."""

    _name = "sales.quotation.paste.line"
    _description = "Pasted Row"
    _order = "number, id"

    paste_id = fields.Many2one("sales.quotation.paste", required=True, ondelete="cascade")
    number = fields.Integer(string="Row", readonly=True)
    code = fields.Char(string="Pasted", readonly=True)
    product_id = fields.Many2one("product.product", domain=[("sale_ok", "=", True)])
    quantity = fields.Float(digits="Product Unit", default=1.0)
    product_uom_id = fields.Many2one("uom.uom", string="Unit")
    has_price = fields.Boolean()
    price = fields.Float(min_display_digits="Product Price")
    discount = fields.Float(string="Disc.%", digits="Discount")
    reason = fields.Char(readonly=True)
    missing = fields.Char(readonly=True)
    problem = fields.Char(compute="_compute_problem")

    @api.depends("reason", "missing", "product_id", "product_uom_id", "quantity")
    def _compute_problem(self):
        """A problem is gone when what was missing is chosen; a wrong number is not."""
        for row in self:
            solved = row.missing and row[row.missing]
            row.problem = (not solved and row.reason) or row._get_missing_text()

    def _get_missing_text(self):
        if self.product_id and self.product_uom_id and self.quantity > 0:
            return False
        return self.env._("Choose a product, a unit and a quantity.")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.product_uom_id = self.product_id.uom_id

    def _get_problem_line(self):
        return self.env._(
            "Row %(number)s, %(code)s: %(problem)s",
            number=self.number,
            code=self.code or "-",
            problem=self.problem,
        )

    def _prepare_order_line(self, sequence):
        vals = {
            "order_id": self.paste_id.order_id.id,
            "sequence": sequence,
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "product_uom_qty": self.quantity,
        }
        if self.has_price or self.price:
            vals["price_unit"] = self.price
        if self.discount:
            vals["discount"] = self.discount
        return vals
