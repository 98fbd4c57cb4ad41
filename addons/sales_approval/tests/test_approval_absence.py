from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestApprovalAbsence(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead, cls.boss, cls.deputy = (
            new_test_user(cls.env, login=f"absence_{n}", groups="base.group_user") for n in range(3)
        )
        cls.admin = new_test_user(
            cls.env, login="absence_admin", groups="sales_approval.group_sales_approval_admin"
        )

    def _absent(self, user, deputy, days=0):
        day = fields.Date.add(fields.Date.context_today(user), days=days)
        values = {"user_id": user.id, "deputy_id": deputy.id, "date_from": day, "date_to": day}
        return self.env["sales.approval.absence"].create(values)

    def _decides_for(self, user):
        return user._get_approval_deputies()[user]

    def test_deputies_of_deputies(self):
        self._absent(self.lead, self.boss)
        self.assertEqual(self._decides_for(self.lead), self.boss)
        self._absent(self.boss, self.deputy)
        self.assertEqual(self._decides_for(self.lead), self.deputy)
        principals = self.env["sales.approval.absence"]._get_principals(self.deputy)
        self.assertEqual(principals, self.lead | self.boss)

    def test_a_circle_of_absent_people(self):
        for user, deputy in (
            (self.lead, self.boss),
            (self.boss, self.deputy),
            (self.deputy, self.boss),
        ):
            self._absent(user, deputy)
        self.assertEqual(self._decides_for(self.lead), self.lead)
        self.assertEqual(self._decides_for(self.boss), self.boss)

    def test_yesterday_and_tomorrow_do_not_count(self):
        self._absent(self.lead, self.boss, days=-1)
        self._absent(self.lead, self.boss, days=1)
        self.assertEqual(self._decides_for(self.lead), self.lead)

    def test_a_deputy_who_has_left_does_not_count(self):
        self._absent(self.lead, self.boss)
        self.boss.active = False
        self.assertEqual(self._decides_for(self.lead), self.lead)

    def test_absences_are_one_s_own(self):
        absences = self.env["sales.approval.absence"]
        values = {"user_id": self.lead.id, "deputy_id": self.boss.id, "date_to": "2099-01-01"}
        with self.assertRaises(AccessError):
            absences.with_user(self.boss).create(values)
        absence = absences.with_user(self.lead).create(values)
        self.assertFalse(absences.with_user(self.boss).search([]))
        self.assertIn(absence, absences.with_user(self.admin).search([]))
