from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApprovalQueries(ApprovalCase):
    """A constant number of queries for 1, 10 and 100 documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._new_rule()
        cls._new_rule([("amount", ">", 10)], [{"approver_kind": "group", "group_id": cls.group.id}])

    def _count(self, count, call, prepare=lambda offers: None):
        offers = self.env["test.approval.document"].concat(
            *(self._new_offer(20) for _n in range(count))
        )
        prepare(offers)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call(offers)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assertConstant(self, call, prepare=lambda offers: None):
        self._count(1, call, prepare)  # warm
        one, ten, hundred = (self._count(n, call, prepare) for n in (1, 10, 100))
        # identifiers are drawn and rows inserted in batches, which are not quite one query
        self.assertLessEqual(ten, one + 12, (one, ten, hundred))
        self.assertLessEqual(hundred, ten + 12, (one, ten, hundred))

    def test_asking(self):
        self.assertConstant(lambda offers: offers.with_user(self.seller).action_approval_ask())

    def test_approving(self):
        self.assertConstant(
            lambda offers: offers.with_user(self.lead).action_approval_approve(),
            lambda offers: offers.with_user(self.seller).action_approval_ask(),
        )

    def test_approving_finally(self):
        def prepare(offers):
            offers.with_user(self.seller).action_approval_ask()
            offers.with_user(self.boss).action_approval_approve()

        self.assertConstant(
            lambda offers: offers.with_user(self.lead).action_approval_approve(), prepare
        )

    def test_the_gate(self):
        def pass_gate(offers):
            offers.sudo()._approval_gate("action_send")

        def prepare(offers):
            for line in offers.line_ids:
                line.write({"discount": 0, "price_unit": 1})

        self.assertConstant(pass_gate, prepare)

    def test_lines_are_edited_after_approval(self):
        def prepare(offers):
            offers.with_user(self.seller).action_approval_ask()
            offers.with_user(self.boss).action_approval_approve()
            offers.with_user(self.lead).action_approval_approve()

        self.assertConstant(lambda offers: offers.line_ids.write({"price_unit": 200}), prepare)

    def test_handing_over(self):
        self.assertConstant(
            lambda offers: (
                offers.approval_request_id.step_ids.filtered(lambda s: self.lead in s.user_ids)
                .with_user(self.lead)
                .action_hand_over(self.deputy.id, "x")
            ),
            lambda offers: offers.with_user(self.seller).action_approval_ask(),
        )

    def test_the_job_finds_who_lost_access(self):
        def reassign(offers):
            offers.approval_request_id.step_ids._reassign_pending()

        self.assertConstant(
            reassign, lambda offers: offers.with_user(self.seller).action_approval_ask()
        )

    def test_lists(self):
        def read(offers):
            requests = self.env["sales.approval.request"].with_user(self.lead)
            found = requests.search([("res_id", "in", offers.ids)])
            found.web_read(
                {
                    "reason": {},
                    "model_name": {},
                    "can_decide": {},
                    "can_withdraw": {},
                    "can_hand_over": {},
                    "user_id": {"fields": {"display_name": {}}},
                    "pending_step_ids": {"fields": {"display_name": {}}},
                }
            )

        self.assertConstant(
            read, lambda offers: offers.with_user(self.seller).action_approval_ask()
        )

    def test_a_simulation(self):
        def simulate(offers):
            self.rule.with_user(self.admin).action_simulate()

        self.assertConstant(simulate)
