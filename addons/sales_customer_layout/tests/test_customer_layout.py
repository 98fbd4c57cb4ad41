from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_customer.tests.common import CustomerCommon


class LayoutCommon(CustomerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls.env.ref("sales_team.group_sale_salesman")
        cls.layouts = cls.env["sales.customer.layout"]
        cls.partners = cls.env["res.partner"]

    @classmethod
    def _create_layout(cls, *lines, groups="sales_team.group_sale_salesman", **values):
        group_ids = [cls.env.ref(name).id for name in groups.split(",") if name]
        vals = [
            {
                "kind": "field",
                "sequence": n,
                **({"field_name": line} if isinstance(line, str) else line),
            }
            for n, line in enumerate(lines, 1)
        ]
        return cls.layouts.create(
            {
                "name": "Salespeople",
                "group_ids": [Command.set(group_ids)],
                "line_ids": [Command.create(one) for one in vals],
                **values,
            }
        )

    def _get_form(self, user, **options):
        arch = self.partners.with_user(user).get_view(view_type="form", **options)["arch"]
        return etree.fromstring(arch)


@tagged("post_install", "-at_install")
class TestCustomerLayout(LayoutCommon):
    def test_loading_changes_nothing(self):
        layout = self._create_layout(groups="")
        before = etree.tostring(self.layouts._get_plain_form()[0])
        layout.action_load_form()
        self.assertGreater(len(layout.line_ids), 50)
        arch, _view = self.layouts._get_plain_form()
        arrangement = layout._arrange(arch)
        self.assertEqual(etree.tostring(arch).decode(), before.decode())
        self.assertFalse(arrangement.problems)
        self.assertFalse(layout.problem)
        count = len(layout.line_ids)
        layout.action_load_form()
        self.assertEqual(len(layout.line_ids), count)
