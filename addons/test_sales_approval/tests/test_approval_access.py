from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalAccess(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._new_rule()
        cls.open = cls._new_offer()
        cls.secret = cls._new_offer(terms="secret", team_lead_id=cls.lead.id)
        (cls.open | cls.secret).action_approval_ask()

    def test_requests_are_read_by_who_reads_the_document(self):
        for name in ("request", "step", "log"):
            everything = self.env[f"sales.approval.{name}"].search([])
            secret = everything.filtered(lambda row: row.res_id == self.secret.id)
            self.assertTrue(secret)
            for user in (self.seller, self.lead):
                self.assertLessEqual(secret, everything.with_user(user).search([]))
            mine = everything.with_user(self.colleague)
            self.assertEqual(mine.search([]), everything - secret)
            self.assertEqual(mine.search_count([]), len(everything - secret))
            [[count]] = mine._read_group([], [], ["__count"])
            self.assertEqual(count, len(everything - secret))
            found = mine.search([("id", "in", secret.ids)])
            self.assertFalse(found)
            forbidden = secret.with_user(self.colleague)
            forbidden.invalidate_recordset()
            for call in (
                lambda f=forbidden: f.read(["res_id"]),
                lambda f=forbidden: f.with_user(self.colleague)._export_rows([["res_id"]]),
                lambda f=forbidden: f.web_read({"res_model": {}}),
                lambda f=forbidden: f.check_access("read"),
            ):
                with self.assertRaises(AccessError):
                    call()

    def test_nobody_writes_requests_steps_or_log(self):
        for user in (self.seller, self.lead, self.admin, self.env.ref("base.user_admin")):
            for name in ("request", "step", "log"):
                record = self.env[f"sales.approval.{name}"].search([], limit=1).with_user(user)
                with self.assertRaises(UserError):
                    record.write({"res_id": 1})
                with self.assertRaises(UserError):
                    record.unlink()
                with self.assertRaises(AccessError):
                    record.create({"res_model": "test.approval.document", "res_id": 1})
        log = self.env["sales.approval.log"].search([], limit=1)
        self.assertRefused(UserError, lambda: log.sudo().write({"note": "x"}), "by nobody")
        self.assertRefused(UserError, log.sudo().unlink, "by nobody")

    def test_only_approvers_decide(self):
        request = self.open.approval_request_id
        for user in (self.seller, self.colleague, self.boss, self.admin):
            for context in ({}, {"su": True, "uid": self.lead.id, "default_decision": "approved"}):
                mine = request.with_user(user).with_context(**context)
                with self.assertRaises(AccessError):
                    mine.action_approve()
                with self.assertRaises(AccessError):
                    mine.action_reject("x")
                dialog = self.env["sales.approval.decide"].with_user(user).with_context(**context)
                dialog = dialog.create({"decision": "approved", "request_ids": request.ids})
                with self.assertRaises(AccessError):
                    dialog.action_confirm()
        self.assertEqual(self.open.approval_state, "waiting")

    def test_an_approver_without_the_document_does_not_decide(self):
        self.secret.sudo().team_lead_id = self.boss
        self.env.invalidate_all()
        lead = self.secret.with_user(self.lead)
        with self.assertRaises(AccessError):
            lead.action_approval_approve()
        with self.assertRaises(AccessError):
            self.secret.sudo().approval_request_id.with_user(self.lead).action_approve()

    def test_to_ask_one_must_write_the_document(self):
        offer = self._new_offer(terms="secret")
        with self.assertRaises(AccessError):
            offer.with_user(self.colleague).action_approval_ask()
        dialog = self.env["sales.approval.decide"].with_user(self.colleague)
        dialog = dialog.create(
            {"decision": "ask", "res_model": "test.approval.document", "res_ids": offer.ids}
        )
        for call in (lambda: dialog.reason, dialog.action_confirm):
            with self.assertRaises(AccessError):
                call()

    def test_a_dialog_reads_no_other_models(self):
        partner = self.env.company.partner_id
        dialog = self.env["sales.approval.decide"].with_user(self.colleague)
        dialog = dialog.create(
            {"decision": "ask", "res_model": "res.partner", "res_ids": partner.ids}
        )
        self.assertFalse(dialog.reason)

    def test_rules_are_made_by_administrators(self):
        with self.assertRaises(AccessError):
            self.rule.with_user(self.lead).write({"active": False})
        with self.assertRaises(AccessError):
            self.rule.with_user(self.lead).action_simulate()
        self.rule.with_user(self.admin).write({"sequence": 3})
        self.assertEqual(self.rule.sequence, 3)

    def test_mine_is_found_by_search_and_shown(self):
        requests = self.env["sales.approval.request"]
        both = self.open.approval_request_id | self.secret.approval_request_id
        mine = [("can_decide", "=", True)]
        self.assertEqual(requests.with_user(self.lead).search(mine), both.sorted("id", True))
        self.assertFalse(requests.with_user(self.boss).search(mine))
        self.assertFalse(requests.with_user(self.seller).search(mine))
        documents = self.env["test.approval.document"].with_user(self.lead)
        found = documents.search([("approval_can_decide", "=", True)])
        self.assertEqual(found, self.open | self.secret)
