from odoo.tests import HttpCase, no_retry, tagged

from .common import RoundCommon


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    @no_retry
    def test_desktop(self):
        suite = get_suite_id("@sales_quotation_round")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundTours(RoundCommon, HttpCase):
    """A salesperson makes rounds and compares them, on both screens."""

    def _run_story(self):
        self.env["sale.order"].flush_model()
        url = f"/odoo/sales/{self.first.id}"
        self.start_tour(url, "sales_quotation_round_story", login=self.owner.login)
        rounds = self.env["sale.order"].search(
            [("name", "=", self.first.name)], order="round_number"
        )
        self.assertEqual(rounds.mapped("round_number"), [1, 2, 3])
        self.assertEqual(rounds.mapped("round_state"), ["superseded", "superseded", "open"])
        self.assertEqual(rounds[2].base_round_id, self.first)
        self.assertEqual(rounds[2].round_reason, "competitor")
        self.assertEqual(rounds.create_uid, self.owner | self.env.user)

    def test_story_on_the_desktop(self):
        self._run_story()

    def test_comparison_on_the_phone(self):
        self.browser_size, self.touch_enabled = "375x667", True
        second = self.first._make_round()
        self._give(second, pump=10)
        self._get_line(second, self.hose).unlink()
        self.start_tour(
            f"/odoo/sales/{second.id}", "sales_quotation_round_phone", login=self.owner.login
        )
        self.assertEqual(second.round_count, 2)
