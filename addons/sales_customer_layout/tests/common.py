from lxml import etree

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.sales_customer.tests.common import CustomerCommon


class LayoutCommon(CustomerCommon):
    """Layouts for salespeople, and the form that somebody sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layouts = cls.env["sales.customer.layout"]
        cls.lines = cls.env["sales.customer.layout.line"]
        cls.partners = cls.env["res.partner"]
        cls.clerk = new_test_user(cls.env, "layout_clerk", "base.group_user", lang="en_US")

    @classmethod
    def _prepare_line(cls, line):
        if isinstance(line, str):
            return {"field_name": line}
        if isinstance(line, tuple):
            return dict(zip(("kind", "element"), line, strict=True))
        return line

    @classmethod
    def _create_layout(cls, *lines, groups="sales_team.group_sale_salesman", **values):
        """Create a layout; a line is a field, a pair of kind and element, or its values."""
        group_ids = [cls.env.ref(name).id for name in groups.split(",") if name]
        return cls.layouts.create(
            {
                "name": "Salespeople",
                "group_ids": [Command.set(group_ids)],
                "line_ids": [
                    Command.create({"sequence": n, **cls._prepare_line(line)})
                    for n, line in enumerate(lines, 1)
                ],
                **values,
            }
        )

    def _get_form(self, user=None, **options):
        partners = self.partners.with_user(user or self.anna)
        return etree.fromstring(partners.get_view(view_type="form", **options)["arch"])

    def _find(self, name, user=None, tag="field", **options):
        """Return the part of the form that is shown, or that stands in it."""
        nodes = self._get_form(user, **options).xpath(
            f"sheet//{tag}[@name='{name}'][not(ancestor::field)]"
        )
        shown = [n for n in nodes if n.get("invisible") not in ("1", "True")]
        return next(iter([*shown, *nodes]), None)

    def _get_names(self, group, user=None):
        """Return the names of the fields of a section, in order."""
        return [n.get("name") for n in self._find(group, user, tag="group").iterchildren("field")]
