from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import CustomerPoolCommon


@tagged("post_install", "-at_install")
class TestCustomerClaim(CustomerPoolCommon):
    def test_claim_makes_the_customer_mine_and_takes_its_card_away(self):
        customer = self._create_pooled()
        action = self._cards(customer, self.li).action_claim()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(customer.user_id, self.li)
        self.assertFalse(customer.pool_id)
        self.assertEqual(customer.home_pool_id, self.pool)
        self.assertFalse(self._cards(customer, self.wang).exists())

    def test_loser_is_told_who_has_it_and_since_when(self):
        customer = self._create_pooled()
        self.assertFalse(self._claim(customer, self.wang))
        with self.assertRaisesRegex(UserError, r"Wang Wei has had it since .*\d{4}"):
            self._cards(customer, self.li).action_claim()
        self.assertEqual(customer.user_id, self.wang)

    def test_batch_succeeds_in_part_and_names_each_loser(self):
        customers = self._create_pooled(5)
        self._claim(customers[1] | customers[3], self.wang)
        action = self._cards(customers, self.li).action_claim()
        self.assertEqual(customers.mapped("user_id.name"), ["Li Na", "Wang Wei"])
        self.assertEqual(len(customers.filtered(lambda c: c.user_id == self.li)), 3)
        self.assertEqual(action["params"]["message"].count("Wang Wei"), 2)
        self.assertIn("Langsu Trading 3", action["params"]["message"])

    def test_stranger_neither_claims_nor_learns_who_has_it(self):
        customers = self._create_pooled(2)
        self._claim(customers[0], self.li)
        for customer in customers:
            with self.assertRaisesRegex(UserError, "no longer in a pool of yours"):
                self._cards(customer, self.stranger).action_claim()
        self.assertEqual(customers[1].pool_id, self.pool)

    def test_day_cap_is_not_refunded_by_a_release(self):
        self.pool.day_claim_limit = 3
        customers = self._create_pooled(6)
        refusals = self._claim(customers[:4], self.li)
        self.assertEqual(list(refusals), list(customers[3]))
        self.assertIn("3 customers a day", refusals[customers[3]])
        self._release(customers[:3], self.li)
        self.assertEqual(len(self._claim(customers, self.li)), 6)
        self.assertFalse(self._claim(customers[:3], self.wang), "each has a cap of his own")

    def test_day_cap_begins_anew_and_week_cap_goes_on(self):
        self.pool.write({"day_claim_limit": 2, "week_claim_limit": 3})
        customers = self._create_pooled(6)
        self._claim(customers[:2], self.li)
        counter = self.env["sales.customer.claim.counter"].search([("user_id", "=", self.li.id)])
        self.env.cr.execute("UPDATE sales_customer_claim_counter SET day = day - 1")
        counter.invalidate_recordset()
        refusals = self._claim(customers[2:], self.li)
        self.assertEqual(len(refusals), 3)
        self.assertIn("a week", refusals[customers[3]])

    def test_interval_says_when_to_come_back(self):
        self.pool.claim_interval = 30
        customers = self._create_pooled(2)
        self.assertFalse(self._claim(customers[0], self.li))
        refusals = self._claim(customers[1], self.li)
        self.assertRegex(refusals[customers[1]], "30 minutes .* from .*:")

    def test_holding_limit_does_not_count_what_its_filter_says(self):
        self.pool.write({"holding_limit": 2, "holding_exempt_domain": "[('name', 'like', 'Won')]"})
        self._create_customers(3, name="Won", user_id=self.li.id)
        customers = self._create_pooled(3)
        refusals = self._claim(customers, self.li)
        self.assertEqual(list(refusals), list(customers[2]))
        self.assertIn("hold 2 customers", refusals[customers[2]])

    def test_holding_limit_holds_for_those_who_create_or_take_nobodys(self):
        self.pool.write({"holding_limit": 2, "holding_exempt_domain": "[('name', 'like', 'Won')]"})
        partners = self.env["res.partner"].with_user(self.li)
        values = {"is_company": True, "customer_rank": 1}
        partners.create([{"name": name, **values} for name in ("Won", "A", "B")])
        nobodys = self._create_customers()
        contact = partners.create({"name": "Contact", "parent_id": nobodys.id})
        for exceed in (
            lambda: partners.create({"name": "C", **values}),
            lambda: nobodys.with_user(self.li).write({"user_id": self.li.id}),
            lambda: contact.write({"parent_id": False, "customer_rank": 1}),
            lambda: partners.create(
                [{"name": f"D{n}", "user_id": self.wang.id, **values} for n in range(3)]
            ),
        ):
            with self.assertRaises(UserError) as caught:
                exceed()
            self.assertRegex(str(caught.exception), '(Li Na|Wang Wei) would hold .*"East" allows')
        self.assertEqual(partners.search_count([("user_id", "=", self.li.id)]), 3)

    def test_holding_limit_of_an_import_names_the_rows(self):
        self.pool.holding_limit = 1
        fnames, rows = ["name", "is_company", "customer_rank"], [["A", "1", "1"], ["B", "1", "1"]]
        result = self.env["res.partner"].with_user(self.li).load(fnames, rows)
        self.assertFalse(result["ids"])
        self.assertIn("would hold 2 customers", str(result["messages"]))
        self.assertIn(1, [message["record"] for message in result["messages"]])

    def test_holding_limit_is_the_most_generous_and_not_for_those_above(self):
        self.pool.holding_limit = 1
        west = self.env["sales.customer.pool"].create(
            {"name": "West", "user_ids": [(6, 0, self.li.ids)], "holding_limit": 3}
        )
        vals_list = [{"name": f"Own {n}", "is_company": True, "customer_rank": 1} for n in range(3)]
        partners = self.env["res.partner"].with_user(self.li)
        self.assertEqual(partners.create(vals_list).user_id, self.li)
        west.holding_limit = 0
        self.assertTrue(partners.create(vals_list))
        self._create_customers(2, user_id=self.wang.id)
        chief = self.env["res.partner"].with_user(self.chief)
        self.assertTrue(chief.create({**vals_list[0], "user_id": self.wang.id}))

    def test_filter_that_is_none_is_refused(self):
        for text in ("[('no_such_field', '=', 1)]", "[(", "1/0"):
            with self.assertRaisesRegex(ValidationError, "Not Counted.*East"):
                self.pool.holding_exempt_domain = text

    def test_previous_owner_waits_until_the_stated_time(self):
        self.pool.cooldown_days = 7
        customer = self._create_pooled()
        self._claim(customer, self.li)
        self._release(customer, self.li)
        self._backdate(customer, 5)
        self.assertRegex(self._claim(customer, self.li)[customer], "you had it before.* from ")
        self._backdate(customer, 2)
        self.assertFalse(self._claim(customer, self.li))

    def test_fresh_customers_are_frozen_whatever_is_edited(self):
        self.pool.freeze_days = 3
        customer = self._create_pooled()
        self.assertIn("just come", self._claim(customer, self.wang)[customer])
        self._backdate(customer, 4)
        customer.comment = "edited"
        self.assertFalse(self._claim(customer, self.wang))

    def test_claim_protects_until_a_day(self):
        self.pool.protection_days = 10
        customer = self._create_pooled()
        self._claim(customer, self.li)
        self.assertEqual((customer.protected_until - self.pool._get_today()).days, 10)

    def test_administrator_is_free_of_limits(self):
        self.pool.write({"admin_ids": [(4, self.wang.id)], "day_claim_limit": 1, "freeze_days": 9})
        customers = self._create_pooled(3)
        self.assertFalse(self._claim(customers, self.wang))

    def test_administrator_assigns_and_member_may_not(self):
        customers = self._create_pooled(2)
        with self.assertRaisesRegex(UserError, "administrators of the pool"):
            self._cards(customers, self.li).action_assign()
        self.pool.admin_ids = self.wang
        action = self._cards(customers, self.wang).action_assign()
        form = Form(
            self.env[action["res_model"]].with_user(self.wang).with_context(**action["context"])
        )
        form.user_id = self.li
        form.save().action_transfer()
        self.assertEqual(customers.user_id, self.li)
        self.assertEqual(self._history(customers[0])[-1].kind, "assign")
        self.assertEqual(self._history(customers[0])[-1].changed_by_id, self.wang)

    def test_colleagues_customer_cannot_be_released_or_taken(self):
        customer = self._create_customers(user_id=self.wang.id)
        with self.assertRaises(AccessError):
            self._release(customer, self.li)
        with self.assertRaises(AccessError):
            customer.with_user(self.li).user_id = self.li

    def test_customers_go_to_people_who_sell_here_and_pools_that_one_sees(self):
        customer = self._create_customers(user_id=self.li.id)
        portal = self._create_user("pool_portal", "base.group_portal")
        staff = self._create_user("pool_staff", "base.group_user")
        gone = self._create_user("pool_gone", "sales_team.group_sale_salesman", active=False)
        for user in (portal, staff, gone):
            with self.assertRaisesRegex(UserError, "does not sell here"):
                customer.with_user(self.li)._transfer(user)
        west = self.env["sales.customer.pool"].create({"name": "West"})
        with self.assertRaises(AccessError):
            self._release(customer, self.li, pool=west)
        self.assertEqual(customer.user_id, self.li)

    def test_salesperson_cannot_go_round_the_rules_by_the_form(self):
        customer = self._create_customers(user_id=self.li.id)
        with self.assertRaisesRegex(UserError, "Use Release or Transfer"):
            customer.with_user(self.li).user_id = self.wang
        for values in (
            {"pool_id": self.pool.id},
            {"protected_until": "2030-01-01"},
            {"recycle_locked": True},
        ):
            with self.assertRaisesRegex(UserError, "can only be changed by sales managers"):
                customer.with_user(self.li).write(values)

    def test_transfer_respects_the_holding_limit_of_the_receiver(self):
        self.pool.holding_limit = 1
        customer = self._create_pooled()
        self._claim(customer, self.li)
        self._create_customers(user_id=self.wang.id)
        wizard = self.env["sales.customer.transfer"].with_user(self.li)
        values = {"partner_ids": [(6, 0, customer.ids)], "user_id": self.wang.id}
        with self.assertRaisesRegex(UserError, "Wang Wei may hold 1"):
            wizard.create(values).action_transfer()
        wizard.with_user(self.chief).create(values).action_transfer()
        self.assertEqual(customer.user_id, self.wang)


@tagged("post_install", "-at_install")
class TestCustomerOwnership(CustomerPoolCommon):
    def test_each_change_writes_one_row_with_reason_and_dwell_time(self):
        customer = self._create_pooled()
        self._backdate(customer, 4)
        self._claim(customer, self.li)
        self._backdate(customer, 6)
        self._release(customer, self.li)
        history = self._history(customer)
        self.assertEqual(history.mapped("kind"), ["create", "claim", "release"])
        self.assertEqual([round(days) for days in history.mapped("dwell_days")], [0, 4, 6])
        self.assertEqual(history[1].from_pool_id, self.pool)
        self.assertEqual(history[2].from_user_id, self.li)
        self.assertEqual(history[2].changed_by_id, self.li)
        self.assertEqual(history[2].reason_id, self.reason)

    def test_whichever_way_the_owner_changes(self):
        customer = self._create_customers()
        self.assertFalse(self._history(customer))
        customer.user_id = self.li
        customer.write({"user_id": self.wang.id, "comment": "x"})
        self.env["res.partner"].load([".id", "user_id/.id"], [[str(customer.id), str(self.li.id)]])
        form = Form(customer.with_user(self.chief))
        form.user_id = self.chief
        form.save()
        customer.with_user(self.chief).user_id = self.chief  # no change
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET user_id = NULL WHERE id = %s", customer.ids)
        history = self._history(customer)
        expected = ["Li Na", "Wang Wei", "Li Na", "Chen Jie", False]
        self.assertEqual([row.to_user_id.name for row in history], expected)
        self.assertEqual(history[3].changed_by_id, self.chief)

    def test_customers_are_owned_or_pooled_never_both(self):
        customer = self._create_customers(user_id=self.li.id)
        customer.pool_id = self.pool
        self.assertFalse(customer.user_id)
        customer.user_id = self.wang
        self.assertFalse(customer.pool_id)
        self.assertEqual(len(self._history(customer)), 3)

    def test_contacts_and_non_customers_have_no_history(self):
        customer = self._create_customers(user_id=self.li.id)
        contact = self.env["res.partner"].create(
            {"name": "Ms Sun", "parent_id": customer.id, "customer_rank": 1}
        )
        other = self.env["res.partner"].create({"name": "Carrier", "user_id": self.li.id})
        self.assertEqual(contact.user_id, self.li)
        self.assertFalse(self._history(contact) | self._history(other))

    def test_merge_keeps_one_owner_and_both_histories(self):
        customers = self._create_customers(2, user_id=self.li.id)
        customers[1].user_id = self.wang
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(customers.ids, customers[0])
        self.assertEqual(customers[0].user_id, self.li)
        self.assertEqual(len(self._history(customers[0])), 3)

    def test_merge_in_a_pool_keeps_one_card(self):
        customers = self._create_pooled(3)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(customers.ids, customers[1])
        cards = self._cards(customers, self.li).exists()
        self.assertEqual(cards.ids, customers[1].ids)
        self.assertFalse(self._claim(customers[1], self.li))

    def test_history_cannot_be_written(self):
        history = self._history(self._create_customers(user_id=self.li.id))
        for user in (self.li, self.chief):
            with self.assertRaises(AccessError):
                history.with_user(user).note = "mine"
            with self.assertRaises(AccessError):
                history.with_user(user).unlink()

    def test_constant_number_of_queries(self):
        counts = []
        for count in (1, 10, 100):
            customers = self._create_pooled(count)
            self.env.flush_all()
            self.env.invalidate_all()
            self._cards(customers, self.li).pool_id.mapped("name")
            before = self.env.cr.sql_log_count
            self.assertFalse(self._claim(customers, self.li))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 3, counts)

    def test_card_follows_the_customer(self):
        customer = self._create_pooled()
        customer.write({"city": "Suzhou", "name": "Langsu Pumps"})
        card = self._cards(customer, self.li)
        self.assertEqual(card.city, "Suzhou")
        self.assertEqual(card.name, "Langsu Pumps")
        customer.active = False
        self.assertFalse(card.exists())
