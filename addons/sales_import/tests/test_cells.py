import datetime

from openpyxl.worksheet.formula import ArrayFormula

from odoo.tests import tagged

from .common import ImportCase


@tagged("post_install", "-at_install")
class TestCells(ImportCase):
    """Every kind of bad cell is named by the row and column that the spreadsheet shows."""

    def test_good_file(self):
        result = self.import_partners([["Ann", "A1", "China", "ann@example.com", 31.2, True]])
        self.assertEqual(result["messages"], [])
        partner = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(partner.ref, "A1")
        self.assertEqual(partner.country_id, self.env.ref("base.cn"))
        self.assertEqual(result["report"]["loaded"], 1)

    def test_unknown_country(self):
        result = self.import_partners([["Ann", "A1", "China"], None, ["Bob", "A2", "Atlantis"]])
        self.assertCells(result, (4, "C"))
        self.assertProblem(result, 4, "C", "Atlantis", "Country", "Correct the cell")
        message = result["messages"][0]
        self.assertEqual(message["column_title"], "Country")
        self.assertEqual(message["field"], "country_id")
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertEqual(message["type"], "error")

    def test_text_in_number(self):
        result = self.import_products([["Desk", "D1", 12.5], ["Chair", "D2", "about ten"]])
        self.assertCells(result, (3, "C"))
        self.assertProblem(result, 3, "C", '"about ten"', "is not a number", "Sales Price")

    def test_all_numbers_are_reported(self):
        result = self.import_products([[f"P{n}", f"N{n}", "x" * (n % 2)] for n in range(30)])
        self.assertEqual(len(result["messages"]), 15)

    def test_two_dots_are_not_a_number(self):
        result = self.import_products([["Desk", "D1", "1.2.3"]])
        self.assertCells(result, (2, "C"))

    def test_number_formats_still_work(self):
        result = self.import_products([["A", "F1", "1,234.50"], ["B", "F2", "$ 7"], ["C", "F3", 3]])
        self.assertEqual(result["messages"], [])
        prices = self.env["product.template"].browse(result["ids"]).mapped("list_price")
        self.assertEqual(prices, [1234.5, 7, 3])

    def test_formula(self):
        result = self.import_products([["Desk", "D1", "=1+1"], ["=A2", "D2", 1]])
        self.assertCells(result, (2, "C"), (3, "A"))
        self.assertProblem(result, 2, "C", "=1+1", "paste special")

    def test_array_formula(self):
        formula = ArrayFormula("C2", "=SUM(A1:A9)")
        result = self.import_products([["Desk", "D1", formula]])
        self.assertCells(result, (2, "C"))
        self.assertProblem(result, 2, "C", "=SUM(A1:A9)")

    def test_formula_in_a_column_that_is_not_imported(self):
        record = self.make_import("res.partner", [["Name", "Sum"], ["Ann", "=1+1"]])
        result = self.run_import(record, ["name", False])
        self.assertEqual(result["messages"], [])

    def test_prose_is_no_formula(self):
        result = self.import_partners([["== Ann ==", "A1", "China"]])
        self.assertEqual(result["messages"], [])

    def test_error_cell(self):
        result = self.import_products([["Desk", "D1", "#N/A"], ["Chair", "#REF!", 1]])
        self.assertCells(result, (2, "C"), (3, "B"))
        self.assertProblem(result, 2, "C", "#N/A")

    def test_long_name(self):
        result = self.import_partners([["x" * 5000, "A1", "China"], ["y" * 255, "A2", "China"]])
        self.assertCells(result, (2, "A"))
        self.assertProblem(result, 2, "A", "5000", "255")
        self.assertLess(len(result["messages"][0]["value"]), 100)

    def test_long_code(self):
        result = self.import_products([["Desk", "D" * 5000, 1]])
        self.assertCells(result, (2, "B"))

    def test_missing_name(self):
        result = self.import_partners([[None, "A1", "China"], ["  ", "A2", "China"]])
        self.assertCells(result, (2, "A"), (3, "A"))
        self.assertProblem(result, 2, "A", '"Name" is empty')

    def test_duplicate_in_file(self):
        result = self.import_partners([["Ann", "A1"], None, ["Bob", "A2"], ["Cid", "A1"]])
        self.assertCells(result, (5, "B"))
        self.assertProblem(result, 5, "B", "row 2")

    def test_duplicate_in_database(self):
        self.env["res.partner"].create({"name": "Old Ann", "ref": "A1", "active": False})
        result = self.import_partners([["Ann", "A1"], ["Bob", "A2"]])
        self.assertCells(result, (2, "B"))
        self.assertProblem(result, 2, "B", "Old Ann")

    def test_duplicate_hidden_from_the_user(self):
        """A record of a company that the user does not see is neither named nor in the way."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["res.partner"].create({"name": "Secret", "ref": "A1", "company_id": company.id})
        user = self.new_user("imports_seller", "base.group_partner_manager")
        result = self.import_partners([["Ann", "A1"]], user=user)
        self.assertNotIn("Secret", str(result["messages"]))
        self.assertEqual(len(result["ids"]), 1)

    def test_duplicate_product_codes(self):
        self.env["product.product"].create(
            {"name": "Old Desk", "default_code": "D1", "barcode": "42"}
        )
        result = self.import_products(
            [
                ["Desk", "D1", 1, None, "43"],
                ["Chair", "D2", 1, None, "42"],
                ["Lamp", "D3", 1, None, "43"],
                ["Sofa", "D2", 1, None, "44"],
            ]
        )
        self.assertCells(result, (2, "B"), (3, "E"), (4, "E"), (5, "B"))
        self.assertProblem(result, 2, "B", "Old Desk")

    def test_update_keeps_its_own_code(self):
        partner = self.env["res.partner"].create({"name": "Ann", "ref": "A1"})
        record = self.make_import(
            "res.partner", [["ID", "Name", "Reference"], [partner.id, "Ann B", "A1"]]
        )
        result = self.run_import(record, [".id", "name", "ref"])
        self.assertEqual(result["messages"], [])
        self.assertEqual(partner.name, "Ann B")

    def test_bad_dates_are_all_reported(self):
        days = ["2026-02-30", "2026-01-02", "soon", datetime.date(2026, 3, 1)]
        record = self.make_import(
            "res.currency.rate",
            [
                ["Currency", "Date", "Rate"],
                *[["USD", day, 1.5 + index] for index, day in enumerate(days)],
            ],
        )
        result = self.run_import(record, ["currency_id", "name", "company_rate"])
        self.assertCells(result, (2, "B"), (4, "B"))
        self.assertProblem(result, 4, "B", '"soon" is not a date')

    def test_date_where_a_number_belongs(self):
        result = self.import_products([["Desk", "D1", datetime.datetime(2026, 3, 1)]])
        self.assertCells(result, (2, "C"))
        self.assertProblem(result, 2, "C", "is a date")

    def test_unknown_yes_or_no(self):
        result = self.import_partners([["Ann", "A1", "China", None, None, "perhaps"]])
        self.assertCells(result, (2, "F"))

    def test_several_problems_of_one_row(self):
        result = self.import_partners([["x" * 300, "A1", "Atlantis", None, "north", "perhaps"]])
        self.assertCells(result, (2, "A"), (2, "C"), (2, "E"), (2, "F"))

    def test_sub_records(self):
        """The rows of a record's contacts have their own numbers."""
        rows = [
            ["Name", "Contacts/Name", "Contacts/Country", "Contacts/Latitude"],
            ["Good Co", "Gil", "China", 1],
            [None, "Guy", "France", 2],
            None,
            ["Bad Co", "Bea", "China", 1],
            [None, "Ben", "Atlantis", "north"],
            [None, None, "Lemuria", 4],
        ]
        fields = ["name", "child_ids/name", "child_ids/country_id", "child_ids/partner_latitude"]
        record = self.make_import("res.partner", rows)
        result = self.run_import(record, fields, skip_invalid_rows=True)
        self.assertProblem(result, 6, "D", '"north"')
        self.assertProblem(result, 7, "B", "empty")
        good = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(good.mapped("name"), ["Good Co"])
        self.assertEqual(good.child_ids.mapped("name"), ["Gil", "Guy"])
        self.assertFalse(self.env["res.partner"].search([("name", "in", ("Bad Co", "Bea"))]))
        self.assertEqual(result["report"]["rejected"], 3)

    def test_unknown_values_of_sub_records(self):
        rows = [
            ["Name", "Contacts/Name", "Contacts/Country", "Contacts/State"],
            ["Co", "Ann", "China", None],
            [None, "Ben", "Atlantis", "Nowhere"],
            [None, "Cid", "Lemuria", None],
        ]
        record = self.make_import("res.partner", rows)
        result = self.run_import(
            record, ["name", "child_ids/name", "child_ids/country_id", "child_ids/state_id"]
        )
        self.assertCells(result, (3, "C"), (3, "D"), (4, "C"))

    def test_chinese_messages(self):
        user = self.new_user("imports_li", "base.group_partner_manager", lang="zh_CN")
        result = self.import_partners([["x" * 300, "A1", "Atlantis", "=A1"]], user=user)
        texts = " ".join(message["message"] for message in result["messages"])
        self.assertCells(result, (2, "A"), (2, "C"), (2, "D"))
        for word in ("公式", "字符", "国家"):
            self.assertIn(word, texts)
        self.assertNotRegex(texts, "cell|Shorten|Correct")
