from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ProjectQuotationCase


@tagged("post_install", "-at_install")
class TestProjectQuotation(ProjectQuotationCase):
    def test_tasks_become_lines_with_hours_as_days_and_a_section(self):
        wizard = self._open()
        self.assertEqual(
            wizard.line_ids.filtered("is_taken").mapped("name"), ["Plan", "Wire", "Paint"]
        )
        self.assertEqual(wizard.amount, 800 * (2 + 5 + 0.5))
        order = self._quote(wizard)
        self.assertEqual(
            self._texts(order),
            [
                (False, "Plan", 2),
                ("line_section", "Build", 0),
                (False, "Wire", 5),
                (False, "Paint", 0.5),
            ],
        )
        self.assertEqual(order.order_line.product_id, self.engineering)
        self.assertEqual(order.amount_untaxed, wizard.amount)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual((order.project_id, order.origin), (self.project, "Line 7"))
        self.assertEqual(order.user_id, self.seller)

    def test_unit_that_is_no_time_is_one(self):
        self.engineering.uom_id = self.env.ref("uom.product_uom_unit")
        wizard = self._open()
        tasks = wizard.line_ids.filtered(lambda row: row.kind == "task")
        self.assertEqual(set(tasks.mapped("quantity")), {1.0})

    def test_another_product_changes_rows_and_prices(self):
        hourly = self._new_product("Hour", 120, 60, type="service", uom_id=self.hour.id)
        wizard = self._open()
        wizard.task_product_id = hourly
        rows = wizard.line_ids.filtered("is_taken")
        self.assertEqual(rows.mapped("quantity"), [16, 40, 4])
        self.assertEqual(wizard.amount, 120 * 60)

    def test_prices_are_those_of_the_customers_pricelist(self):
        pricelist = self.env["product.pricelist"].create({"name": "Cheap"})
        pricelist.item_ids.create(
            {"pricelist_id": pricelist.id, "compute_price": "fixed", "fixed_price": 700}
        )
        self.customer.property_product_pricelist = pricelist
        wizard = self._take(self._open(), "Plan")
        self.assertEqual(wizard.amount, 1400)
        self.assertEqual(self._quote(wizard).amount_untaxed, 1400)

    def test_milestones(self):
        wizard = self._take(self._open(), "Start", "Handover")
        order = self._quote(wizard)
        self.assertEqual(self._texts(order), [(False, "Start", 1), (False, "Handover", 1)])
        self.assertEqual(order.order_line.product_id, self.acceptance)

    def test_products_of_earlier_orders(self):
        self._sell({"product_uom_qty": 3}, {"product_id": self.other.id, "product_uom_qty": 5})
        self._sell({"product_uom_qty": 4, "price_unit": 1})
        self._new_order([{"product_uom_qty": 50}], project_id=self.project.id)
        wizard = self._take(self._open(), self.product.display_name, self.other.display_name)
        order = self._quote(wizard)
        lines = order.order_line
        quantities = dict(zip(lines.product_id, lines.mapped("product_uom_qty"), strict=True))
        self.assertEqual(quantities, {self.product: 7, self.other: 5})
        self.assertEqual(lines.mapped("price_unit"), [100, 10])

    def test_only_one_kind_is_ticked_and_done_tasks_are_not(self):
        self.plan.state = "1_done"
        self.paint.state = "1_canceled"
        wizard = self._open()
        self.assertEqual(wizard.line_ids.filtered("is_taken").mapped("name"), ["Wire"])
        self.assertNotIn("Paint", wizard.line_ids.mapped("name"))

    def test_second_press_marks_what_is_quoted(self):
        first = self._quote(self._take(self._open(), "Plan", "Start"))
        wizard = self._open()
        rows = {row.name: row for row in wizard.line_ids}
        for name in ("Plan", "Start"):
            self.assertIn(first.name, rows[name].note)
            self.assertFalse(rows[name].is_taken)
        self.assertFalse(rows["Wire"].note)
        self.assertTrue(rows["Wire"].is_taken)
        first.action_cancel()
        self.assertFalse(any(self._open().line_ids.mapped("note")))

    def test_a_colleagues_quotation_is_marked_without_its_name(self):
        order = self._quote(self._take(self._open(), "Plan"))
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        row = self._open(user=colleague).line_ids.filtered(lambda row: row.name == "Plan")
        self.assertIn("colleague", row.note)
        self.assertNotIn(order.name, row.note)
        self.assertFalse(row.is_taken)

    def test_what_was_quoted_meanwhile_is_refused(self):
        mine, twice, free = [self._take(self._open(), "Plan", "Start") for _n in range(3)]
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        theirs = self._take(self._open(user=colleague), "Start")
        self._take(free, "Wire")
        first = self._quote(mine)
        named = f"{first.name} ({self.seller.name})"
        self.assertRefused(UserError, twice.action_apply, f"Plan: {named}", f"Start: {named}")
        text = self.assertRefused(UserError, theirs.action_apply, "Start: an order of a colleague")
        self.assertNotIn(first.name, text)
        self.assertTrue(self._quote(free))
        self.assertTrue(self._quote(self._take(twice, "Paint")))

    def test_what_was_marked_and_quoted_once_more_meanwhile_is_refused(self):
        """Who ticks what is on one quotation has read of that one, and of no other."""
        known = self._quote(self._take(self._open(), "Plan", "Start"))
        mine, late = [self._take(self._open(), "Plan", "Start") for _n in range(2)]
        new = self._quote(mine)
        named = f"{new.name} ({self.seller.name})"
        text = self.assertRefused(UserError, late.action_apply, f"Plan: {named}", f"Start: {named}")
        self.assertNotIn(known.name, text)
        late.action_show()
        self.assertTrue(self._quote(self._take(late, "Plan", "Start")))

    def test_the_user_of_the_table_reads_no_hidden_quotations_from_it(self):
        self._quote(self._take(self._open(), "Plan"))
        colleague = self._new_user("colleague", "sales_team.group_sale_salesman")
        wizard = self._open(user=colleague)
        self.assertNotIn("known_orders", wizard.fields_get())
        with self.assertRaises(AccessError):
            wizard.read(["known_orders"])

    def test_the_same_dialog_makes_one_quotation(self):
        self._quote(self._take(self._open(), "Start"))
        wizard = self._take(self._open(), "Plan", "Start")
        self._quote(wizard)
        self.assertRefused(UserError, wizard.action_apply, "Plan", "Start", "faster")

    def test_what_is_marked_can_be_quoted_all_the_same(self):
        self._quote(self._open())
        self.assertTrue(self._quote(self._take(self._open(), "Plan")))

    def test_products_quoted_meanwhile(self):
        self._sell({"product_uom_qty": 3})
        name = self.product.display_name
        mine, late = [self._take(self._open(), name) for _n in range(2)]
        first = self._quote(mine)
        self.assertRefused(UserError, late.action_apply, name, first.name)
        marked, later = [self._take(self._open(), name) for _n in range(2)]
        second = self._quote(marked)
        text = self.assertRefused(UserError, later.action_apply, name, second.name)
        self.assertNotIn(first.name, text)

    def test_lines_are_added_to_a_quotation_below_its_sections(self):
        order = self._new_order(
            [{"product_id": False, "display_type": "line_section", "name": "Goods"}, {}]
        )
        self._take(self._open_on(order), "Plan", "Wire").action_apply()
        self.assertEqual(
            [line.name for line in order.order_line if line.display_type],
            ["Goods", "Line 7", "Build"],
        )
        self.assertEqual(order.order_line[-1].quoted_task_id, self.wire)

    def test_customer_is_asked_for(self):
        project = self._new_project("Nobody's")
        self._new_task("Look", project_id=project.id)
        wizard = self._open(project)
        self.assertFalse(wizard.is_partner_given)
        self.assertRefused(UserError, wizard.action_apply, "customer")
        wizard.partner_id = self.customer
        self.assertEqual(self._quote(wizard).partner_id, self.customer)

    def test_last_product_is_taken_where_none_is_set(self):
        self._quote(self._take(self._open(), "Plan"))
        self.company.quote_task_product_id = False
        self.assertEqual(self._open().task_product_id, self.engineering)

    def test_quotations_of_the_project(self):
        order = self._quote(self._take(self._open(), "Plan"))
        project = self.project.with_user(self.seller)
        self.assertEqual(project.quotation_count, 1)
        action = project.action_view_quotations()
        self.assertEqual(self.env["sale.order"].search(action["domain"]), order)

    def test_bad_input_is_named(self):
        wizard = self._take(self._open(), "Plan", "Wire")
        rows = wizard.line_ids.filtered("is_taken")
        rows[0].quantity = 0
        rows[1].product_id = self.product
        self.assertRefused(UserError, wizard.action_apply, "Plan", "above zero", "Wire", "service")
        self.assertRefused(UserError, self._take(wizard).action_apply, "Tick")
        empty = self._new_project("Empty", partner_id=self.customer.id)
        self.assertRefused(UserError, lambda: self._open(empty), "Empty")
        self.project.allow_billable = False
        self.assertRefused(UserError, lambda: self._open(), "not billable")

    def test_chinese_messages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["sales_quotation_project"], ["zh_CN"])
        self.seller.lang = "zh_CN"
        first = self._quote(self._take(self._open(), "Plan"))
        mine = self.project.with_user(self.seller).with_context(lang="zh_CN")
        wizard = self.env["sales.quotation.project"].with_context(lang="zh_CN")
        wizard = wizard.with_user(self.seller).browse(mine.action_new_quotation()["res_id"])
        row = wizard.line_ids.filtered(lambda row: row.name == "Plan")
        self.assertEqual(row.note, f"已在 {first.name}")
        self.assertRefused(UserError, self._take(wizard).action_apply, "请勾选")
        row.update({"is_taken": True, "quantity": 0})
        self.assertRefused(UserError, wizard.action_apply, "Plan：数量必须大于零")

    def test_another_customers_project_is_refused(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self._new_order(partner_id=stranger.id)
        self.assertRefused(UserError, lambda: self._open_on(order), "another customer")
        order = self._new_order()
        order.sudo().action_confirm()
        self.assertRefused(UserError, lambda: self._open_on(order), "no quotation any more")
