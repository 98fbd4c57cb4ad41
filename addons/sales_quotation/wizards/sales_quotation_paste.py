from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.pasted_lines import parse_lines

MOST = 10_000
NUMBERS = ("quantity", "price", "discount")
DISCOUNTS = "sale.group_discount_per_so_line"


class SalesQuotationPaste(models.TransientModel):
    """Lines pasted as text: seen first, then added all at once."""

    _name = "sales.quotation.paste"
    _description = "Paste Lines"

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade")
    text = fields.Text(string="Lines")
    is_inquiry = fields.Boolean(readonly=True)
    info = fields.Text(readonly=True)
    step = fields.Selection([("text", "Text"), ("check", "Check")], default="text", required=True)
    line_ids = fields.One2many("sales.quotation.paste.line", "paste_id", string="Rows")
    problem_count = fields.Integer(compute="_compute_problem_count")
    has_places = fields.Boolean(compute="_compute_has_places")
    has_prices = fields.Boolean(compute="_compute_has_prices")

    @api.depends("line_ids.problem")
    def _compute_problem_count(self):
        for paste in self:
            paste.problem_count = len(paste.line_ids.filtered("problem"))

    @api.depends("line_ids.place")
    def _compute_has_places(self):
        for paste in self:
            paste.has_places = any(paste.line_ids.mapped("place"))

    @api.depends("line_ids.has_price", "line_ids.missing")
    def _compute_has_prices(self):
        """A column of zeros where nobody gave a price would look as if all were free."""
        for paste in self:
            paste.has_prices = any(
                row.has_price or "price" in (row.missing or "").split(",") for row in paste.line_ids
            )

    def action_check(self):
        """Read the text and show what each row is.

        :raise UserError: if there is nothing in the text, or too much
        """
        self.ensure_one()
        rows = self._read_rows()
        if not rows:
            raise UserError(self.env._("There is nothing in the box. Paste or type some lines."))
        self._show_rows(rows)
        return self._reopen()

    def _read_rows(self):
        """Extend: read lines from elsewhere.

        :return: list of PastedLine
        """
        return parse_lines(self.text)

    def _show_rows(self, rows):
        """Make the table of the rows; what is not sure to be a line needs a product that we know.

        :raise UserError: if they are too many
        """
        if len(rows) > MOST:
            raise UserError(
                self.env._(
                    "%(count)s rows are too many, at most %(most)s at once.",
                    count=len(rows),
                    most=MOST,
                )
            )
        products = self._find_products(rows)
        kept = [row for row in rows if row.is_sure or self._match(row, products)]
        vals_list = [self._prepare_row(row, products) for row in kept]
        commands = [Command.clear(), *(Command.create(vals) for vals in vals_list)]
        self.write({"step": "check", "line_ids": commands})

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
        name = self.env._("Lines from Inquiry") if self.is_inquiry else self.env._("Paste Lines")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
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
        unit = product._match_unit_name(row.unit)
        reasons = self._get_reasons(row, found, unit)
        return {
            "number": row.number,
            "place": row.place,
            "code": row.code or row.name,
            "product_id": product.id,
            "quantity": row.quantity,
            "has_price": row.price is not None,
            "price": row.price,
            "discount": row.discount,
            "product_uom_id": unit.id,
            "unit_name": row.unit,
            "missing": ",".join(field for field, _text in reasons),
            "reason": " ".join(text for _field, text in reasons),
        }

    def _get_reasons(self, row, found, unit):
        """Say what is wrong with a row and what to do.

        :return: list of (field that has to be chosen, text); no field: another text is needed
        """
        reasons = [
            (p.field, self._get_number_reason(p)) for p in row.problems if p.field in NUMBERS
        ]
        product_reason = self._get_product_reason(row, found)
        if product_reason:
            reasons.insert(0, ("product_id", product_reason))
        elif row.unit and not unit:
            text = self.env._('"%s" is no unit of this product. Choose one.', row.unit)
            reasons.append(("product_uom_id", text))
        if row.discount and not self.env.user.has_group(DISCOUNTS):
            text = self.env._("Discounts on lines are switched off. Give a price instead.")
            reasons.append(("", text))
        return reasons

    def _get_product_reason(self, row, found):
        formula = next((p for p in row.problems if p.field == "formula"), None)
        if formula and not found:
            return self._get_formula_reason(formula)
        if any(problem.field == "code" for problem in row.problems):
            return self.env._("There is no code or name. Choose a product.")
        if len(found) > 1:
            names = ", ".join(found[:5].mapped("display_name"))
            return self.env._("It may be one of %s. Choose one.", names)
        if not found:
            return self.env._("No product has this code, barcode or name. Choose one.")
        return False

    def _get_number_reason(self, problem):
        if problem.cell and problem.value.startswith("="):
            return self._get_formula_reason(problem)
        texts = {
            "quantity": self.env._("%s is no quantity. Type it here."),
            "price": self.env._("%s is no price. Type it here."),
            "discount": self.env._("%s is no discount. Type it here."),
        }
        value = f'"{problem.value}"'
        return texts[problem.field] % (f"{problem.cell}: {value}" if problem.cell else value)

    def _get_formula_reason(self, problem):
        return self.env._(
            "%(cell)s holds a formula (%(formula)s). Type its value here.",
            cell=problem.cell,
            formula=problem.value[:50],
        )


class SalesQuotationPasteLine(models.TransientModel):
    """A row of what was pasted."""

    _name = "sales.quotation.paste.line"
    _description = "Pasted Row"
    _order = "number, id"

    paste_id = fields.Many2one("sales.quotation.paste", required=True, ondelete="cascade")
    number = fields.Integer(string="Row", readonly=True)
    place = fields.Char(string="Found In", readonly=True)
    code = fields.Char(string="Pasted", readonly=True)
    product_id = fields.Many2one("product.product", domain=[("sale_ok", "=", True)])
    quantity = fields.Float(digits="Product Unit", default=1.0)
    product_uom_id = fields.Many2one("uom.uom", string="Unit")
    unit_name = fields.Char(readonly=True)
    has_price = fields.Boolean()
    price = fields.Float(
        min_display_digits="Product Price", help="In grey: none was given, today's price counts."
    )
    discount = fields.Float(string="Disc.%", digits="Discount")
    reason = fields.Char(readonly=True)
    missing = fields.Char(readonly=True)
    problem = fields.Char(compute="_compute_problem")

    @api.depends(
        "reason", "missing", "product_id", "product_uom_id", "quantity", "price", "discount"
    )
    def _compute_problem(self):
        """A problem is gone when all that was missing is chosen or typed."""
        for row in self:
            missing = (row.missing or "").split(",")
            solved = all(name and row[name] for name in missing)
            row.problem = (not solved and row.reason) or row._get_missing_text()

    def _get_missing_text(self):
        if self.product_id and self.product_uom_id and self.quantity > 0:
            return False
        return self.env._("Choose a product, a unit and a quantity.")

    @api.onchange("product_id")
    def _onchange_product_id(self):
        self.product_uom_id = self.product_id._match_unit_name(self.unit_name)

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
