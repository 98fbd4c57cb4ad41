from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_followup.tests.common import FollowupCommon


@tagged("post_install", "-at_install")
class TestTimelineContract(FollowupCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        line = Command.create({"product_id": cls.product.id, "quantity": 5, "price_unit": 80})
        cls.contract = cls.env["sales.contract"].create(
            {
                "partner_id": cls.contact.id,
                "user_id": cls.owner.id,
                "client_order_ref": "FA-7",
                "line_ids": [line],
            }
        )

    def _get_contracts(self, user, **filters):
        customer = self.customer.with_user(user)
        return customer.get_timeline(kinds=["contract"], **filters)["items"]

    def test_contracts_stand_on_the_timeline_from_when_they_run(self):
        self.assertFalse(self._get_contracts(self.owner))
        self.contract.action_confirm()
        [item] = self._get_contracts(self.owner)
        self.assertEqual(item["title"], f"{self.contract.name} (FA-7)")
        self.assertEqual(item["state"], "Running")
        self.contract.action_close()
        [item] = self._get_contracts(self.owner)
        self.assertEqual(item["state"], "Closed")
        self.assertEqual(item["date"], str(self.contract.closed_date))

    def test_who_reads_no_contract_sees_none(self):
        self.contract.action_confirm()
        self.contract.user_id = self.leader
        self.contract.message_post(body="Signed at the fair", message_type="comment")
        self.assertFalse(self._get_contracts(self.owner))
        self.assertTrue(self._get_contracts(self.leader))
        for user, sees in ((self.owner, False), (self.leader, True)):
            customer = self.customer.with_user(user)
            told = str(customer.get_timeline(kinds=["message"]))
            self.assertEqual("Signed at the fair" in told, sees)
