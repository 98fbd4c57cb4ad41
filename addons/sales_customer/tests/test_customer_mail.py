import re

from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CustomerCommon

MAIL = """\
Return-Path: {return_path}
To: {to}
cc: {cc}
From: {email_from}
Subject: {subject}
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: {msg_id}

Please send us an offer. {extra}
"""
KNOWN = "office@langsu.example.com"
UNKNOWN = "office@nobody.example.com"


@tagged("post_install", "-at_install")
class TestCustomerMail(CustomerCommon, MailCase):
    """What who writes to a team's alias is told by the answers, or is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._init_mail_gateway()
        cls.team = cls.env["crm.team"].create(
            {"name": "Mail", "use_leads": True, "alias_name": "ask-us", "user_id": cls.anna.id}
        )
        cls.address = f"ask-us@{cls.alias_domain}"

    def _receive(self, sender, **team):
        """Let a mail come in.

        :return: the lead, and what is sent to others than the company, without addresses
        """
        self.team.write(team)
        with self.mock_mail_gateway():
            lead = self.format_and_process(
                MAIL,
                sender,
                self.address,
                subject=f"Offer {sender} {team}",
                return_path=sender,
                target_model="crm.lead",
                target_field="name",
            )
        colleagues = {self.anna.email_formatted, self.boris.email_formatted}
        sent = [mail for mail in self._mails if not colleagues.intersection(mail["email_to"])]
        hidden = re.compile(
            r"[\w.]+@nobody[\w.]+|[\w.]+@langsu[\w.]+|<[^>]*@iron.sky>|nobody|langsu"
        )
        return lead, [hidden.sub("*", f"{m['subject']} {m['body']} {m['email_to']}") for m in sent]

    def _assert_alike(self, known, unknown):
        self.assertEqual(known, unknown)
        for text in known:
            for secret in (self.langsu.name, "Boris", "13800138000", "customer"):
                self.assertNotIn(secret, text)

    def test_a_mail_of_a_customer_makes_a_lead_and_no_answer(self):
        before = self.env["res.partner"].search_count([("customer_rank", ">", 0)])
        (lead, known), (other, unknown) = self._receive(KNOWN), self._receive(UNKNOWN)
        self.assertEqual((lead.team_id, other.team_id), (self.team, self.team))
        self._assert_alike(known, unknown)
        self.assertEqual(known, [])
        self.assertEqual(self.env["res.partner"].search_count([("customer_rank", ">", 0)]), before)

    def test_bounces_are_alike(self):
        """An alias that takes mails of colleagues only refuses all others in the same words."""
        (lead, known), (other, unknown) = (
            self._receive(sender, alias_contact="followers") for sender in (KNOWN, UNKNOWN)
        )
        self.assertFalse(lead | other)
        self.assertEqual(len(known), 1)
        self._assert_alike(known, unknown)
