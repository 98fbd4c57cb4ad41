from odoo.fields import Command
from odoo.tests import HttpCase, no_retry, tagged

from .test_reminder import ReminderCommon


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestFollowupUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    @no_retry
    def test_desktop(self):
        suite = get_suite_id("@sales_followup")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )


@tagged("post_install", "-at_install")
class TestFollowupTours(ReminderCommon, HttpCase):
    """What a salesperson does with a customer in a day, on both screens."""

    def _set_phone(self):
        self.browser_size = "375x667"
        self.touch_enabled = True

    def _run_story(self):
        reminder = self._remind(summary="Ask for the order")
        url = f"/odoo/res.partner/{self.customer.id}"
        self.start_tour(url, "sales_followup_story", login=self.owner.login)
        followup = self.customer.followup_ids
        self.assertEqual(len(followup), 1)
        self.assertEqual(followup.content, "Wants ten pumps by May")
        self.assertEqual(followup.next_step, "Send the offer")
        self.assertEqual(followup.user_id, self.owner)
        self.assertEqual(self.customer.last_followup_date, followup.date)
        self.assertFalse(reminder.active)
        self.assertEqual(reminder.date_done, self.today)

    def _run_today(self):
        reminder = self._remind(summary="Ask for the order")
        self.start_tour("/odoo/today", "sales_followup_today", login=self.owner.login)
        self.assertFalse(reminder.active)
        self.assertEqual(reminder.snooze_count, 1)
        self.assertGreater(reminder.date_deadline, self.today)
        self.assertIn("At the fair", "".join(self.customer.message_ids.mapped("body")))

    def test_story_on_the_desktop(self):
        self._run_story()

    def test_story_on_the_phone(self):
        self._set_phone()
        self._run_story()

    def test_today_on_the_desktop(self):
        self._run_today()

    def test_today_on_the_phone(self):
        self._set_phone()
        self._run_today()

    def _make_pool(self):
        pool = self.env["sales.customer.pool"].create(
            {"name": "East", "user_ids": [Command.set(self.owner.ids)], "mask_ids": False}
        )
        self.customer.user_id = self.other
        customer = self._create_customer("Hongda Machinery", pool_id=pool.id)
        return pool, customer

    def test_from_card_to_card_on_the_phone(self):
        """Claim, log, remind and release, without opening the customer."""
        self._set_phone()
        pool, customer = self._make_pool()
        url = "/odoo/action-sales_customer_pool.sales_customer_pool_card_action"
        menu = self.env.ref("crm.crm_menu_root").id
        url = f"{url}?menu_id={menu}"
        self.start_tour(url, "sales_followup_cards", login=self.owner.login)
        self.assertEqual(customer.followup_ids.content, "Called, no answer")
        self.assertEqual(customer.pool_id, pool)
        kinds = customer.ownership_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds[-2:], ["claim", "release"])

    def test_story_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.owner.lang = "zh_CN"
        self._run_story()
