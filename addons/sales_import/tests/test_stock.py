from odoo.tests import tagged

from .common import ImportCase

FIELDS = ["product_id", "location_id", "lot_id", "inventory_quantity_auto_apply"]
TITLES = ["Product", "Location", "Lot", "Quantity"]


@tagged("post_install", "-at_install")
class TestStock(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.location = (
            cls.env["stock.warehouse"]
            .search([("company_id", "=", cls.env.company.id)], limit=1)
            .lot_stock_id
        )
        cls.desk, cls.paint = cls.env["product.product"].create(
            [
                {"name": "Desk", "default_code": "IMP-D", "is_storable": True},
                {"name": "Paint", "default_code": "IMP-P", "is_storable": True, "tracking": "lot"},
            ]
        )
        cls.manager = cls.new_user("imports_manager", "stock.group_stock_manager")
        cls.place = cls.location.display_name

    def import_stock(self, rows, user=None, **options):
        record = self.make_import("stock.quant", [TITLES, *rows], user=user or self.manager)
        return self.run_import(record, FIELDS, TITLES, **options)

    def test_quantity_is_on_hand_with_lot(self):
        result = self.import_stock(
            [
                ["IMP-D", self.place, None, 40],
                ["IMP-P", self.place, "L1", 120],
                ["IMP-P", self.place, "L2", 30.5],
            ]
        )
        self.assertEqual(result["messages"], [])
        self.assertEqual(self.desk.qty_available, 40)
        self.assertEqual(self.paint.qty_available, 150.5)
        lots = self.env["stock.lot"].search([("product_id", "=", self.paint.id)])
        self.assertEqual({lot.name: lot.product_qty for lot in lots}, {"L1": 120, "L2": 30.5})
        moves = self.env["stock.move"].search([("product_id", "in", (self.desk | self.paint).ids)])
        self.assertEqual(set(moves.mapped("state")), {"done"})

    def test_location_of_the_warehouse_is_the_default(self):
        result = self.import_stock([["IMP-D", None, None, 5]])
        self.assertEqual(result["messages"], [])
        self.assertEqual(self.desk.with_context(location=self.location.id).qty_available, 5)

    def test_lot_name_shared_by_two_products(self):
        other = self.env["product.product"].create(
            {"name": "Glue", "default_code": "IMP-G", "is_storable": True, "tracking": "lot"}
        )
        self.env["stock.lot"].create({"name": "L1", "product_id": other.id})
        self.import_stock([["IMP-P", self.place, "L1", 7], ["IMP-G", self.place, "L1", 8]])
        self.assertEqual(self.paint.qty_available, 7)
        self.assertEqual(other.qty_available, 8)
        self.assertEqual(len(self.env["stock.lot"].search([("product_id", "=", other.id)])), 1)

    def test_bad_rows(self):
        service = self.env["product.product"].create(
            {"name": "Visit", "default_code": "IMP-V", "type": "service"}
        )
        result = self.import_stock(
            [
                ["IMP-D", self.place, None, 40],
                ["NOPE", self.place, None, 1],
                ["IMP-P", self.place, None, 1],
                ["IMP-D", self.place, "L9", 1],
                ["IMP-P", "Nowhere/Stock", "L1", 1],
                ["IMP-P", self.place, "L1", "many"],
                ["IMP-D", self.place, None, 2],
                [None, self.place, None, 2],
                ["IMP-V", self.place, None, 2],
            ],
            skip_invalid_rows=True,
        )
        self.assertCells(
            result,
            (3, "A"),
            (4, "C"),
            (5, "C"),
            (6, "B"),
            (7, "D"),
            (8, "A"),
            (9, "A"),
            (10, False),
        )
        self.assertEqual(self.desk.qty_available, 40)
        self.assertEqual(self.paint.qty_available, 0)
        self.assertFalse(self.env["stock.lot"].search([("product_id", "=", self.paint.id)]))
        self.assertFalse(service.qty_available)

    def test_running_twice_doubles_nothing(self):
        rows = [["IMP-D", self.place, None, 40], ["IMP-P", self.place, "L1", 12]]
        self.import_stock(rows)
        result = self.import_stock(rows, skip_invalid_rows=True)
        self.assertCells(result, (2, "A"), (3, "A"))
        self.assertProblem(result, 2, "A", "40", "physical inventory")
        self.assertEqual(self.desk.qty_available, 40)
        self.assertEqual(self.paint.qty_available, 12)

    def test_dryrun_leaves_no_lot(self):
        result = self.import_stock([["IMP-P", self.place, "L1", 12]], dryrun=True)
        self.assertEqual(result["messages"], [])
        self.assertFalse(self.env["stock.lot"].search([("product_id", "=", self.paint.id)]))

    def test_salesperson_without_stock_rights(self):
        user = self.new_user("imports_sales", "base.group_partner_manager")
        result = self.import_stock([["IMP-D", self.place, None, 40]], user=user)
        self.assertEqual(len(result["messages"]), 1)
        self.assertIn("not allowed to create", result["messages"][0]["message"])
        self.assertEqual(self.desk.qty_available, 0)

    def test_stock_user_counts(self):
        """Applying needs a manager: a stock user's template asks for the counted quantity."""
        user = self.new_user("imports_picker", "stock.group_stock_user")
        names = self.env["stock.quant"].with_user(user)._get_import_template()[0]
        self.assertEqual(names[-1], "inventory_quantity")
        record = self.make_import(
            "stock.quant", [TITLES, ["IMP-D", self.place, None, 40]], user=user
        )
        result = self.run_import(record, names, TITLES)
        self.assertEqual(result["messages"], [])
        quant = self.env["stock.quant"].browse(result["ids"])
        self.assertEqual((quant.quantity, quant.inventory_quantity), (0, 40))
