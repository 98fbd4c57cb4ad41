from unittest.mock import patch

from odoo.tests import tagged

from .common import RoundCommon


@tagged("post_install", "-at_install", "sales_quotation_round")
class TestRoundDocuments(RoundCommon):
    """The comparison on the screen, in the document and as a curve."""

    def test_what_changed_is_said_line_by_line(self):
        second = self.first._make_round()
        self._give(second, pump=10)
        self._get_line(second, self.hose).unlink()
        self._get_line(second, self.valve).product_id = self.hose
        page = second.with_user(self.owner).get_rounds_page()
        said = [(row["status"], row["changes"][:1]) for row in page["rows"]]
        self.assertEqual(
            said, [("changed", ["discount"]), ("changed", ["product"]), ("dropped", [])]
        )
        self.assertEqual(page["totals"]["before"]["untaxed"], 1300)
        self.assertEqual((page["before"], page["after"]), (self.first.id, second.id))

    def test_reordered_lines_are_the_same(self):
        second = self.first._make_round()
        for number, line in enumerate(second.order_line[::-1]):
            line.sequence = number
        second.invalidate_recordset()
        rows = second.get_rounds_page()["rows"]
        self.assertEqual({row["status"] for row in rows}, {"same"})

    def test_any_two_rounds_in_either_direction(self):
        second = self.first._make_round()
        self._give(second, pump=10)
        third = second._make_round()
        self._give(third, pump=20)
        page = third.get_rounds_page(third.id, self.first.id)
        self.assertEqual(page["rows"][0]["before"]["discount"], 20)
        self.assertEqual(page["rows"][0]["after"]["discount"], 0)

    def test_the_curve_says_what_was_given_and_by_whom(self):
        second = self.first.with_user(self.owner)._make_round(reason="budget", note="For cash")
        self._give(second, pump=10, valve=10, hose=10)
        second.with_user(self.manager)._make_round(reason="competitor")
        rounds = second.get_rounds_page()["rounds"]
        self.assertEqual([one["untaxed"] for one in rounds], [1300, 1170, 1170])
        self.assertEqual([round(one["given_percent"], 4) for one in rounds], [0, 0.1, 0])
        self.assertEqual([round(one["discount"], 4) for one in rounds], [0, 0.1, 0.1])
        self.assertEqual([one["author"] for one in rounds[1:]], ["Li Na", "Zhao Min"])
        self.assertEqual(rounds[1]["reason"], "Customer's Budget")
        self.assertEqual(rounds[1]["note"], "For cash")

    def test_margins_only_for_those_who_may_see_them(self):
        second = self.first._make_round()
        orders = type(second)
        page = second.with_user(self.owner).get_rounds_page()
        has_margin = "margin" in self.env["sale.order.line"]._fields
        self.assertEqual(page["has_margin"], has_margin)
        self.assertEqual("margin" in page["rows"][0]["after"], has_margin)
        with patch.object(orders, "_may_see_margin", return_value=False):
            page = second.with_user(self.owner).get_rounds_page()
        self.assertNotIn("margin", str(page).replace("has_margin", ""))
        self.assertNotIn("cost", str(page))
        self.assertFalse(second.sudo()._may_see_margin())

    def _render(self, order, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.owner)
        content, _kind = report._render_qweb_html("sale.report_saleorder", order.ids)
        return " ".join(content.decode().split())

    def test_the_document_says_the_round_and_what_changed_since_the_one_sent(self):
        self.env.company.print_round_changes = True
        self.first.print_round_changes = True
        self.assertNotIn("Changes since", self._render(self.first))
        self.first.action_quotation_sent()
        unsent = self.first._make_round()
        self._give(unsent, pump=50)
        third = unsent._make_round()
        self._give(third, pump=10)
        text = self._render(third)
        self.assertIn("Round 3", text)
        self.assertIn("Changes since round 1", text)
        self.assertIn("10.00", text)
        self.assertNotIn("50.00", text)
        third.print_round_changes = False
        self.assertNotIn("Changes since", self._render(third))

    def test_a_document_without_changes_says_so(self):
        self.first.print_round_changes = True
        self.first.action_quotation_sent()
        self.assertIn("No line has changed", self._render(self.first._make_round()))

    def test_added_and_dropped_lines_in_the_document(self):
        self.first.print_round_changes = True
        self.first.action_quotation_sent()
        second = self.first._make_round()
        self._get_line(second, self.hose).unlink()
        extra = self.env["product.product"].create({"name": "Sensor", "list_price": 9})
        self.env["sale.order.line"].create({"order_id": second.id, "product_id": extra.id})
        text = self._render(second)
        self.assertIn("(new)", text)
        self.assertIn("(no longer offered)", text)

    def test_the_file_name_says_the_round(self):
        second = self.first._make_round()
        self.assertIn("round 2", second._get_report_base_filename())
        self.assertNotIn("round", self._create_quotation()._get_report_base_filename())
