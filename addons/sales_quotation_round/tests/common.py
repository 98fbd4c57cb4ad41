from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class RoundCommon(BaseCommon):
    """A quotation of three lines for Langsu; Li Na made it, Wang is another salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        salesman = "sales_team.group_sale_salesman"
        cls.manager = cls._create_user("zhao", "sales_team.group_sale_manager", name="Zhao Min")
        cls.owner = cls._create_user("lina", salesman, name="Li Na")
        cls.other = cls._create_user("wang", salesman, name="Wang Lei")
        cls.customer = cls.env["res.partner"].create({"name": "Langsu Trading"})
        cls.pump, cls.valve, cls.hose = cls.env["product.product"].create(
            [
                {"name": name, "list_price": price, "taxes_id": False}
                for name, price in (("Pump", 100), ("Valve", 40), ("Hose", 5))
            ]
        )
        cls.first = cls._create_quotation()

    @classmethod
    def _create_user(cls, login, group, **values):
        return new_test_user(cls.env, f"round_{login}", group, lang="en_US", **values)

    @classmethod
    def _create_quotation(cls, **values):
        lines = [
            Command.create(
                {"product_id": product.id, "product_uom_qty": quantity, "tax_ids": False}
            )
            for product, quantity in ((cls.pump, 10), (cls.valve, 5), (cls.hose, 20))
        ]
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.owner.id,
                "order_line": lines,
                "require_signature": True,
                "require_payment": False,
                **values,
            }
        )

    @classmethod
    def _get_line(cls, order, product):
        return order.order_line.filtered(lambda line: line.product_id == product)

    @classmethod
    def _give(cls, order, **discounts):
        for name, discount in discounts.items():
            cls._get_line(order, getattr(cls, name)).discount = discount

    def _refused(self, method, *args, error=None):
        """Call, expect to be refused, and return what was said."""
        with self.assertRaises(error or UserError) as caught:
            method(*args)
        return str(caught.exception)
