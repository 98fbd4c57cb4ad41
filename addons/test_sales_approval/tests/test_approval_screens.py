from lxml import etree

from odoo.tests import Form, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalScreens(ApprovalCase):
    def test_buttons_and_banner_are_in_the_form(self):
        arch = etree.fromstring(
            self.env["test.approval.document"].with_user(self.seller).get_view()["arch"]
        )
        names = arch.xpath("//header/button/@name")
        self.assertIn("action_approval_open_ask", names)
        self.assertIn("action_approval_open_reject", names)
        self.assertIn("action_approval_open_hand_over", names)
        self.assertTrue(arch.xpath("//field[@name='approval_info']"))
        self.assertTrue(
            arch.xpath("//div[@name='button_box']/button[@name='action_approval_open']")
        )

    def test_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_approval"], ["zh_CN"])
        documents = self.env["test.approval.document"].with_context(lang="zh_CN")
        arch = etree.fromstring(documents.get_view()["arch"])
        button = arch.xpath("//button[@name='action_approval_open_ask']")[0]
        self.assertEqual(button.get("string"), "提交审批")
        button = arch.xpath("//button[@name='action_approval_open_hand_over']")[0]
        self.assertEqual(button.get("string"), "转交")
        states = documents.fields_get(["approval_state"])["approval_state"]["selection"]
        self.assertIn(("waiting", "等待审批"), states)

    def test_the_approver_reads_the_rule_in_his_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_approval"], ["zh_CN"])
        rule = self._new_rule()
        rule.with_context(lang="zh_CN").name = "折扣过高"
        offer = self._new_offer(discount=30)
        offer.with_user(self.seller).action_approval_ask()
        request = offer.sudo().approval_request_id
        self.assertIn("折扣过高：", request.with_context(lang="zh_CN").reason)
        self.assertNotIn("折扣过高", request.with_context(lang="en_US").reason)
        rule.with_context(lang="zh_CN").name = "改名以后"
        request.invalidate_recordset(["reason"])
        self.assertIn("折扣过高", request.with_context(lang="zh_CN").reason, "as it was asked")

    def test_an_offer_is_made_asked_and_approved_on_screen(self):
        self._new_rule()
        form = Form(self.env["test.approval.document"].with_user(self.seller))
        form.name = "On screen"
        with form.line_ids.new() as line:
            line.name = "Item"
            line.price_unit = 100
            line.discount = 30
        offer = form.save()
        action = offer.action_approval_open_ask()
        dialog = Form(
            self.env[action["res_model"]].with_user(self.seller).with_context(**action["context"])
        )
        self.assertIn("Discount 30 % is above 15 %", dialog.reason)
        dialog.comment = "Please"
        dialog.save().action_confirm()
        self.assertEqual(offer.approval_state, "waiting")
        action = offer.with_user(self.lead).action_approval_open_approve()
        dialog = Form(
            self.env[action["res_model"]].with_user(self.lead).with_context(**action["context"])
        )
        dialog.save().action_confirm()
        self.assertEqual(offer.approval_state, "approved")

    def test_a_rule_is_made_on_screen(self):
        form = Form(self.env["sales.approval.rule"].with_user(self.admin))
        form.name = "New"
        form.res_model = "test.approval.document"
        rule = form.save()
        self.assertEqual(rule.tier_ids.approver_kind, "group")
        offer = self._new_offer()
        offer.action_approval_ask()
        self.assertIn(self.admin, offer.approval_request_id.step_ids.user_ids)
