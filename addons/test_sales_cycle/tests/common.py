from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon


class SalesStoryCommon(BaseCommon):
    """A trading company on the day before the story: goods on the shelf, a salesperson, no order,
    and a pool that both salespeople may claim customers from.

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
