from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_document.tests.common import repack

from ..tools import workbook
from ..tools.keys import FileKey, LineKey, Signer
from .common import CounterofferCommon

SHEET = "xl/worksheets/sheet1.xml"


@tagged("post_install", "-at_install")
class TestRefusedFiles(CounterofferCommon):
    """What cannot become a round is refused with its reason, and changes nothing."""

    def _refuse(self, text, content, **options):
        order = options.get("order") or self.order
        before = self._get_facts(order)
        self.assertIn(text, self._refused(self._compare, content, **options))
        self.assertEqual(self._get_facts(order), before)

    def _set_key(self, key):
        return lambda paper: setattr(paper.sheet.cell(paper.head, paper.key), "value", key)

    # ---- the file -----------------------------------------------------------------------------

    def test_damaged_files(self):
        good = self._export()
        self._refuse("damaged", b"no zip at all")
        self._refuse("damaged", good[: len(good) // 2])
        self._refuse("damaged", repack(good, {SHEET: "<worksheet><row>"}))
        bent = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        bent += '<sheetData><row r="1"><c r="A1"><v>NaN</v></c></row></sheetData></worksheet>'
        self._refuse("the file is damaged", repack(good, {SHEET: bent}))
        self._refuse("locked by a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))

    def test_macros_and_other_kinds(self):
        good = self._export()
        self._refuse("macros (.xlsm)", good, name="offer.xlsm")
        self._refuse("macros", repack(good, {"xl/vbaProject.bin": b"x"}))
        self._refuse("is an .xlsx file", good, name="offer.csv")
        self._refuse("is an .xlsx file", self._make_docx(["hello"]))
        self._refuse("embedded objects", repack(good, {"xl/embeddings/a.bin": b"x"}))

    def test_bombs(self):
        good = self._export()
        bomb = repack(good, {SHEET: b"<a>" + bytes(1 << 26) + b"</a>"})
        self._refuse("too large when unpacked", bomb)
        rows = "".join(f'<row r="{n}"/>' for n in range(1, 1_000_001))
        sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        self._refuse("sheet1.xml", repack(good, {SHEET: sheet}))
        rows = "".join(f'<row r="{n}"/>' for n in range(1, workbook.LIMITS.rows + 2))
        sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        self._refuse("has 20,001 rows", repack(good, {SHEET: sheet}))

    def test_a_cell_far_away(self):
        def edit(paper):
            paper.sheet.cell(1_048_576, 16_384).value = "far"
            paper.type("P-1", price=90)

        self._refuse("has 1,048,576 rows", self._change(edit))

    def test_a_file_without_our_key(self):
        self._refuse("does not say of which quotation", self._make_xlsx({"A1": "Pump", "B1": 3}))
        self._refuse(
            "does not say of which quotation",
            self._change(lambda paper: paper.sheet.delete_rows(paper.head)),
        )

    def test_two_sheets_of_the_quotation(self):
        def edit(paper):
            paper.sheet.parent.copy_worksheet(paper.sheet)

        self._refuse("Delete all but one", self._change(edit))

    # ---- keys ---------------------------------------------------------------------------------

    def test_keys_of_others(self):
        key = self.order._prepare_counteroffer_key()
        stranger = Signer("guessed")
        self._refuse("none of this database", self._change(self._set_key(stranger.sign(key))))
        mine = self.order._get_counteroffer_signer()
        text = mine.sign(key)
        for changed in (text.replace(f":{key.round}:", ":7:", 1), text[:-1], "SQ1:F:x", text + "é"):
            if changed != text:
                self._refuse("none of this database", self._change(self._set_key(changed)))
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "another one")
        self._refuse("none of this database", self._change(self._set_key(text)))

    def test_a_file_of_another_quotation(self):
        other = self._create_order(user_id=self.other.id)
        self._refuse("is of another quotation, not of", self._export(other))
        message = self._refused(self._compare, self._export(other))
        self.assertNotIn(other.name, message, "it may be the secret of a colleague")

    def test_a_line_of_another_quotation(self):
        other = self._create_order()
        line = self._get_line(other, self.pump)

        def edit(paper, key):
            paper.sheet.cell(paper.find("P-1"), paper.key).value = key

        keys = [
            other._get_counteroffer_signer().sign(line._prepare_counteroffer_key()),
            Signer("guessed").sign(line._prepare_counteroffer_key()),
            "SQ1:L:1:2:3",
            "=A1",
        ]
        for key in keys:
            with self.subTest(key=key):
                problems = self._get_problems(lambda paper, key=key: edit(paper, key))
                self.assertIn("not of this quotation", problems)
                self.assertRegex(problems, rf"^{self.order.name}!J\d+: ")

    def test_keys_say_what_they_say(self):
        signer = self.order._get_counteroffer_signer()
        for key in (
            FileKey(1, 2, "CNY", 3, 4),
            LineKey(1, 2.0, 1e-7, 0.0, "a", "b", "c"),
        ):
            self.assertTrue(signer.is_mine(signer.sign(key)))
            self.assertFalse(signer.is_mine(signer.sign(key) + "0"))

    # ---- the round ----------------------------------------------------------------------------

    def test_a_file_of_an_earlier_round(self):
        content = self._export()
        second = self.order._make_round()
        self._refuse(f"{self.order.name} round 2 is open, this file is of round 1", content)
        self._refuse(
            f"{self.order.name} round 2 is open, this file is of round 1", content, order=second
        )
        self.assertIn(
            "round 2 replaced it",
            self._refused(self.order.with_user(self.owner).action_counteroffer),
        )

    def test_orders_that_are_not_open(self):
        content = self._export()
        self.order.action_confirm()
        self._refuse("comes too late", content)
        self.assertIn("comes too late", self._refused(self.order.action_counteroffer))
        cancelled = self._create_order()
        content = self._export(cancelled)
        cancelled._action_cancel()
        self._refuse("comes too late", content, order=cancelled)

    def test_a_currency_that_changed(self):
        content = self._export()
        currency = self.env.ref("base.EUR")
        if currency == self.order.currency_id:
            currency = self.env.ref("base.USD")
        currency.active = True
        self.order.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": currency.id}
        )
        self.assertEqual(self.order.currency_id, currency)
        self._refuse(f"is in {currency.name} by now", content)

    def test_who_was_faster(self):
        """Compared, and meanwhile a colleague makes a round, or changes the quotation."""
        content = self._change(lambda paper: paper.type("P-1", price=90))
        wizard = self._compare(content)
        self._get_line(self.order, self.valve).price_unit = 39
        self.assertIn("was changed after you compared", self._refused(wizard.action_make_round))
        wizard.action_compare()
        second = self.order._make_round()
        self.assertIn("round 2 is open", self._refused(wizard.action_make_round))
        self.assertEqual(second.round_count, 2)
        self.assertEqual(self._get_line(second, self.pump).price_unit, 100)

    def test_another_file_after_the_comparison(self):
        wizard = self._compare(self._change(lambda paper: paper.type("P-1", price=90)))
        other = self._drop(self._change(lambda paper: paper.type("P-1", price=1)))
        wizard.file = other.with_context(bin_size=False).file
        self.assertIn("was changed after you compared", self._refused(wizard.action_make_round))

    def test_limits_of_rounds_hold(self):
        self.order.company_id.quotation_round_limit = 1
        wizard = self._compare(self._change(lambda paper: paper.type("P-1", price=90)))
        self.assertIn("1 are allowed", self._refused(wizard.action_make_round))
        self.assertFalse(self.order.is_superseded)

    def test_discounts_that_are_switched_off(self):
        group = self.env.ref("sale.group_discount_per_so_line")
        self.env.ref("base.group_user").implied_ids -= group
        self.env.ref("base.group_user").user_ids.group_ids -= group
        self.assertFalse(self.owner.has_group("sale.group_discount_per_so_line"))
        problems = self._get_problems(lambda paper: paper.type("P-1", discount=3))
        self.assertIn("discounts on lines are switched off", problems)

    def test_products_that_cannot_be_told(self):
        self.env["product.product"].create({"name": "Filter fine", "default_code": "F-1"})
        problems = self._get_problems(
            lambda paper: paper.insert("P-1", code="F-1", quantity=1, price=1)
        )
        self.assertIn("it may be one of", problems)
        self.filter.sale_ok = False
        problems = self._get_problems(
            lambda paper: paper.insert("P-1", description="Filter", quantity=1, price=1)
        )
        self.assertIn("no product has the code or name “Filter”", problems)
        problems = self._get_problems(
            lambda paper: paper.insert("P-1", code="F-1", quantity="many", price=1)
        )
        self.assertIn("“many” is no number", problems)

    def test_combos_are_not_taken_apart(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Set",
                "combo_item_ids": [Command.create({"product_id": self.hose.id})],
            }
        )
        product = self.env["product.product"].create(
            {"name": "Kit", "type": "combo", "default_code": "K-1", "combo_ids": combo.ids}
        )
        order = self._create_order([{"product_id": product.id, "product_uom_qty": 1}])
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.hose.id,
                "linked_line_id": order.order_line.id,
                "combo_item_id": combo.combo_item_ids.id,
            }
        )
        problems = self._get_problems(lambda paper: paper.type("H-1", quantity=2), order=order)
        self.assertIn("part of a combo", problems)
        problems = self._get_problems(lambda paper: paper.delete("H-1"), order=order)
        self.assertIn("cannot be dropped alone", problems)
        content = self._change(lambda paper: (paper.delete("K-1"), paper.delete("H-1")), order)
        message = "\n".join(self._compare(content, order=order).comparison["problems"])
        self.assertFalse(message, "a whole combo can be dropped")
