from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.base.tests.common import BaseCommon


class CustomerPoolCommon(BaseCommon):
    """A pool of two salespeople, a colleague outside, a manager, and customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")  # the texts that the tests compare
        cls.env.ref("base.user_root").lang = "en_US"
        cls.env.user.lang = "en_US"
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.env.user.tz = "Asia/Shanghai"
        cls.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        salesman = "sales_team.group_sale_salesman,base.group_allow_export"
        cls.li = cls._create_user("pool_li", salesman, name="Li Na")
        cls.wang = cls._create_user("pool_wang", salesman, name="Wang Wei")
        cls.stranger = cls._create_user("pool_stranger", salesman, name="Zhao Lei")
        cls.chief = cls._create_user("pool_chief", "sales_team.group_sale_manager", name="Chen Jie")
        cls.pool = cls.env["sales.customer.pool"].create(
            {"name": "East", "user_ids": [(6, 0, (cls.li | cls.wang).ids)]}
        )
        cls.reason = cls.env["sales.customer.release.reason"].create({"name": "No budget"})

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(cls.env, login, groups, tz="Asia/Shanghai", lang="en_US", **values)

    @classmethod
    def _create_customers(cls, count=1, **values):
        return cls.env["res.partner"].create(
            [
                {
                    "name": f"Langsu Trading {n}",
                    "is_company": True,
                    "customer_rank": 1,
                    "phone": f"+86 138 0000 {n:04}",
                    "email": f"langsu{n}@example.com",
                    **values,
                }
                for n in range(count)
            ]
        )

    @classmethod
    def _create_pooled(cls, count=1, **values):
        return cls._create_customers(count, pool_id=cls.pool.id, **values)

    def _cards(self, partners, user):
        return self.env["sales.customer.pool.card"].with_user(user).browse(partners.ids)

    def _claim(self, partners, user):
        """Claim as a user, and return the texts of the refusals by customer."""
        refusals = self._cards(partners, user)._claim()
        return {self.env["res.partner"].browse(i): text for i, text in refusals.items()}

    def _release(self, partners, user, pool=None):
        wizard = self.env["sales.customer.release"].with_user(user)
        wizard.create(
            {
                "partner_ids": [(6, 0, partners.ids)],
                "pool_id": (pool or self.pool).id,
                "reason_id": self.reason.id,
            }
        ).action_release()

    def _history(self, partner):
        return self.env["sales.customer.ownership"].search(
            [("partner_id", "=", partner.id)], order="id"
        )

    def _backdate(self, partners, days):
        """Let everything that happened to customers have happened some days before."""
        self.env.flush_all()
        for table, column in (("res_partner", "id"), ("sales_customer_ownership", "partner_id")):
            field = "ownership_date" if table == "res_partner" else "date"
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s - %s * interval '1 day' WHERE %s = ANY(%s)",
                    SQL.identifier(table),
                    SQL.identifier(field),
                    SQL.identifier(field),
                    days,
                    SQL.identifier(column),
                    partners.ids,
                )
            )
        self.env.invalidate_all()
