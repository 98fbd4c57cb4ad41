from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class FollowupCommon(BaseCommon):
    """A customer with a contact, owned by Li Na; Wang is another salesperson, Zhao the leader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["res.lang"]._activate_lang("en_US")
        cls.leader = cls._create_user("zhao", "sales_team.group_sale_manager", name="Zhao Min")
        cls.owner = cls._create_user("lina", "sales_team.group_sale_salesman", name="Li Na")
        cls.other = cls._create_user("wang", "sales_team.group_sale_salesman", name="Wang Lei")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "East",
                "user_id": cls.leader.id,
                "member_ids": [Command.set([cls.owner.id, cls.other.id])],
            }
        )
        cls.customer = cls._create_customer("Langsu Trading", user_id=cls.owner.id)
        cls.contact = cls.env["res.partner"].create(
            {"name": "Chen Yu", "parent_id": cls.customer.id, "email": "chen@langsu.example.com"}
        )
        cls.product = cls.env["product.product"].create({"name": "Pump", "list_price": 100})
        cls.call = cls.env.ref("sales_followup.method_call")
        cls.mail = cls.env.ref("sales_followup.method_mail")

    @classmethod
    def _create_user(cls, login, group, **values):
        return new_test_user(cls.env, f"followup_{login}", group, lang="en_US", **values)

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "customer_rank": 1, **values}
        )

    @classmethod
    def _log(cls, user=None, **values):
        values = {"partner_id": cls.customer.id, "content": "Talked about pumps", **values}
        return cls.env["sales.followup"].with_user(user or cls.owner).create(values)

    @classmethod
    def _create_order(cls, **values):
        line = Command.create({"product_id": cls.product.id, "product_uom_qty": 1})
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.owner.id,
                "order_line": [line],
                **values,
            }
        )

    @classmethod
    def _answer_mail(cls, author=None, **values):
        """The customer answers a mail."""
        asked = cls.customer.message_post(body="Did you get it?", message_type="comment")
        return cls.env["mail.message"].create(
            {
                "model": "res.partner",
                "res_id": cls.customer.id,
                "message_type": "email",
                "author_id": (author or cls.contact).id,
                "parent_id": asked.id,
                "body": "<p>Yes, we take <b>ten</b></p>",
                **values,
            }
        )
