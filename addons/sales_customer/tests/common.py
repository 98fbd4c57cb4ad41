from contextlib import contextmanager

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

CREDIT_CODE = "91510100MA6CGPQX5T"


class CustomerCommon(BaseCommon):
    """A salesperson who reads only own customers, and the customer of a colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env["res.lang"]._activate_lang("en_US")
        cls.china = cls.env.ref("base.cn")
        cls.env.company.country_id = cls.china
        cls.group = cls.env["res.groups"].create({"name": "Sees own customers"})
        cls.env["ir.rule"].create(
            {
                "name": "Own customers",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain_force": "['|', ('customer_rank', '=', 0), ('user_id', '=', user.id)]",
                "groups": [Command.link(cls.group.id)],
            }
        )
        groups = "sales_team.group_sale_salesman,base.group_partner_manager"
        cls.anna, cls.boris = (
            new_test_user(cls.env, f"customer_{name}", groups, name=name.title(), lang="en_US")
            for name in ("anna", "boris")
        )
        (cls.anna | cls.boris).group_ids = [Command.link(cls.group.id)]
        cls.manager = new_test_user(
            cls.env, "customer_manager", "sales_team.group_sale_manager", lang="en_US"
        )
        cls.langsu = cls._create_customer(
            "成都朗速科技有限公司",
            vat=CREDIT_CODE,
            phone="028 8555 0101",
            mobile="138-0013-8000",
            email="office@langsu.example.com",
            wechat="LangSu_CD",
            user_id=cls.boris.id,
        )

    @classmethod
    def _prepare_customer(cls, name, **values):
        return {"name": name, "is_company": True, "customer_rank": 1, **values}

    @classmethod
    def _create_customer(cls, name, user=None, **values):
        partners = cls.env["res.partner"]
        if user:
            partners = partners.with_user(user)
            values.setdefault("user_id", user.id)
        return partners.create(cls._prepare_customer(name, **values))

    @classmethod
    def _set_policy(cls, **policies):
        for kind, policy in policies.items():
            cls.env.ref(f"sales_customer.key_policy_{kind}").policy = policy

    @classmethod
    def _get_keys(cls, partner, kind=None):
        keys = cls.env["sales.customer.key"].search([("partner_id", "=", partner.id)])
        return {(k.kind, k.value) for k in keys if kind in (None, k.kind)}

    @contextmanager
    def assertRefused(self, *texts, but_not=()):
        """Expect a refusal that says the texts in this order, and that nothing is kept."""
        with self.assertRaises(UserError) as refusal:
            yield
        message = refusal.exception.args[0]
        self.assertRegex(message, "(?s)" + ".*".join(texts))
        for text in but_not:
            self.assertNotIn(text, message)
