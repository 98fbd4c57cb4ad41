import ast
import re

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

# What Odoo itself cannot do without: documents, access rules and name lists stand on it.
ESSENTIAL_FIELDS = frozenset(
    """
    id name display_name complete_name active type is_company parent_id parent_name child_ids
    commercial_partner_id commercial_company_name company_id company_type user_id user_ids
    customer_rank supplier_rank partner_share is_public lang tz create_uid create_date write_uid
    write_date customer_duplicate_message same_vat_partner_id same_company_registry_partner_id
    """.split()  # noqa: SIM905 one name a word reads better
)
# Fields of core that show or find others without saying that they depend on them.
SILENT_SOURCES = {
    "phone_mobile_search": {"phone", "mobile"},
    "phone_sanitized": {"phone", "mobile"},
}
EXPRESSIONS = ("invisible", "readonly", "required", "column_invisible", "context", "domain")


class SalesCustomerFieldRule(models.Model):
    """Who may read and write a field of the customer file.

    Enforced by ``_has_field_access``, which everything asks: read, search, group by, sort, export,
    and so every call from outside. Fields that are computed from a hidden one are hidden with it.
    """

    _name = "sales.customer.field.rule"
    _description = "Rights on Customer Fields"
    _order = "field_id"
    _rec_name = "field_id"

    field_id = fields.Many2one(
        "ir.model.fields",
        required=True,
        ondelete="cascade",
        domain=[("model", "=", "res.partner")],
    )
    field_name = fields.Char(related="field_id.name", store=True, string="Technical Name")
    read_group_ids = fields.Many2many(
        "res.groups",
        "sales_customer_field_rule_read_rel",
        string="May Read",
        help="Nobody else reads the field. Empty: everybody.",
    )
    write_group_ids = fields.Many2many(
        "res.groups",
        "sales_customer_field_rule_write_rel",
        string="May Write",
        help="Nobody else changes the field. Empty: everybody who may read it.",
    )
    active = fields.Boolean(default=True)

    _field_unique = models.Constraint("UNIQUE (field_id)", "There is a rule for this field.")

    @api.constrains("field_id")
    def _check_field(self):
        for rule in self:
            if rule.field_id.model != "res.partner" or rule.field_name in ESSENTIAL_FIELDS:
                raise ValidationError(
                    self.env._(
                        'Access to "%s" cannot be restricted: Odoo does not work without it.',
                        rule.field_id.field_description,
                    )
                )
            field = self.env["res.partner"]._fields[rule.field_name]
            # core asks no rights before it calls the search method of a field
            if field.search and not field.store and not field.related:
                raise ValidationError(
                    self.env._(
                        'Access to "%s" cannot be restricted: it could still be searched by. '
                        "Restrict the fields that it is computed from.",
                        rule.field_id.field_description,
                    )
                )

    # === WHICH FIELDS === #

    @api.model
    def _get_hidden_fields(self, operation):
        """Return the fields of partners that the user may not read, or not write.

        :param operation: read or write
        :return: frozenset of names
        """
        if self.env.su:
            return frozenset()
        return self._get_hidden_fields_of(self.env.uid, operation)

    @api.model
    @ormcache("uid", "operation")
    def _get_hidden_fields_of(self, uid, operation):
        # the rules bind those, too, who may not read them
        user = self.env["res.users"].sudo().browse(uid)
        group_ids = set(user._get_group_ids())
        rules = self.sudo().search([("active", "=", True)])
        hidden = {r.field_name for r in rules if r._is_hiding(r.read_group_ids, group_ids)}
        hidden |= self._get_derived_fields(hidden)
        if operation == "write":
            hidden |= {r.field_name for r in rules if r._is_hiding(r.write_group_ids, group_ids)}
        return frozenset(hidden)

    @api.model
    def _is_hiding(self, groups, group_ids):
        return bool(groups) and group_ids.isdisjoint(groups.ids)

    @api.model
    def _get_derived_fields(self, hidden):
        """Return the fields that are computed from hidden ones, and from those, and so on."""
        depends = self.pool.field_depends
        sources = {
            name: {path.split(".")[0] for path in depends[field]} - {name}
            for name, field in self.env["res.partner"]._fields.items()
            if field.compute and name not in ESSENTIAL_FIELDS
        } | SILENT_SOURCES
        derived, new = set(), set(hidden)
        while new:
            new = {n for n, names in sources.items() if names & new} - derived - hidden
            derived |= new
        return derived

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # === VIEWS === #

    @api.model
    def _get_restricted_fields(self):
        """Return the fields of partners that not everybody may read.

        :return: frozenset of names
        """
        return self._get_restricted_names()

    @api.model
    @ormcache()
    def _get_restricted_names(self):
        # reason: the rules bind those, too, who may not read them
        rules = self.sudo().search([("active", "=", True), ("read_group_ids", "!=", False)])
        return frozenset(rules.mapped("field_name"))

    @api.model
    def _strip_view(self, view, model):
        """Return a view without the hidden fields, and without what asks for them.

        :param view: what ``get_view`` returns
        :param model: of the view, with the user it is for
        """
        arch = etree.fromstring(view["arch"])
        self._strip_arch(arch, model)
        return {**view, "arch": etree.tostring(arch, encoding="unicode")}

    @api.model
    def _strip_arch(self, arch, model):
        """Strip a view, and apart from it the lists and forms within it, by their own models."""
        nested = []
        for node in arch.xpath(".//field[*][not(ancestor::field[*])]"):
            field = model._fields.get(node.get("name"))
            if field and field.comodel_name:
                nested.append((node, list(node), self.env[field.comodel_name]))
                del node[:]
        if hidden := model._get_stripped_fields():
            self._strip_fields(arch, hidden)
        for node, views, comodel in nested:
            for view in views:
                self._strip_arch(view, comodel)
            node.extend(views)

    @api.model
    def _strip_fields(self, arch, hidden):
        for node in [n for n in arch.iter("field") if n.get("name") in hidden]:
            self._remove_node(node)
        for node in [n for n in arch.iter("label") if n.get("for") in hidden]:
            self._remove_node(node)
        for node in list(arch.iter("filter")):
            if any(re.search(rf"['\"]{name}\b", str(node.attrib)) for name in hidden):
                self._remove_node(node)
        for node in arch.iter(etree.Element):
            self._strip_attributes(node, hidden)

    @api.model
    def _remove_node(self, node):
        """Remove it, and keep the text behind it."""
        previous, parent = node.getprevious(), node.getparent()
        if node.tail and previous is not None:
            previous.tail = (previous.tail or "") + node.tail
        elif node.tail:
            parent.text = (parent.text or "") + node.tail
        parent.remove(node)

    @api.model
    def _strip_attributes(self, node, hidden):
        names = "|".join(sorted(map(re.escape, hidden)))
        for key, value in node.attrib.items():
            if key in EXPRESSIONS:
                node.set(key, re.sub(rf"(?<![\w.'\"])({names})(?![\w'\"])", "False", value))
            elif key.startswith("t-"):
                node.set(key, re.sub(rf"\brecord\.({names})\b(\.\w+)?", "false", value))
        if node.get("filter_domain"):
            node.set("filter_domain", self._strip_domain(node.get("filter_domain"), hidden))

    @api.model
    def _strip_domain(self, text, hidden):
        """Take hidden fields out of "one of these fields contains what was typed"."""
        terms = ast.parse(text, mode="eval").body.elts
        leaves = [term for term in terms if isinstance(term, ast.Tuple)]
        kept = [leaf for leaf in leaves if leaf.elts[0].value.split(".")[0] not in hidden]
        operators = {term.value for term in terms if isinstance(term, ast.Constant)}
        if len(kept) == len(leaves) or not kept or operators - {"|"}:
            return text
        operators = [ast.Constant("|")] * (len(kept) - 1)
        return ast.unparse(ast.List([*operators, *kept], ast.Load()))
