from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class CustomerSearchCommon(BaseCommon):
    """A customer that is known by everything, with a contact, and a few others around it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._forget_rules_of_others()
        cls.seller = new_test_user(
            cls.env, "search_seller", "sales_team.group_sale_salesman", name="Li Na"
        )
        cls.other_seller = new_test_user(
            cls.env, "search_other", "sales_team.group_sale_salesman", name="Wang Wei"
        )
        cls.langsu = cls._create_customer(
            "成都朗速科技有限公司",
            phone="028-8555 1234",
            mobile="+86 138 1234 5678",
            wechat="langsu_888",
            email="Sales@Langsu-Tech.example",
            vat="91510100MA61234567",
            ref="REF/0042",
            city="成都市",
            street="高新区天府大道100号",
        )
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "单晓曾",
                "parent_id": cls.langsu.id,
                "mobile": "139 8765 4321",
                "wechat": "shan_xz",
            }
        )
        cls.others = cls._create_customer("上海朗诗实业有限公司", city="上海市")
        cls.others |= cls._create_customer("Orient Machinery GmbH", email="info@orient.example")
        cls.others |= cls._create_customer("重庆长城贸易有限公司")

    @classmethod
    def _forget_rules_of_others(cls):
        """Which customers are whose is settled, and tested, by other addons."""
        group = cls.env.ref("sales_team.group_sale_salesman")
        cls.env["ir.rule"].search(
            [("model_id.model", "=", "res.partner"), ("groups", "in", group.ids)]
        ).active = False

    @classmethod
    def _create_customer(cls, name, **values):
        values = {"is_company": True, "customer_rank": 1, **values}
        return cls.env["res.partner"].create({"name": name, **values})

    def _find(self, text, user=None, limit=20):
        """Return the customers that a user finds, the best first."""
        partners = self.env["res.partner"].with_user(user or self.seller)
        return self.env["res.partner"].browse(
            [found["id"] for found in partners.search_customers(text, limit)]
        )

    def _find_names(self, text, **kwargs):
        partners = self.env["res.partner"].with_user(self.seller)
        return [id_ for id_, _name in partners.name_search(text, **kwargs)]

    def assertFound(self, text, customer=None, user=None):
        customer = customer or self.langsu
        self.assertIn(customer, self._find(text, user), f"{text!r} must find {customer.name}")

    def assertNotFound(self, text, customer=None, user=None):
        customer = customer or self.langsu
        self.assertNotIn(customer, self._find(text, user), f"{text!r} must not find it")


class ReadsLittle:
    """Mixin: whoever searches is taken for somebody who reads a small part of all partners."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key_model = cls.registry["sales.customer.search.key"]
        cls.startClassPatcher(patch.object(key_model, "_get_readable_share", lambda *_args: 0.01))
