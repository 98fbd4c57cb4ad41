from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class SalesStoryCommon(BaseCommon):
    """A trading company on the day before the story: goods on the shelf, a salesperson, no order,
    a pool that both salespeople may claim customers from, a leader whom they ask about prices
    below the floor, and a tier for new customers.

    Each later addon adds to this stage what its own chapter needs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].create(
            {"name": "Chengdu", "code": "CDST", "availability_mode": "stop"}
        )
        cls.salesperson = new_test_user(
            cls.env,
            "story_salesperson",
            "sales_team.group_sale_salesman,stock.group_stock_user,account.group_account_invoice",
            name="Li Na",
            property_warehouse_id=cls.warehouse.id,
        )
        cls.colleague = new_test_user(
            cls.env,
            "story_colleague",
            "sales_team.group_sale_salesman",
            name="Wang Wei",
            property_warehouse_id=cls.warehouse.id,
        )
        cls._set_up_prices()
        cls.pool = cls.env["sales.customer.pool"].create(
            {
                "name": "Chengdu Pool",
                "user_ids": [Command.set([cls.salesperson.id, cls.colleague.id])],
                "protection_days": 30,
            }
        )
        cls.grease = cls.env["product.product"].create(
            {
                "name": "Bearing grease",
                "default_code": "STORY-GREASE",
                "type": "consu",
                "is_storable": True,
                "tracking": "lot",
                "list_price": 95,
                "standard_price": 71,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
            }
        )
        cls.lot = cls.env["stock.lot"].create({"name": "G-2611", "product_id": cls.grease.id})
        cls.env["stock.quant"]._update_available_quantity(
            cls.grease, cls.warehouse.lot_stock_id, 40, lot_id=cls.lot
        )

    @classmethod
    def _set_up_prices(cls):
        """New customers pay 2 % less; below cost plus 15 % the leader of the team is asked."""
        for name in ("product.group_product_pricelist", "sale.group_discount_per_so_line"):
            cls.env.ref("base.group_user").implied_ids += cls.env.ref(name)
        cls.leader = new_test_user(
            cls.env, "story_leader", "sales_team.group_sale_salesman_all_leads", name="Chen Jing"
        )
        members = [
            Command.create({"user_id": user.id}) for user in (cls.salesperson, cls.colleague)
        ]
        cls.env["crm.team"].create(
            {"name": "Chengdu", "user_id": cls.leader.id, "crm_team_member_ids": members}
        )
        cls.env["sales.price.floor"].create({"factor": 1.15, "mode": "approve"})
        cls.tier = cls.env["sales.customer.tier"].create(
            {
                "name": "Newcomers",
                "condition_ids": [
                    Command.create({"kind": "age_created", "operator": "max", "enter_value": 180})
                ],
            }
        )
        cls.tier.pricelist_id.item_ids.percent_price = 2
        cls.tier.action_switch_on()

    @classmethod
    def _compute_tier(cls, customer):
        memberships = cls.env["sales.customer.tier.membership"]
        memberships._compute_batch(cls.env.company, customer.ids)

    @classmethod
    def _create_pooled(cls, name):
        """Somebody left this customer, who is nobody's now."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "customer_rank": 1,
                "phone": "+86 28 6555 0188",
                "city": "成都市",
                "pool_id": cls.pool.id,
            }
        )
