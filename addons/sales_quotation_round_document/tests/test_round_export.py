from unittest.mock import patch
from urllib.parse import unquote

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, no_retry, tagged

from odoo.addons.sales_quotation_round.tests.test_round_screens import get_suite_id

from .common import RoundDocumentCommon


@tagged("post_install", "-at_install")
class TestRoundExport(RoundDocumentCommon):
    """The comparison on the screen as a file, for us."""

    def test_the_two_rounds_on_the_screen(self):
        name, content = self._export(self.owner, self.first, self.unsent)
        self.assertEqual(name, f"{self.first.name} round 1 - round 2.xlsx")
        rows = self._read_sheet(content, "Changes")
        self.assertEqual(rows[1][0], "Round 1 → Round 2")
        self.assertIn("not for the customer", rows[2][0])
        lines = {row[1]: row for row in rows[5:8]}
        self.assertEqual(
            [*lines["Pump"][3:11], lines["Pump"][-1]], [10, 10, 100, 100, 0, 50, 1000, 500, -500]
        )
        self.assertFalse(lines["Valve"][0])
        self.assertEqual([*lines["Valve"][9:11], lines["Valve"][-1]], [200, 200, 0])
        page = self.third.with_user(self.owner).get_rounds_page(self.first.id, self.unsent.id)
        totals = {row[3]: [*row[9:11], row[-1]] for row in rows[8:] if row[3]}
        self.assertEqual(totals["Untaxed Amount"][0], page["totals"]["before"]["untaxed"])
        self.assertEqual(totals["Untaxed Amount"], [1300, 800, -500])

    def test_only_changes(self):
        content = self._export(self.owner, self.first, self.unsent, only_changes=True)[1]
        names = [row[1] for row in self._read_sheet(content, "Changes")]
        self.assertIn("Pump", names)
        self.assertNotIn("Valve", names)

    def test_in_either_direction_and_with_itself(self):
        name, content = self._export(self.owner, self.third, self.first)
        self.assertEqual(name, f"{self.first.name} round 3 - round 1.xlsx")
        pump = next(r for r in self._read_sheet(content, "Changes") if r[1] == "Pump")
        self.assertEqual([*pump[9:11], pump[-1]], [900, 1000, 100])
        content = self._export(self.owner, self.first, self.first)[1]
        self.assertTrue(self._read_sheet(content, "Changes"))

    def test_word(self):
        name, content = self._export(self.owner, self.first, self.unsent, "docx")
        self.assertEqual(name, f"{self.first.name} round 1 - round 2.docx")
        text = self._read_word(content)
        for expected in (
            "Round 1 → Round 2",
            "not for the customer",
            "100.00 0 → 50 1,000.00 → 500.00",
            "1,300.00 800.00 -500.00",
        ):
            self.assertIn(expected, text)

    def test_sections_and_notes_stay_where_they_are(self):
        self.env["sale.order.line"].create(
            {
                "order_id": self.third.id,
                "display_type": "line_section",
                "name": "@Part",
                "sequence": 0,
            }
        )
        content = self._export(self.owner, self.unsent, self.third)[1]
        rows = self._read_sheet(content, "Changes")
        self.assertIn(["New", "@Part"], [row[:2] for row in rows])

    def test_margins_for_those_who_may_see_them(self):
        has_margin = "margin" in self.env["sale.order.line"]._fields
        content = self._export(self.owner, self.first, self.third)[1]
        self.assertEqual("Margin" in str(self._read_sheet(content, "Changes")), has_margin)
        text = self._read_word(self._export(self.owner, self.first, self.third, "docx")[1])
        self.assertEqual("Margin" in text, has_margin)
        if has_margin:
            rows = self._read_sheet(content, "Changes")
            pump = next(row for row in rows if row[1] == "Pump")
            margins = [self._get_line(one, self.pump).margin for one in (self.first, self.third)]
            self.assertEqual(pump[11:13], margins)
            self.assertAlmostEqual(
                pump[14], self._get_line(self.third, self.pump).margin_percent * 100
            )
        with patch.object(type(self.third), "_may_see_margin", return_value=False):
            for kind in ("xlsx", "docx"):
                content = self._export(self.owner, self.first, self.third, kind)[1]
                text = (
                    str(self._read_sheet(content, "Changes"))
                    if kind == "xlsx"
                    else self._read_word(content)
                )
                self.assertNotIn("Margin", text)

    def test_in_the_language_of_the_reader(self):
        self.owner.lang = "zh_CN"
        orders = self.third.with_user(self.owner).with_context(lang="zh_CN")
        self.third = orders
        name, content = self._export(self.owner, self.first, self.unsent)
        self.assertEqual(name, f"{self.first.name} 第1轮 - 第2轮.xlsx")
        rows = self._read_sheet(content, "变更")
        self.assertIn("仅供内部", rows[2][0])

    # === WHO MAY === #

    def test_a_colleague_s_quotation_is_not_exported(self):
        with self.assertRaises(AccessError):
            self._export(self.other, self.first, self.third)

    def test_a_round_that_rules_hide_is_not_exported(self):
        self.third.with_context(active_test=False).user_id = self.other
        self.assertEqual(
            self.third.with_user(self.other).get_rounds_page()["rounds"][0]["round"], 3
        )
        with self.assertRaises(UserError):
            self._export(self.other, self.first, self.third)

    def test_what_belongs_to_another_quotation_is_refused(self):
        other = self._create_quotation()
        with self.assertRaises(UserError):
            self._export(self.owner, other, self.third)
        with self.assertRaises(UserError):
            self._export(self.owner, self.first, self.third, "exe")

    def test_the_file_is_its_reader_s_own(self):
        self._export(self.owner, self.first, self.third)
        export = self.env["sales.document.export"].search([], order="id desc", limit=1)
        with self.assertRaises(AccessError):
            export.with_user(self.manager).read(["file"])


@tagged("post_install", "-at_install")
class TestRoundExportScreen(RoundDocumentCommon, HttpCase):
    def test_the_button_downloads_it(self):
        self.owner.password = "round_lina"
        self.authenticate("round_lina", "round_lina")
        action = self.third.with_user(self.owner).action_export_rounds(self.first.id, self.third.id)
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        disposition = unquote(answer.headers["Content-Disposition"])
        self.assertIn(f"{self.first.name} round 1 - round 3.xlsx", disposition)
        self.assertTrue(self._read_sheet(answer.content, "Changes"))


@tagged("post_install", "-at_install")
class TestRoundExportUnits(HttpCase):
    """The unit tests of our part of the web client, and of no other."""

    @no_retry
    def test_desktop(self):
        suite = get_suite_id("@sales_quotation_round_document")
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={suite}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
