from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

OPEN = ("draft", "sent")
MOST = 2000
MOST_NAMED = 20


class SalesQuotationProject(models.TransientModel):
    """What a project sells, needs and plans becomes lines of a quotation."""

    _name = "sales.quotation.project"
    _description = "Lines from a Project"

    step = fields.Selection(
        [("project", "Project"), ("rows", "Rows")], default="project", required=True
    )
    order_id = fields.Many2one("sale.order", ondelete="cascade")  # none: a new quotation
    project_id = fields.Many2one(
        "project.project",
        compute="_compute_project_id",
        store=True,
        readonly=False,
        domain="[('allow_billable', '=', True), ('is_template', '=', False),"
        " ('company_id', 'in', [company_id, False])]",
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        domain="[('company_id', 'in', [company_id, False])]",
    )
    is_partner_given = fields.Boolean(compute="_compute_is_partner_given")
    pricelist_id = fields.Many2one("product.pricelist", compute="_compute_pricelist_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_pricelist_id")
    task_product_id = fields.Many2one(
        "product.product",
        string="Product for Tasks",
        domain="[('type', '=', 'service'), ('service_type', '!=', 'milestones'),"
        " ('sale_ok', '=', True), ('company_id', 'in', [company_id, False])]",
    )
    milestone_product_id = fields.Many2one(
        "product.product",
        string="Product for Milestones",
        domain="[('type', '=', 'service'), ('sale_ok', '=', True),"
        " ('company_id', 'in', [company_id, False])]",
    )
    with_products = fields.Boolean(string="Products")
    with_tasks = fields.Boolean(string="Tasks")
    with_milestones = fields.Boolean(string="Milestones")
    has_products = fields.Boolean(compute="_compute_has")
    has_tasks = fields.Boolean(compute="_compute_has")
    has_milestones = fields.Boolean(compute="_compute_has")
    line_ids = fields.One2many("sales.quotation.project.line", "wizard_id", string="Rows")
    amount = fields.Monetary(string="Total", compute="_compute_amount")
    # What the table shows as quoted: {"kind,id": ids of orders}, of colleagues, too.
    known_orders = fields.Json(groups=fields.NO_ACCESS)

    @api.depends("order_id")
    def _compute_project_id(self):
        for wizard in self:
            wizard.project_id = wizard.project_id or wizard.order_id.project_id

    @api.depends("order_id", "project_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = (
                wizard.order_id.company_id or wizard.project_id.company_id or self.env.company
            )

    @api.depends("order_id", "project_id")
    def _compute_partner_id(self):
        for wizard in self:
            given = wizard.order_id.partner_id or wizard.project_id.partner_id
            wizard.partner_id = given or wizard.partner_id

    @api.depends("order_id", "project_id")
    def _compute_is_partner_given(self):
        for wizard in self:
            given = wizard.order_id.partner_id or wizard.project_id.partner_id
            wizard.is_partner_given = bool(given)

    @api.depends("order_id", "partner_id", "company_id")
    def _compute_pricelist_id(self):
        for wizard in self:
            partner = wizard.partner_id.with_company(wizard.company_id)
            wizard.pricelist_id = wizard.order_id.pricelist_id or partner.property_product_pricelist
            wizard.currency_id = (
                wizard.order_id.currency_id
                or wizard.pricelist_id.currency_id
                or wizard.company_id.currency_id
            )

    @api.depends("line_ids.kind")
    def _compute_has(self):
        for wizard in self:
            kinds = set(wizard.line_ids.mapped("kind"))
            wizard.has_products = "product" in kinds
            wizard.has_tasks = "task" in kinds
            wizard.has_milestones = "milestone" in kinds

    @api.depends("line_ids.subtotal", "line_ids.is_taken")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = sum(wizard.line_ids.filtered("is_taken").mapped("subtotal"))

    @api.constrains("project_id", "order_id")
    def _check_readable(self):
        """Names are shown with the rights of nobody: whoever puts them here must see them."""
        mine = self.sudo(False)  # constraints are checked as superuser
        mine.project_id.check_access("read")
        mine.order_id.check_access("read")

    @api.onchange("with_products")
    def _onchange_with_products(self):
        self._take("product", self.with_products)

    @api.onchange("with_tasks")
    def _onchange_with_tasks(self):
        self._take("task", self.with_tasks)

    @api.onchange("with_milestones")
    def _onchange_with_milestones(self):
        self._take("milestone", self.with_milestones)

    def _take(self, kind, is_taken):
        for row in self.line_ids.filtered(lambda row: row.kind == kind):
            row.is_taken = is_taken and row._is_offered()

    # ---- buttons ------------------------------------------------------------------------------

    def action_show(self):
        """Show what of the project can become lines.

        :raise UserError: if the project cannot be sold, or not to this customer
        :raise AccessError: if the project is not mine to see
        """
        self.ensure_one()
        self._check_project()
        self._set_default_products()
        vals_list = self._prepare_rows()
        if not vals_list:
            raise UserError(
                self.env._("%s has no products, tasks or milestones yet.", self.project_id.name)
            )
        if len(vals_list) > MOST:
            raise UserError(
                self.env._(
                    "%(project)s has %(count)s rows, at most %(most)s become lines at once. "
                    "Close or archive tasks that are not for sale.",
                    project=self.project_id.name,
                    count=len(vals_list),
                    most=MOST,
                )
            )
        self._tick(vals_list)
        self.write({"step": "rows", "line_ids": [Command.clear(), *map(Command.create, vals_list)]})
        found = self._find_orders(self.line_ids)
        # reason: whoever uses the table does not read what orders of colleagues it knows of
        self.sudo().known_orders = {key: orders.ids for key, orders in found.items()}
        return self._reopen()

    def action_apply(self):
        """Add the ticked rows to the quotation, or make one of them.

        :return: action that opens a new quotation, or closes the dialog
        :raise UserError: if a ticked row lacks something, or was quoted since the table was
            shown, with its name
        :raise AccessError: if project or quotation are not mine
        """
        self.ensure_one()
        self.check_access("write")
        self._check_project()
        self._check_rows()
        self._check_still_free()
        if self.order_id:
            last = max(self.order_id.order_line.mapped("sequence"), default=0)
            vals_list = self._prepare_lines(last)
            self.env["sale.order.line"].create(
                [{**vals, "order_id": self.order_id.id} for vals in vals_list]
            )
            return {"type": "ir.actions.act_window_close"}
        order = self.env["sale.order"].create(self._prepare_order())
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "views": [(False, "form")],
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lines from %s", self.project_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # ---- checks -------------------------------------------------------------------------------

    def _check_project(self):
        project = self.project_id
        if not project:
            raise UserError(self.env._("Choose a project."))
        project.check_access("read")
        if not project.allow_billable or project.is_template:
            raise UserError(
                self.env._(
                    "%s is not billable. Switch on Billable in its settings, then quote it.",
                    project.name,
                )
            )
        if self.order_id:
            self._check_order()

    def _check_order(self):
        order, project = self.order_id, self.project_id
        order.check_access("write")
        if order.state not in OPEN:
            raise UserError(self.env._("%s is no quotation any more: make a new one.", order.name))
        if project.company_id and project.company_id != order.company_id:
            raise UserError(
                self.env._(
                    "%(project)s is of %(theirs)s and %(order)s of %(ours)s.",
                    project=project.name,
                    theirs=project.company_id.name,
                    order=order.name,
                    ours=order.company_id.name,
                )
            )
        customer = project.partner_id.commercial_partner_id
        if customer and customer != order.partner_id.commercial_partner_id:
            raise UserError(
                self.env._(
                    "%(project)s is for %(theirs)s and %(order)s for another customer.",
                    project=project.name,
                    theirs=customer.name,
                    order=order.name,
                )
            )

    def _check_rows(self):
        rows = self.line_ids.filtered("is_taken")
        if not self.partner_id:
            raise UserError(self.env._("Choose the customer first: the project has none."))
        if not rows:
            raise UserError(self.env._("Tick the rows that become lines."))
        problems = [row._get_problem() for row in rows]
        if texts := [text for text in problems if text]:
            raise UserError("\n".join(texts[:MOST_NAMED]))

    def _check_still_free(self):
        """Refuse what somebody else has quoted since the table was shown."""
        self.project_id._touch_quotations()
        rows = self.line_ids.filtered("is_taken")
        found = self._find_orders(rows)
        known = self.sudo().known_orders or {}  # reason: what the table knows is not for its user
        texts = []
        for row in rows:
            key = row._get_key()
            orders = found.get(key, self.order_id.browse())
            if late := orders - orders.browse(known.get(key, ())):
                texts.append(f"{row.name}: {late._get_names_with_seller()}")
        if texts:
            raise UserError(
                self.env._(
                    "Somebody was faster, and has quoted this since the table was opened:\n"
                    "%(rows)s\nUntick these rows, or open the table again: they are marked there, "
                    "and can be ticked all the same.",
                    rows="\n".join(texts[:MOST_NAMED]),
                )
            )

    # ---- rows ---------------------------------------------------------------------------------

    def _set_default_products(self):
        company = self.company_id
        self.task_product_id = company.quote_task_product_id or self._find_last_product(
            "quoted_task_id"
        )
        self.milestone_product_id = company.quote_milestone_product_id or self._find_last_product(
            "quoted_milestone_id"
        )

    def _find_last_product(self, field_name):
        line = self.env["sale.order.line"].search(
            [
                (field_name, "!=", False),
                ("company_id", "=", self.company_id.id),
                ("product_id.sale_ok", "=", True),
                ("product_id.active", "=", True),
            ],
            order="id desc",
            limit=1,
        )
        return line.product_id

    def _prepare_rows(self):
        rows = [
            *self._prepare_product_rows(),
            *self._prepare_milestone_rows(),
            *self._prepare_task_rows(),
        ]
        return [{**row, "sequence": number} for number, row in enumerate(rows, 1)]

    def _tick(self, vals_list):
        """Tick one kind: tasks and milestones of the same work would charge it twice."""
        offered = {vals["kind"] for vals in vals_list if self._is_offered(vals)}
        kind = next((k for k in ("task", "milestone", "product") if k in offered), None)
        for vals in vals_list:
            vals["is_taken"] = vals["kind"] == kind and self._is_offered(vals)
        self.with_tasks = kind == "task"
        self.with_milestones = kind == "milestone"
        self.with_products = kind == "product"

    @api.model
    def _is_offered(self, vals):
        return not (vals.get("note") or vals.get("is_parent") or vals.get("is_done"))

    def _prepare_product_rows(self):
        """Products sold on the project's orders, and those that make tasks in it."""
        lines = self._get_sold_lines()
        sold = defaultdict(float)
        for line in lines:
            sold[line.product_id, line.product_uom_id] += line.product_uom_qty
        for product in self._get_task_products() - lines.product_id:
            sold[product, product.uom_id] = 1.0
        notes = self._get_notes(self._get_product_orders())
        return [
            {
                "kind": "product",
                "name": product.display_name,
                "product_id": product.id,
                "product_uom_id": unit.id,
                "quantity": quantity,
                "note": notes.get(product.id),
            }
            for (product, unit), quantity in sold.items()
            if product.sale_ok and product.active
        ]

    def _get_sold_lines(self):
        domain = Domain("order_id.project_id", "=", self.project_id.id) | Domain(
            "id", "in", self.project_id._fetch_sale_order_items().ids
        )
        lines = self.env["sale.order.line"].search(domain & self._get_sold_domain())
        return lines.filtered(lambda line: not line._is_marked_as_reward())

    def _get_sold_domain(self):
        return (
            Domain("state", "=", "sale")
            & Domain("display_type", "=", False)
            & Domain("is_downpayment", "=", False)
            & Domain("is_expense", "=", False)
            & Domain("combo_item_id", "=", False)
            & Domain("product_id.type", "!=", "combo")
            & Domain("quoted_task_id", "=", False)
            & Domain("quoted_milestone_id", "=", False)
            & Domain("product_uom_qty", ">", 0)
            & Domain("company_id", "=", self.company_id.id)
        )

    def _get_task_products(self):
        products = self.env["product.product"].with_company(self.company_id)
        return products.search([("project_id", "=", self.project_id.id), ("sale_ok", "=", True)])

    def _prepare_milestone_rows(self):
        milestones = self.env["project.milestone"].search(
            [("project_id", "=", self.project_id.id)], limit=MOST + 1
        )
        orders = self._get_work_orders("quoted_milestone_id", milestones)
        notes, sold = self._get_notes(orders), self._get_sold(orders)
        return [
            {
                "kind": "milestone",
                "name": milestone.name,
                "milestone_id": milestone.id,
                "quantity": milestone.quantity_percentage or 1.0,
                "note": notes.get(milestone.id),
                "is_sold": milestone.id in sold,
            }
            for milestone in milestones
        ]

    def _prepare_task_rows(self):
        tasks = self._get_tasks()
        orders = self._get_work_orders("quoted_task_id", tasks)
        notes, sold = self._get_notes(orders), self._get_sold(orders)
        rows = defaultdict(list)
        for task in tasks:
            root = self._get_root(task, tasks)
            group = root if root != task or root.child_ids & tasks else task.milestone_id
            key = f"{group._name},{group.id}" if group else ""
            rows[key].append(
                {
                    "kind": "task",
                    "name": task.name,
                    "task_id": task.id,
                    "hours": task.allocated_hours,
                    "group_key": key,
                    "group": group.display_name if group else "",
                    "is_parent": bool(task.child_ids & tasks),
                    "is_done": task.is_closed,
                    "note": notes.get(task.id),
                    "is_sold": task.id in sold,
                }
            )
        return rows.pop("", []) + [row for group_rows in rows.values() for row in group_rows]

    def _get_tasks(self):
        tasks = self.env["project.task"].search(
            [
                ("project_id", "=", self.project_id.id),
                ("state", "!=", "1_canceled"),
                ("is_template", "=", False),
                ("has_template_ancestor", "=", False),
            ],
            order="sequence, id",
            limit=MOST + 1,
        )
        tasks.fetch(["name", "parent_id", "child_ids", "milestone_id", "allocated_hours"])
        return tasks

    @api.model
    def _get_root(self, task, tasks):
        """Go up as far as the tasks are shown: one above may be secret or elsewhere."""
        known = set(tasks._ids)
        while task.parent_id.id in known:
            task = task.parent_id
        return task

    # ---- what is quoted and sold already ------------------------------------------------------

    def _find_orders(self, rows):
        """Find the quotations and orders that rows stand on: {key of the row: orders}."""
        found = {
            "product": self._get_product_orders(),
            "task": self._get_work_orders("quoted_task_id", rows.task_id),
            "milestone": self._get_work_orders("quoted_milestone_id", rows.milestone_id),
        }
        orders = {row._get_key(): found[row.kind].get(row._get_source().id) for row in rows}
        return {key: names for key, names in orders.items() if names}

    def _get_product_orders(self):
        domain = Domain("quoted_task_id", "=", False) & Domain("quoted_milestone_id", "=", False)
        return self._get_quoted("product_id", domain & Domain("state", "in", OPEN))

    def _get_work_orders(self, field_name, records):
        """Find the quotations and orders that tasks or milestones stand on.

        :return: {id: orders}, with the rights of the user
        """
        domain = Domain(field_name, "in", records.ids) & Domain("state", "in", (*OPEN, "sale"))
        orders = self._get_quoted(field_name, domain)
        # reason: whether it is sold is no secret of a colleague; what is not mine is not named
        for record in records.sudo():
            if record.sale_line_id.state == "sale":
                orders[record.id] |= record.sale_line_id.order_id.sudo(False)
        return orders

    def _get_quoted(self, field_name, domain):
        # reason: a quotation of a colleague counts, too; what is not mine is not named
        lines = self.env["sale.order.line"].sudo()
        found = lines.search(Domain("quoted_project_id", "=", self.project_id.id) & domain)
        orders = defaultdict(self.env["sale.order"].browse)
        for line in found:
            orders[line[field_name].id] |= line.order_id.sudo(False)
        return orders

    @api.model
    def _get_sold(self, orders):
        # reason: whether it is sold is no secret of a colleague
        return {id_ for id_, found in orders.items() if "sale" in found.sudo().mapped("state")}

    def _get_notes(self, orders):
        mine = self.env["sale.order"].union(*orders.values())._filtered_access("read")
        return {id_: self._get_note(found & mine) for id_, found in orders.items()}

    def _get_note(self, orders):
        if not orders:
            return self.env._("On an order of a colleague")
        return self.env._("On %s", ", ".join(orders.mapped("name")))

    # ---- the quotation ------------------------------------------------------------------------

    def _prepare_order(self):
        project = self.project_id
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "project_id": project.id,
            "origin": project.name,
            "order_line": [Command.create(vals) for vals in self._prepare_lines(0)],
        }

    def _prepare_lines(self, last):
        """Make values of lines, with a section where a group begins."""
        vals_list, group = [], self._get_first_group()
        for row in self.line_ids.filtered("is_taken").sorted("sequence"):
            key = row.group_key or ""
            if key != group:
                vals_list.append({"display_type": "line_section", "name": row._get_section()})
                group = key
            vals_list.append(row._prepare_line())
        return [{**vals, "sequence": last + n} for n, vals in enumerate(vals_list, 1)]

    def _get_first_group(self):
        """Lines without a group need a section, too, below sections that are there."""
        sections = self.order_id.order_line.filtered(lambda line: line.display_type)
        return None if sections else ""
