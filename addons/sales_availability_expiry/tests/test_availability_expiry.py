from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.sales_availability.models.availability_types import AvailabilityKey
from odoo.addons.sales_availability.tests.common import AvailabilityCommon

LATER = timedelta(days=31)


@tagged("post_install", "-at_install")
class TestAvailabilityExpiry(AvailabilityCommon):
    """Two lots of grease: 5 that expire in 30 days, to be removed 2 days before, and 8 later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = datetime.now().replace(microsecond=0)
        cls.grease = cls._create_product(
            "Grease",
            "GREASE",
            tracking="lot",
            use_expiration_date=True,
            expiration_time=30,
            removal_time=2,
        )
        cls.old, cls.fresh = cls._create_lot("OLD", 30), cls._create_lot("FRESH", 300)
        cls._add_stock(cls.grease, cls.stop_warehouse, 5, lot_id=cls.old)
        cls._add_stock(cls.grease, cls.stop_warehouse, 8, lot_id=cls.fresh)

    @classmethod
    def _create_lot(cls, name, days):
        return cls.env["stock.lot"].create(
            {
                "name": name,
                "product_id": cls.grease.id,
                "expiration_date": cls.now + timedelta(days=days),
            }
        )

    def test_lot_drops_out_without_any_write(self):
        self.assertEqual(self._get_available(self.grease), 13)
        with freeze_time(self.now + LATER):
            self.assertEqual(self._get_available(self.grease), 8)
            self.assertEqual(self._get_available(self.grease, lot=self.old), 0)
            self.assertEqual(self._get_available(self.grease, lot=self.fresh), 8)
            self.assertEqual(self._get_figures().frozen, 5)
            self.assertEqual(self._get_figures().on_hand, 13)

    def test_removal_date_decides_like_in_reservations(self):
        """Between removal and expiration Odoo reserves no more of the lot, and we promise none."""
        with freeze_time(self.now + timedelta(days=27)):
            self.assertEqual(self._get_available(self.grease), 13)
        with freeze_time(self.now + timedelta(days=29)):
            self.assertEqual(self._get_available(self.grease), 8)
            order = self._confirm_order((self.grease, 8))
            lines = order.picking_ids.move_line_ids
            self.assertEqual(lines.lot_id, self.fresh)
            self.assertEqual(sum(lines.mapped("quantity")), 8)

    def test_reservation_takes_no_more_than_what_counts(self):
        """Of more than is available, the warning kind of order reserves what is fresh."""
        self.stop_warehouse.availability_mode = "warn"
        with freeze_time(self.now + LATER):
            order = self._confirm_order((self.grease, 13))
            lines = order.picking_ids.move_line_ids
            self.assertEqual(lines.lot_id, self.fresh)
            self.assertEqual(sum(lines.mapped("quantity")), 8)

    def test_expiration_date_decides_when_no_removal_date_is_set(self):
        self.old.removal_date = False
        with freeze_time(self.now + timedelta(days=29)):
            self.assertEqual(self._get_available(self.grease), 13)
        with freeze_time(self.now + LATER):
            self.assertEqual(self._get_available(self.grease), 8)

    def test_terms_let_expired_lots_count(self):
        self.stop_warehouse.availability_count_expired = True
        with freeze_time(self.now + LATER):
            self.assertEqual(self._get_available(self.grease), 13)

    def test_dates_of_products_that_do_not_use_them_are_ignored(self):
        self.grease.use_expiration_date = False
        with freeze_time(self.now + LATER):
            self.assertEqual(self._get_available(self.grease), 13)

    def test_order_of_an_expired_lot_is_refused(self):
        with freeze_time(self.now + LATER):
            with self.assertRefused("Grease.*OLD.*asked 1, available 0, missing 1"):
                self._create_order((self.grease, 1, {"lot_id": self.old.id}))
            self._confirm_order((self.grease, 1, {"lot_id": self.fresh.id}))

    def test_order_of_any_lot_gets_fresh_ones_only(self):
        with freeze_time(self.now + LATER):
            with self.assertRefused("Grease.*asked 9, available 8, missing 1"):
                self._create_order((self.grease, 9))
            self._confirm_order((self.grease, 8))

    def test_quotation_is_refused_when_its_lot_expired_before_it_is_confirmed(self):
        order = self._create_order((self.grease, 5, {"lot_id": self.old.id}))
        with freeze_time(self.now + LATER):
            self.assertEqual(order.order_line.availability_quantity, 0)
            self.assertEqual(order.order_line.availability_missing, 5)
            with self.assertRefused("OLD"):
                order.action_confirm()

    def test_goods_without_lot_never_expire(self):
        with freeze_time(self.now + timedelta(days=9000)):
            self.assertEqual(self._get_available(self.pump), 40)

    def _get_figures(self):
        key = AvailabilityKey(self.stop_warehouse.id, self.grease.id)
        return self.env["sales.availability"]._read_availability([key]).get_figures(key)

    def test_list_and_reason_and_audit_know_expired_lots(self):
        balances = self.env["sales.availability.balance"]
        with freeze_time(self.now + LATER):
            balances._mark_all()
            balances._refresh_marked(10)
            row = balances.search(
                [
                    ("product_id", "=", self.grease.id),
                    ("warehouse_id", "=", self.stop_warehouse.id),
                    ("level", "=", "product"),
                ]
            )
            self.assertEqual((row.on_hand, row.frozen, row.available), (13, 5, 8))
            lines = self.env["sales.availability"].explain(self.grease.id, self.stop_warehouse.id)
            [frozen] = [line for line in lines if line["term"] == "frozen"]
            self.assertEqual((frozen["note"], frozen["quantity"]), ("Expired lot OLD", 5))
            audit = self.env["sales.availability.audit"].create({})
            self.assertFalse(audit._get_drifts(self.grease.ids))

    def test_changed_date_marks_the_product(self):
        self.env["sales.availability.balance"]._refresh_marked(10)
        self.old.expiration_date = self.now - timedelta(days=1)
        self.env.flush_all()
        marks = self.env["sales.availability.stale"].search([])
        self.assertIn(self.grease.id, marks.mapped("product_res_id"))
