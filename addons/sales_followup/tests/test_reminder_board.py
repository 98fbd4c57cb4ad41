from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_reminder import ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderBoard(ReminderCommon):
    def _get_board(self, user, *args, **kwargs):
        return self.env["mail.activity"].with_user(user).get_followup_board(*args, **kwargs)

    def _count(self, board, category):
        found = next(row for row in board["categories"] if row["id"] == category.id)
        return found["overdue"], found["today"], found["planned"]

    def test_board_counts_what_is_mine_by_category(self):
        check = self.env.ref("sales_followup.activity_type_check")
        self._remind(days=-1)
        self._remind(days=-5)
        self._remind()
        self._remind(days=3, activity_type_id=check.id)
        self._remind(days=30)
        self._remind(user=self.other)
        board = self._get_board(self.owner)
        self.assertEqual(self._count(board, self.contact_type), (2, 1, 0))
        self.assertEqual(self._count(board, check), (0, 0, 1))
        self.assertEqual([item["days"] for item in board["items"]], [-5, -1, 0, 3])
        self.assertEqual({item["customer"] for item in board["items"]}, {"Langsu Trading"})
        self.assertFalse(board["has_team"])
        only = self._get_board(self.owner, type_id=check.id)
        self.assertEqual([item["days"] for item in only["items"]], [3])

    def test_lead_and_order_are_the_customers(self):
        lead = self.env["crm.lead"].create({"name": "Ten pumps", "user_id": self.owner.id})
        activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.owner.id)
        self.assertFalse(activity.customer_id)
        lead.partner_id = self.contact
        self.assertEqual(activity.customer_id, self.customer)
        self.assertIn(activity.id, [item["id"] for item in self._get_board(self.owner)["items"]])

    def test_leader_sees_the_team_person_by_person(self):
        self._remind(days=-1)
        self._remind(user=self.other)
        outsider = self._create_user("sun", "sales_team.group_sale_salesman", name="Sun")
        self._remind(user=outsider)
        leader = self._create_user("lin", "sales_team.group_sale_salesman", name="Lin")
        self.team.user_id = leader
        board = self._get_board(leader, "team")
        people = {row["name"]: (row["overdue"], row["today"]) for row in board["people"]}
        self.assertEqual(people, {"Li Na": (1, 0), "Wang Lei": (0, 1)})
        self.assertEqual(len(board["items"]), 2)
        one = self._get_board(leader, "team", user_id=self.other.id)
        self.assertEqual([item["user"] for item in one["items"]], ["Wang Lei"])

    def test_salesperson_sees_no_team_and_others_nothing(self):
        self._remind(user=self.other)
        self.assertFalse(self._get_board(self.owner, "team")["items"])
        self.assertFalse(self._get_board(self.owner, "me", user_id=self.other.id)["items"])
        staff = new_test_user(self.env, "followup_staff", "base.group_user")
        with self.assertRaises(AccessError):
            self._get_board(staff)

    def test_queries_do_not_grow_with_reminders_and_people(self):
        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get_board(self.leader, "team")
            return self.env.cr.sql_log_count - before

        counts = []
        for count in (1, 10, 100):
            for number in range(count):
                customer = self._create_customer(f"C{number}")
                self._remind(days=-number, res_id=customer.id)
            measure()
            counts.append(measure())
        self.assertLessEqual(counts[2], counts[1] + 2, counts)
