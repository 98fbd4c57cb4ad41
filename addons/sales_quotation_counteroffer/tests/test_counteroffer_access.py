import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import CounterofferCommon


@tagged("post_install", "-at_install")
class TestCounterofferAccess(CounterofferCommon):
    """Who may write the quotation may drop a file on it, and nobody else sees the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.content = cls._edit(cls._export(), lambda paper: paper.type("P-1", price=90))

    def _refuse_access(self, method, *args, **options):
        with self.assertRaises(AccessError):
            method(*args, **options)

    def test_a_salesperson_cannot_use_the_quotation_of_another(self):
        self._refuse_access(self.order.with_user(self.other).action_counteroffer)
        self._refuse_access(self._compare, self.content, user=self.other)
        self.assertEqual(self.order.round_count, 1)

    def test_one_s_own_wizard(self):
        wizard = self._compare(self.content)
        stranger = wizard.with_user(self.other)
        self._refuse_access(stranger.read, ["file", "comparison"])
        self._refuse_access(stranger.action_make_round)
        self._refuse_access(stranger.write, {"note": "mine"})
        model = self.env["sales.quotation.counteroffer"].with_user(self.other)
        self.assertFalse(model.search([("id", "=", wizard.id)]))
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", wizard._name),
                ("res_id", "=", wizard.id),
                ("res_field", "=", "file"),
            ]
        )
        self.assertTrue(attachment)
        self._refuse_access(attachment.with_user(self.other).read, ["raw"])

    def test_portal_and_other_employees(self):
        portal = new_test_user(
            self.env, "counter_portal", "base.group_portal", partner_id=self.customer.id
        )
        clerk = new_test_user(self.env, "counter_clerk", "base.group_user")
        self.order.state = "sent"
        for user in (portal, clerk):
            self._refuse_access(self._compare, self.content, user=user)
            self._refuse_access(self.order.with_user(user).action_counteroffer)
            self._refuse_access(
                self.env["sales.quotation.counteroffer"].with_user(user).search, [], limit=1
            )

    def test_the_manager_may(self):
        manager = new_test_user(self.env, "counter_zhao", "sales_team.group_sale_manager")
        made = self._make(self.content, user=manager)
        self.assertEqual(self._get_line(made, self.pump).price_unit, 90)

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "counter_else",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        self._refuse_access(self._compare, self.content, user=stranger)

    def test_nobody_writes_a_comparison(self):
        """What a client sends in place of ours is read again from the file."""
        wizard = self._drop(self._change(lambda paper: paper.type("P-1", price="cheap")))
        wizard.write({"step": "comparison", "can_make": True, "comparison": {"problems": []}})
        self.assertIn("“cheap” is no number", self._refused(wizard.action_make_round))

    def test_a_file_of_the_chatter(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "reply.xlsx",
                "raw": self.content,
                "res_model": "sale.order",
                "res_id": self.order.id,
            }
        )
        model = self.env["sales.quotation.counteroffer"].with_user(self.owner)
        wizard = model.create({"order_id": self.order.id, "attachment_id": attachment.id})
        wizard.action_compare()
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        self.assertEqual(self._get_line(made, self.pump).price_unit, 90)

    def test_attachments_of_others_are_not_read(self):
        mine = self._create_order()
        foreign = self._create_order(user_id=self.other.id)
        attachments = self.env["ir.attachment"].create(
            [
                {"name": "a.xlsx", "raw": self.content, "res_model": "sale.order", "res_id": id_}
                for id_ in (self.order.id, foreign.id)
            ]
        )
        model = self.env["sales.quotation.counteroffer"].with_user(self.owner)
        for attachment, error, text in zip(
            attachments, (UserError, AccessError), ("is not in the chatter", ""), strict=True
        ):
            wizard = model.create({"order_id": mine.id, "attachment_id": attachment.id})
            self.assertIn(text, self._refused(wizard.action_compare, error=error))

    def test_no_file_and_a_file_that_is_none(self):
        model = self.env["sales.quotation.counteroffer"].with_user(self.owner)
        wizard = model.create({"order_id": self.order.id})
        self.assertIn("Choose the Excel file", self._refused(wizard.action_compare))
        wizard.write({"file": base64.b64encode(b"x"), "file_name": "a.xlsx"})
        self.assertIn("damaged", self._refused(wizard.action_compare))

    def test_messages_in_chinese(self):
        self.owner.lang = "zh_CN"
        wizard = self._drop(self._change(lambda paper: paper.type("P-1", price="=1+1")))
        wizard = wizard.with_context(lang="zh_CN")
        wizard.action_compare()
        self.assertIn("这是公式", wizard.comparison["problems"][0])
        wizard = self._drop(b"x").with_context(lang="zh_CN")
        self.assertIn("无法使用", self._refused(wizard.action_compare))
