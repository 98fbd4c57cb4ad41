from odoo.tests import tagged

from .common import CREDIT_CODE, CustomerCommon


@tagged("post_install", "-at_install")
class TestCustomerPolicy(CustomerCommon):
    """Administrators decide what is refused; what is there already never crashes."""

    def _get_listed(self):
        keys = self.env["sales.customer.key"].with_user(self.manager)
        return keys.search(keys.action_open_duplicates()["domain"])

    def test_off_and_warn_let_save(self):
        for policy in ("off", "warn"):
            self._set_policy(tax=policy)
            self._create_customer(f"Other {policy}", vat=CREDIT_CODE)

    def test_blocking_what_is_there_lists_it(self):
        twin = self._create_customer("Twin", phone="13800138000")
        self.assertFalse(self._get_listed())
        self._set_policy(phone="block")
        listed = self._get_listed()
        self.assertEqual((listed.partner_id, listed.kind), (twin, "phone"))
        policy = self.env.ref("sales_customer.key_policy_phone").with_user(self.manager)
        self.assertEqual(policy.duplicate_count, 1)
        with self.assertRefused("Phone"):
            self._create_customer("Third", phone="13800138000")

    def test_duplicates_that_are_there_can_still_be_changed(self):
        twin = self._create_customer("Twin", phone="13800138000")
        self._set_policy(phone="block")
        twin.name = "Twin of Langsu"
        twin.wechat = "twin"
        self.assertEqual(self._get_listed().partner_id, twin)

    def test_cleaning_up_gives_the_key_to_the_next(self):
        twin = self._create_customer("Twin", phone="13800138000")
        self._set_policy(phone="block")
        self.langsu.mobile = False
        self.assertFalse(self._get_listed())
        with self.assertRefused("Phone", "belongs to Twin"):
            self.langsu.mobile = "13800138000"
        twin.phone = False
        self.langsu.mobile = "13800138000"

    def test_a_database_with_duplicates_gets_keys(self):
        twin = self._create_customer("Twin")
        self.env.flush_all()
        self.cr.execute("UPDATE res_partner SET vat = %s WHERE id = %s", [CREDIT_CODE, twin.id])
        self.cr.execute("DELETE FROM sales_customer_key")
        self.env.invalidate_all()
        self.env["sales.customer.key"]._build_keys()
        self.assertEqual(self._get_listed().partner_id, twin)
        self.assertIn(("wechat", "langsu_cd"), self._get_keys(self.langsu))
