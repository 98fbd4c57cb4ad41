from odoo import api, fields, models


class SalesQuotationProjectLine(models.TransientModel):
    """A product, task or milestone that may become a line."""

    _name = "sales.quotation.project.line"
    _description = "Row of a Project"
    _order = "sequence, id"

    wizard_id = fields.Many2one("sales.quotation.project", required=True, ondelete="cascade")
    sequence = fields.Integer()
    kind = fields.Selection(
        [("product", "Product"), ("task", "Task"), ("milestone", "Milestone")],
        required=True,
        readonly=True,
    )
    is_taken = fields.Boolean(string="Take")
    group_key = fields.Char(readonly=True)
    group = fields.Char(string="Section", readonly=True)
    name = fields.Char(string="Description", required=True)
    task_id = fields.Many2one("project.task", readonly=True, ondelete="cascade")
    milestone_id = fields.Many2one("project.milestone", readonly=True, ondelete="cascade")
    hours = fields.Float(readonly=True)
    is_parent = fields.Boolean(readonly=True)
    is_done = fields.Boolean(readonly=True)
    is_sold = fields.Boolean(readonly=True)
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=[("sale_ok", "=", True)],
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    quantity = fields.Float(
        digits="Product Unit",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    price = fields.Float(
        string="Unit Price", min_display_digits="Product Price", compute="_compute_price"
    )
    subtotal = fields.Monetary(string="Amount", compute="_compute_price")
    note = fields.Char(string="Quoted", readonly=True)

    @api.depends("wizard_id.task_product_id", "wizard_id.milestone_product_id")
    def _compute_product_id(self):
        for row in self:
            if row.kind != "product":
                row.product_id = row.wizard_id[f"{row.kind}_product_id"]

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for row in self:
            row.product_uom_id = row.product_id.uom_id

    @api.depends("product_uom_id", "hours")
    def _compute_quantity(self):
        hour = self.env.ref("uom.product_uom_hour")
        for row in self:
            unit = row.product_uom_id
            if row.kind == "task" and row.hours and unit and unit._has_common_reference(hour):
                row.quantity = hour._compute_quantity(row.hours, unit, rounding_method="HALF-UP")
            elif row.kind == "task":
                row.quantity = 1.0

    @api.depends("product_id", "product_uom_id", "quantity", "wizard_id.pricelist_id")
    def _compute_price(self):
        self.update({"price": 0.0, "subtotal": 0.0})
        for wizard, rows in self.grouped("wizard_id").items():
            priced = rows.filtered("product_id")
            with wizard.pricelist_id._batch_rules(priced.product_id):
                for row in priced:
                    row.price = row._get_price()
                    row.subtotal = row.price * row.quantity

    def _get_price(self):
        wizard = self.wizard_id
        return wizard.pricelist_id._get_product_price(
            self.product_id.with_company(wizard.company_id),
            self.quantity or 1.0,
            currency=wizard.currency_id,
            uom=self.product_uom_id,
            date=fields.Datetime.now(),
        )

    @api.constrains("task_id", "milestone_id", "wizard_id")
    def _check_readable(self):
        """Names are shown with the rights of nobody: whoever puts them here must see them."""
        mine = self.sudo(False)  # constraints are checked as superuser
        mine.wizard_id.check_access("read")
        mine.task_id.check_access("read")
        mine.milestone_id.check_access("read")

    def _is_offered(self):
        return not (self.note or self.is_parent or self.is_done)

    def _get_problem(self):
        """Say what one ticked row lacks, False if nothing."""
        if not self.product_id:
            return self.env._("%s: choose a product.", self.name)
        if self.quantity <= 0:
            return self.env._("%s: the quantity must be above zero.", self.name)
        if self.kind != "product" and self.product_id.type != "service":
            return self.env._(
                "%(row)s: %(product)s is no service. Tasks and milestones are sold as services.",
                row=self.name,
                product=self.product_id.display_name,
            )
        if (self.task_id or self.milestone_id).project_id not in (
            self.wizard_id.project_id,
            self.task_id.project_id.browse(),
        ):
            return self.env._("%s is not of this project.", self.name)
        return False

    def _get_source(self):
        return self.task_id or self.milestone_id or self.product_id

    def _get_key(self):
        return f"{self.kind},{self._get_source().id}"

    def _get_section(self):
        return self.group or self.wizard_id.project_id.name

    def _prepare_line(self):
        vals = {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "product_uom_qty": self.quantity,
            "quoted_project_id": self.wizard_id.project_id.id,
            "quoted_task_id": self.task_id.id,
            "quoted_milestone_id": self.milestone_id.id,
            "is_sold_again": self.is_sold,
        }
        if self.kind != "product":
            vals["name"] = self.name
        return vals
