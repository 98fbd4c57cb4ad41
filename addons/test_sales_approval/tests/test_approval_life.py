from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalLife(ApprovalCase):
    def test_a_kind_of_document_that_goes_is_forgotten(self):
        rule = self._new_rule()
        offer = self._new_approved()
        request = offer.approval_request_id
        self.env["sales.approval.request"]._forget_models(["test.approval.document"])
        self.assertFalse(rule.exists())
        self.assertFalse(request.exists())
        offer.invalidate_recordset()
        self.assertFalse(offer.approval_approved_id)

    def test_a_rule_without_its_documents_harms_nobody(self):
        """The addon of a kind of document may be gone from the addons path."""
        self._new_rule()
        offer = self._new_approved()
        query = "UPDATE %s SET res_model = 'gone.document'"
        for table in ("sales_approval_rule", "sales_approval_request", "sales_approval_step"):
            self.env.cr.execute(query % table)
        self.env.invalidate_all()
        requests = self.env["sales.approval.request"]
        self.assertFalse(requests.with_user(self.seller).search([]))
        self.assertTrue(requests.search([]).mapped("reason"))
        self.env["sales.approval.rule"].search([]).read(["res_model", "name", "waiting_count"])
        self.assertEqual(offer.approval_state, "approved")
