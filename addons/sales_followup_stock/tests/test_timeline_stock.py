from odoo.tests import tagged

from odoo.addons.sales_followup.tests.common import FollowupCommon


@tagged("post_install", "-at_install")
class TestTimelineStock(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.is_storable = True

    def _get_deliveries(self, user):
        return self.customer.with_user(user).get_timeline(kinds=["delivery"])["items"]

    def test_delivery_stands_on_the_timeline_before_and_after_it_went_out(self):
        order = self._create_order(partner_id=self.contact.id)
        order.action_confirm()
        [item] = self._get_deliveries(self.leader)
        self.assertEqual(item["title"], order.picking_ids.name)
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        [item] = self._get_deliveries(self.leader)
        self.assertEqual(item["state"], "Done")
        self.assertEqual(item["date"], str(picking.date_done))

    def test_who_reads_no_deliveries_sees_none(self):
        self._create_order().action_confirm()
        self.assertTrue(self._get_deliveries(self.owner))
        self.env["ir.model.access"].search([("model_id.model", "=", "stock.picking")]).filtered(
            lambda access: access.group_id != self.env.ref("base.group_system")
        ).perm_read = False
        self.assertFalse(self._get_deliveries(self.owner))
