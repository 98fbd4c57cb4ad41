from odoo.tests import HttpCase, no_retry, tagged


def get_suite_id(name):
    """Return the id that Hoot gives to a suite: its 32 bit hash, as core's tests compute it."""
    number = 0
    for char in name:
        number = ((number << 5) - number + ord(char)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestMapUnits(HttpCase):
    """The unit tests of the view, and of no other."""

    @no_retry
    def test_desktop(self):
        suite = get_suite_id("@sales_map")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
