import random
import time
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OPTIONS, PARTNER_FIELDS, PARTNER_TITLES, ImportCase, make_xlsx, read_xlsx

LOGGER = "odoo.addons.sales_import.models.base"


@tagged("post_install", "-at_install")
class TestLoad(ImportCase):
    def count(self, model="res.partner"):
        return self.env[model].with_context(active_test=False).search_count([])

    def test_nothing_is_written_without_the_option(self):
        before = self.count()
        result = self.import_partners([["Ann", "A1"], ["Bob", "A2", "Atlantis"]])
        self.assertFalse(result["ids"])
        self.assertEqual(self.count(), before)
        self.assertEqual(result["report"]["loaded"], 0)

    def test_good_rows_are_loaded(self):
        before = self.count()
        result = self.import_partners(
            [["Ann", "A1"], ["Bob", "A2", "Atlantis"], ["Cid", "A3"]], skip_invalid_rows=True
        )
        self.assertEqual(
            self.env["res.partner"].browse(result["ids"]).mapped("name"), ["Ann", "Cid"]
        )
        self.assertEqual(self.count(), before + 2)
        self.assertEqual(
            {key: result["report"][key] for key in ("loaded", "rejected", "problems")},
            {"loaded": 2, "rejected": 1, "problems": 1},
        )

    def test_dryrun_leaves_nothing(self):
        before = self.count()
        rows = [["Ann", "A1"], ["Bob", "A2", "Atlantis"], ["Cid", "A3"]]
        result = self.import_partners(rows, dryrun=True, skip_invalid_rows=True)
        self.assertEqual(result["report"]["loaded"], 2)
        self.assertEqual(self.count(), before)
        again = self.import_partners(rows, dryrun=True)
        self.assertCells(again, (3, "C"))
        self.assertEqual(self.count(), before)

    def test_every_row_bad(self):
        before = self.count()
        result = self.import_partners(
            [[f"P{n}", f"E{n}", "Atlantis"] for n in range(40)], skip_invalid_rows=True
        )
        self.assertEqual(len(result["messages"]), 40)
        self.assertEqual(result["ids"], [])
        self.assertEqual(self.count(), before)

    def test_parent_in_the_same_file(self):
        rows = [
            ["Name", "Parent"],
            ["Mother Co", None],
            ["Child", "Mother Co"],
            ["Orphan", "Nobody Co"],
        ]
        record = self.make_import("res.partner", rows)
        result = self.run_import(record, ["name", "parent_id"], skip_invalid_rows=True)
        self.assertCells(result, (4, "B"))
        mother, child = self.env["res.partner"].browse(result["ids"])
        self.assertEqual(child.parent_id, mother)

    def test_record_that_cannot_be_saved(self):
        """Bad rows that only saving shows are found among the others."""
        names = [f"P{n}" for n in range(60)]
        bad = {"P3", "P31", "P32", "P59"}
        create = type(self.env["res.partner"]).create

        def create_or_refuse(records, vals_list):
            refused = [vals["name"] for vals in vals_list if vals.get("name") in bad]
            if refused:
                message = f"{refused[0]} is refused"
                raise ValidationError(message)
            return create(records, vals_list)

        self.patch(type(self.env["res.partner"]), "create", create_or_refuse)
        before = self.count()
        result = self.import_partners(
            [[name, f"R{name}"] for name in names], skip_invalid_rows=True
        )
        self.assertCells(result, (5, False), (33, False), (34, False), (61, False))
        self.assertProblem(result, 5, False, "P3 is refused")
        self.assertEqual(self.count(), before + 56)
        self.assertEqual(
            self.env["res.partner"].browse(result["ids"]).mapped("name"),
            [name for name in names if name not in bad],
        )

    def test_constraint_of_the_database(self):
        """A real refusal by PostgreSQL does not break the rows around it."""
        currency = self.env["res.currency"].create({"name": "ZZZ", "symbol": "Z"})
        rows = [
            ["Currency", "Date", "Rate"],
            ["ZZZ", "2026-01-01", 2],
            ["ZZZ", "2026-01-01", 3],
            ["ZZZ", "2026-01-02", 4],
        ]
        record = self.make_import("res.currency.rate", rows)
        with mute_logger("odoo.sql_db"):
            result = self.run_import(
                record, ["currency_id", "name", "company_rate"], skip_invalid_rows=True
            )
        self.assertCells(result, (3, False))
        self.assertEqual(len(currency.rate_ids), 2)

    def test_unexpected_exception(self):
        create = type(self.env["res.partner"]).create

        def create_or_break(records, vals_list):
            if any(vals.get("name") == "Broken" for vals in vals_list):
                raise KeyError("colour")
            return create(records, vals_list)

        self.patch(type(self.env["res.partner"]), "create", create_or_break)
        before = self.count()
        with self.assertLogs(LOGGER, "WARNING"):
            result = self.import_partners([["Ann", "A1"], ["Broken", "A2"]])
        self.assertProblem(result, 3, False, "KeyError", "administrator")
        self.assertEqual(self.count(), before)

    def test_exception_in_the_middle_writes_nothing(self):
        """What is not about a row stops the call, and its transaction takes all rows back."""
        before = self.count()
        record = self.make_import("res.partner", [PARTNER_TITLES, *[[f"P{n}"] for n in range(9)]])
        Import = type(record)
        with (
            patch.object(Import, "_complete_result", side_effect=RuntimeError("power cut")),
            self.assertRaises(RuntimeError),
            self.env.cr.savepoint(),
        ):
            self.run_import(record, PARTNER_FIELDS, skip_invalid_rows=True)
        self.assertEqual(self.count(), before)

    def test_column_that_every_row_needs(self):
        """One message for the file, not one per row."""
        record = self.make_import("product.template", [["Code"], *[[f"X{n}"] for n in range(30)]])
        with mute_logger("odoo.sql_db"):
            result = self.run_import(record, ["default_code"])
        self.assertEqual(len(result["messages"]), 1)
        self.assertIn('no column for "Name"', result["messages"][0]["message"])
        self.assertFalse(result["ids"])

    def test_no_right_to_create(self):
        user = self.new_user("imports_reader", "base.group_user")
        result = self.import_products([["Desk", "D1", 1]], user=user, skip_invalid_rows=True)
        self.assertFalse(result["ids"])
        self.assertEqual(len(result["messages"]), 1)
        self.assertIn("not allowed to create", result["messages"][0]["message"])

    def test_batches(self):
        """limit and skip walk through the file as in core, bad rows at the ends included."""
        rows = [[f"B{n}", f"BR{n}", "Atlantis" if n in (0, 9, 10, 24) else None] for n in range(25)]
        record = self.make_import("res.partner", [PARTNER_TITLES, *rows])
        ids, cells, skip, calls = [], [], 0, 0
        while calls == 0 or skip:
            result = self.run_import(
                record,
                PARTNER_FIELDS,
                PARTNER_TITLES,
                limit=10,
                skip=skip,
                skip_invalid_rows=True,
                report_append=bool(calls),
            )
            ids += result["ids"]
            cells += [message["row"] for message in result["messages"]]
            skip = result["nextrow"]
            calls += 1
        self.assertEqual(calls, 3)
        self.assertEqual(cells, [2, 11, 12, 26])
        self.assertEqual(len(ids), 21)
        self.assertEqual(sorted(record.rejected_rows, key=int), ["2", "11", "12", "26"])

    def test_batch_duplicate_of_an_earlier_batch(self):
        rows = [[f"B{n}", f"BR{n % 12}"] for n in range(14)]
        record = self.make_import("res.partner", [PARTNER_TITLES, *rows])
        for skip in (0, 10):
            result = self.run_import(
                record, PARTNER_FIELDS, limit=10, skip=skip, skip_invalid_rows=True
            )
        self.assertCells(result, (14, "B"), (15, "B"))
        self.assertProblem(result, 14, "B", "row 2")

    def test_rejected_rows_can_be_corrected(self):
        rows = [
            PARTNER_TITLES,
            ["Ann", "A1", "China"],
            None,
            ["Bob", "A2", "Atlantis", "=B2"],
            ["Cid", "A1", "China", None, "north"],
        ]
        record = self.make_import("res.partner", rows)
        self.run_import(record, PARTNER_FIELDS, PARTNER_TITLES, skip_invalid_rows=True)
        lines = read_xlsx(record._get_rejected_file())
        self.assertEqual(lines[0][:6], PARTNER_TITLES)
        self.assertEqual(lines[0][6], "Problem (not imported)")
        self.assertEqual([line[0] for line in lines[1:]], ["Bob", "Cid"])
        self.assertIn('C (Country): "Atlantis"', lines[1][6])
        self.assertIn('E (Latitude): "north"', lines[2][6])
        self.assertEqual(lines[1][3], "=B2")

        lines[1][2:4] = ["China", "bob@example.com"]
        lines[2][1] = "A3"
        lines[2][4] = 31.5
        again = self.make_import("res.partner", lines)
        preview = again.parse_preview(dict(OPTIONS))
        matches = {int(index): path for index, path in preview["matches"].items()}
        self.assertNotIn(6, matches)
        fields = ["/".join(matches.get(index, [])) or False for index in range(7)]
        self.assertEqual(fields[:4], PARTNER_FIELDS[:4])
        result = self.run_import(again, [*PARTNER_FIELDS, False])
        self.assertEqual(result["messages"], [])
        self.assertEqual(
            self.env["res.partner"].search_count([("ref", "in", ["A1", "A2", "A3"])]), 3
        )

    def test_rejected_formula_stays_rejected(self):
        """Text that looks like a formula, as the file of rejected rows has it."""
        record = self.make_import("res.partner", [PARTNER_TITLES, ["=A1", "F1"]])
        self.run_import(record, PARTNER_FIELDS, skip_invalid_rows=True)
        again = self.make_import("res.partner", record._get_rejected_file())
        result = self.run_import(again, [*PARTNER_FIELDS, False])
        self.assertCells(result, (2, "A"))

    def test_running_twice_doubles_nothing(self):
        rows = [[f"T{n}", f"TR{n}"] for n in range(20)]
        self.import_partners(rows)
        before = self.count()
        result = self.import_partners(rows, skip_invalid_rows=True)
        self.assertEqual(len(result["messages"]), 20)
        self.assertEqual(self.count(), before)

    def test_random_files(self):
        """Whatever mix of bad rows: the good ones are loaded, all others are reported."""
        for seed in range(8):
            generator = random.Random(seed)
            rows, good, bad = [], [], []
            for n in range(40):
                row = [f"S{seed}-{n}", f"SC{seed}-{n}", "China", "a@example.com", 1.5, "Yes"]
                number = len(rows) + 2
                if generator.random() < 0.3:
                    column, value = generator.choice(
                        [
                            (0, "z" * 256),
                            (0, "=1"),
                            (2, "Atlantis"),
                            (4, "east"),
                            (5, "perhaps"),
                            (0, None),
                            (3, "#N/A"),
                            (1, f"SC{seed}-0"),
                        ]
                    )
                    if n:
                        row[column] = value
                        bad.append((number, "ABCDEF"[column]))
                if (number, "B") not in bad and not any(cell[0] == number for cell in bad):
                    good.append(row[0])
                rows.append(row)
                if generator.random() < 0.2:
                    rows.append(None)
            result = self.import_partners(rows, skip_invalid_rows=True)
            self.assertCells(result, *bad)
            loaded = self.env["res.partner"].browse(result["ids"]).mapped("name")
            self.assertEqual(loaded, good, f"seed {seed}")

    def test_a_thousand_rows_with_fifty_bad(self):
        rows = []
        for n in range(1000):
            row = [f"Customer {n}", f"K{n}", "China", f"c{n}@example.com", n / 100, "Yes"]
            if n % 20 == 7:
                row[2] = "Atlantis"
            rows.append(row)
        record = self.make_import("res.partner", make_xlsx([PARTNER_TITLES, *rows]))
        start = time.monotonic()
        result = self.run_import(record, PARTNER_FIELDS, skip_invalid_rows=True)
        duration = time.monotonic() - start
        self.assertEqual(len(result["ids"]), 950)
        self.assertEqual(len(result["messages"]), 50)
        self.assertLess(duration, 30)

    def test_other_user_cannot_read_the_import(self):
        record = self.make_import("res.partner", [PARTNER_TITLES, ["Ann", "A1", "Atlantis"]])
        self.run_import(record, PARTNER_FIELDS, skip_invalid_rows=True)
        self.assertTrue(record.rejected_rows)
        self.assertEqual(record.create_uid, self.env.user)
