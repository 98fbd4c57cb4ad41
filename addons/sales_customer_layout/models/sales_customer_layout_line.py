from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import ormcache

from ..tools.form_arrangement import NEVER, FormArrangement, Place, elements, is_hidden

# Nobody could save a customer without it.
NEVER_HIDDEN = frozenset({"name"})
# What Odoo works with, and what nobody would type into a form.
TECHNICAL_TYPES = frozenset({"json", "many2one_reference", "properties_definition", "reference"})
TECHNICAL_PREFIXES = (
    "activity_",
    "commercial_",
    "complete_name",
    "customer_rank",
    "display_name",
    "image_",
    "message_",
    "my_activity_",
    "parent_path",
    "partner_share",
    "password",
    "rating_",
    "same_",
    "self",
    "signup_",
    "supplier_rank",
    "user_ids",
)


class SalesCustomerLayoutLine(models.Model):
    """The place of one part of the customer form, and how it shows there.

    Parts are known by name and not by record: a line outlives the addon that its field came from.
    """

    _name = "sales.customer.layout.line"
    _description = "Place in a Customer Layout"
    _order = "layout_id, sequence, id"
    _rec_name = "title"

    layout_id = fields.Many2one(
        "sales.customer.layout", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=1000)
    kind = fields.Selection(
        [("page", "Tab"), ("section", "Section"), ("block", "Buttons"), ("field", "Field")],
        required=True,
        default="field",
        help="A field stands in the section or tab above it in the list, a section in the tab "
        "above it. Lines above the first section leave their fields where they are. "
        "A tab or section that you add yourself is a new one, with the label you give it.",
    )
    field_name = fields.Selection("_get_field_choices", string="Field")
    element = fields.Char(
        string="Technical Name",
        compute="_compute_element",
        store=True,
        readonly=False,
        copy=True,
    )
    title = fields.Char(compute="_compute_title", string="In the Form")
    label = fields.Char(translate=True, help="Empty: as in the form.")
    visibility = fields.Selection(
        [
            ("always", "Shown"),
            ("desktop", "Not on phones"),
            ("phone", "Only on phones"),
            ("never", "Hidden"),
        ],
        required=True,
        default="always",
        help="Hiding makes a form simpler, it is no protection: use Rights on Customer Fields for "
        "what a role may not read.",
    )
    is_readonly = fields.Boolean(string="Read-only")
    is_required = fields.Boolean(
        string="Required",
        help="Asked for in the form by these roles. Imports and other programs are not held to it.",
    )
    problem = fields.Char(compute="_compute_problem")

    # === WHAT IT IS ABOUT === #

    @api.model
    def _get_field_choices(self):
        """Return the fields of partners that people know, by their labels."""
        labels = self.env["ir.model.fields"].get_field_string("res.partner")
        names = [
            name
            for name, field in self.env["res.partner"]._fields.items()
            if name not in MAGIC_COLUMNS
            and field.type not in TECHNICAL_TYPES
            and (name == "image_1920" or not name.startswith(TECHNICAL_PREFIXES))
        ]
        choices = [(name, f"{labels.get(name, name)} ({name})") for name in names]
        return sorted(choices, key=lambda choice: choice[1])

    @api.depends("kind", "field_name")
    def _compute_element(self):
        for line in self:
            if line.kind == "field":
                line.element = line.field_name or line.element
            else:
                line.element = line.element

    @api.depends("kind", "element", "label")
    def _compute_title(self):
        titles = self._get_titles()
        for line in self:
            line.title = titles.get((line.kind, line.element)) or line.label or line.element

    @api.model
    @ormcache("self.env.lang", "self.env.company.id", cache="templates")
    def _get_titles(self):
        arch, _view = self.env["sales.customer.layout"]._get_plain_form()
        form = FormArrangement(arch)
        labels = self.env["ir.model.fields"].get_field_string("res.partner")
        titles = {("field", name): label for name, label in labels.items()}
        for kind, key in form.get_outline():
            titles[kind, key] = self._get_node_title(form.get_node(kind, key), labels)
        return titles

    @api.model
    def _get_node_title(self, node, labels):
        if node.get("name") == "button_box":
            return self.env._("Buttons above the name")
        if title := node.get("string"):
            return title
        if node.tag == "field":
            return labels.get(node.get("name"))
        inside = [n for n in elements(node) if n.tag in ("field", "button") and not is_hidden(n)]
        titles = [n.get("string") or labels.get(n.get("name")) for n in inside]
        texts = [text for text in titles if text] or ["".join(node.itertext()).strip()]
        return ", ".join(texts[:2]) + (", …" if len(texts) > 2 else "")

    def _compute_problem(self):
        texts = {
            "missing": self.env._("The form has no such thing, at least not now."),
            "nowhere": self.env._("Put it below a section or tab: it is not in the form yet."),
            "buried": self.env._("It is required, but hidden."),
        }
        for layout, lines in self.grouped("layout_id").items():
            problems = layout._origin._get_problems() if layout._origin else {}
            for line in lines:
                line.problem = texts.get(problems.get(line._origin.id))

    # === FOR THE FORM === #

    def _get_key(self):
        return (self.kind, self.element)

    def _get_place(self):
        return Place(
            self.id,
            self.kind,
            self.element or f"+{self.id}",
            self.visibility,
            self.is_readonly,
            self.is_required,
            # a character that XML does not know would break the form
            "".join(filter(str.isprintable, self.label or "")),
        )

    @api.model
    def _prepare_line(self, layout, part, sequence):
        kind, element = part
        names = {name for name, _label in self._get_field_choices()}
        return {
            "layout_id": layout.id,
            "sequence": sequence,
            "kind": kind,
            "element": element,
            "field_name": element if kind == "field" and element in names else False,
        }

    @api.model
    def _make_field(self, name):
        """Return a node for a field that the form does not show, or None."""
        field = self.env["res.partner"]._fields.get(name)
        if field is None or not self._is_addable(field):
            return None
        node = etree.Element("field", name=name)
        if field.type == "many2many":
            node.set("widget", "many2many_tags")
        return node

    @api.model
    def _is_addable(self, field):
        """Whether the form can show a field that nobody designed a place for."""
        return (
            field.store
            and field.name not in MAGIC_COLUMNS
            and field.type not in {*TECHNICAL_TYPES, "one2many", "properties", "monetary"}
            and not field.name.startswith(TECHNICAL_PREFIXES)
        )

    # === WHAT CANNOT BE === #

    def _raise_about(self, message):
        self.ensure_one()
        raise ValidationError(
            self.env._(
                '"%(line)s" in the layout "%(layout)s": %(message)s',
                line=self.title,
                layout=self.layout_id.name,
                message=message,
            )
        )

    @api.constrains("kind", "field_name", "element")
    def _check_field(self):
        arch, _view = self.env["sales.customer.layout"]._get_plain_form()
        known = {*FormArrangement(arch).parts["field"], *self._get_other_elements()}
        for line in self.filtered(lambda line: line.kind == "field"):
            if not line.element:
                line._raise_about(self.env._("choose a field."))
            if line.element not in known and self._make_field(line.element) is None:
                line._raise_about(self.env._("the form cannot show this field."))

    def _get_other_elements(self):
        """A layout with a field that was uninstalled can still be copied."""
        domain = [("element", "in", self.mapped("element")), ("id", "not in", self.ids)]
        # reason: layouts of other companies count, too
        return self.sudo().search(domain).mapped("element")

    @api.constrains("layout_id", "kind", "element")
    def _check_once(self):
        for layout in self.layout_id:
            seen = set()
            for line in layout.line_ids.filtered("element"):
                if line._get_key() in seen:
                    line._raise_about(self.env._("it stands in the list twice."))
                seen.add(line._get_key())

    @api.constrains("visibility", "is_readonly", "is_required", "kind", "label")
    def _check_settings(self):
        for line in self:
            if line.visibility == NEVER and line.kind == "field" and line.element in NEVER_HIDDEN:
                line._raise_about(self.env._("no customer can be saved without it. Show it."))
            if line.is_required and (line.is_readonly or line.visibility == NEVER):
                line._raise_about(
                    self.env._(
                        "nobody could fill it in. Take off Required, or show it for editing."
                    )
                )
            if not line.element and line.kind == "block":
                line._raise_about(self.env._("buttons cannot be added here."))
            if not line.element and line.kind != "field" and not line.label:
                line._raise_about(self.env._("a new tab or section needs a label."))

    @api.constrains("layout_id", "kind", "element", "visibility", "is_required")
    def _check_form(self):
        self.layout_id._check_form()

    def _check_buried(self, problems):
        for line in self:
            if problems.get(line.id) == "buried":
                line._raise_about(
                    self.env._("it is required, but stands in something that is hidden.")
                )

    @api.model
    def _get_view_error(self, view, arch):
        """Return what Odoo's own check of views says about a form, or None."""
        arch.set("__validate__", "1")
        try:
            # reason: views belong to the system
            view.sudo()._validate_view(arch, "res.partner")
        except ValueError as error:
            return str(error)
        return None

    def _raise_culprit(self, error):
        """Name the first line that spoils the form, unless it is spoilt without any."""
        if self._get_error_of(self.browse()):
            return
        for count, line in enumerate(self, 1):
            if self._get_error_of(self[:count]):
                line._raise_about(error)

    def _get_error_of(self, lines):
        arch, view = self.env["sales.customer.layout"]._get_plain_form()
        FormArrangement(arch, self._make_field).arrange([line._get_place() for line in lines])
        return self._get_view_error(view, arch)

    # === CHANGES SHOW AT ONCE === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["sales.customer.layout"]._forget_forms()
        return lines

    def write(self, vals):
        res = super().write(vals)
        self.env["sales.customer.layout"]._forget_forms()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["sales.customer.layout"]._forget_forms()
        return res
