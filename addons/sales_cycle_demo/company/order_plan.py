"""What was sold to whom and how far it got, decided without a database.

The plan is a pure function of the tables and a seed. Ages are days before today, so the company
looks alive on whatever day it is loaded. The opening stock is derived from the same plan.
"""

import random
from collections import defaultdict
from typing import NamedTuple

SEED = 20260101


class Scenario(NamedTuple):
    """How far the orders of one kind got."""

    count: int
    ages: tuple  # youngest and oldest, in days
    promised: tuple = ()  # delivery date as days from today, earliest and latest
    is_confirmed: bool = False
    delivered: float = 0.0  # share of the order
    is_invoiced: bool = False
    paid: float = 0.0  # share of the invoice


SCENARIOS = {
    "draft": Scenario(9, (0, 6)),
    "sent": Scenario(9, (2, 20)),
    "expired": Scenario(5, (45, 120)),
    "cancelled": Scenario(4, (25, 170)),
    "waiting": Scenario(9, (0, 9), promised=(2, 21), is_confirmed=True),
    "late": Scenario(4, (16, 30), promised=(-8, -2), is_confirmed=True),
    "partial": Scenario(6, (8, 35), promised=(-4, 6), is_confirmed=True, delivered=0.5),
    "delivered": Scenario(6, (5, 22), is_confirmed=True, delivered=1.0),
    "draft_invoice": Scenario(2, (6, 12), is_confirmed=True, delivered=1.0, is_invoiced=True),
    "invoiced": Scenario(7, (8, 24), is_confirmed=True, delivered=1.0, is_invoiced=True),
    "overdue": Scenario(4, (62, 95), is_confirmed=True, delivered=1.0, is_invoiced=True),
    "part_paid": Scenario(
        3, (35, 70), is_confirmed=True, delivered=1.0, is_invoiced=True, paid=0.4
    ),
    "paid": Scenario(26, (30, 180), is_confirmed=True, delivered=1.0, is_invoiced=True, paid=1.0),
    "paid_late": Scenario(
        4, (50, 150), is_confirmed=True, delivered=1.0, is_invoiced=True, paid=1.0
    ),
}

# Nearly all of these is promised in the warehouse that stops: the refusal can be tried at once.
# product: on hand today
SCARCE = {"plc_cpu": 40, "hmi_10": 12, "grease_ep2": 60}
# Orders that hold the scarce goods, and two in Shanghai that exceed what is there.
FIXED_ORDERS = (
    ("waiting", "chengdu_langsu", "chengdu", 3, 9, {"plc_cpu": 20, "plc_di16": 20, "psu_240": 10}),
    ("late", "chongqing_shancheng", "chengdu", 19, -3, {"plc_cpu": 15, "switch_8": 3}),
    ("waiting", "chengdu_tianfu_robot", "chengdu", 5, 6, {"hmi_10": 8, "servo_750": 8}),
    ("waiting", "chengdu_shuyuan", "chengdu", 2, 12, {"hmi_10": 4, "grease_ep2": 30}),
    ("waiting", "deyang_zhongzhuang", "chengdu", 6, 4, {"grease_ep2": 22, "oil_gear": 6}),
    ("waiting", "suzhou_hexin", "shanghai", 4, 8, {"cable_servo_5m": 80, "cable_encoder_5m": 80}),
    ("late", "ningbo_haitang", "shanghai", 21, -5, {"cable_servo_5m": 40, "servo_drive_750": 6}),
)
# product: on hand in Shanghai today, less than what is promised there
SHORT_IN_SHANGHAI = {"cable_servo_5m": 60, "cable_encoder_5m": 50}


class PlannedLine(NamedTuple):
    product: str
    quantity: float
    delivered: float
    discount: float = 0.0


class PlannedOrder(NamedTuple):
    key: str
    scenario: str
    customer: str
    warehouse: str
    age: int
    promised: int | None  # days from today
    delivered_age: int | None
    lines: tuple

    @property
    def number(self):
        """Its number within the scenario."""
        return int(self.key[-2:])

    def get_minute(self, event):
        """Return the minute of the day's hour at which something happened to the order."""
        return random.Random(f"{self.key}{event}").randrange(60)


class OrderPlan:
    def __init__(self, customers, products, warehouse_by_salesperson, seed=SEED):
        self.random = random.Random(seed)
        self.customers = {row["key"]: row for row in customers}
        self.products = {row["key"]: row for row in products}
        self.goods = [key for key, row in self.products.items() if row["kind"] != "service"]
        self.services = [key for key, row in self.products.items() if row["kind"] == "service"]
        self.warehouses = warehouse_by_salesperson
        self.orders = self._number(sorted(self._make_orders(), key=lambda o: -o.age))

    def _make_orders(self):
        for scenario, *rest in FIXED_ORDERS:
            yield self._make_fixed_order(scenario, *rest)
        for name, scenario in SCENARIOS.items():
            for _ in range(scenario.count):
                yield self._make_order(name, scenario)

    @staticmethod
    def _number(orders):
        """Give every order its key: the scenario and a number, from old to new."""
        numbers = defaultdict(int)
        numbered = []
        for order in orders:
            numbers[order.scenario] += 1
            key = f"{order.scenario}_{numbers[order.scenario]:02d}"
            numbered.append(order._replace(key=key))
        return tuple(numbered)

    @staticmethod
    def _make_fixed_order(scenario, customer, warehouse, age, promised, quantities):
        lines = tuple(PlannedLine(key, qty, 0.0) for key, qty in quantities.items())
        return PlannedOrder("", scenario, customer, warehouse, age, promised, None, lines)

    def _make_order(self, name, scenario):
        customer = self.random.choice(list(self.customers))
        warehouse = self._choose_warehouse(customer)
        age = self.random.randint(*scenario.ages)
        return PlannedOrder(
            "",
            name,
            customer,
            warehouse,
            age,
            self._choose_promise(name, scenario, age),
            self._choose_delivery_age(name, scenario, age),
            tuple(self._make_lines(name, scenario, warehouse)),
        )

    def _choose_warehouse(self, customer):
        usual = self.warehouses[self.customers[customer]["salesperson"]]
        other = "shanghai" if usual == "chengdu" else "chengdu"
        return other if self.random.random() < 0.12 else usual

    def _choose_promise(self, name, scenario, age):
        if scenario.promised:
            return self.random.randint(*scenario.promised)
        if name == "paid_late":
            return -age + 7
        return -age + self.random.randint(8, 12) if self.random.random() < 0.4 else None

    def _choose_delivery_age(self, name, scenario, age):
        if not scenario.delivered:
            return None
        taken = self.random.randint(2, 7)
        return max(age - (taken + 9 if name == "paid_late" else taken), 1)

    def _make_lines(self, name, scenario, warehouse):
        is_partial = 0.0 < scenario.delivered < 1.0
        number = self.random.choice((2, 3, 4) if is_partial else (1, 2, 2, 3, 3, 4, 5, 6))
        goods = self._get_offered_goods(scenario, warehouse)
        for position, key in enumerate(self.random.sample(goods, number)):
            line = self._make_line(key)
            share = (1.0, 0.5, 0.0)[position % 3] if is_partial else scenario.delivered
            yield line._replace(delivered=float(int(line.quantity * share)))
        if self._wants_service(name):
            service = self.random.choice(self.services)
            quantity = float(self.products[service]["usual"])
            yield PlannedLine(service, quantity, quantity)

    def _get_offered_goods(self, scenario, warehouse):
        """Scarce goods are only in orders that are long gone, and in the fixed ones."""
        rare = SCARCE if warehouse == "chengdu" else SHORT_IN_SHANGHAI
        return self.goods if scenario.delivered == 1.0 else [k for k in self.goods if k not in rare]

    def _wants_service(self, name):
        # Services can be invoiced at once: only where that does not blur the state of the order.
        quoted = name in ("draft", "sent", "invoiced", "paid", "overdue")
        return quoted and self.random.random() < 0.3

    def _make_line(self, key):
        row = self.products[key]
        factor = 1 if row["tracking"] == "serial" else self.random.choice((0.5, 1, 1, 1, 2, 2, 3))
        quantity = float(max(round(float(row["usual"]) * factor), 1))
        discount = self.random.choice((0, 0, 0, 0, 0, 3, 5, 8))
        return PlannedLine(key, quantity, 0.0, float(discount))

    # === STOCK === #

    def get_opening_stock(self):
        """Return what every warehouse began with: {(warehouse, product): quantity}.

        It covers everything that was delivered and promised, and leaves what is free today.
        """
        stock = {}
        used = self._get_used_quantities()
        for key in self.goods:
            if self.products[key]["kind"] != "goods":
                continue
            for warehouse in ("chengdu", "shanghai"):
                delivered, promised = used[warehouse, key]
                stock[warehouse, key] = delivered + self._get_left(warehouse, key, promised)
        return stock

    def _get_left(self, warehouse, key, promised):
        """Return what is on hand today, after the deliveries."""
        if warehouse == "chengdu" and key in SCARCE:
            return float(SCARCE[key])
        if warehouse == "shanghai" and key in SHORT_IN_SHANGHAI:
            return float(SHORT_IN_SHANGHAI[key])
        row = self.products[key]
        # A generator of its own: the stock of a product does not move with the orders.
        rng = random.Random(f"{SEED}{warehouse}{key}")
        factor = rng.randint(2, 5) if row["tracking"] == "serial" else rng.randint(6, 16)
        return promised + float(row["usual"]) * factor

    def _get_used_quantities(self):
        used = defaultdict(lambda: [0.0, 0.0])
        for order in self.orders:
            if not SCENARIOS[order.scenario].is_confirmed:
                continue
            for line in order.lines:
                quantities = used[order.warehouse, line.product]
                quantities[0] += line.delivered
                quantities[1] += line.quantity - line.delivered
        return used
