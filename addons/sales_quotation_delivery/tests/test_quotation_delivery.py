from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.sales_quotation.tests.common import QuotationCase

from ..hooks import post_init_hook


@tagged("post_install", "-at_install")
class TestQuotationDelivery(QuotationCase):
    """What a carrier asks is its business; what a salesperson takes off it is a concession."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._new_floor(mode="stop")
        cls._new_ceiling(10, mode="stop")
        cls.truck = cls._new_carrier("Truck", 50, fixed_price=50, free_over=True, amount=1000)
        rule = {"variable": "quantity", "operator": ">=", "max_value": 0, "list_base_price": 20}
        cls.parcel = cls._new_carrier(
            "Parcel", 0, delivery_type="base_on_rule", price_rule_ids=[Command.create(rule)]
        )

    @classmethod
    def _new_carrier(cls, name, price, **values):
        # costs more than it earns: any other line of it is below its floor
        product = cls._new_product(name, price, 60, type="service")
        return cls.env["delivery.carrier"].create(
            {"name": name, "product_id": product.id, **values}
        )

    def _ship(self, order, carrier):
        """Add carriage as its dialog does, and give the line."""
        wizards = self.env["choose.delivery.carrier"].with_user(self.seller)
        form = Form(wizards.with_context(default_order_id=order.id))
        form.carrier_id = carrier
        form.save().button_confirm()
        return order.order_line.filtered("is_delivery")

    def _get_marks(self, line):
        self.env.flush_all()
        return line.sudo().read(["floor_mode", "price_mark"], load=None)[0]

    def assertFree(self, line):
        self.assertEqual(
            self._get_marks(line) | {"id": 0},
            {"id": 0} | dict.fromkeys(("floor_mode", "price_mark"), False),
        )

    def assertHeld(self, line):
        self.assertIn(self._get_marks(line)["price_mark"], ("approve", "stop"))

    def test_what_a_carrier_asks_is_free_of_floor_and_ceiling(self):
        for carrier, quantity, price in (
            (self.truck, 1, 50),
            (self.truck, 20, 0),
            (self.parcel, 1, 20),
        ):
            order = self._new_order([{"product_uom_qty": quantity}])
            line = self._ship(order, carrier)
            self.assertEqual(line.price_unit, price)
            self.assertFree(line)
            order.action_quotation_sent()
            order.action_confirm()
            self.assertEqual(order.state, "sale")

    def test_less_keeps_to_the_ceiling(self):
        for carrier in (self.truck, self.parcel):
            for values, is_held in (
                ({"discount": 9}, False),
                ({"discount": 11}, True),
                ({"price_unit": 1}, True),
                ({"price_unit": 0}, True),
                ({"price_unit": 70}, False),
            ):
                with self.subTest(carrier=carrier.name, **values):
                    order = self._new_order()
                    line = self._ship(order, carrier)
                    line.write(values)
                    if not is_held:
                        self.assertFree(line)
                        continue
                    self.assertHeld(line)
                    text = self.assertRefused(UserError, order.action_confirm, carrier.name)
                    self.assertIn("% below what the carrier asks", text)

    def test_whoever_looks_at_the_line_reads_what_the_carrier_asks(self):
        line = self._ship(self._new_order(), self.parcel)
        shown = line.get_last_prices(
            {
                "id": line.id,
                "order_id": line.order_id.id,
                "product_id": line.product_id.id,
                "partner_id": self.customer.id,
            }
        )
        self.assertIn(f"The carrier asks: 20.00 {self.currency.name}", shown["texts"])

    def test_a_price_that_a_client_hands_on_is_not_believed(self):
        order = self._new_order()
        order.set_delivery_line(self.truck, 0.01)
        self.assertHeld(order.order_line.filtered("is_delivery"))

    def test_what_only_looks_like_carriage_counts_like_any_other_line(self):
        order = self._new_order([{}, {"is_delivery": True, "price_unit": 1}])
        order.carrier_id = self.truck
        self.assertHeld(order.order_line[1])
        order.order_line[1].product_id = self.truck.product_id
        order.order_line[1].price_unit = 1
        self.assertHeld(order.order_line[1])
        order = self._new_order(carrier_id=self.truck.id)
        order.order_line = [
            Command.create(
                {"product_id": self.truck.product_id.id, "is_delivery": True, "price_unit": 1}
            )
        ]
        self.assertHeld(order.order_line[1])

    def test_another_carrier_is_another_price(self):
        order = self._new_order()
        line = self._ship(order, self.parcel)
        self.assertFree(line)
        order.carrier_id = self.truck
        self.assertHeld(line)

    def test_nobody_writes_what_it_is_measured_from(self):
        order = self._new_order()
        line = self._ship(order, self.truck)
        for call in (
            lambda: line.write({"carriage": False}),
            lambda: line.copy({"order_id": order.id, "carriage": {"price": 0}}),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(line.sudo().carriage["price"], 50)

    def test_copies_ask_again(self):
        order = self._new_order([{"product_uom_qty": 20}])
        self.assertEqual(self._ship(order, self.truck).price_unit, 0)
        copy = order.copy()
        self.assertFree(copy.order_line.filtered("is_delivery"))
        first = copy.order_line[0]
        first.product_uom_qty = 1
        self.assertHeld(copy.copy().order_line.filtered("is_delivery"))

    def test_a_shop_is_believed(self):
        """Nobody of us sits in front of it: what a customer has paid does not wait for carriage."""
        order = self._new_order()
        order.sudo().with_user(self.env.ref("base.user_root")).set_delivery_line(self.truck, 12)
        self.assertFree(order.order_line.filtered("is_delivery"))

    def test_a_simulation_of_a_floor_finds_no_carriage(self):
        order = self._new_order([{"price_unit": 1}])
        self._ship(order, self.truck)
        self.env.flush_all()
        rule = self._new_floor(2)
        action = rule.with_user(self.manager).action_simulate()
        found = self.env["sales.price.simulation"].browse(action["res_id"]).line_ids
        self.assertEqual(found & order.order_line, order.order_line[0])

    def test_carriage_of_earlier_orders_is_not_taken_along(self):
        earlier, order = self._new_order(), self._new_order()
        self._ship(earlier, self.truck)
        copier = self.env["sales.quotation.copy"].with_user(self.seller)
        copier.create({"order_id": order.id, "source_id": earlier.id}).action_copy()
        self.assertEqual(order.order_line.product_id, self.product)

    def test_open_quotations_of_before_keep_their_carriage(self):
        order = self._new_order([{"product_uom_qty": 20}])
        line = self._ship(order, self.truck)
        line.sudo().carriage = False
        self.assertHeld(line)
        post_init_hook(self.env)
        self.assertFree(line)
