from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class QuotationCase(TransactionCase):
    """A seller with a leader, sales managers, products with costs, and a quotation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._new_user("seller", "sales_team.group_sale_salesman")
        cls.lead = cls._new_user("lead", "sales_team.group_sale_salesman_all_leads")
        cls.manager = cls._new_user("manager", "sales_team.group_sale_manager")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "user_id": cls.lead.id,
                "crm_team_member_ids": [Command.create({"user_id": cls.seller.id})],
            }
        )
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.customer = cls.env["res.partner"].create(
            {"name": "Customer", "is_company": True, "email": "customer@x.test"}
        )
        cls.parent_category = cls.env["product.category"].create({"name": "Cables"})
        cls.category = cls.env["product.category"].create(
            {"name": "Power", "parent_id": cls.parent_category.id}
        )
        cls.product = cls._new_product("Cable", 100, 71, default_code="CAB")
        cls.other = cls._new_product("Plug", 10, 5, default_code="PLG")

    @classmethod
    def _new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=f"quote_{login}",
            groups=groups,
            name=login.capitalize(),
            email=f"{login}@x.test",
        )

    @classmethod
    def _new_product(cls, name, price, cost, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "list_price": price,
                "standard_price": cost,
                "categ_id": cls.category.id,
                "taxes_id": False,
                **values,
            }
        )

    @classmethod
    def _new_floor(cls, factor=1.155, **values):
        return cls.env["sales.price.floor"].create({"factor": factor, **values})

    @classmethod
    def _new_ceiling(cls, percent, user=None, **values):
        whose = {} if values.get("group_id") else {"user_id": (user or cls.seller).id}
        return cls.env["sales.discount.ceiling"].create({"percent": percent, **whose, **values})

    @classmethod
    def _new_order(cls, lines=None, user=None, **values):
        lines = lines or [{}]
        return (
            cls.env["sale.order"]
            .with_user(user or cls.seller)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "order_line": [
                        Command.create({"product_id": cls.product.id, **line}) for line in lines
                    ],
                    **values,
                }
            )
        )

    def assertRefused(self, error, call, *texts):
        """The call fails with a message that has all texts in it; gives the message."""
        with self.assertRaises(error) as caught:
            call()
        self.env.invalidate_all()
        for text in texts:
            self.assertIn(text, str(caught.exception))
        return str(caught.exception)
