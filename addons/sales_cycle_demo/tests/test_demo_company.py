from collections import Counter, defaultdict

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.sales_availability.models.sales_availability import AvailabilityKey

from ..company.order_plan import SCARCE
from ..company.tables import read_table

# Where the cities of the customers are, from an atlas and not from our tables.
CITY_CENTRES = {
    "成都市": (30.66, 104.06),
    "绵阳市": (31.47, 104.68),
    "德阳市": (31.13, 104.40),
    "宜宾市": (28.77, 104.62),
    "重庆市": (29.56, 106.55),
    "贵阳市": (26.65, 106.63),
    "昆明市": (25.04, 102.71),
    "西安市": (34.27, 108.95),
    "兰州市": (36.06, 103.83),
    "拉萨市": (29.65, 91.14),
    "乌鲁木齐市": (43.83, 87.62),
    "上海市": (31.23, 121.47),
    "Shanghai": (31.23, 121.47),
    "苏州市": (31.30, 120.58),
    "无锡市": (31.49, 120.31),
    "南京市": (32.06, 118.80),
    "Changzhou": (31.81, 119.97),
    "杭州市": (30.27, 120.15),
    "宁波市": (29.87, 121.55),
    "温州市": (28.00, 120.70),
    "合肥市": (31.82, 117.23),
    "Xiamen": (24.48, 118.09),
    "武汉市": (30.59, 114.31),
    "长沙市": (28.23, 112.94),
    "广州市": (23.13, 113.26),
    "深圳市": (22.54, 114.06),
    "佛山市": (23.02, 113.12),
    "北京市": (39.90, 116.40),
    "天津市": (39.13, 117.20),
    "青岛市": (36.07, 120.38),
    "Shenyang": (41.80, 123.43),
    "哈尔滨市": (45.80, 126.53),
    "Hong Kong": (22.30, 114.17),
    "Singapore": (1.35, 103.82),
    "Mannheim": (49.49, 8.47),
    "Zoetermeer": (52.06, 4.49),
    "Ho Chi Minh City": (10.78, 106.70),
}
ZH_POOLS = {"西南公海", "华东及出口公海"}
COUNTED_MODELS = (
    "account.move",
    "account.payment",
    "crm.lead",
    "mail.activity",
    "mail.message",
    "product.product",
    "res.partner",
    "res.users",
    "sale.order",
    "sales.customer.allocation.rule",
    "sales.customer.ownership",
    "sales.customer.pool",
    "sales.customer.recycle.rule",
    "sales.followup",
    "sales.region",
    "sales.approval.request",
    "sales.contract",
    "sales.customer.tier.history",
    "sales.discount.ceiling",
    "sales.document.template",
    "sales.price.floor",
    "sales.quotation.negotiation",
    "sales.reminder.rule",
    "stock.lot",
    "stock.move",
    "stock.quant",
    "stock.warehouse",
    "utm.source",
)


@tagged("post_install", "-at_install")
class TestDemoCompany(HttpCase):
    """The demo company as somebody finds it who opens the database for the first time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.demo = cls.env["sales.cycle.demo"]
        cls.demo._load()
        cls.orders = cls._get_records("order")
        cls.chengdu = cls._get_record("warehouse_chengdu")
        cls.shanghai = cls._get_record("warehouse_shanghai")

    @classmethod
    def _get_record(cls, name):
        return cls.env.ref(f"sales_cycle_demo.{name}")

    @classmethod
    def _get_records(cls, kind):
        data = cls.env["ir.model.data"].search(
            [("module", "=", "sales_cycle_demo"), ("name", "=like", f"{kind}\\_%")]
        )
        return cls.env[data[0].model].browse(data.mapped("res_id"))

    def _get_scenario(self, scenario):
        """Return the orders of a scenario; ``paid`` is not ``paid_late``."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "sales_cycle_demo"),
                ("name", "=like", f"order\\_{scenario}\\___"),
            ]
        )
        return self.env["sale.order"].browse(data.mapped("res_id"))

    # === MASTER DATA === #

    def test_contracts_are_drawn_from(self):
        half, expired, strict, draft = (
            self._get_record(f"contract_{key}") for key in ("half", "expired", "strict", "draft")
        )
        self.assertEqual(half.line_ids[0].quantity_left, 6)
        self.assertEqual(half.user_id, half.partner_id.user_id)
        self.assertIn("8 asked for, 6 of 12", self._get_record("asked_half").contract_info)
        self.assertEqual(self._get_record("drawn_half").state, "sale")
        self.assertTrue(expired.is_expired)
        self.assertEqual((strict.over_quantity, draft.state), ("stop", "draft"))

    def test_customers_are_where_their_address_says(self):
        customers = self._get_records("customer")
        self.assertEqual(len(customers), 42)
        for customer in customers:
            latitude, longitude = CITY_CENTRES[customer.city]
            with self.subTest(customer=customer.name):
                self.assertLess(abs(customer.partner_latitude - latitude), 0.6)
                self.assertLess(abs(customer.partner_longitude - longitude), 0.6)

    def test_customers_can_be_called_and_invoiced(self):
        customers = self._get_records("customer")
        in_china = customers.filtered(lambda customer: customer.country_id.code == "CN")
        self.assertEqual(len(in_china), 37)
        self.assertGreaterEqual(len(in_china.state_id), 20, "customers all over China")
        self.assertTrue(all(in_china.mapped("vat")))
        self.assertEqual(len(set(in_china.mapped("vat"))), 37)
        for customer in customers:
            with self.subTest(customer=customer.name):
                self.assertTrue(customer.child_ids, "somebody to talk to")
                self.assertRegex(customer.phone, r"^\+\d{2,3} ")
                self.assertRegex(customer.email, r"\.example\.com$")
                self.assertTrue(customer.user_id and customer.category_id and customer.industry_id)

    def test_tax_ids_have_the_check_digit_of_china(self):
        digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        for customer in self._get_records("customer"):
            if customer.country_id.code != "CN":
                continue
            with self.subTest(customer=customer.name):
                self.assertEqual(len(customer.vat), 18)
                total = sum(
                    digits.index(char) * pow(3, place, 31)
                    for place, char in enumerate(customer.vat[:17])
                )
                self.assertEqual(customer.vat[17], digits[(31 - total % 31) % 31])

    def test_products_have_names_in_both_languages(self):
        products = self._get_records("product")
        self.assertEqual(len(products), 65)
        for product in products:
            with self.subTest(product=product.default_code):
                self.assertNotRegex(product.with_context(lang="en_US").name, "[一-鿿]")
                self.assertRegex(product.with_context(lang="zh_CN").name, "[一-鿿]")
                self.assertGreater(product.list_price, product.standard_price)
        tracking = Counter(products.mapped("tracking"))
        self.assertGreaterEqual(tracking["lot"], 8)
        self.assertEqual(tracking["serial"], 3)
        self.assertEqual(len(products.filtered(lambda p: p.type == "service")), 4)

    # === STOCK === #

    def test_both_warehouses_are_stocked(self):
        storable = self._get_records("product").filtered("is_storable")
        for warehouse in self.chengdu + self.shanghai:
            with self.subTest(warehouse=warehouse.name):
                quants = self._get_quants(warehouse)
                self.assertEqual(quants.product_id, storable)
                self.assertFalse(quants.filtered(lambda quant: quant.quantity < 0))
        self.assertEqual(self.chengdu.availability_mode, "stop")
        self.assertEqual(self.shanghai.availability_mode, "warn")

    def _get_quants(self, warehouse):
        return self.env["stock.quant"].search(
            [("location_id", "child_of", warehouse.lot_stock_id.id), ("quantity", "!=", 0)],
            order="product_id",
        )

    def test_stock_that_expires_is_still_good(self):
        quants = self._get_quants(self.chengdu) + self._get_quants(self.shanghai)
        for quant in quants.filtered("product_id.use_expiration_date"):
            with self.subTest(lot=quant.lot_id.name):
                self.assertGreater(quant.lot_id.expiration_date, fields.Datetime.now())
        self.assertFalse(
            quants.filtered(lambda q: q.product_id.tracking != "none" and not q.lot_id)
        )

    def test_chengdu_promises_no_more_than_it_has(self):
        figures = self._read_chengdu()
        for key, figure in figures.items():
            product = self.env["product.product"].browse(key.product_id)
            with self.subTest(product=product.default_code):
                self.assertGreaterEqual(figure.available, 0)
        for order in self.orders.filtered(lambda o: o.warehouse_id == self.chengdu):
            if order.state in ("draft", "sent"):
                self.assertFalse(order.availability_warning, order.name)

    def _read_chengdu(self):
        products = self._get_records("product").filtered("is_storable")
        keys = [AvailabilityKey(self.chengdu.id, product.id) for product in products]
        return self.env["sales.availability"]._read_availability(keys).figures

    def test_scarce_products_are_nearly_promised(self):
        figures = self._read_chengdu()
        for key, available in (("plc_cpu", 5), ("hmi_10", 0), ("grease_ep2", 8)):
            product = self._get_record(f"product_{key}")
            figure = figures[AvailabilityKey(self.chengdu.id, product.id)]
            self.assertEqual((figure.on_hand, figure.available), (SCARCE[key], available))

    def test_shanghai_shows_a_shortage(self):
        self.assertTrue(
            self.orders.filtered(
                lambda o: o.warehouse_id == self.shanghai and o.availability_warning
            )
        )

    # === ORDERS === #

    def test_quotations(self):
        today = fields.Date.today()
        self.assertEqual(self._get_scenario("draft").mapped("state"), ["draft"] * 9)
        self.assertEqual(self._get_scenario("cancelled").mapped("state"), ["cancel"] * 4)
        sent, expired = self._get_scenario("sent"), self._get_scenario("expired")
        self.assertEqual((sent + expired).mapped("state"), ["sent"] * 14)
        self.assertTrue(all(order.validity_date >= today for order in sent))
        self.assertTrue(all(order.validity_date < today for order in expired))

    def test_orders_to_deliver(self):
        waiting, late = self._get_scenario("waiting"), self._get_scenario("late")
        self.assertEqual((len(waiting), len(late)), (14, 6))
        self.assertEqual(set((waiting + late).mapped("delivery_status")), {"pending"})
        now = fields.Datetime.now()
        self.assertTrue(all(order.commitment_date > now for order in waiting))
        self.assertTrue(all(order.commitment_date < now for order in late))
        partial = self._get_scenario("partial")
        self.assertEqual(partial.mapped("delivery_status"), ["partial"] * 6)
        self.assertEqual(
            [set(order.picking_ids.mapped("state")) for order in partial],
            [{"assigned", "done"}] * 6,
        )

    def test_orders_delivered(self):
        delivered = self._get_scenario("delivered")
        self.assertEqual(delivered.mapped("delivery_status"), ["full"] * 6)
        self.assertEqual(delivered.mapped("invoice_status"), ["to invoice"] * 6)
        self.assertFalse(delivered.invoice_ids)
        for order in self._get_scenario("paid_late"):
            self.assertGreater(order.effective_date, order.commitment_date)

    def test_orders_invoiced(self):
        today = fields.Date.today()
        self.assertEqual(self._get_payment_states("invoiced"), {("posted", "not_paid"): 7})
        self.assertEqual(self._get_payment_states("overdue"), {("posted", "not_paid"): 4})
        self.assertEqual(self._get_payment_states("part_paid"), {("posted", "partial"): 3})
        self.assertEqual(self._get_payment_states("draft_invoice"), {("draft", "not_paid"): 2})
        self.assertEqual(self._get_payment_states("paid"), {("posted", "paid"): 26})
        overdue = self._get_scenario("overdue").invoice_ids
        self.assertTrue(all(invoice.invoice_date_due < today for invoice in overdue))

    def _get_payment_states(self, scenario):
        invoices = self._get_scenario(scenario).invoice_ids
        return dict(Counter((invoice.state, invoice.payment_state) for invoice in invoices))

    def test_documents_are_spread_over_half_a_year(self):
        now = fields.Datetime.now()
        self.assertEqual(len(self.orders), 105)
        ages = [(now - order.date_order).days for order in self.orders]
        self.assertGreaterEqual(min(ages), 0)
        self.assertLessEqual(max(ages), 185)
        self.assertGreaterEqual(len({age // 30 for age in ages}), 6, "some in every month")
        for order in self.orders.filtered("effective_date"):
            self.assertGreater(order.effective_date, order.date_order, order.name)
            for invoice in order.invoice_ids.filtered("invoice_date"):
                self.assertGreaterEqual(invoice.invoice_date, order.effective_date.date())

    def test_journal_entries_are_balanced(self):
        entries = self.orders.invoice_ids.filtered(lambda move: move.state == "posted")
        entries += entries.matched_payment_ids.move_id
        self.assertGreaterEqual(len(entries), 47)
        for entry in entries:
            debit, credit = (sum(entry.line_ids.mapped(name)) for name in ("debit", "credit"))
            self.assertAlmostEqual(debit, credit, 2, entry.name)
            self.assertGreater(debit, 0, entry.name)

    def test_chatter_has_the_age_of_the_order(self):
        messages = self.env["mail.message"].search(
            [("model", "=", "sale.order"), ("res_id", "in", self.orders.ids)]
        )
        self.assertEqual(set(messages.mapped("res_id")), set(self.orders.ids))
        first = defaultdict(lambda: fields.Datetime.now())
        for message in messages:
            first[message.res_id] = min(first[message.res_id], message.date)
        for order in self.orders:
            self.assertLess(abs((order.date_order - first[order.id]).days), 3, order.name)

    # === THE CUSTOMER FILE === #

    def test_customers_can_be_found_and_reached(self):
        for customer in self._get_records("customer") + self._get_records("prospect"):
            with self.subTest(customer=customer.name):
                self.assertTrue(customer.sales_region_id and customer.customer_grade_id)
                self.assertTrue(customer.source_id and customer.followup_method)
                self.assertRegex(customer.mobile, r"^\+\d{2,3} ")
                if customer.country_id.code == "CN":
                    self.assertRegex(customer.wechat, r"^[a-z][a-z_]{5,19}$")
                self.assertNotEqual(
                    (customer.followup_method, customer.wechat), ("wechat", False), "unreachable"
                )

    def test_no_customer_is_there_twice(self):
        customers = self._get_records("customer") + self._get_records("prospect")
        keys = self.env["sales.customer.key"]._read_group(
            [("partner_id", "in", customers.ids)], ["kind", "value"], having=[("__count", ">", 1)]
        )
        self.assertFalse(keys)

    # === POOLS === #

    def test_pools_have_members_limits_and_customers(self):
        pools = self._get_records("pool")
        self.assertEqual(len(pools), 2)
        self.assertEqual(set(pools.with_context(lang="zh_CN").mapped("name")), ZH_POOLS)
        self.assertEqual(pools.admin_ids, self._get_record("user_manager"))
        for pool in pools:
            with self.subTest(pool=pool.name):
                self.assertTrue(pool.member_ids and pool.card_count >= 5)
                self.assertTrue(pool.day_claim_limit and pool.week_claim_limit)
                self.assertTrue(pool.holding_limit and pool.protection_days)
                for user in pool.member_ids:
                    self.assertLess(pool._get_held_count(user), pool.holding_limit)
        prospects = self._get_records("prospect")
        self.assertEqual(prospects.pool_id, pools)
        self.assertFalse(prospects.user_id)

    def test_salesperson_claims_a_prospect(self):
        li_na = self._get_record("user_li_na")
        cards = self.env["sales.customer.pool.card"].with_user(li_na).search([])
        self.assertEqual(cards.pool_id, self._get_record("pool_southwest"))
        prospect = self._get_record("prospect_chengdu_jinniu")
        cards.filtered(lambda card: card.id == prospect.id).action_claim()
        self.assertEqual(prospect.user_id, li_na)

    def test_who_gave_a_prospect_back_cannot_claim_it_at_once(self):
        prospect = self._get_record("prospect_chongqing_fuling")
        card = self.env["sales.customer.pool.card"].browse(prospect.id)
        with self.assertRaises(UserError):
            card.with_user(self._get_record("user_li_na")).action_claim()
        [last, first] = prospect.ownership_ids
        self.assertEqual((last.kind, first.kind), ("release", "create"))
        self.assertTrue(last.reason_id)
        self.assertAlmostEqual(last.dwell_days, 95, delta=3)
        self.assertAlmostEqual((fields.Datetime.now() - last.date).days, 20, delta=3)

    def test_customers_have_had_their_salesperson_since_before_they_bought(self):
        for customer in self._get_records("customer"):
            with self.subTest(customer=customer.name):
                [change] = customer.ownership_ids
                self.assertEqual(change.date, customer.ownership_date)
                orders = customer.sale_order_ids
                self.assertTrue(all(order.date_order > change.date for order in orders))

    def test_history_of_the_prospects_reads_from_new_to_old(self):
        changes = self.env["sales.customer.ownership"].search(
            [("partner_id", "in", self._get_records("prospect").ids)]
        )
        self.assertEqual(set(changes.mapped("kind")), {"create", "release"})
        dates = changes.mapped("date")
        self.assertEqual(dates, sorted(dates, reverse=True))

    def test_website_enquiry_from_the_southwest_is_allocated(self):
        values = {
            "customer_rank": 1,
            "source_id": self._get_record("source_website").id,
            "sales_region_id": self._get_record("region_yungui").id,
        }
        enquiries = self.env["res.partner"].create([{"name": f"E{n}", **values} for n in range(3)])
        users = Counter(enquiry.user_id.login for enquiry in enquiries)
        self.assertEqual(users, {"li.na": 2, "zhang.min": 1})
        other = self.env["res.partner"].create(
            {**values, "name": "Other", "sales_region_id": self._get_record("region_east").id}
        )
        self.assertFalse(other.user_id)

    def test_two_customers_are_about_to_be_recycled_and_none_is(self):
        active, planned = self._get_records("recycle").sorted("active", reverse=True)
        self.assertEqual((active.active, planned.active), (True, False))
        due = self.env["res.partner"].search([("recycle_rule_id", "=", active.id)])
        self.assertTrue(all(partner.recycle_due_date > fields.Datetime.now() for partner in due))
        warned = due.filtered("recycle_warned_days")
        names = ("customer_guiyang_qianfeng", "customer_lhasa_xueyu")
        self.assertEqual(warned, self.env["res.partner"].union(*map(self._get_record, names)))
        warning = self.env.ref("sales_customer_pool.mail_activity_recycle")
        activities = self.env["mail.activity"].search([("activity_type_id", "=", warning.id)])
        self.assertLessEqual(set(warned.ids), set(activities.mapped("res_id")))

    # === FOLLOW-UPS === #

    def test_followups_of_the_last_weeks(self):
        followups = self.env["sales.followup"].search(
            [("partner_id", "in", self._get_records("customer").ids)]
        )
        self.assertEqual(len(followups), len(read_table("followups")))
        self.assertEqual(set(followups.user_id.mapped("login")), {"li.na", "wang.wei", "zhang.min"})
        self.assertGreaterEqual(len(followups.method_id), 4)
        self.assertTrue(followups.filtered("is_verified"))
        self.assertTrue(followups.filtered(lambda followup: not followup.is_verified))
        now = fields.Datetime.now()
        self.assertGreaterEqual(len({(now - f.date).days // 7 for f in followups}), 6)
        for followup in followups:
            customer = followup.partner_id
            self.assertEqual(followup.user_id, customer.user_id)
            self.assertGreaterEqual(customer.last_followup_date, followup.date)
            if followup.next_date:
                self.assertGreaterEqual(followup.next_date, followup.date.date())
        chinese = self._get_record("customer_chengdu_langsu").followup_ids[0]
        self.assertRegex(chinese.content, "[一-鿿]")
        western = self._get_record("customer_germany_rheintal").followup_ids[0]
        self.assertNotRegex(western.content, "[一-鿿]")

    def test_proven_contact_is_as_old_as_the_last_order(self):
        for customer in self._get_records("customer"):
            orders = customer.sale_order_ids.filtered(lambda order: order.state == "sale")
            dates = orders.mapped("date_order")
            dates += customer.followup_ids.filtered("is_verified").mapped("date")
            self.assertEqual(customer.last_contact_date, max(dates, default=False), customer.name)

    def test_boards_have_what_is_overdue_due_and_to_come(self):
        for login in ("li_na", "wang_wei", "zhang_min"):
            user = self._get_record(f"user_{login}")
            board = self.env["mail.activity"].with_user(user).get_followup_board()
            days = [item["days"] for item in board["items"]]
            with self.subTest(user=login):
                self.assertLess(min(days), 0)
                self.assertIn(0, days)
                self.assertGreater(max(days), 0)
        rules = self.env["sales.reminder.rule"].search([("is_interval", "=", False)])
        mine = rules.filtered(lambda rule: rule.partner_id in self._get_records("customer"))
        self.assertEqual(len(mine), len(read_table("reminders")))
        self.assertEqual(mine.mapped("occurrence"), [1] * len(mine))
        self.assertTrue(all(rule.activity_ids for rule in mine))

    # === TIERS AND PRICES === #

    def test_customers_are_in_the_tier_that_their_orders_earn(self):
        tiers = self.env["sales.customer.tier"].search([("state", "=", "running")])
        zh_names = tiers.with_context(lang="zh_CN").mapped("name")
        self.assertEqual(zh_names, ["优质客户", "老客户", "新客户"])
        excellent, old, new = tiers
        customers = self._get_records("customer")
        self.assertEqual((customers + self._get_records("prospect")).customer_tier_id, tiers)
        for tier in tiers:
            self.assertGreaterEqual(len(customers.filtered_domain(self._in_tier(tier))), 3)
        kunming = self._get_record("customer_kunming_dianchi").with_context(lang="en_US")
        self.assertEqual(kunming.customer_tier_id, excellent)
        self.assertIn("Confirmed orders 6 \u2265 3", kunming.customer_tier_reason)
        robot = self._get_record("customer_chengdu_tianfu_robot")
        self.assertEqual(robot.customer_tier_id, old, "it buys enough, and has not paid")
        self.assertEqual(self._get_record("customer_chengdu_qingyun").customer_tier_id, new)

    def _in_tier(self, tier):
        return [("customer_tier_id", "=", tier.id)]

    def test_each_tier_has_its_prices(self):
        sensor = self._get_record("product_prox_m12")
        prices = {}
        for key in ("kunming_dianchi", "chengdu_langsu", "chengdu_qingyun"):
            pricelist = self._get_record(f"customer_{key}").property_product_pricelist
            self.assertEqual(pricelist.currency_id, self.env.company.currency_id)
            prices[key] = [pricelist._get_product_price(sensor, n) for n in (1, 20)]
        self.assertEqual(
            prices,
            {
                "kunming_dianchi": [86, 86 * 0.92],
                "chengdu_langsu": [86, 86 * 0.96],
                "chengdu_qingyun": [86, 86],
            },
        )

    def test_floors_hold_up_two_quotations_and_no_order(self):
        requests = self.env["sales.approval.request"].search([("res_model", "=", "sale.order")])
        held = self._get_record("quotation_waiting") + self._get_record("quotation_approved")
        self.assertEqual(set(requests.mapped("res_id")), set(held.ids))
        lines = self.orders.order_line
        self.assertFalse(lines.filtered("price_mark"))
        drives = lines.filtered(
            lambda line: line.product_id == self._get_record("product_motor_2k2")
        )
        self.assertEqual({round(line.floor_price, 2) for line in drives}, {round(690 * 1.22, 2)})
        above = self._get_record("quotation_above")
        self.assertFalse(above.price_mark)
        switch = above.order_line[0]
        self.assertAlmostEqual(
            switch.floor_price, 540 * 1.12, 2, "an excellent customer's floor is lower"
        )

    def test_quotation_below_its_floor_waits_for_the_leader(self):
        order = self._get_record("quotation_waiting")
        li_na, manager = self._get_record("user_li_na"), self._get_record("user_manager")
        self.assertEqual((order.state, order.approval_state), ("draft", "waiting"))
        request = order.approval_request_id
        self.assertEqual((request.user_id, request.step_ids.user_ids), (li_na, manager))
        self.assertRegex(request.comment, "[一-鿿]")
        [activity] = order.activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (manager, self._get_today()))
        self.assertFalse(self.env["mail.mail"].search([]), "nothing leaves the demo company")
        with self.assertRaises(UserError) as refusal:
            order.with_user(li_na).action_quotation_sent()
        self.assertIn("waits for approval", str(refusal.exception))
        order.with_user(manager).action_approval_approve()
        order.with_user(li_na).action_quotation_sent()
        self.assertEqual(order.state, "sent")

    def _get_today(self):
        return fields.Date.context_today(self.demo.with_context(tz="Asia/Shanghai"))

    def test_approved_quotation_was_sent_days_ago(self):
        order = self._get_record("quotation_approved")
        self.assertEqual((order.state, order.approval_state), ("sent", "approved"))
        approved, asked = order.approval_request_id.log_ids
        self.assertEqual((asked.event, approved.event), ("asked", "approved"))
        self.assertEqual(approved.user_id, self._get_record("user_manager"))
        self.assertLess(order.date_order, asked.date)
        self.assertLess(asked.date, approved.date)
        self.assertGreaterEqual((fields.Datetime.now() - approved.date).days, 2)
        self.assertFalse(order.activity_ids)

    # === ROUNDS === #

    def test_negotiation_of_three_rounds(self):
        last = self._get_record("quotation_three_rounds")
        rounds = last.negotiation_id.round_ids.sorted("round_number")
        self.assertEqual(rounds.mapped("round_number"), [1, 2, 3])
        self.assertEqual(rounds.mapped("round_state"), ["superseded", "superseded", "open"])
        self.assertTrue(all(rounds.mapped("round_sent")))
        self.assertEqual(rounds.mapped("round_reason"), [False, "competitor", "volume"])
        self.assertTrue(all(rounds[1:].mapped("round_note")))
        dates = rounds.mapped("date_order")
        self.assertEqual(dates, sorted(dates))
        self.assertEqual(rounds.mapped("create_date"), dates)
        for one in rounds:
            for message in one.message_ids:
                self.assertGreaterEqual(message.date, one.date_order)
                self.assertGreaterEqual((fields.Datetime.now() - message.date).days, 1)
        page = last.with_user(last.user_id).get_rounds_page()
        changed = {row["after"]["quantity"]: row["before"]["quantity"] for row in page["rows"]}
        self.assertEqual((changed[10], changed[12], changed[2]), (6, 8, 3))

    def test_negotiations_end_won_and_lost(self):
        won, lost = self._get_record("quotation_won"), self._get_record("quotation_lost")
        self.assertEqual((won.round_number, won.round_state, won.state), (2, "won", "sale"))
        self.assertEqual(won.picking_ids.state, "assigned")
        self.assertLess(won.date_order, fields.Datetime.now())
        self.assertEqual((lost.round_number, lost.round_state), (2, "lost"))
        self.assertNotRegex(lost.round_note, "[一-鿿]", "to a customer abroad")

    # === DOCUMENTS === #

    def test_quotations_are_made_with_the_templates_of_the_company(self):
        templates = self._get_records("template").sorted("kind")
        self.assertEqual(templates.mapped("kind"), ["docx", "xlsx"])
        self.assertRegex(templates[0].with_context(lang="zh_CN").name, "[一-鿿]")
        order = self._get_record("quotation_above")
        order = order.with_user(order.user_id)
        for template in templates:
            self.assertEqual(template._find_default(order, template.kind), template)
            [document] = order.export_documents(template.kind, template.id)
            self.assertIn(order.name, document["name"])

    # === PEOPLE === #

    def test_salespeople_see_their_own(self):
        for login in ("li.na", "wang.wei", "zhang.min"):
            user = self._get_record(f"user_{login.replace('.', '_')}")
            with self.subTest(user=login):
                self.authenticate(login, login)
                self.assertEqual(self.session.uid, user.id)
                orders = self.env["sale.order"].with_user(user).search([])
                self.assertGreaterEqual(len(orders), 15)
                self.assertEqual(orders.user_id, user)
                self.assertTrue(self._get_activities(user), "something to do today")
                self.assertEqual(user.sale_team_id.user_id, self._get_record("user_manager"))
                self.assertEqual(orders.team_id, user.sale_team_id)

    def _get_activities(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("date_deadline", "<=", fields.Date.today())]
        )

    def test_manager_and_warehouse_see_all(self):
        for login in ("manager", "stock"):
            self.authenticate(login, login)
            self.assertEqual(self.session.uid, self._get_record(f"user_{login}").id)
        manager, stock = self._get_record("user_manager"), self._get_record("user_stock")
        self.assertLessEqual(self.orders, self.env["sale.order"].with_user(manager).search([]))
        pickings = self.env["stock.picking"].with_user(stock).search([])
        self.assertLessEqual(self.orders.picking_ids, pickings)

    # === LOADING === #

    def test_loading_again_changes_nothing(self):
        before = {model: self.env[model].search_count([]) for model in COUNTED_MODELS}
        self.assertFalse(self.demo._load())
        self.assertEqual(
            {model: self.env[model].search_count([]) for model in COUNTED_MODELS}, before
        )

    def test_an_update_of_the_addon_leaves_the_records(self):
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "sales_cycle_demo"),
                ("model", "in", ("res.partner", "product.product", "sale.order", "res.users")),
            ]
        )
        tables = ("customers", "contacts", "suppliers", "products", "users", "prospects")
        rows = sum(len(read_table(name)) for name in tables)
        rows += len(read_table("quotations"))
        drawn = read_table("contracts")
        rows += sum(bool(row["ordered"]) + bool(row["quoted"]) for row in drawn)
        self.assertEqual(len(data), rows + len(self.orders))
        self.assertTrue(all(data.mapped("noupdate")))
