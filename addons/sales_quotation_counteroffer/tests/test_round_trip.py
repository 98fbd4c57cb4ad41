from odoo.tests import tagged

from odoo.addons.sales_document.tests.common import convert

from .common import CounterofferCommon


@tagged("post_install", "-at_install")
class TestRoundTrip(CounterofferCommon):
    """What the customer wrote into the exported file is what the next round says."""

    def _haggle(self, paper):
        paper.type("P-1", quantity=12, price=92.5)
        paper.type("V-1", discount=15, description="Valve, chromed")
        paper.delete("H-1")
        paper.insert("V-1", code="F-1", quantity=3, price=11)

    def _check_haggled(self, made):
        lines = made.order_line.filtered(lambda line: not line.display_type)
        self.assertEqual(lines.product_id, self.pump | self.valve | self.filter)
        pump, valve, added = (
            self._get_line(made, product) for product in (self.pump, self.valve, self.filter)
        )
        self.assertEqual((pump.product_uom_qty, pump.price_unit, pump.discount), (12, 92.5, 0))
        self.assertEqual((pump.name, valve.name), ("Pump\nof steel", "Valve, chromed"))
        self.assertEqual((valve.product_uom_qty, valve.price_unit, valve.discount), (5, 40, 15))
        self.assertEqual((added.product_uom_qty, added.price_unit), (3, 11))
        self.assertEqual(added.tax_ids, self.tax)
        order = made.order_line.mapped("name")
        self.assertLess(order.index(valve.name), order.index(added.name))
        self.assertLess(order.index(added.name), order.index("@SUM(A1) is a note"))

    def test_an_edited_file_becomes_the_next_round(self):
        content = self._change(self._haggle)
        wizard = self._compare(content)
        self.assertEqual(self.order.round_count, 1, "a comparison changes nothing")
        self.assertFalse(wizard.comparison["problems"])
        self.assertFalse(wizard.comparison["notes"])
        statuses = {
            (row["after"] or row["before"])["label"]: row["status"]
            for row in wizard.comparison["rows"]
        }
        self.assertEqual(
            statuses,
            {
                self.pump.display_name: "changed",
                self.valve.display_name: "changed",
                self.filter.display_name: "added",
                self.hose.display_name: "dropped",
            },
        )
        self.assertEqual(wizard.comparison["unchanged"], 2)
        wizard.note = "7% on pumps for a larger quantity"
        action = wizard.action_make_round()
        made = self.env["sale.order"].browse(action["res_id"])
        self._check_haggled(made)
        self.assertEqual((made.round_number, made.base_round_id), (2, self.order))
        self.assertEqual((made.round_state, made.state), ("open", "draft"))
        self.assertEqual(made.round_reason, "counteroffer")
        self.assertEqual(made.round_note, "7% on pumps for a larger quantity")
        self.assertTrue(self.order.is_superseded)
        message = made.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.raw, content)
        self.assertIn("2 lines changed, 1 added, 1 dropped", message.body)

    def test_the_comparison_says_what_the_round_will_say(self):
        wizard = self._compare(self._change(self._haggle))
        totals = wizard.comparison["totals"]
        self.assertAlmostEqual(totals["before"]["total"], self.order.amount_total)
        made = self.env["sale.order"].browse(wizard.action_make_round()["res_id"])
        for name, field in (("untaxed", "amount_untaxed"), ("total", "amount_total")):
            self.assertAlmostEqual(totals["after"][name], made[field])
        self.assertAlmostEqual(totals["after"]["undiscounted"], made.amount_undiscounted)
        page = made.get_rounds_page()
        given = page["rounds"][1]
        self.assertAlmostEqual(wizard.comparison["given"], given["given"])
        self.assertAlmostEqual(wizard.comparison["given_percent"], given["given_percent"])
        for shown, real in zip(
            wizard.comparison["rows"],
            [row for row in page["rows"] if row["status"] != "same"],
            strict=True,
        ):
            self.assertEqual(shown["status"], real["status"])
            self.assertEqual(shown["changes"], real["changes"])
            if shown["after"]:
                self.assertAlmostEqual(shown["after"]["subtotal"], real["after"]["subtotal"])

    def test_through_libreoffice(self):
        """Saved by LibreOffice before and after the edit: keys, texts and numbers come through."""
        saved = convert(self._export(), "xlsx", "xlsx:Calc MS Excel 2007 XML")
        content = self._edit(saved, self._haggle)
        self._check_haggled(self._make(convert(content, "xlsx", "xlsx:Calc MS Excel 2007 XML")))

    def test_an_unedited_file_says_nothing_new(self):
        for content in (self._export(), convert(self._export(), "xlsx", "xlsx")):
            wizard = self._compare(content)
            self.assertFalse(wizard.comparison["rows"])
            self.assertFalse(wizard.comparison["problems"] + wizard.comparison["notes"])
            self.assertFalse(wizard.can_make)
            self.assertIn("nothing to agree on", self._refused(wizard.action_make_round))
        self.assertEqual(self.order.round_count, 1)
