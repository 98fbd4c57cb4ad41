from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import RoundCommon

TODO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundMovesOn(RoundCommon):
    """What is to do and who follows moves on to the round that replaces another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.first.with_user(cls.owner)
        cls.buyer = new_test_user(cls.env, "round_buyer", "base.group_portal", name="Buyer")
        cls.buyer.partner_id.parent_id = cls.customer

    def _schedule(self, order, user, **values):
        return order.activity_schedule(
            TODO,
            date_deadline=fields.Date.today() + timedelta(days=2),
            summary="Call",
            user_id=user.id,
            **values,
        )

    def test_what_is_to_do_moves_on_whoever_does_it(self):
        mine = self._schedule(self.first, self.owner, note="About the pumps")
        theirs = self._schedule(self.first, self.manager)
        deadline = mine.date_deadline
        second = self.first._make_round()
        self.assertEqual(second.activity_ids, mine | theirs)
        self.assertFalse(self.first.activity_ids)
        self.assertEqual(mine.date_deadline, deadline)
        self.assertEqual(theirs.user_id, self.manager)
        self.assertIn("round 2", mine.res_name)
        found = self.env["sale.order"].search([("activity_ids", "in", mine.ids)])
        self.assertEqual(found, second)

    def test_what_is_done_stays(self):
        done = self._schedule(self.first, self.owner)
        done.action_feedback(feedback="Called")
        second = self.first._make_round()
        self.assertFalse(second.activity_ids)
        activities = self.env["mail.activity"].with_context(active_test=False)
        self.assertEqual(activities.browse(done.id).res_id, self.first.id)

    def test_it_moves_from_the_round_that_is_replaced_and_not_from_the_base(self):
        second = self.first._make_round()
        activity = self._schedule(second, self.owner)
        third = self.first._make_round()
        self.assertEqual(third.base_round_id, self.first)
        self.assertEqual(third.activity_ids, activity)

    def test_followers_follow_the_new_round_as_they_did_the_old_one(self):
        comments = self.env.ref("mail.mt_comment")
        followers = self.buyer.partner_id | self.manager.partner_id
        self.first.message_subscribe(self.buyer.partner_id.ids, comments.ids)
        self.first.message_subscribe(self.manager.partner_id.ids)
        second = self.first._make_round()
        self.assertLessEqual(followers, second.message_partner_ids)
        kinds = {
            order: {one.partner_id: one.subtype_ids for one in order.sudo().message_follower_ids}
            for order in (self.first, second)
        }
        for partner in self.first.message_partner_ids:
            self.assertEqual(kinds[second][partner], kinds[self.first][partner])
        self.assertLessEqual(self.first.message_partner_ids, second.message_partner_ids)

    def test_nobody_gets_a_mail_for_it(self):
        self.first.message_subscribe((self.buyer | self.manager | self.other).partner_id.ids)
        self._schedule(self.first, self.manager)
        before = self.env["mail.mail"].sudo().search_count([])
        notified = self.env["mail.notification"].sudo().search_count([])
        self.first._make_round()
        self.env.flush_all()
        self.assertEqual(self.env["mail.mail"].sudo().search_count([]), before)
        self.assertEqual(self.env["mail.notification"].sudo().search_count([]), notified)

    def test_a_customer_who_follows_reads_the_new_round_when_it_was_sent(self):
        self.first.message_subscribe(self.buyer.partner_id.ids)
        self.first.action_quotation_sent()
        second = self.first._make_round()
        self.assertFalse(second.with_user(self.buyer).has_access("read"))
        second.action_quotation_sent()
        self.assertTrue(second.with_user(self.buyer).has_access("read"))

    def test_who_is_archived_does_not_follow(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        self.first.message_subscribe(gone.ids)
        gone.active = False
        self.assertNotIn(gone, self.first._make_round().message_partner_ids)

    def test_the_timeline_of_the_customer_tells_rounds_apart(self):
        second = self.first._make_round()
        self.assertEqual(second.display_name, f"{self.first.name} round 2")
        if "sales.followup" in self.env:  # whose page of the customer it is
            items = self.customer.with_user(self.manager).get_timeline(kinds=["quotation"])["items"]
            titles = [f"{self.first.name} round {number}" for number in (2, 1)]
            self.assertEqual([item["title"] for item in items], titles)
