from odoo.tests import HttpCase, no_retry, tagged

from .common import AvailabilityCommon


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestAvailabilityAdviceUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    def _run_suite(self, preset):
        suite = get_suite_id("@sales_availability")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={preset}&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )

    @no_retry
    def test_desktop(self):
        self._run_suite("desktop")

    @no_retry
    def test_phone(self):
        self.browser_size = "375x667"
        self.touch_enabled = True
        self._run_suite("mobile")
