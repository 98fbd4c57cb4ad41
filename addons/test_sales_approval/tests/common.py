from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user


class ApprovalCase(TransactionCase):
    """Salespeople, approvers, and an offer with lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rules = cls.env["sales.approval.rule"]
        rules.search([("res_model", "=", "test.approval.document")]).action_archive()
        cls.seller = cls._new_user("seller")
        cls.colleague = cls._new_user("colleague")
        cls.lead = cls._new_user("lead")
        cls.boss = cls._new_user("boss")
        cls.cfo = cls._new_user("cfo")
        cls.deputy = cls._new_user("deputy")
        cls.portal = new_test_user(cls.env, login="appr_portal", groups="base.group_portal")
        cls.admin = cls._new_user("approval_admin", "sales_approval.group_sales_approval_admin")
        cls.group = cls.env["res.groups"].create(
            {"name": "Directors", "user_ids": [Command.set((cls.boss | cls.cfo).ids)]}
        )

    @classmethod
    def _new_user(cls, login, groups="base.group_user"):
        return new_test_user(
            cls.env,
            login=f"appr_{login}",
            groups=groups,
            name=login.capitalize(),
            email=f"{login}@x.test",
        )

    @classmethod
    def _new_rule(cls, conditions=(("discount", ">", 15),), tiers=None, **values):
        tiers = tiers or [{"approver_kind": "user", "user_ids": cls.lead.ids}]
        return cls.env["sales.approval.rule"].create(
            {
                "name": "Discounts",
                "res_model": "test.approval.document",
                "condition_ids": [
                    Command.create({"measure": m, "operator": o, "value": v})
                    for m, o, v in conditions
                ],
                "tier_ids": [
                    Command.create({"name": f"Tier {n}", **tier}) for n, tier in enumerate(tiers)
                ],
                **values,
            }
        )

    @classmethod
    def _new_offer(cls, discount=20, user=None, lines=None, **values):
        lines = lines or [{"discount": discount}]
        return (
            cls.env["test.approval.document"]
            .with_user(user or cls.seller)
            .create(
                {
                    "name": "Offer",
                    "line_ids": [
                        Command.create({"name": f"Item {n}", "price_unit": 100, "cost": 50, **line})
                        for n, line in enumerate(lines)
                    ],
                    **values,
                }
            )
        )

    @classmethod
    def _new_approved(cls, discount=20, **values):
        offer = cls._new_offer(discount, **values)
        offer.action_approval_ask()
        offer.with_user(cls.lead).action_approval_approve()
        return offer

    def _run_job(self):
        crons = self.env.registry["ir.cron"]
        with patch.object(crons, "_commit_progress", lambda *args, **kwargs: 1):
            self.env["sales.approval.step"]._remind_job()
        self.env.invalidate_all()

    def _count_mails(self, address):
        return self.env["mail.mail"].search_count([("email_to", "ilike", address)])

    def _get_notes(self, offer, event):
        logs = offer.sudo().approval_request_id.log_ids
        return logs.filtered(lambda row: row.event == event).sorted("id").mapped("note")

    def assertRefused(self, error, call, *texts):
        """The call fails with a message that has all texts in it."""
        with self.assertRaises(error) as caught:
            call()
        self.env.invalidate_all()
        for text in texts:
            self.assertIn(text, str(caught.exception))
