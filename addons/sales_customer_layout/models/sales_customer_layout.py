from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import ormcache

from ..tools.form_arrangement import FormArrangement

PREVIEW_KEY = "sales_customer_layout_view_ref"


class SalesCustomerLayout(models.Model):
    """What the customer form shows to some roles, and where."""

    _name = "sales.customer.layout"
    _description = "Customer Layout"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    group_ids = fields.Many2many(
        "res.groups",
        string="Roles",
        help="Who has one of these roles sees the customer form like this. Empty: everybody. "
        "Of several layouts for the same person the first in the list counts: a sales manager is a "
        "salesperson, too, so put the layout of managers above that of salespeople.",
    )
    company_id = fields.Many2one("res.company", help="Only while working in this company.")
    line_ids = fields.One2many(
        "sales.customer.layout.line",
        "layout_id",
        string="Places",
        copy=True,
    )
    problem = fields.Text(compute="_compute_problem", string="Without Effect")

    def _compute_problem(self):
        layouts = self.search(
            [("active", "=", True), ("group_ids", "=", False), ("company_id", "=", False)]
        )
        for layout in self:
            lines = layout.line_ids.filtered("problem")
            texts = [f"{line.title}: {line.problem}" for line in lines]
            before = layouts.filtered(lambda other, me=layout._origin: other._is_before(me))
            if before:
                texts.append(
                    self.env._('Nobody sees this layout: "%s" comes first.', before[0].name)
                )
            layout.problem = "\n".join(texts)

    def _is_before(self, other):
        return (self.sequence, self.id) < (other.sequence, other.id) and self != other

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        return [
            {**vals, "name": self.env._("%s (copy)", layout.name)}
            for layout, vals in zip(self, copies, strict=True)
        ]

    # === WHOSE LAYOUT === #

    @api.model
    def _get_layout_id(self):
        """Return the id of the layout that the user sees the customer form in, or False."""
        preview_id = self.env.context.get(PREVIEW_KEY)
        if preview_id and self._can_preview(preview_id):
            return preview_id
        return self._get_layout_id_of(self.env.uid, self.env.company.id)

    @api.model
    def _can_preview(self, layout_id):
        # a client may send anything
        if type(layout_id) is not int or not self.has_access("write"):
            return False
        domain = [("id", "=", layout_id)]
        return bool(self.with_context(active_test=False).search_count(domain))

    @api.model
    @ormcache("uid", "company_id")
    def _get_layout_id_of(self, uid, company_id):
        # reason: who sees a layout need not read layouts
        user = self.env["res.users"].sudo().browse(uid)
        if uid == SUPERUSER_ID or not user._is_internal():
            return False
        group_ids = set(user._get_group_ids())
        # reason: see above
        layouts = self.sudo().search(
            [("active", "=", True), ("company_id", "in", [False, company_id])]
        )
        return next((layout.id for layout in layouts if layout._is_for(group_ids)), False)

    def _is_for(self, group_ids):
        return not self.group_ids or not group_ids.isdisjoint(self.group_ids.ids)

    # === WHAT IT DOES TO THE FORM === #

    @api.model
    def _is_customer_form(self, view):
        """Whether it is the form of partners, or one that was derived from it."""
        form = self.env.ref("base.view_partner_form", raise_if_not_found=False)
        while view.inherit_id and view != form:
            view = view.inherit_id
        return bool(form) and view == form

    def _arrange(self, arch, mobile=False):
        """Arrange a form as the layout says.

        :param arch: the form, which is changed
        :param mobile: whether it is for a phone
        :return: what became of it, a :class:`FormArrangement`
        """
        lines = self._get_lines()
        arrangement = FormArrangement(arch, lines._make_field)
        arrangement.arrange([line._get_place() for line in lines], mobile)
        return arrangement

    def _get_lines(self):
        """Return the lines in order, also when they have just been given another one."""
        return self.line_ids.sorted(lambda line: (line.sequence, line.id))

    @api.model
    def _get_plain_form(self):
        """Return the customer form as it is without any layout, and its view."""
        partners = self.env["res.partner"].with_context(without_customer_layout=True)
        return partners._get_view(self.env.ref("base.view_partner_form").id, "form")

    def _get_problems(self, mobile=False):
        """Return what becomes of the lines that do not have the effect they should have.

        :param mobile: whether the form is for a phone
        :return: dict of codes by id of the line
        """
        arch, _view = self._get_plain_form()
        return self._arrange(arch, mobile).problems

    @api.constrains("line_ids")
    def _check_form(self):
        """The form that a layout makes must be one that opens, and can be saved."""
        for layout in self:
            lines = layout._get_lines()
            lines._check_buried(layout._get_problems(mobile=True))
            arch, view = layout._get_plain_form()
            lines._check_buried(layout._arrange(arch).problems)
            if error := lines._get_view_error(view, arch):
                lines._raise_culprit(error)

    # === CHANGES SHOW AT ONCE === #

    @api.model_create_multi
    def create(self, vals_list):
        layouts = super().create(vals_list)
        self._forget_forms()
        return layouts

    def write(self, vals):
        res = super().write(vals)
        self._forget_forms()
        return res

    def unlink(self):
        res = super().unlink()
        self._forget_forms()
        return res

    @api.model
    def _forget_forms(self):
        """Forget the forms that were arranged: here, and in all browsers that are open."""
        self.env.registry.clear_cache("default", "templates")
        said = self.env.cr.precommit.data
        if "sales_customer_layout" not in said:
            said["sales_customer_layout"] = True
            self.env["bus.bus"]._sendone("broadcast", "sales_customer_layout/changed", {})

    @api.model
    @ormcache()
    def _get_version(self):
        """Return a text that is another one after each change."""
        # reason: everybody's browser asks
        lines = self.env["sales.customer.layout.line"].sudo()
        versions = [
            model.with_context(active_test=False)._read_group(
                [], [], ["__count", "write_date:max", "id:max"]
            )
            # reason: see above
            for model in (self.sudo(), lines)
        ]
        return str(versions)

    # === WHAT ADMINISTRATORS DO === #

    def action_load_form(self):
        """List everything that the form has; what is listed already keeps its settings.

        :raise AccessError: for whoever may not change layouts
        """
        self.ensure_one()
        self.check_access("write")
        arch, _view = self._get_plain_form()
        order = [(line._get_key(), line) for line in self._get_lines()]
        known = dict(order)
        behind = 0
        for part in FormArrangement(arch).get_outline():
            if part in known:
                behind = order.index((part, known[part])) + 1
            else:
                order.insert(behind, (part, None))
                behind += 1
        self._write_order(order)

    def _write_order(self, order):
        lines = self.env["sales.customer.layout.line"]
        new = []
        for sequence, (part, line) in enumerate(order, 1):
            if line is None:
                new.append(lines._prepare_line(self, part, sequence))
            elif line.sequence != sequence:
                line.sequence = sequence
        lines.create(new)
        self.invalidate_recordset(["line_ids"])

    def action_preview(self):
        """Open the form of a customer in this layout.

        :return: an action
        :raise AccessError: for whoever may not change layouts
        """
        self.ensure_one()
        self.check_access("write")
        customers = self.env["res.partner"].search([("customer_rank", ">", 0)], limit=1)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview: %s", self.name),
            "res_model": "res.partner",
            "res_id": customers.id,
            "views": [(self.env.ref("base.view_partner_form").id, "form")],
            "context": {PREVIEW_KEY: self.id},
        }
